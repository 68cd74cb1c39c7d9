import { PermissionError, type PermissionNeed } from "../core/mod.ts";
import { runtimePermissions } from "./_runtime.ts";
import { permissionFlags } from "./flags.ts";

function descriptorOf({ kind, target }: PermissionNeed): Deno.PermissionDescriptor {
  switch (kind) {
    case "read":
    case "write":
      return { name: kind, path: target };
    case "net":
      // A wildcard cannot be asked for; a name that it covers can.
      return { name: "net", host: target.replace(/^\*\./, "any.") };
    case "env":
      return { name: "env", variable: target };
    case "run":
      return { name: "run", command: target };
    case "sys":
      return { name: "sys", kind: target } as Deno.SysPermissionDescriptor;
  }
}

async function isGranted(
  runtime: typeof Deno.permissions,
  need: PermissionNeed,
  prompt: boolean,
): Promise<boolean> {
  try {
    const descriptor = descriptorOf(need);
    let { state } = await runtime.query(descriptor);
    if (prompt && state === "prompt") ({ state } = await runtime.request(descriptor));
    return state === "granted";
  } catch (error) {
    // Some hosts that a flag takes cannot be asked for one by one; the whole kind can.
    if (!(error instanceof TypeError || error instanceof URIError) || need.kind !== "net") {
      throw error;
    }
    return (await runtime.query({ name: "net" })).state === "granted";
  }
}

/** What a kind of need is as a verb; the others are verbs themselves. */
const VERBS: Readonly<Record<string, string>> = {
  net: "reach",
  env: "read the variable",
  sys: "ask the system for",
};

/** How to ask the runtime. */
export interface PermissionCheckOptions {
  /** Ask a person for each missing one, which the runtime does only on a terminal. Default `false`. */
  readonly prompt?: boolean;
}

/**
 * What is needed and not granted. Asks the runtime only; nothing is opened.
 *
 * @param needs What is needed.
 * @param options Whether the runtime may ask a person.
 * @returns Those that are missing, each once, in the order given.
 *
 * @example
 * ```ts
 * import { missingPermissions } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await missingPermissions([]), []);
 * ```
 */
export async function missingPermissions(
  needs: readonly PermissionNeed[],
  options: PermissionCheckOptions = {},
): Promise<readonly PermissionNeed[]> {
  const runtime = runtimePermissions();
  if (runtime === undefined) return [];
  const missing = new Map<string, PermissionNeed>();
  for (const need of needs) {
    if (await isGranted(runtime, need, options.prompt ?? false)) continue;
    missing.set(`${need.kind}\0${need.target}`, need);
  }
  return [...missing.values()];
}

/**
 * Makes sure that all that is needed is granted; on a terminal the person is asked by the runtime.
 *
 * @param needs What is needed by all parts of a run.
 * @param options Whether the runtime may ask a person.
 * @throws {PermissionError} With all that is missing, and the flags that grant it.
 *
 * @example
 * ```ts
 * import { ensurePermissions } from "@datahood/cli";
 *
 * await ensurePermissions([]);
 * ```
 */
export async function ensurePermissions(
  needs: readonly PermissionNeed[],
  options: PermissionCheckOptions = {},
): Promise<void> {
  const missing = await missingPermissions(needs, options);
  if (missing.length === 0) return;
  const flags = permissionFlags(missing);
  const kinds = new Map<string, string[]>();
  for (const { kind, target } of missing) {
    kinds.set(kind, [...kinds.get(kind) ?? [], `"${target}"`]);
  }
  const what = [...kinds].map(([kind, targets]) => `${VERBS[kind] ?? kind} ${targets.join(", ")}`);
  throw new PermissionError(
    `Cannot start: not allowed to ${what.join(" and ")}.`,
    missing,
    { hint: `add ${flags}` },
  );
}
