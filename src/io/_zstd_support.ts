import zlib from "node:zlib";
import { UnsupportedError } from "../core/mod.ts";

type Zstd = Pick<typeof zlib, "createZstdCompress" | "createZstdDecompress">;

/**
 * The zstd streams of `node:zlib`. Deno has them; Node.js since 22.15.
 *
 * @throws {UnsupportedError} If the runtime has none.
 */
export function zstdStreams(): Zstd {
  if (typeof zlib.createZstdCompress === "function") return zlib;
  throw new UnsupportedError("Cannot use zstd: this runtime has no zstd", {
    hint: "use gzip, or run datahood with Deno or Node.js 22.15 or newer",
  });
}
