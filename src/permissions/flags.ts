import type { PermissionKind, PermissionNeed } from "../core/mod.ts";

const KINDS: readonly PermissionKind[] = ["read", "write", "net", "env", "sys", "run"];

/**
 * Deno's flags that grant what is needed, one flag a kind, ready to paste.
 *
 * @param needs What is needed, in any order; what is named twice is granted once.
 * @returns The flags, such as `--allow-read=a.bson --allow-net=localhost:27017`; `""` for no needs.
 *
 * @example
 * ```ts
 * import { permissionFlags } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const needs = [{ kind: "read", target: "a b.bson", reason: "read the source" }] as const;
 * assertEquals(permissionFlags(needs), "'--allow-read=a b.bson'");
 * ```
 */
export function permissionFlags(needs: readonly PermissionNeed[]): string {
  const flags: string[] = [];
  for (const kind of KINDS) {
    const targets = new Set(needs.filter((need) => need.kind === kind).map(({ target }) => target));
    if (targets.size === 0) continue;
    // Deno reads a doubled comma as one that belongs to the name.
    const list = [...targets].map((target) => target.replaceAll(",", ",,")).join(",");
    flags.push(quote(`--allow-${kind}=${list}`));
  }
  return flags.join(" ");
}

/** Quotes a word for a POSIX shell where it needs it. */
function quote(word: string): string {
  return /^[\w@%+=:,./\\[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
