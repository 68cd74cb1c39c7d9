import { Found } from "./_examples.ts";
import type { Known } from "./_known.ts";
import { Tally } from "./_tally.ts";

/** A pair of collections whose documents differ. */
export interface DifferingPair {
  readonly a: Tally;
  readonly b: Tally;
}

/** What is looked for in one pair. */
export class PairSearch {
  readonly found: Found;
  /** Documents at hand, by their hashes. */
  readonly known = { a: new Map<string, Known>(), b: new Map<string, Known>() };
  /** How many documents of each side may differ. */
  readonly expected: { readonly a: number; readonly b: number };
  readonly #differing: Uint8Array;
  readonly #shift: number;

  constructor({ a, b }: DifferingPair, show: number) {
    this.found = new Found(show);
    this.#differing = Tally.differing(a, b);
    this.#shift = 32 - Math.log2(this.#differing.length);
    const share = this.#differing.reduce((sum, one) => sum + one, 0) / this.#differing.length;
    this.expected = { a: share * a.documents, b: share * b.documents };
  }

  takes(h1: number): boolean {
    return this.#shift === 32 || this.#differing[h1 >>> this.#shift] === 1;
  }
}
