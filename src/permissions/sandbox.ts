import type { PermissionKind, PermissionNeed } from "../core/mod.ts";
import { runtimePermissions } from "./_runtime.ts";
import { permissionWords } from "./flags.ts";

/** What a confined run is started with. */
export interface SandboxOptions {
  /** All that it needs. */
  readonly needs: readonly PermissionNeed[];
  /** The module that is run. */
  readonly entry: string;
  /** Its arguments; no secret among them, as lists of processes show them. */
  readonly args: readonly string[];
  /** Variables that it gets, and may read: addresses with a secret. */
  readonly env?: Readonly<Record<string, string>>;
  /** More flags for Deno, such as `--cert`. */
  readonly flags?: readonly string[];
}

/**
 * The words after `deno` that run something with what it needs and nothing else.
 *
 * Variables that are not needed look unset instead of being refused: the driver asks for some twenty.
 *
 * @param options What, and what it needs.
 * @returns The words.
 *
 * @example
 * ```ts
 * import { sandboxWords } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   sandboxWords({
 *     needs: [{ kind: "read", target: "a.bson", reason: "read the source" }],
 *     entry: "jsr:@datahood/cli@0.1.0",
 *     args: ["transfer", "a.bson", "null:"],
 *   }).join(" "),
 *   "run --no-prompt --ignore-env --allow-read=a.bson jsr:@datahood/cli@0.1.0 transfer a.bson null:",
 * );
 * ```
 */
export function sandboxWords(options: SandboxOptions): string[] {
  const { needs, entry, args, env = {}, flags = [] } = options;
  const variables = Object.keys(env).map((target): PermissionNeed => ({
    kind: "env",
    target,
    reason: "read an address",
  }));
  return [
    "run",
    "--no-prompt",
    "--ignore-env",
    ...permissionWords([...needs, ...variables]),
    ...flags,
    entry,
    ...args,
  ];
}

/**
 * Runs something again, confined, with this process's standard streams, and waits for it. What this
 * process is told to stop is told to it.
 *
 * @param options What, and what it needs.
 * @returns Its exit code; 128 and the signal's number if a signal ended it.
 *
 * @example
 * ```ts
 * import { runSandboxed } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const entry = "data:text/javascript,Deno.readTextFileSync('/etc/hosts')";
 * assertEquals(await runSandboxed({ needs: [], entry, args: [] }), 1);
 * ```
 */
export async function runSandboxed(options: SandboxOptions): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: sandboxWords(options),
    env: { ...options.env },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const release = passSignals(child);
  try {
    const { code, signal } = await child.status;
    return signal === null ? code : code || 130;
  } finally {
    release();
  }
}

/** A terminal tells both processes of Ctrl-C; where there is none, this one passes it on. */
function passSignals(child: Deno.ChildProcess): () => void {
  const windows = Deno.build.os === "windows";
  // The console of Windows tells all its processes; to pass it on would end the other one at once.
  const told = windows ||
    [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
  const signals: readonly Deno.Signal[] = windows ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  const ends = signals.map((signal) => {
    const pass = () => {
      if (signal === "SIGINT" && told) return;
      try {
        child.kill(signal);
      } catch {
        // It is gone already, which its status tells.
      }
    };
    Deno.addSignalListener(signal, pass);
    return () => Deno.removeSignalListener(signal, pass);
  });
  return () => ends.forEach((end) => end());
}

const KINDS: readonly (PermissionKind | "ffi")[] = [
  "read",
  "write",
  "net",
  "env",
  "sys",
  "run",
  "ffi",
];

/** Whether something of a kind is allowed. */
async function holds(runtime: typeof Deno.permissions, name: string): Promise<boolean> {
  const { state, partial } = await runtime.query({ name } as Deno.PermissionDescriptor);
  return state === "granted" || partial;
}

/**
 * Gives up every kind of permission of which nothing is needed. Coarser than
 * {@linkcode runSandboxed}: of a kind of which something is needed, all stays. Cannot be undone.
 *
 * @param needs All that this process still needs.
 * @returns The kinds that were given up; those of which nothing was allowed are not among them.
 *
 * @example
 * ```ts
 * import { revokeUnneeded } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const kinds = ["read", "write", "net", "env", "sys", "run"] as const;
 * const needs = kinds.map((kind) => ({ kind, target: "", reason: "show that one is left" }));
 * assertEquals(await revokeUnneeded(needs), ["ffi"]);
 * ```
 */
export async function revokeUnneeded(needs: readonly PermissionNeed[]): Promise<string[]> {
  const runtime = runtimePermissions();
  if (runtime === undefined) return [];
  const given: string[] = [];
  for (const name of KINDS) {
    if (needs.some(({ kind }) => kind === name) || !await holds(runtime, name)) continue;
    await runtime.revoke({ name } as Deno.PermissionDescriptor);
    if (!await holds(runtime, name)) given.push(name);
  }
  return given;
}
