import { crc32, createInflateRaw } from "node:zlib";
import { documentLength } from "../core/mod.ts";
import { cutShort, damaged, leftOver } from "./_compressed_error.ts";
import { Cursor } from "./_cursor.ts";
import type { ChunkReader } from "./_chunk_reader.ts";
import { OUT_BYTES, ZlibPump, type ZlibStream } from "./_zlib_pump.ts";

/**
 * Decompresses gzip ({@link https://www.rfc-editor.org/rfc/rfc1952 | RFC 1952}), any number of
 * members. Members are told apart here and not by zlib, which is how anything that is missing, left
 * over or damaged is found and placed. Zero bytes after the last member are padding, as gzip(1) has it.
 */
export async function* gunzip(
  reader: ChunkReader,
  path: string,
): AsyncGenerator<Uint8Array, void, void> {
  const cursor = new Cursor(reader);
  let out = 0;
  const place = (at: number) => ({ path, format: "gzip", at, out });
  for (let member = 0; (await cursor.rest()).length > 0; member++) {
    const start = cursor.offset;
    const head = await cursor.take(10);
    if (head[0] !== 0x1f || (head.length > 1 && head[1] !== 0x8b)) {
      if (member > 0 && head.every((byte) => byte === 0) && await onlyZeros(cursor)) return;
      throw leftOver(place(start));
    }
    if (head.length < 10) throw cutShort(place(cursor.offset));
    if (head[2] !== 8 || (head[3]! & 0xe0) !== 0) {
      throw damaged(place(start), "the member's header is unknown");
    }
    if (!await skipHeader(cursor, head[3]!)) throw cutShort(place(cursor.offset));

    const pump = new ZlibPump(createInflateRaw({ chunkSize: OUT_BYTES }) as unknown as ZlibStream);
    const body = cursor.offset;
    let crc = 0;
    let size = 0;
    try {
      while (true) {
        const rest = await cursor.rest();
        const before = pump.used;
        for await (const bytes of rest.length > 0 ? pump.feed(rest) : pump.finish()) {
          crc = crc32(bytes, crc);
          size += bytes.length;
          out += bytes.length;
          yield bytes;
        }
        const used = pump.used - before;
        cursor.pass(used);
        // What zlib leaves is not the member's any more.
        if (used < rest.length || rest.length === 0) break;
      }
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (code === "Z_BUF_ERROR") throw cutShort(place(cursor.offset), error);
      if (typeof code !== "string" || !code.startsWith("Z_")) throw error;
      throw damaged(place(body + pump.used), (error as Error).message, error);
    } finally {
      pump.close();
    }
    const trailer = await cursor.take(8);
    if (trailer.length < 8) throw cutShort(place(cursor.offset));
    if (documentLength(trailer, 0) !== crc >>> 0 || documentLength(trailer, 4) !== size >>> 0) {
      throw damaged(place(cursor.offset - 8), "its checksum or size differs");
    }
  }
}

/** Passes the optional parts of a member's header; `false` if the file ends there. */
async function skipHeader(cursor: Cursor, flags: number): Promise<boolean> {
  if ((flags & 4) !== 0) {
    const length = await cursor.take(2);
    if (length.length < 2 || !await cursor.skip(length[0]! | (length[1]! << 8))) return false;
  }
  if ((flags & 8) !== 0 && !await cursor.skipText()) return false;
  if ((flags & 16) !== 0 && !await cursor.skipText()) return false;
  return (flags & 2) === 0 || await cursor.skip(2);
}

async function onlyZeros(cursor: Cursor): Promise<boolean> {
  while (true) {
    const rest = await cursor.rest();
    if (rest.length === 0) return true;
    if (!rest.every((byte) => byte === 0)) return false;
    cursor.pass(rest.length);
  }
}
