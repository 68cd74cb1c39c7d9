import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../src/core/mod.ts";
import { parseCompression } from "../../../src/io/mod.ts";

Deno.test("parseCompression() reads every level, and takes the extension where nothing is said", () => {
  for (
    const [text, path, name, level] of [
      [undefined, "a.bson", "none", 0],
      [undefined, "a.GZ", "gzip", 5],
      [undefined, "a.zst", "zstd", 3],
      ["none", "a.gz", "none", 0],
      ["gzip:1", "a", "gzip", 1],
      ["gzip:9", "a", "gzip", 9],
      ["zstd:22", "a", "zstd", 22],
    ] as const
  ) assertEquals(parseCompression(text, path), { name, level });
});

Deno.test("parseCompression() names the range of what it refuses", () => {
  for (const text of ["gzip:0", "gzip:10", "gzip:", "gzip:x", "gzip:1.5"]) {
    assertThrows(() => parseCompression(text, "a"), UsageError, "the level is not 1 to 9");
  }
  for (const text of ["zstd:0", "zstd:23", "zstd:-1"]) {
    assertThrows(() => parseCompression(text, "a"), UsageError, "the level is not 1 to 22");
  }
  for (const text of ["", "lz4", "GZIP"]) {
    const error = assertThrows(() => parseCompression(text, "a"), UsageError, "it is not known");
    assert(error.hint?.includes("zstd:22"));
  }
});
