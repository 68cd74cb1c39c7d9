import { DataError } from "../../core/mod.ts";
import { type CompressionName, describeContent } from "../../io/mod.ts";

/** What to do about files that are often taken for BSON. */
const HINTS: Record<string, string> = {
  "a mongodump archive": "--from archive reads it",
  "gzip": "it was compressed twice; unpack it once",
  "zstd": "it was compressed twice; unpack it once",
  "bzip2": "unpack it first (bunzip2)",
  "xz": "unpack it first (unxz)",
  "lz4": "unpack it first (unlz4)",
  "a zip file": "unpack it first (unzip) and name the file in it",
  "a tar archive": "unpack it first (tar -x) and name the file in it",
};

/**
 * A better error for a file whose very first document cannot be: what the file looks like instead.
 * Where it looks like nothing else, the error as it was.
 */
export function notBson(
  error: DataError,
  path: string,
  head: Uint8Array,
  compression: CompressionName,
): DataError {
  const looks = describeContent(head);
  if (looks === "unknown binary data") return error;
  const what = path === "-" ? "standard input" : `"${path}"`;
  const packed = compression === "none" ? "" : `, compressed with ${compression}`;
  return new DataError(`Cannot read ${what} as BSON: it looks like ${looks}${packed}`, {
    stage: "source",
    offset: 0,
    index: 0,
    cause: error,
    hint: HINTS[looks] ?? "a BSON file is what mongodump writes as <collection>.bson",
  });
}
