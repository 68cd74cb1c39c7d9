import { BSON_TYPE, documentId } from "../bson/mod.ts";
import { DataError } from "../core/mod.ts";
import type { DocumentHash } from "./_hash.ts";
import { viewOf } from "./_tally.ts";

/** Words of an entry: the hash of the `_id`, then the hash of the document. */
const WORDS = 8;
const SCRATCH = viewOf(new Uint8Array(9));

/**
 * Hashes the `_id` of a document; numbers that a server takes for the same have one hash. Without an
 * `_id` the document's own hash, which is the last one then, stands for it.
 */
export function hashId(hash: DocumentHash, buffer: Uint8Array, start: number): void {
  const span = idOf(buffer, start);
  if (span === undefined) return;
  const { type, valueStart, end } = span;
  const view = viewOf(buffer);
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
  #words = new Int32Array(WORDS * 256);

  /** Takes the hash of an `_id`, to which the document's own is added next. */
  addId({ h1, h2, h3, h4 }: DocumentHash): void {
    if (this.#words.length === this.count * WORDS) {
      const more = new Int32Array(this.#words.length * 2);
      more.set(this.#words);
      this.#words = more;
    }
    const words = this.#words, at = this.count * WORDS;
    words[at] = h1;
    words[at + 1] = h2;
    words[at + 2] = h3;
    words[at + 3] = h4;
  }

  /** Completes an entry with the document's own hash. */
  addDocument(h1: number, h2: number, h3: number, h4: number): void {
    const words = this.#words, at = this.count * WORDS + 4;
    words[at] = h1;
    words[at + 1] = h2;
    words[at + 2] = h3;
    words[at + 3] = h4;
    this.count++;
  }

  /** The hash of an entry's document, as a key. */
  documentKey(index: number): string {
    return keyOf(this.#words, index * WORDS + 4);
  }

  /** A number that is the same for entries of one `_id`, or of one `_id` and one document. */
  spread(index: number, whole: boolean): number {
    const at = index * WORDS;
    return whole ? this.#words[at]! ^ this.#words[at + 4]! : this.#words[at]!;
  }

  /** Whether two entries are of one `_id`, or of one `_id` and one document. */
  static equal(a: Entries, i: number, b: Entries, j: number, whole: boolean): boolean {
    const inA = a.#words, inB = b.#words, atA = i * WORDS, atB = j * WORDS;
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
  const allA = Int32Array.from({ length: a.count }, (_, i) => i);
  const allB = Int32Array.from({ length: b.count }, (_, i) => i);
  const whole = pair(a, allA, b, allB, true);
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
  const onlyB: number[] = [];
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
      onlyB.push(j);
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
  return { onlyAOf: ofA, onlyA, onlyB: Int32Array.from(onlyB), pairs };
}

function slotOf(spread: number, size: number): number {
  return (spread ^ spread >>> 15) & size - 1;
}
