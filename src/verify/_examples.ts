import type { Group, Leftover } from "./_merge.ts";
import type { DifferentDocument } from "./result.ts";

/** A document to be named: where it is, and its hash. */
export interface Example {
  readonly status: DifferentDocument["status"];
  readonly a?: Leftover;
  readonly b?: Leftover;
}

/** The first of one status, in the order of the source, and at most so many. */
class First {
  readonly #most: number;
  readonly #places: number[] = [];
  readonly examples: Example[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  wants(place: number): boolean {
    const places = this.#places;
    return places.length < this.#most || place < places[places.length - 1]!;
  }

  add(place: number, example: Example): void {
    const places = this.#places;
    let low = 0, high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (places[middle]! <= place) low = middle + 1;
      else high = middle;
    }
    places.splice(low, 0, place);
    this.examples.splice(low, 0, example);
    if (places.length <= this.#most) return;
    places.pop();
    this.examples.pop();
  }
}

/** What differs in one pair: counts, and what is to be named. */
export class Found {
  readonly counts = { missing: 0, extra: 0, different: 0 };
  readonly #different: First;
  readonly #missing: First;
  readonly #extra: First;

  constructor(show: number) {
    [this.#different, this.#missing, this.#extra] = [
      new First(show),
      new First(show),
      new First(show),
    ];
  }

  /** Takes in what is left of one `_id`: as many as both sides have are different, the rest alone. */
  add(a: Group, b: Group): void {
    const both = Math.min(a.count, b.count);
    this.counts.different += both;
    this.counts.missing += a.count - both;
    this.counts.extra += b.count - both;
    for (let i = 0; i < a.kept; i++) {
      const place = a.placeAt(i);
      if (i >= both) {
        if (this.#missing.wants(place)) this.#missing.add(place, { status: "missing", a: a.at(i) });
      } else if (i < b.kept && this.#different.wants(place)) {
        this.#different.add(place, { status: "different", a: a.at(i), b: b.at(i) });
      }
    }
    for (let i = both; i < b.kept; i++) {
      const place = b.placeAt(i);
      if (this.#extra.wants(place)) this.#extra.add(place, { status: "extra", b: b.at(i) });
    }
  }

  /** What is to be named. */
  get examples(): readonly Example[] {
    return [this.#different, this.#missing, this.#extra].flatMap(({ examples }) => examples);
  }
}
