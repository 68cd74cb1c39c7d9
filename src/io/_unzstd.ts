import { DatahoodError, documentLength } from "../core/mod.ts";
import { cutShort, damaged, leftOver } from "./_compressed_error.ts";
import { Cursor } from "./_cursor.ts";
import type { ChunkReader } from "./_chunk_reader.ts";
import { OUT_BYTES, ZlibPump, type ZlibStream } from "./_zlib_pump.ts";
import { ZstdFrame } from "./_zstd_frame.ts";
import { zstdStreams } from "./_zstd_support.ts";

const FRAME = 0xfd2fb528;

/**
 * A stream that had to wait for its reader throws what is wrong with the data where nobody can catch
 * it, which ends the process. So it never waits: it is fed a block at a time, at most 128 KiB of
 * output each, and has room for more than that.
 */
const DECODER = { chunkSize: OUT_BYTES, readableHighWaterMark: 4 * OUT_BYTES };

/**
 * Decompresses zstd, any number of frames. The decoder of `node:zlib` stops after one frame and does
 * not mind if that is cut short; so frames are told apart here, and each must be whole.
 */
export async function* unzstd(
  reader: ChunkReader,
  path: string,
): AsyncGenerator<Uint8Array, void, void> {
  const cursor = new Cursor(reader);
  let out = 0;
  const place = (at: number) => ({ path, format: "zstd", at, out });
  while ((await cursor.rest()).length > 0) {
    const start = cursor.offset;
    const magic = await cursor.take(4);
    const kind = magic.length < 4 ? undefined : documentLength(magic, 0);
    if (kind !== undefined && (kind & 0xfffffff0) >>> 0 === 0x184d2a50) {
      const size = await cursor.take(4);
      if (size.length < 4 || !await cursor.skip(documentLength(size, 0))) {
        throw cutShort(place(cursor.offset));
      }
      continue;
    }
    if (kind !== FRAME) {
      const begins = [0x28, 0xb5, 0x2f].slice(0, magic.length);
      const cut = kind === undefined && magic.every((byte, i) => byte === begins[i]);
      throw cut ? cutShort(place(cursor.offset)) : leftOver(place(start));
    }

    const frame = new ZstdFrame();
    const pump = new ZlibPump(
      zstdStreams().createZstdDecompress(DECODER) as unknown as ZlibStream,
    );
    try {
      for await (const _ of pump.feed(magic)); // Nothing comes out of four bytes.
      while (!frame.done) {
        const rest = await cursor.rest();
        if (rest.length === 0) throw cutShort(place(cursor.offset));
        const count = frame.scan(rest);
        if (frame.wrong !== undefined) throw damaged(place(cursor.offset + count), frame.wrong);
        for await (const bytes of pump.feed(rest.subarray(0, count))) {
          out += bytes.length;
          yield bytes;
        }
        cursor.pass(count);
      }
      for await (const bytes of pump.finish()) {
        out += bytes.length;
        yield bytes;
      }
    } catch (error) {
      if (error instanceof DatahoodError || !(error instanceof Error)) throw error;
      const how = error.message.replace(/^zstd decompress error: /i, "").toLowerCase();
      throw damaged(place(start + pump.used), how, error);
    } finally {
      pump.close();
    }
  }
}
