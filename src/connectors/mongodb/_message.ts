/** A batch cut into messages for the wire: documents lying one behind another, each with an `_id`. */
import { documentId, withId } from "../../bson/mod.ts";
import { DataError, documentLength, type RawBatch, type Rejection } from "../../core/mod.ts";
import { idIsFirst, type IdSource, shownId } from "./_ids.ts";
import type { Slot } from "./_slots.ts";

/** How large a message may be. */
export interface MessageLimits {
  /** Bytes of documents in a message. */
  readonly bytes: number;
  /** Documents in a message. */
  readonly documents: number;
  /** Bytes of one document. */
  readonly documentBytes: number;
}

/** What became of the documents of a message. */
export interface MessageResult {
  /** Written as new. */
  inserted: number;
  /** Written over another. */
  replaced: number;
  /** Already there, byte for byte. */
  unchanged: number;
  /** Left as it is there. */
  skipped: number;
  /** Not taken. */
  readonly rejected: Rejection[];
  /** Bytes of the documents that were written. */
  bytes: number;
}

/** A document whose `_id`, or another unique value, is there already. */
export interface Duplicate {
  /** Index of the document in the message. */
  readonly index: number;
  /** Fields of the unique index, where the server says them. */
  readonly keyPattern?: Readonly<Record<string, unknown>>;
  /** The index, where the server says it. */
  readonly indexName?: string;
}

/** A message, and how far it got: what was acknowledged is not sent again. */
export interface Message {
  /** The documents, one behind another. */
  readonly bytes: Uint8Array;
  /** How many. */
  readonly count: number;
  /** Index in the batch of the first of them. */
  readonly first: number;
  /** The session and transaction number it is sent with, kept for a replay. */
  slot?: Slot | undefined;
  /** Whether an earlier try may have been executed without an answer, and no number tells. */
  ambiguous: boolean;
  /** What the insert did; set once it was acknowledged. */
  inserted?: MessageResult;
  /** Duplicates of the insert that are not settled yet. */
  duplicates?: readonly Duplicate[];
  /** Indexes of documents that an update was sent for whose answer may be lost. */
  replacing?: ReadonlySet<number>;
}

/** A batch made ready. */
export interface Prepared {
  /** The buffer that the messages may be views of. */
  readonly buffer: Uint8Array;
  /** What is sent. */
  readonly messages: readonly Message[];
  /** What is not. */
  readonly rejected: readonly Rejection[];
  /** Documents that were given an `_id`. */
  readonly idsAdded: number;
  /** Documents whose `_id` is not in front. */
  readonly idsMoved: number;
}

/**
 * Cuts a batch into messages. Documents that lie next to each other are not copied.
 *
 * @param batch The batch.
 * @param limits How large a message may be.
 * @param ids Where new `_id`s come from; none are added without.
 * @param key What the batch is known by, for the `_id`s.
 * @returns The messages, and what cannot be sent.
 */
export function prepareBatch(
  batch: RawBatch,
  limits: MessageLimits,
  ids: IdSource | undefined,
  key: string,
): Prepared {
  const { buffer, starts } = batch;
  const messages: Message[] = [];
  const rejected: Rejection[] = [];
  let idsAdded = 0;
  let idsMoved = 0;
  /** Documents of the message that is being made; `replaced` holds those with a new `_id`. */
  let first = 0;
  let bytes = 0;
  let contiguous = true;
  let expected = -1;
  let replaced: Map<number, Uint8Array> | undefined;

  const flush = (end: number) => {
    const count = end - first;
    if (count > 0) {
      const start = starts[first]!;
      const all = contiguous
        ? buffer.subarray(start, start + bytes)
        : compact(batch, first, end, bytes, replaced);
      messages.push({ bytes: all, count, first, ambiguous: false });
    }
    bytes = 0;
    contiguous = true;
    expected = -1;
    replaced = undefined;
  };

  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!;
    const length = documentLength(buffer, start);
    let size = length;
    let document: Uint8Array | undefined;
    if (!idIsFirst(buffer, start)) {
      if (hasId(batch, i)) {
        idsMoved++;
      } else if (ids !== undefined) {
        document = withId(buffer, start, ids.id(key, starts.length, i));
        size = document.length;
      }
    }
    if (size > limits.documentBytes) {
      flush(i);
      rejected.push(tooLarge(batch, i, size, limits.documentBytes));
      first = i + 1;
      continue;
    }
    if (bytes > 0 && (bytes + size > limits.bytes || i - first >= limits.documents)) {
      flush(i);
      first = i;
    }
    if (document !== undefined) {
      idsAdded++;
      (replaced ??= new Map()).set(i, document);
      contiguous = false;
    } else if (expected >= 0 && start !== expected) {
      contiguous = false;
    }
    expected = start + length;
    bytes += size;
  }
  flush(starts.length);
  return { buffer, messages, rejected, idsAdded, idsMoved };
}

function compact(
  { buffer, starts }: RawBatch,
  first: number,
  end: number,
  bytes: number,
  replaced: ReadonlyMap<number, Uint8Array> | undefined,
): Uint8Array {
  const made = new Uint8Array(bytes);
  let at = 0;
  for (let i = first; i < end; i++) {
    const start = starts[i]!;
    const document = replaced?.get(i) ??
      buffer.subarray(start, start + documentLength(buffer, start));
    made.set(document, at);
    at += document.length;
  }
  return made;
}

function tooLarge(batch: RawBatch, index: number, size: number, limit: number): Rejection {
  const start = batch.starts[index]!;
  const id = shownId(batch.buffer.subarray(start, start + documentLength(batch.buffer, start)));
  return {
    index: batch.firstIndex + index,
    code: 10334,
    reason: `it has ${size} bytes, and the server takes at most ${limit}`,
    ...(id === undefined ? {} : { id }),
  };
}

function hasId({ buffer, starts, firstIndex }: RawBatch, index: number): boolean {
  try {
    return documentId(buffer, starts[index]!) !== undefined;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw corruptDocument(firstIndex + index, error);
  }
}

/** The error for a document whose inside is not BSON. */
export function corruptDocument(index: number, cause: unknown): DataError {
  return new DataError(`Cannot write document ${index}: it is corrupt BSON inside`, {
    index,
    cause,
    stage: "source",
  });
}
