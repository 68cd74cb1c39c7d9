import type { PermissionNeed } from "../core/mod.ts";

/** What of the runtime is asked; absent where there are no permissions, as in Node. */
type Permissions = typeof Deno.permissions;

function permissions(): Permissions | undefined {
  return (globalThis as { Deno?: typeof Deno }).Deno?.permissions;
}

function descriptorOf({ kind, target }: PermissionNeed): Deno.PermissionDescriptor {
  switch (kind) {
    case "read":
    case "write":
      return { name: kind, path: target };
    case "net":
      // A wildcard can be granted but not asked about: any host that it covers stands for it.
      return { name: "net", host: target.replace(/^\*\./, "any.") };
    case "env":
      return { name: "env", variable: target };
    case "run":
      return { name: "run", command: target };
    case "sys":
      return { name: "sys", kind: target } as Deno.SysPermissionDescriptor;
  }
}

/**
 * What of some needs is not granted, after the runtime had its chance to ask a person on a terminal,
 * as it would at the first use.
 *
 * @param needs What is needed.
 * @returns Those that are refused.
 */
export async function refusedNeeds(
  needs: readonly PermissionNeed[],
): Promise<readonly PermissionNeed[]> {
  const runtime = permissions();
  if (runtime === undefined) return [];
  const refused: PermissionNeed[] = [];
  for (const need of needs) {
    const descriptor = descriptorOf(need);
    let { state } = await runtime.query(descriptor);
    if (state === "prompt") ({ state } = await runtime.request(descriptor));
    if (state !== "granted") refused.push(need);
  }
  return refused;
}

/**
 * Makes variables of the environment that may not be read look unset, instead of an error, to
 * libraries that read `process.env` and do not need what they look for. What may be read stays
 * readable. Does nothing where the whole environment may be read; safe to call again.
 */
export function shieldEnvironment(): void {
  const runtime = permissions();
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
