import { throwIfInterrupted } from "../core/mod.ts";
import {
  compareWords,
  type Cursor,
  DOCUMENT,
  GROUP_WORDS,
  PAIR,
  placeOf,
  WORDS,
} from "./_entries.ts";

/** Entries after which others get a turn: a signal, a second side. */
const TURN = 1 << 16;

/** Documents of one `_id` that only one side has: how many, and those that came first in the order. */
export class Group {
  /** How many. */
  count = 0;
  readonly #most: number;
  readonly #places: number[] = [];
  /** The hashes of their documents, four words each. */
  #documents = new Int32Array(4 * 16);
  #order: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** How many are kept. */
  get kept(): number {
    return this.#places.length;
  }

  /** Begins anew. */
  clear(): void {
    this.count = 0;
    this.#places.length = 0;
  }

  /** Takes the current entry of a cursor. */
  add(cursor: Cursor): void {
    if (this.count++ >= this.#most) return;
    const to = this.#places.length * 4;
    if (to === this.#documents.length) {
      const larger = new Int32Array(to * 2);
      larger.set(this.#documents);
      this.#documents = larger;
    }
    const { words, at } = cursor;
    for (let i = 0; i < 4; i++) this.#documents[to + i] = words[at + DOCUMENT + i]!;
    this.#places.push(placeOf(cursor));
  }

  /** Puts those that are kept in the order of the source. */
  sort(): void {
    const places = this.#places;
    if (places.length < 2) {
      this.#order[0] = 0;
      return;
    }
    this.#order = places.map((_, i) => i).sort((x, y) => places[x]! - places[y]!);
  }

  /** Where one of those that are kept is, by its number in the order of the source. */
  placeAt(i: number): number {
    return this.#places[this.#order[i]!]!;
  }

  /** One of those that are kept. */
  at(i: number): Leftover {
    const index = this.#order[i]!;
    return { place: this.#places[index]!, document: documentKey(this.#documents, index * 4) };
  }
}

/** A document that the other side does not have, byte for byte. */
export interface Leftover {
  /** Where it is. */
  readonly place: number;
  /** Its hash, as a key. */
  readonly document: string;
}

/** The hash of a document as a key of a map. */
export function documentKey(words: ArrayLike<number>, at: number): string {
  return `${words[at]},${words[at + 1]},${words[at + 2]},${words[at + 3]}`;
}

/** How entries of two sides are compared. */
export interface MergeOptions {
  /** Whether the current entry of a side counts. */
  readonly takes: (cursor: Cursor, side: "a" | "b") => boolean;
  /** At most so many of a group are kept. */
  readonly mostKept: number;
  readonly signal: AbortSignal | undefined;
  /** Is given what is left of each `_id` in each pair when documents that both sides have are taken out. */
  readonly onGroup: (pair: number, a: Group, b: Group) => void;
}

/** Walks through the sorted entries of both sides at once: memory does not depend on their number. */
export async function mergeSides(a: Cursor, b: Cursor, options: MergeOptions): Promise<void> {
  const { takes, signal, onGroup } = options;
  const leftA = new Group(options.mostKept), leftB = new Group(options.mostKept);
  const group = new Int32Array(WORDS);
  let turn = TURN;
  const rest = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    throwIfInterrupted(signal);
    turn = TURN;
  };
  const skip = async (cursor: Cursor, side: "a" | "b"): Promise<void> => {
    while (!cursor.isDone && !takes(cursor, side)) {
      if (--turn <= 0) await rest();
      const wait = cursor.advance();
      if (wait !== undefined) await wait;
    }
  };
  const next = (cursor: Cursor, side: "a" | "b"): Promise<void> | undefined => {
    turn--;
    const wait = cursor.advance();
    if (wait !== undefined) return wait.then(() => skip(cursor, side));
    return cursor.isDone || takes(cursor, side) ? undefined : skip(cursor, side);
  };
  const isOf = (cursor: Cursor) =>
    !cursor.isDone && compareWords(cursor.words, cursor.at, group, 0, 0, GROUP_WORDS) === 0;
  await skip(a, "a");
  await skip(b, "b");
  while (!a.isDone || !b.isDone) {
    if (turn <= 0) await rest();
    const order = a.isDone
      ? 1
      : b.isDone
      ? -1
      : compareWords(a.words, a.at, b.words, b.at, 0, GROUP_WORDS);
    const first = order <= 0 ? a : b;
    for (let i = 0; i < GROUP_WORDS; i++) group[i] = first.words[first.at + i]!;
    leftA.clear();
    leftB.clear();
    let inA = isOf(a), inB = isOf(b);
    while (inA || inB) {
      const which = !inA
        ? 1
        : !inB
        ? -1
        : compareWords(a.words, a.at, b.words, b.at, GROUP_WORDS, GROUP_WORDS + 4);
      if (which < 0) leftA.add(a);
      if (which > 0) leftB.add(b);
      if (which <= 0) {
        const wait = next(a, "a");
        if (wait !== undefined) await wait;
        inA = isOf(a);
      }
      if (which >= 0) {
        const wait = next(b, "b");
        if (wait !== undefined) await wait;
        inB = isOf(b);
      }
    }
    if (leftA.count + leftB.count === 0) continue;
    leftA.sort();
    leftB.sort();
    onGroup(group[PAIR]!, leftA, leftB);
  }
}
