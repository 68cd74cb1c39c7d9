/** The documents of a server's reply where they lie, without an object for each. */
import type { AggregationCursor, FindCursor } from "mongodb";
import { DataError, documentLength } from "../../core/mod.ts";

/** Raw documents in one buffer, next to each other. */
export interface Reply {
  /** The bytes, in the memory of the driver's message, which nobody else reads any more. */
  readonly buffer: Uint8Array;
  /** Where each document starts. */
  readonly starts: Uint32Array;
  /** Bytes of the documents alone. */
  readonly bytes: number;
  /** Whether nobody looks at the memory any more but who has the reply. */
  readonly own: boolean;
}

/**
 * The members of the driver's cursor that are used. They are not part of its public interface: the
 * driver's version is pinned, what is there is looked at, and without it the public calls are used.
 */
interface CursorInternals {
  readonly documents?: {
    readonly iterated?: unknown;
    readonly batch?: { readonly bson?: unknown; readonly elements?: unknown };
    clear?(): void;
    readonly $clusterTime?: unknown;
  } | null;
  readonly cursorOptions?: { batchSize?: unknown };
}

/** In each element of the driver's scan: type, name offset, name length, value offset, length. */
const ELEMENT_TYPE = 0;
const ELEMENT_VALUE = 3;
const TYPE_OBJECT = 3;

/** A cursor over raw documents. */
export type RawCursor = FindCursor<Uint8Array> | AggregationCursor<Uint8Array>;

/** Takes what the cursor has buffered. */
export function takeReply(cursor: RawCursor): Reply {
  const reply = takeWhole(cursor as unknown as CursorInternals) ?? takeViews(cursor);
  return joined(reply);
}

/** Documents as the driver has them: with gaps, and not looked at. */
type Taken = Pick<Reply, "buffer" | "starts" | "own">;

/** Sets how many documents the next reply has; `false` if this driver does not let one. */
export function setBatchSize(cursor: RawCursor, size: number): boolean {
  const options = (cursor as unknown as CursorInternals).cursorOptions;
  if (typeof options?.batchSize !== "number") return false;
  options.batchSize = size;
  return true;
}

function takeWhole({ documents }: CursorInternals): Taken | undefined {
  const batch = documents?.batch;
  if (documents?.iterated !== 0 || typeof documents.clear !== "function") return undefined;
  if (!(batch?.bson instanceof Uint8Array) || !Array.isArray(batch.elements)) return undefined;
  const elements = batch.elements as (readonly number[])[];
  const starts = new Uint32Array(elements.length);
  for (let i = 0; i < starts.length; i++) {
    const element = elements[i]!;
    if (element[ELEMENT_TYPE] !== TYPE_OBJECT) return undefined;
    starts[i] = element[ELEMENT_VALUE]!;
  }
  documents.clear();
  // An array for each document: kept until the next reply they make the heap a third larger.
  elements.length = 0;
  const { buffer, byteOffset, length } = batch.bson;
  // A plain array: the driver's buffers have a `slice` that does not copy.
  const own = keepsNothing(documents.$clusterTime);
  return { buffer: new Uint8Array(buffer, byteOffset, length), starts, own };
}

/**
 * Whether the driver keeps nothing of a reply whose documents were taken. What it does keep is the time
 * of the server with its signature, which it sends with the next command: that is made a copy.
 */
function keepsNothing(time: unknown): boolean {
  // The driver says null where the server told none.
  if (typeof time !== "object") return false;
  const signature = (time as { signature?: unknown } | null)?.signature ?? null;
  if (signature === null) return true;
  const { hash } = signature as { hash?: { buffer?: unknown } };
  if (!(hash?.buffer instanceof Uint8Array)) return false;
  hash.buffer = new Uint8Array(hash.buffer);
  return true;
}

/** By the driver's public call: views that share the reply's memory. */
function takeViews(cursor: RawCursor): Taken {
  const views = cursor.readBufferedDocuments();
  const starts = new Uint32Array(views.length);
  const first = views[0];
  const last = views.at(-1);
  if (first === undefined || last === undefined) {
    return { buffer: new Uint8Array(0), starts, own: false };
  }
  const base = first.byteOffset;
  const end = last.byteOffset + last.length;
  if (
    views.every((view, i) =>
      view.buffer === first.buffer && view.byteOffset >= (views[i - 1]?.byteOffset ?? base)
    )
  ) {
    views.forEach((view, i) => starts[i] = view.byteOffset - base);
    return { buffer: new Uint8Array(first.buffer, base, end - base), starts, own: false };
  }
  const buffer = new Uint8Array(views.reduce((sum, view) => sum + view.length, 0));
  let at = 0;
  views.forEach((view, i) => {
    starts[i] = at;
    buffer.set(view, at);
    at += view.length;
  });
  return { buffer, starts, own: true };
}

/**
 * Looks at each document's length and end, and moves it up to the one before: between them the reply has
 * the keys of its array. Whoever writes them on, or takes a checksum, has one piece then.
 */
function joined({ buffer, starts, own }: Taken): Reply {
  const from = starts[0] ?? 0;
  let end = from;
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!;
    const length = documentLength(buffer, start);
    if (length < 5 || start + length > buffer.length || buffer[start + length - 1] !== 0) {
      throw new DataError(`Cannot read the server's reply: document ${i} of it is corrupt`, {
        index: i,
      });
    }
    if (start !== end) buffer.copyWithin(end, start, start + length);
    starts[i] = end;
    end += length;
  }
  return { buffer, starts, bytes: end - from, own };
}

/** Frees the memory of a reply at once if it is its own; nobody may read it afterwards. */
export function freeReply({ buffer, own }: Reply): void {
  const memory = buffer.buffer;
  // A small buffer may be a piece of one that others use: always of less than half of it.
  if (!own || buffer.length <= memory.byteLength / 2 || !(memory instanceof ArrayBuffer)) return;
  // Left to the garbage collector, replies are most of the memory in use.
  memory.transfer?.(0);
}
