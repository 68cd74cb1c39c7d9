import { documentLength, type RawBatch } from "../core/mod.ts";
import type { Profile } from "../profile/mod.ts";

/** A document that is kept. */
interface Kept {
  /** What it was chosen by. */
  readonly hash: number;
  /** Its place among all, from 0. */
  readonly index: number;
  /** A copy of its bytes. */
  readonly bytes: Uint8Array;
}

/**
 * A sample of documents that come one after another and whose number is not known: those whose places
 * have the smallest hashes. The same documents in the same order give the same sample, every document
 * has the same chance, and documents that are added at the end change little. Holds copies of as many
 * documents as are asked for, no more.
 */
export class DocumentSample {
  readonly #size: number;
  /** A heap with the greatest hash on top. */
  readonly #heap: Kept[] = [];
  #seen = 0;

  /**
   * Creates an empty sample.
   *
   * @param size How many documents at most.
   */
  constructor(size: number) {
    this.#size = size;
  }

  /** How many documents came by. */
  get seen(): number {
    return this.#seen;
  }

  /** Takes from a batch what belongs to the sample; its buffer is not kept. */
  add({ buffer, starts }: RawBatch): void {
    for (const start of starts) {
      const index = this.#seen++;
      const hash = placeHash(index);
      const full = this.#heap.length === this.#size;
      if (full && hash > this.#heap[0]!.hash) continue;
      const bytes = buffer.slice(start, start + documentLength(buffer, start));
      this.#put({ hash, index, bytes }, full);
    }
  }

  /** Gives the sample to a profile, in the order in which the documents came. */
  giveTo(profile: Profile): void {
    const starts = new Uint32Array(1);
    for (const { index, bytes } of this.#heap.toSorted((a, b) => a.index - b.index)) {
      profile.addBatch({
        namespace: { db: "", collection: "" },
        buffer: bytes,
        starts,
        firstIndex: index,
        lane: 0,
        seq: 0,
        after: { v: 1, kind: "sample" },
      });
    }
  }

  #put(kept: Kept, replace: boolean): void {
    const heap = this.#heap;
    if (replace) {
      let at = 0;
      while (true) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && heap[child + 1]!.hash > heap[child]!.hash) child++;
        if (heap[child]!.hash <= kept.hash) break;
        heap[at] = heap[child]!;
        at = child;
      }
      heap[at] = kept;
      return;
    }
    let at = heap.length;
    heap.push(kept);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.hash >= kept.hash) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = kept;
  }
}

/** Mixes the bits of a place. Different places up to 2³² have different hashes. */
function placeHash(index: number): number {
  let value = index >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
