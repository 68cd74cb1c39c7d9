import { constants } from "node:zlib";
import type { Coalescer } from "./_coalescer.ts";
import { GzipWorkers } from "./_gzip_workers.ts";
import { OUT_BYTES, ZlibPump, type ZlibStream } from "./_zlib_pump.ts";
import { zstdStreams } from "./_zstd_support.ts";
import type { Compression } from "./compression.ts";

/** Turns bytes into stored bytes. */
export interface Encoder {
  /** Takes bytes; the caller may reuse them when it is done. */
  write(bytes: Uint8Array): Promise<void>;
  /** Brings out all that was taken, so that what is stored so far can be read by itself. */
  flush(): Promise<void>;
  /** Ends. At least one member or frame was written then, if only an empty one. */
  end(): Promise<void>;
  /** Lets go of the memory. */
  close(): void;
}

/** The encoder for a compression. */
export function encoderOf(compression: Compression, out: Coalescer): Encoder {
  if (compression.name === "gzip") return new GzipWorkers(compression.level, out);
  if (compression.name === "zstd") return new ZstdEncoder(compression, out);
  const nothing = () => Promise.resolve();
  return { write: (bytes) => out.write(bytes), flush: nothing, end: nothing, close() {} };
}

/** zstd; a flush ends the frame, and the next write begins another. */
class ZstdEncoder implements Encoder {
  readonly #compression: Compression;
  readonly #out: Coalescer;
  #pump: ZlibPump | undefined;
  #begun = false;

  constructor(compression: Compression, out: Coalescer) {
    this.#compression = compression;
    this.#out = out;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#begin();
    for await (const stored of this.#pump!.feed(bytes)) await this.#out.write(stored);
  }

  async flush(): Promise<void> {
    if (this.#pump === undefined) return;
    for await (const stored of this.#pump.finish()) await this.#out.write(stored);
    this.close();
  }

  async end(): Promise<void> {
    if (!this.#begun) this.#begin();
    await this.flush();
  }

  close(): void {
    this.#pump?.close();
    this.#pump = undefined;
  }

  #begin(): void {
    this.#pump ??= new ZlibPump(streamOf(this.#compression));
    this.#begun = true;
  }
}

function streamOf({ level }: Compression): ZlibStream {
  const params = {
    [constants.ZSTD_c_compressionLevel]: level,
    // Off by default; without it a flipped bit in the data is not found by whoever reads it.
    [constants.ZSTD_c_checksumFlag]: 1,
  };
  return zstdStreams().createZstdCompress({
    params,
    chunkSize: OUT_BYTES,
  }) as unknown as ZlibStream;
}
