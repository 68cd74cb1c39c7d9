import { UsageError } from "../core/mod.ts";

/** How a file's bytes are compressed. */
export type CompressionName = "none" | "gzip" | "zstd";

/** A compression with how hard to try. */
export interface Compression {
  /** Which. */
  readonly name: CompressionName;
  /** The level; 0 for `none`. */
  readonly level: number;
}

const LEVELS = {
  // Of Deno's zlib, 5 is as small as the 6 of the gzip command and takes two thirds of the time of its own 6.
  gzip: { usual: 5, max: 9 },
  zstd: { usual: 3, max: 22 },
} as const;

/**
 * Reads what a user says of compression.
 *
 * @param text `none`, `gzip`, `gzip:1` to `gzip:9`, `zstd`, `zstd:1` to `zstd:22`; or `undefined`.
 * @param path The file that is written; its extension decides where nothing is said.
 * @returns The compression and its level; gzip has 5 and zstd 3 by default.
 * @throws {UsageError} If the text is none of these.
 *
 * @example
 * ```ts
 * import { parseCompression } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseCompression(undefined, "a.bson.gz"), { name: "gzip", level: 5 });
 * assertEquals(parseCompression("zstd:9", "a.bson"), { name: "zstd", level: 9 });
 * ```
 */
export function parseCompression(text: string | undefined, path: string): Compression {
  const wanted = text ?? byExtension(path);
  if (wanted === "none") return { name: "none", level: 0 };
  const [, name, level] = /^(gzip|zstd)(?::(.*))?$/s.exec(wanted) ?? [];
  if (name !== "gzip" && name !== "zstd") {
    throw new UsageError(`Cannot compress with "${wanted}": it is not known`, {
      hint: "use none, gzip, gzip:1 to gzip:9, zstd, or zstd:1 to zstd:22",
    });
  }
  const { usual, max } = LEVELS[name];
  if (level === undefined) return { name, level: usual };
  if (!/^\d{1,2}$/.test(level) || Number(level) < 1 || Number(level) > max) {
    throw new UsageError(`Cannot compress with "${wanted}": the level is not 1 to ${max}`, {
      hint: `use ${name}:1 (fast) to ${name}:${max} (small); ${name} alone is ${name}:${usual}`,
    });
  }
  return { name, level: Number(level) };
}

function byExtension(path: string): CompressionName {
  if (/\.(gz|gzip)$/i.test(path)) return "gzip";
  if (/\.(zst|zstd)$/i.test(path)) return "zstd";
  return "none";
}
