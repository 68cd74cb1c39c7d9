import { createHash } from "node:crypto";
import { accountsOf } from "./accounts.ts";

/** Longer names are cut, and what was cut off is told apart by a hash. */
const MAX_BYTES = 238;
const KEPT_BYTES = 208;
/** `$` escaped: no name that was only escaped has it behind 208 bytes and before 27. */
const CUT = "%24";

/**
 * The name that mongodump gives to a collection's file, without its extensions: escaped as in the
 * query of a URL (Go's `url.QueryEscape`), and cut where it is longer than 238 bytes.
 *
 * @param collection The collection's name.
 * @returns The name of the file.
 *
 * @example
 * ```ts
 * import { dumpFileName } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dumpFileName("with space and é/ü"), "with+space+and+%C3%A9%2F%C3%BC");
 * ```
 */
export function dumpFileName(collection: string): string {
  // The one name with a "$" that mongodump leaves as it is; the database does not matter.
  if (accountsOf({ db: "", collection }) !== undefined) return collection;
  const escaped = encodeURIComponent(collection)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
  if (escaped.length <= MAX_BYTES) return escaped;
  const hash = createHash("sha1").update(collection).digest("base64url");
  return `${escaped.slice(0, KEPT_BYTES)}${CUT}${hash}`;
}

/**
 * The collection that a file of a dump is named after.
 *
 * @param fileName The name of the file, without its extensions.
 * @returns The collection's name; `undefined` where it was cut, and only the metadata has it.
 *
 * @example
 * ```ts
 * import { collectionOfDumpFile } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(collectionOfDumpFile("empty+one"), "empty one");
 * ```
 */
export function collectionOfDumpFile(fileName: string): string | undefined {
  const cut = fileName.length === MAX_BYTES && fileName.slice(KEPT_BYTES).startsWith(CUT);
  if (cut) return undefined;
  try {
    return decodeURIComponent(fileName.replaceAll("+", "%20"));
  } catch {
    // Not escaped: a file of another hand.
    return fileName;
  }
}

/**
 * What is wrong with the name of a database, where it would mean something else in a path or in a
 * namespace: a dump and an archive may say anything, and none of it leads out of a folder.
 *
 * @param db The name.
 * @returns What is wrong, such as `it has a dot`; `undefined` if nothing is.
 *
 * @example
 * ```ts
 * import { databaseNameFault } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(databaseNameFault("shop"), undefined);
 * assertEquals(databaseNameFault("../shop"), 'it has "."');
 * ```
 */
export function databaseNameFault(db: string): string | undefined {
  const found = /[./\\\0]/.exec(db)?.[0];
  if (found === undefined) return undefined;
  return found === "\0" ? "it has a zero byte" : `it has "${found}"`;
}
