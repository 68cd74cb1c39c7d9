import { documentId, withIdFirst } from "../bson/mod.ts";
import {
  type CollectionInfo,
  DataError,
  documentLength,
  type Namespace,
  type RawBatch,
} from "../core/mod.ts";
import { Digest, type DocumentHash } from "./_hash.ts";

const ID_BITS = 16;
const UNDERSCORE = 0x5f, I = 0x69, D = 0x64;

/** Whether the first element of a document is its `_id`, or it has no element. */
export function isIdFirst(buffer: Uint8Array, start: number): boolean {
  if (buffer[start + 4] === 0) return true;
  return buffer[start + 5] === UNDERSCORE && buffer[start + 6] === I && buffer[start + 7] === D &&
    buffer[start + 8] === 0;
}

/** A copy with the `_id` in front, if it can be found and is not there. */
export function withIdMoved(buffer: Uint8Array, start: number): Uint8Array | undefined {
  if (isIdFirst(buffer, start)) return undefined;
  try {
    return documentId(buffer, start) === undefined ? undefined : withIdFirst(buffer, start);
  } catch (error) {
    // Documents are compared as bytes, whatever is in them.
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** A view of a buffer, made once a batch. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/**
 * Counts and digests of one side of a collection; and, in buckets by a part of each document's hash,
 * the sums of the rest of it. A document that only one side has makes just one bucket differ, so a
 * second pass has to keep only what falls in those.
 */
export class Tally {
  /** The collection. */
  info: CollectionInfo;
  /** Documents so far. */
  documents = 0;
  /** Their bytes. */
  bytes = 0;
  readonly #inPlace = new Digest();
  readonly #moved = new Digest();
  readonly #movedToFront = new Digest();
  readonly #hash: DocumentHash;
  readonly #ignoreIdPosition: boolean;
  #buckets: Int32Array = new Int32Array(0);

  constructor(info: CollectionInfo, hash: DocumentHash, ignoreIdPosition: boolean) {
    this.info = info;
    this.#hash = hash;
    this.#ignoreIdPosition = ignoreIdPosition;
  }

  /** The name at its source. */
  get namespace(): Namespace {
    return this.info.namespace;
  }

  /** The digest of the documents as they are, or with `_id` in front. */
  digest(idFirst: boolean): string {
    return this.#inPlace.plus(idFirst ? this.#movedToFront : this.#moved).hex();
  }

  /**
   * Takes a batch in.
   *
   * @param each Is called for each document with its number in the batch, when its hash is the last one.
   */
  add({ buffer, starts }: RawBatch, each?: (i: number) => void): void {
    // As long as documents come, the whole table is there.
    if (this.#buckets.length === 0) this.#buckets = new Int32Array(2 << ID_BITS);
    const hash = this.#hash, view = viewOf(buffer), buckets = this.#buckets;
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i]!;
      const length = documentLength(buffer, start);
      this.bytes += length;
      const moved = isIdFirst(buffer, start) ? undefined : withIdMoved(buffer, start);
      hash.hash(view, start, start + length);
      if (moved === undefined) this.#inPlace.add(hash);
      else this.#addMoved(moved);
      const at = (hash.h1 >>> 32 - ID_BITS) * 2;
      buckets[at] = buckets[at]! + hash.h2 | 0;
      buckets[at + 1] = buckets[at + 1]! + hash.h3 | 0;
      each?.(i);
    }
    this.documents += starts.length;
  }

  #addMoved(moved: Uint8Array): void {
    const hash = this.#hash;
    this.#moved.add(hash);
    const { h1, h2, h3, h4 } = hash;
    hash.hash(viewOf(moved), 0, moved.length);
    this.#movedToFront.add(hash);
    if (this.#ignoreIdPosition) return;
    hash.h1 = h1;
    hash.h2 = h2;
    hash.h3 = h3;
    hash.h4 = h4;
  }

  /** Ends the collection: keeps about a bucket for each few documents, and at most `most` of them. */
  end(most: number): void {
    let count = 16;
    while (count < most && count < this.documents / 4) count *= 2;
    this.#buckets = folded(this.#buckets, count);
  }

  /** How many buckets are kept. */
  get buckets(): number {
    return this.#buckets.length / 2;
  }

  /** Lets go of the buckets: nothing differs. */
  forget(): void {
    this.#buckets = new Int32Array(0);
  }

  /** Which buckets differ between two sides: 1 at each such index of a hash's first bits. */
  static differing(a: Tally | undefined, b: Tally | undefined): Uint8Array {
    const [ofA, ofB] = [a, b].map((tally) => tally?.documents ? tally.#buckets : undefined);
    const count = Math.min(ofA?.length ?? Infinity, ofB?.length ?? Infinity) / 2;
    // One side has none: all of the other is asked for.
    if (ofA === undefined || ofB === undefined) return new Uint8Array(1).fill(1);
    const inA = folded(ofA, count), inB = folded(ofB, count);
    return Uint8Array.from(
      { length: count },
      (_, i) => inA[2 * i] === inB[2 * i] && inA[2 * i + 1] === inB[2 * i + 1] ? 0 : 1,
    );
  }
}

/** Sums buckets together until there are no more than `count`, a power of two. */
function folded(buckets: Int32Array, count: number): Int32Array {
  if (buckets.length <= count * 2) return buckets;
  const fewer = new Int32Array(count * 2);
  const each = buckets.length / fewer.length;
  for (let i = 0; i < buckets.length / 2; i++) {
    // Buckets go by the first bits of a hash: those that share them lie next to each other.
    const at = Math.floor(i / each) * 2;
    fewer[at] = fewer[at]! + buckets[2 * i]! | 0;
    fewer[at + 1] = fewer[at + 1]! + buckets[2 * i + 1]! | 0;
  }
  return fewer;
}
