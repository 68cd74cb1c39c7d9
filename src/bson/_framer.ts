import { DataError, documentLength } from "../core/mod.ts";
import { BufferPool } from "./_buffer_pool.ts";
import type { FramedBatch } from "./frame.ts";
import { MAX_DOCUMENT_BYTES } from "./types.ts";

/** What a {@linkcode Framer} is made with; all checked by the caller. */
export interface FramerOptions {
  /** About how many bytes a batch holds. */
  readonly batchBytes: number;
  /** At most how many documents a batch holds. */
  readonly batchDocuments: number;
  /** Offset of the first byte in the uncompressed stream. */
  readonly startOffset: number;
  /** Index of the first document. */
  readonly firstIndex: number;
  /** What is read, for messages. */
  readonly name: string | undefined;
}

/** What is whole before something that is wrong: one document, or more. */
export function wholeBefore(what: string, documents: number): string {
  return documents === 1
    ? `the one document before ${what} is whole`
    : `the ${documents} documents before ${what} are whole`;
}

/** Below this a buffer costs more to handle than it holds; smaller batches share one. */
const MIN_BUFFER_BYTES = 4096;

/**
 * Cuts bytes into documents. It is filled until it is full, then gives all whole documents at once
 * and keeps the beginning of the next; nothing is allocated for a document by itself.
 */
export class Framer {
  readonly #options: FramerOptions;
  readonly #pool = new BufferPool();
  #buffer: Uint8Array<ArrayBuffer>;
  /** Bytes of the buffer in use. */
  #filled = 0;
  /** Where the first document that is not whole yet starts. */
  #scanned = 0;
  /** Offset in the stream of the buffer's first byte. */
  #base: number;
  /** Index of the buffer's first document. */
  #index: number;
  #starts = new Uint32Array(1024);
  #count = 0;
  #failure: DataError | undefined;

  constructor(options: FramerOptions) {
    this.#options = options;
    this.#base = options.startOffset;
    this.#index = options.firstIndex;
    this.#buffer = this.#pool.take(Math.max(options.batchBytes, MIN_BUFFER_BYTES));
  }

  /** Whether {@linkcode take} is due before more can be filled in. */
  get full(): boolean {
    return this.#failure !== undefined || this.#filled === this.#buffer.length;
  }

  /** How many documents are whole so far, those before the first one of this stream included. */
  get documents(): number {
    return this.#index + this.#count;
  }

  /** Copies bytes in, as many as there is room for, and says how many. */
  fill(chunk: Uint8Array, from: number): number {
    const count = Math.min(chunk.length - from, this.#buffer.length - this.#filled);
    this.#buffer.set(
      from === 0 && count === chunk.length ? chunk : chunk.subarray(from, from + count),
      this.#filled,
    );
    this.#filled += count;
    this.#scan();
    return count;
  }

  /** Gives the whole documents; throws what was wrong after the last of them, if something was. */
  *take(): Generator<FramedBatch, void, void> {
    const buffer = this.#buffer;
    const count = this.#count;
    const starts = this.#starts.slice(0, count);
    const [base, index, end] = [this.#base, this.#index, this.#scanned];
    // After a failure nothing is filled in any more, and the length that would size it may be the lie.
    if (this.#failure === undefined) this.#renew();
    if (count > 0) yield* this.#batches(buffer, starts, base, index, end);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Gives what is left at the end of the stream; throws if a document is not whole. */
  *finish(): Generator<FramedBatch, void, void> {
    const left = this.#filled - this.#scanned;
    if (left > 0 && this.#failure === undefined) {
      const had = left < 4
        ? `the data ends after ${left} of the 4 bytes of its length`
        : `the data ends after ${left} of its ${documentLength(this.#buffer, this.#scanned)} bytes`;
      this.#fail(had, (before) => `The data was cut short; ${before}.`);
    }
    yield* this.take();
  }

  /** Finds the documents that became whole. */
  #scan(): void {
    const buffer = this.#buffer;
    const filled = this.#filled;
    let at = this.#scanned;
    while (filled - at >= 4) {
      const length = documentLength(buffer, at);
      if (length < 5 || length > MAX_DOCUMENT_BYTES) {
        this.#scanned = at;
        // BSON lengths are signed: one with its top bit set is negative to whoever wrote it.
        const signed = length | 0;
        const limit = signed < 5 ? "less than 5" : `more than ${MAX_DOCUMENT_BYTES}`;
        this.#fail(`its length is given as ${signed} bytes, which is ${limit}`);
        return;
      }
      if (filled - at < length) break;
      if (buffer[at + length - 1] !== 0) {
        this.#scanned = at;
        this.#fail(`its last byte (at ${this.#base + at + length - 1}) is not 0`);
        return;
      }
      if (this.#count === this.#starts.length) {
        const more = new Uint32Array(this.#count * 2);
        more.set(this.#starts);
        this.#starts = more;
      }
      this.#starts[this.#count++] = at;
      at += length;
    }
    this.#scanned = at;
  }

  /** Notes what is wrong with the document at `#scanned`; the ones before it are given first. */
  #fail(what: string, hint?: (before: string) => string): void {
    const index = this.#index + this.#count;
    const offset = this.#base + this.#scanned;
    const of = this.#options.name === undefined ? "" : ` of "${this.#options.name}"`;
    const before = index === 0 ? "no document is whole" : wholeBefore("it", index);
    this.#failure = new DataError(`Cannot read document ${index} at byte ${offset}${of}: ${what}`, {
      offset,
      index,
      stage: "source",
      hint: hint?.(before) ?? `the data is corrupt from there on; ${before}`,
    });
  }

  /** Moves what is left over to the front of a buffer that has room for more. */
  #renew(): void {
    const left = this.#buffer.subarray(this.#scanned, this.#filled);
    const usual = Math.max(this.#options.batchBytes, MIN_BUFFER_BYTES);
    let capacity = usual;
    if (left.length >= usual) {
      // Twice what really arrived, not what the length claims: a lie allocates nothing.
      capacity = Math.min(left.length * 2, documentLength(left, 0));
    }
    const next = this.#pool.take(Math.max(capacity, usual));
    next.set(left);
    if (this.#count === 0) this.#pool.give(this.#buffer);
    this.#base += this.#scanned;
    this.#index += this.#count;
    this.#buffer = next;
    this.#filled = left.length;
    this.#scanned = 0;
    this.#count = 0;
  }

  /** Cuts one buffer into batches of the wanted size; the last one released gives it back. */
  *#batches(
    buffer: Uint8Array<ArrayBuffer>,
    starts: Uint32Array,
    base: number,
    index: number,
    end: number,
  ): Generator<FramedBatch, void, void> {
    const { batchBytes, batchDocuments } = this.#options;
    const cuts = [0];
    for (let i = 1, from = 0; i < starts.length; i++) {
      const next = i + 1 < starts.length ? starts[i + 1]! : end;
      if (next - starts[from]! <= batchBytes && i - from < batchDocuments) continue;
      cuts.push(i);
      from = i;
    }
    let held = cuts.length;
    for (let i = 0; i < cuts.length; i++) {
      const from = cuts[i]!;
      const to = cuts[i + 1] ?? starts.length;
      let released = false;
      yield {
        buffer,
        starts: cuts.length === 1 ? starts : starts.subarray(from, to),
        firstIndex: index + from,
        startOffset: base + starts[from]!,
        endOffset: base + (to < starts.length ? starts[to]! : end),
        release: () => {
          if (released) return;
          released = true;
          if (--held === 0) this.#pool.give(buffer);
        },
      };
    }
  }
}
