import { basename, dirname, join } from "@std/path";
import type { PermissionNeed } from "../core/mod.ts";

/**
 * What reading a file needs to be allowed.
 *
 * @param path The file; `-`, standard input, needs nothing.
 * @returns The needs.
 *
 * @example
 * ```ts
 * import { fileReadNeeds } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fileReadNeeds("a.bson"), [
 *   { kind: "read", target: "a.bson", reason: "read the source file" },
 * ]);
 * ```
 */
export function fileReadNeeds(path: string): PermissionNeed[] {
  return path === "-" ? [] : [{ kind: "read", target: path, reason: "read the source file" }];
}

/**
 * What looking at a file that would be written needs to be allowed.
 *
 * @param path The file; `-`, standard output, needs nothing.
 * @returns The needs.
 */
export function fileLookNeeds(path: string): PermissionNeed[] {
  if (path === "-") return [];
  return [{ kind: "read", target: path, reason: "see whether the target file exists" }];
}

/**
 * What writing a file needs to be allowed: the file, and the part file that becomes it. Both are
 * looked at before they are written, which takes `read`.
 *
 * @param path The file; `-`, standard output, needs nothing.
 * @returns The needs.
 *
 * @example
 * ```ts
 * import { fileWriteNeeds } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fileWriteNeeds("a.bson").map(({ kind, target }) => `${kind} ${target}`), [
 *   "read a.bson",
 *   "write a.bson",
 *   "read .a.bson.datahood-part",
 *   "write .a.bson.datahood-part",
 * ]);
 * ```
 */
export function fileWriteNeeds(path: string): PermissionNeed[] {
  if (path === "-") return [];
  const part = partPath(path);
  return [
    ...fileLookNeeds(path),
    { kind: "write", target: path, reason: "put the finished file in its place" },
    { kind: "read", target: part, reason: "lock the file while it is written" },
    { kind: "write", target: part, reason: "write the file until it is finished" },
  ];
}

/** The longest name that file systems take, in bytes. */
const MAX_NAME_BYTES = 255;

/**
 * Where a file is while it is written: beside its place, so that a rename is enough in the end.
 *
 * @param path The file.
 * @returns The path of its part file.
 */
export function partPath(path: string): string {
  const name = basename(path);
  let part = `.${name}.datahood-part`;
  if (new TextEncoder().encode(part).length > MAX_NAME_BYTES) {
    // What mongodump names after a long collection is legal, but has no room for more.
    part = `.${name.slice(0, 50)}-${hash(name)}.datahood-part`;
  }
  return join(dirname(path), part);
}

/** FNV-1a over UTF-16 units: tells long names apart that begin alike. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return value.toString(16).padStart(16, "0");
}
