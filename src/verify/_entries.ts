import { BSON_TYPE, documentId } from "../bson/mod.ts";
import { DataError, documentLength } from "../core/mod.ts";
import type { DocumentHash } from "./_hash.ts";
import { isIdFirst, viewOf } from "./_tally.ts";

/** Words of an entry: the hash of the `_id`, then the hash of the document. */
const WORDS = 8;
/** Entries of a block: lists grow by blocks, so that none is ever copied. */
const BLOCK_BITS = 15, BLOCK = 1 << BLOCK_BITS;
/** Where an ObjectId ends that is the first element, its key `_id`. */
const OBJECT_ID_END = 4 + 1 + 4 + 12;
const SCRATCH = viewOf(new Uint8Array(9));

/**
 * Hashes the `_id` of a document; numbers that a server takes for the same have one hash. Without an
 * `_id` the document's own hash, which is the last one then, stands for it.
 */
export function hashId(
  hash: DocumentHash,
  buffer: Uint8Array,
  view: DataView,
  start: number,
): void {
  // An ObjectId in front, as nearly all are, needs no search and no object for each document.
  const inFront = buffer[start + 4] === BSON_TYPE.objectId && isIdFirst(buffer, start);
  if (inFront && documentLength(buffer, start) > OBJECT_ID_END) {
    return hash.hash(view, start + 4, start + OBJECT_ID_END);
  }
  const span = idOf(buffer, start);
  if (span === undefined) return;
  const { type, valueStart, end } = span;
  const value = type === BSON_TYPE.int
    ? view.getInt32(valueStart, true)
    : type === BSON_TYPE.double
    ? view.getFloat64(valueStart, true)
    : type === BSON_TYPE.long
    ? Number(view.getBigInt64(valueStart, true))
    : NaN;
  if (!Number.isSafeInteger(value)) return hash.hash(view, span.start, end);
  SCRATCH.setFloat64(0, value === 0 ? 0 : value, true);
  hash.hash(SCRATCH, 0, 9);
}

/** Where the `_id` lies, if there is one that can be found. */
export function idOf(
  buffer: Uint8Array,
  start: number,
): ReturnType<typeof elementOf> {
  try {
    return elementOf(buffer, start);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

function elementOf(buffer: Uint8Array, start: number) {
  return documentId(buffer, start)?.span;
}

/** Documents of one side that may differ, by their hashes alone: 32 bytes each. */
export class Entries {
  /** How many. */
  count = 0;
  readonly #blocks: Int32Array[] = [];

  #at(index: number): number {
    return (index & BLOCK - 1) * WORDS;
  }

  /** Takes the hash of an `_id`, to which the document's own is added next. */
  addId({ h1, h2, h3, h4 }: DocumentHash): void {
    const at = this.#at(this.count);
    // The first block is small: most lists are short.
    const block = this.count >>> BLOCK_BITS;
    this.#blocks[block] ??= new Int32Array(WORDS * (block === 0 ? 256 : BLOCK));
    if (at === this.#blocks[block]!.length) this.#growFirst();
    const words = this.#blocks[block]!;
    words[at] = h1;
    words[at + 1] = h2;
    words[at + 2] = h3;
    words[at + 3] = h4;
  }

  /** Completes an entry with the document's own hash. */
  addDocument(h1: number, h2: number, h3: number, h4: number): void {
    const words = this.#blocks[this.count >>> BLOCK_BITS]!, at = this.#at(this.count) + 4;
    words[at] = h1;
    words[at + 1] = h2;
    words[at + 2] = h3;
    words[at + 3] = h4;
    this.count++;
  }

  /** Lets go of all, and keeps the room for as many. */
  clear(): void {
    this.count = 0;
  }

  #growFirst(): void {
    const larger = new Int32Array(WORDS * BLOCK);
    larger.set(this.#blocks[0]!);
    this.#blocks[0] = larger;
  }

  /** The hash of an entry's document, as a key. */
  documentKey(index: number): string {
    return keyOf(this.#blocks[index >>> BLOCK_BITS]!, this.#at(index) + 4);
  }

  /** A number that is the same for entries of one `_id`, or of one `_id` and one document. */
  spread(index: number, whole: boolean): number {
    const words = this.#blocks[index >>> BLOCK_BITS]!, at = this.#at(index);
    // Where a document has no `_id` both hashes are one: together they must not vanish.
    return whole ? words[at]! ^ Math.imul(words[at + 4]!, 0x9e3779b1) : words[at]!;
  }

  /** Whether two entries are of one `_id`, or of one `_id` and one document. */
  static equal(a: Entries, i: number, b: Entries, j: number, whole: boolean): boolean {
    const inA = a.#blocks[i >>> BLOCK_BITS]!, atA = a.#at(i);
    const inB = b.#blocks[j >>> BLOCK_BITS]!, atB = b.#at(j);
    for (let k = 0; k < (whole ? WORDS : 4); k++) {
      if (inA[atA + k] !== inB[atB + k]) return false;
    }
    return true;
  }
}

/** A document's hash as a key of a map. */
export function keyOf(words: ArrayLike<number>, at: number): string {
  return `${words[at]},${words[at + 1]},${words[at + 2]},${words[at + 3]}`;
}

/** Which entries are left when those that both sides have are taken out. */
export interface Left {
  /** Only in the first. */
  readonly missing: readonly number[];
  /** Only in the second. */
  readonly extra: readonly number[];
  /** Of one `_id`, and not the same: index in the first, index in the second. */
  readonly different: readonly (readonly [number, number])[];
  /** How many there are of each, those that are not listed included. */
  readonly counts: { readonly missing: number; readonly extra: number; readonly different: number };
}

/** Compares two multisets of entries; lists at most `most` of each kind, in the order of the sources. */
export function compareEntries(a: Entries, b: Entries, most: number): Left {
  const whole = pair(a, upTo(a.count), b, upTo(b.count), true);
  const byId = pair(a, whole.onlyA, b, whole.onlyB, false);
  return {
    missing: [...byId.onlyA.subarray(0, most)],
    extra: [...byId.onlyB.subarray(0, most)],
    different: byId.pairs.slice(0, most),
    counts: {
      missing: byId.onlyA.length,
      extra: byId.onlyB.length,
      different: byId.onlyAOf.length - byId.onlyA.length,
    },
  };
}

/** The numbers from 0 to one below. */
function upTo(count: number): Int32Array {
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

interface Paired {
  readonly onlyAOf: Int32Array;
  readonly onlyA: Int32Array;
  readonly onlyB: Int32Array;
  readonly pairs: readonly (readonly [number, number])[];
}

/** More pairs than this nobody reads. */
const MOST_PAIRS = 10_000;

/** Pairs entries that are equal, each with one other at most. */
function pair(
  a: Entries,
  ofA: Int32Array,
  b: Entries,
  ofB: Int32Array,
  whole: boolean,
): Paired {
  let size = 16;
  while (size < ofA.length) size *= 2;
  // Chains of positions in `ofA`; what was paired is taken out, so that equal ones cost no search.
  const heads = new Int32Array(size).fill(-1);
  const next = new Int32Array(ofA.length);
  for (let i = ofA.length - 1; i >= 0; i--) {
    const slot = slotOf(a.spread(ofA[i]!, whole), size);
    next[i] = heads[slot]!;
    heads[slot] = i;
  }
  const taken = new Uint8Array(ofA.length);
  const onlyB = new Int32Array(ofB.length);
  let left = 0;
  const pairs: [number, number][] = [];
  let count = 0;
  for (const j of ofB) {
    const slot = slotOf(b.spread(j, whole), size);
    let before = -1, i = heads[slot]!;
    while (i >= 0 && !Entries.equal(a, ofA[i]!, b, j, whole)) {
      before = i;
      i = next[i]!;
    }
    if (i < 0) {
      onlyB[left++] = j;
      continue;
    }
    if (before < 0) heads[slot] = next[i]!;
    else next[before] = next[i]!;
    taken[i] = 1;
    count++;
    if (!whole && pairs.length < MOST_PAIRS) pairs.push([ofA[i]!, j]);
  }
  const onlyA = new Int32Array(ofA.length - count);
  let at = 0;
  for (let i = 0; i < ofA.length; i++) if (taken[i] === 0) onlyA[at++] = ofA[i]!;
  return { onlyAOf: ofA, onlyA, onlyB: onlyB.subarray(0, left), pairs };
}

function slotOf(spread: number, size: number): number {
  return (spread ^ spread >>> 15) & size - 1;
}
