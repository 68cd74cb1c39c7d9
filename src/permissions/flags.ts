import { dirname } from "@std/path";
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
  return permissionWords(needs).map(quoteWord).join(" ");
}

/**
 * The same flags, each a word for a process to be started with: not quoted for a shell.
 *
 * @param needs What is needed, in any order.
 * @returns One word a kind.
 *
 * @example
 * ```ts
 * import { permissionWords } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const needs = [
 *   { kind: "net", target: "localhost:27017", reason: "reach the source" },
 *   { kind: "read", target: "a b.bson", reason: "read it" },
 * ] as const;
 * assertEquals(permissionWords(needs), ["--allow-read=a b.bson", "--allow-net=localhost:27017"]);
 * ```
 */
export function permissionWords(needs: readonly PermissionNeed[]): string[] {
  const words: string[] = [];
  for (const kind of KINDS) {
    const targets = new Set(needs.filter((need) => need.kind === kind).map(grantOf));
    if (targets.size > 0) words.push(`--allow-${kind}=${[...targets].join(",")}`);
  }
  return words;
}

/** A flag cannot name a path with a comma, which ends a name there: the folder around it can be named. */
function grantOf({ kind, target }: PermissionNeed): string {
  if (kind !== "read" && kind !== "write") return target;
  let path = target;
  while (path.includes(",")) path = dirname(path);
  return path;
}

/** What no shell takes for more than it is; the paths of Windows have backslashes, as its shells know. */
const PLAIN = (globalThis as { Deno?: typeof Deno }).Deno?.build?.os === "windows"
  ? /^[\w@%+=:,./\\-]+$/
  : /^[\w@%+=:,./-]+$/;

/**
 * Quotes a word for a POSIX shell where it needs it.
 *
 * @param word The word.
 * @returns The word as it can be pasted.
 *
 * @example
 * ```ts
 * import { quoteWord } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(quoteWord("it's"), `'it'\\''s'`);
 * ```
 */
export function quoteWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
