import type { Namespace } from "./namespace.ts";
import type { Position } from "./position.ts";

/**
 * A batch of raw BSON documents: one buffer and where its documents start.
 *
 * It is the unit that flows from a source to a target. Documents may have gaps between them, as the
 * replies of a server have. Each starts with its own length, a little-endian int32
 * ({@link https://bsonspec.org/spec.html | BSON specification}), which the source has checked to lie
 * inside the buffer.
 *
 * The source owns `buffer` until it yields the batch; then the batch does, until
 * {@linkcode RawBatch.release} is called, which the pipeline does after the target acknowledged it.
 */
export interface RawBatch {
  /** The collection that the documents belong to. */
  readonly namespace: Namespace;
  /** The bytes that hold the documents. */
  readonly buffer: Uint8Array;
  /** Offset in `buffer` of each document's first byte, ascending. */
  readonly starts: Uint32Array;
  /** Index in the source's namespace of the first document, from 0, for the position of errors. */
  readonly firstIndex: number;
  /** The partition this batch was read from; `seq` is dense and ascending in a lane, from 0. */
  readonly lane: number;
  /** Number of this batch in its lane, from 0. */
  readonly seq: number;
  /** Where the source goes on after this batch. */
  readonly after: Position;
  /** Gives the buffer back to the source; called once, after which nobody reads it. */
  release?(): void;
}

/**
 * The length in bytes of the document that starts at an offset, as its first four bytes say.
 *
 * @param buffer The bytes.
 * @param start Offset of the document's first byte.
 * @returns The length in bytes, the four bytes of the length itself included.
 *
 * @example
 * ```ts
 * import { documentLength } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(documentLength(new Uint8Array([5, 0, 0, 0, 0]), 0), 5);
 * ```
 */
export function documentLength(buffer: Uint8Array, start: number): number {
  return (buffer[start]! | (buffer[start + 1]! << 8) | (buffer[start + 2]! << 16) |
    (buffer[start + 3]! << 24)) >>> 0;
}

/**
 * One document of a batch as a view of its bytes, without a copy.
 *
 * @param batch The batch.
 * @param index Which document, from 0.
 * @returns A view that is valid until the batch is released.
 * @throws {RangeError} If the batch has no such document.
 *
 * @example
 * ```ts
 * import { batchDocument, type RawBatch } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const batch: RawBatch = {
 *   namespace: { db: "shop", collection: "orders" },
 *   buffer: new Uint8Array([5, 0, 0, 0, 0]),
 *   starts: new Uint32Array([0]),
 *   firstIndex: 0,
 *   lane: 0,
 *   seq: 0,
 *   after: { v: 1, kind: "example" },
 * };
 * assertEquals(batchDocument(batch, 0).length, 5);
 * ```
 */
export function batchDocument(batch: RawBatch, index: number): Uint8Array {
  const start = batch.starts[index];
  if (start === undefined) {
    throw new RangeError(`Cannot take document ${index}: the batch has ${batch.starts.length}`);
  }
  return batch.buffer.subarray(start, start + documentLength(batch.buffer, start));
}

/**
 * The bytes of all documents of a batch, gaps left out.
 *
 * @param batch The batch.
 * @returns The number of bytes.
 *
 * @example
 * ```ts
 * import { batchBytes, type RawBatch } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const batch: RawBatch = {
 *   namespace: { db: "", collection: "orders" },
 *   buffer: new Uint8Array([5, 0, 0, 0, 0, 99, 5, 0, 0, 0, 0]),
 *   starts: new Uint32Array([0, 6]),
 *   firstIndex: 0,
 *   lane: 0,
 *   seq: 0,
 *   after: { v: 1, kind: "example" },
 * };
 * assertEquals(batchBytes(batch), 10);
 * ```
 */
export function batchBytes(batch: RawBatch): number {
  let bytes = 0;
  for (const start of batch.starts) bytes += documentLength(batch.buffer, start);
  return bytes;
}
