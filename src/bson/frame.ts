import { DataError, throwIfInterrupted, UsageError } from "../core/mod.ts";
import { Framer, wholeBefore } from "./_framer.ts";

/** Whole documents of a stream: one buffer and where they start, next to each other. */
export interface FramedBatch {
  /** The bytes that hold the documents; there may be others before and after them. */
  readonly buffer: Uint8Array;
  /** Offset in `buffer` of each document's first byte, ascending. */
  readonly starts: Uint32Array;
  /** Index in the stream of the first document. */
  readonly firstIndex: number;
  /** Offset in the uncompressed stream of the first document's first byte. */
  readonly startOffset: number;
  /** Offset in the uncompressed stream just after the last document. */
  readonly endOffset: number;
  /** Gives the buffer back for reuse; nobody reads it afterwards. Not calling it costs memory only. */
  release?(): void;
}

/** How to cut a stream of bytes into batches. */
export interface FrameOptions {
  /** About how many bytes of documents a batch holds; one document may be longer. Default 1 MiB. */
  readonly batchBytes?: number;
  /** At most how many documents a batch holds. No limit by default. */
  readonly batchDocuments?: number;
  /** Offset of the first byte in the uncompressed stream, for positions. Default 0. */
  readonly startOffset?: number;
  /** Index of the first document, for positions. Default 0. */
  readonly firstIndex?: number;
  /** Stops the reading; checked for every chunk. */
  readonly signal?: AbortSignal;
  /** What is read, for messages: a file's path. */
  readonly name?: string;
}

/**
 * Cuts a stream of BSON documents, one after another as `mongodump` writes them, into batches.
 *
 * Only the length and the last byte of each document are looked at. Bytes are copied once, into
 * buffers that are reused after {@linkcode FramedBatch.release}; a document longer than a buffer is
 * put together in one that grows with what really arrives. A stream of no bytes has no documents.
 *
 * @param chunks The bytes, cut anywhere. A chunk is not looked at after the next one was asked for.
 * @param options Sizes of batches, where the stream starts, how to stop it.
 * @returns The batches, in order.
 * @throws {DataError} If a length is under 5 or over {@linkcode MAX_DOCUMENT_BYTES}, a document does
 * not end in 0, or the stream ends inside one; with the offset and index of that document, after all
 * documents before it were given.
 * @throws {UsageError} If a size in the options is not a positive whole number.
 *
 * @example
 * ```ts
 * import { frameDocuments } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * async function* chunks() {
 *   yield new Uint8Array([5, 0, 0]);
 *   yield new Uint8Array([0, 0, 5, 0, 0, 0, 0]);
 * }
 * for await (const batch of frameDocuments(chunks())) {
 *   assertEquals([...batch.starts], [0, 5]);
 *   assertEquals(batch.endOffset, 10);
 * }
 * ```
 */
export async function* frameDocuments(
  chunks: AsyncIterable<Uint8Array>,
  options: FrameOptions = {},
): AsyncGenerator<FramedBatch, void, void> {
  const { batchBytes = 1024 * 1024, batchDocuments = Infinity, signal } = options;
  checkSize("batchBytes", batchBytes);
  if (batchDocuments !== Infinity) checkSize("batchDocuments", batchDocuments);
  const { startOffset = 0, firstIndex = 0, name } = options;
  const framer = new Framer({ batchBytes, batchDocuments, startOffset, firstIndex, name });
  const reading = chunks[Symbol.asyncIterator]();
  try {
    while (true) {
      throwIfInterrupted(signal);
      const next = await nextOf(reading, framer);
      if ("error" in next) {
        yield* framer.take();
        throw next.error;
      }
      if (next.done === true) break;
      for (let at = 0; at < next.value.length;) {
        at += framer.fill(next.value, at);
        if (framer.full) yield* framer.take();
      }
    }
  } finally {
    await reading.return?.();
  }
  yield* framer.finish();
}

/** The next chunk, or why there is none: what is whole is given before that is thrown. */
async function nextOf(
  reading: AsyncIterator<Uint8Array>,
  framer: Framer,
): Promise<IteratorResult<Uint8Array> | { readonly error: unknown }> {
  try {
    return await reading.next();
  } catch (error) {
    if (!(error instanceof DataError) || error.index !== undefined) return { error };
    const count = framer.documents;
    const hint = count === 0 ? error.hint : wholeBefore("that", count);
    return {
      error: new DataError(error.message, {
        ...(hint === undefined ? {} : { hint }),
        ...(error.stage === undefined ? {} : { stage: error.stage }),
        ...(error.offset === undefined ? {} : { offset: error.offset }),
        index: count,
        cause: error.cause,
      }),
    };
  }
}

function checkSize(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new UsageError(`Cannot use ${name} "${value}": it is not a positive whole number`);
}
