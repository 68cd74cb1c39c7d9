import { basename } from "@std/path";
import type { Namespace } from "../../core/mod.ts";

/**
 * The collection that a file of documents stands for: its name without the extensions, unescaped as
 * `mongodump` escapes it; of no database.
 *
 * @param path The file; `-` stands for a collection `stdin`.
 * @returns The namespace.
 *
 * @example
 * ```ts
 * import { fileNamespace } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fileNamespace("dump/shop/old%2Forders.bson.gz").collection, "old/orders");
 * ```
 */
export function fileNamespace(path: string): Namespace {
  if (path === "-") return { db: "", collection: "stdin" };
  const name = basename(path).replace(/\.(gz|gzip|zst|zstd)$/i, "").replace(/\.bson$/i, "");
  let collection = name === "" ? basename(path) : name;
  try {
    collection = decodeURIComponent(collection.replaceAll("+", " "));
  } catch {
    // A "%" that escapes nothing: not a name that mongodump made, so it is meant as it is.
  }
  return { db: "", collection };
}
