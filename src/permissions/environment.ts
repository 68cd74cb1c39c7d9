import { runtimePermissions } from "./_runtime.ts";

/**
 * Makes variables of the environment that may not be read look unset, instead of an error, to
 * libraries that read `process.env` and do not need what they look for. What may be read stays
 * readable. Does nothing where the whole environment may be read; safe to call again.
 */
export function shieldEnvironment(): void {
  const runtime = runtimePermissions();
  if (runtime === undefined || runtime.querySync({ name: "env" }).state === "granted") return;
  const { process } = globalThis as { process?: { env: object } };
  if (process === undefined || SHIELDED in process.env) return;
  const readable = (name: string | symbol): name is string =>
    typeof name === "string" && name !== "" &&
    runtime.querySync({ name: "env", variable: name }).state === "granted";
  const real = process.env;
  const env = new Proxy({} as Record<string | symbol, unknown>, {
    get: (_, name) => readable(name) ? Reflect.get(real, name) : undefined,
    has: (_, name) => name === SHIELDED || (readable(name) && Reflect.has(real, name)),
    set: (_, name, value) => Reflect.set(real, name, value),
    deleteProperty: (_, name) => Reflect.deleteProperty(real, name),
    // Listing needs the right to read all of it, which is not there.
    ownKeys: () => [],
  });
  Object.defineProperty(process, "env", { value: env, configurable: true, writable: true });
}

const SHIELDED = Symbol.for("datahood.shieldedEnvironment");
