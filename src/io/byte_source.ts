import { DataError, UsageError } from "../core/mod.ts";
import { ChunkReader } from "./_chunk_reader.ts";
import { compressionOf, HEAD_BYTES, isAmbiguous, LONG_HEAD_BYTES } from "./_detect.ts";
import { gunzip } from "./_gunzip.ts";
import { Input } from "./_input.ts";
import { unzstd } from "./_unzstd.ts";
import { type CompressionName, parseCompression } from "./compression.ts";
import { action } from "./translate_error.ts";

/** Bytes that are read, uncompressed. */
export interface ByteSource extends AsyncDisposable {
  /**
   * Gives the uncompressed bytes, once. A chunk is valid until the next one is asked for.
   *
   * @throws {DataError} If compressed data is cut short, corrupt or followed by something else, with
   * `offset` in the uncompressed bytes; if the file changed while it was read.
   * @throws {IoError} If the system cannot read it.
   */
  chunks(): AsyncGenerator<Uint8Array, void, void>;
  /** The file's size as it is stored; `undefined` for a pipe. */
  readonly storedBytes: number | undefined;
  /** How it is compressed, as its content tells. */
  readonly compression: CompressionName;
  /** Lets go. Idempotent. */
  close(): Promise<void>;
}

/** How to read bytes. */
export interface ByteSourceOptions {
  /** Stops the reading, also while a pipe has nothing. */
  readonly signal?: AbortSignal;
  /** Uncompressed bytes to leave out first. A plain file is entered there, others are read up to it. */
  readonly startOffset?: number;
}

/**
 * Opens a file, or standard input, to be read. Compression is told by content, not by name: gzip
 * with any number of members, zstd with any number of frames, or none.
 *
 * @param path The file; `-` is standard input.
 * @param options Where to start, how to stop.
 * @returns The bytes.
 * @throws {NotFoundError} If there is no such file.
 * @throws {IoError} If it is a folder, or the system cannot read it.
 * @throws {PermissionError} If Deno was not allowed to read it.
 *
 * @example
 * ```ts
 * import { openByteSource } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, new Uint8Array([5, 0, 0, 0, 0]));
 * await using source = await openByteSource(path);
 * assertEquals(source.compression, "none");
 * for await (const chunk of source.chunks()) assertEquals(chunk.length, 5);
 * ```
 */
export async function openByteSource(
  path: string,
  options: ByteSourceOptions = {},
): Promise<ByteSource> {
  const { signal, startOffset = 0 } = options;
  if (path === "") throw new UsageError("Cannot read a file: its path is empty");
  if (!Number.isSafeInteger(startOffset) || startOffset < 0) {
    throw new UsageError(`Cannot read "${path}" from byte ${startOffset}: it is no offset`);
  }
  const input = await Input.open(path, signal);
  const reader = new ChunkReader(input);
  try {
    let head = await reader.head(HEAD_BYTES);
    if (isAmbiguous(head)) head = await reader.head(LONG_HEAD_BYTES);
    const compression = compressionOf(head);
    let left = startOffset;
    if (compression === "none" && left > 0 && left <= (input.size ?? -1)) {
      if (await reader.seek(left)) left = 0;
    }
    const close = () => reader.close();
    return {
      storedBytes: input.size,
      compression,
      chunks: () => dropped(decompressed(reader, compression, path), left, path),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function decompressed(
  reader: ChunkReader,
  compression: CompressionName,
  path: string,
): AsyncGenerator<Uint8Array, void, void> {
  switch (compression) {
    case "none":
      return plain(reader, path);
    case "gzip":
      return gunzip(reader, path);
    case "zstd":
      return unzstd(reader, path);
  }
}

async function* plain(reader: ChunkReader, path: string): AsyncGenerator<Uint8Array, void, void> {
  let empty = true;
  for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
    empty = false;
    yield chunk;
  }
  // Of nothing, gzip makes 20 bytes.
  const { name } = parseCompression(undefined, path);
  if (!empty || name === "none") return;
  throw new DataError(
    `${action({ stage: "source", path })}: it is empty, which no ${name} file is`,
    {
      offset: 0,
      stage: "source",
      hint:
        "what wrote it did not come to its end; a file without documents has another name: .bson",
    },
  );
}

/** Leaves out the first bytes. */
async function* dropped(
  chunks: AsyncGenerator<Uint8Array, void, void>,
  count: number,
  path: string,
): AsyncGenerator<Uint8Array, void, void> {
  if (count === 0) return yield* chunks;
  let left = count;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk;
    left = Math.max(0, left - chunk.length);
  }
  if (left === 0) return;
  const state = `it has ${count - left} bytes of documents, and was to be read from byte ${count}`;
  throw new DataError(`${action({ stage: "source", path })}: ${state}`, {
    offset: count - left,
    stage: "source",
    hint: "the file is not the one that the position is of",
  });
}
