import { laneOf, type OpenCollection } from "./_open_collection.ts";

/** How many writes of all lanes are under way at once where the target allows it. */
const WRITES = 4;
/** Bytes of a collection that are written one batch after another: small ones keep their order. */
const IN_ORDER_BYTES = 16 * 1024 * 1024;

/** How many writes there may be. */
export interface WriteLimits {
  /** Whether the target takes one write at a time. */
  readonly sequential: boolean;
  /** How many of a lane, if the caller said so. */
  readonly parallelWrites: number | undefined;
  /** How many collections are written at once. */
  readonly parallel: number;
}

/** The writes that are under way. */
export class WritesUnderWay {
  /** Those of all collections. */
  readonly all = new Set<Promise<void>>();
  readonly #limits: WriteLimits;

  constructor(limits: WriteLimits) {
    this.#limits = limits;
  }

  begin(write: Promise<void>, lane: number, collection: OpenCollection): void {
    this.all.add(write);
    laneOf(collection, lane).add(write);
    collection.writes.add(write);
  }

  end(write: Promise<void>, lane: number, collection: OpenCollection): void {
    this.all.delete(write);
    laneOf(collection, lane).delete(write);
    collection.writes.delete(write);
  }

  /** The writes of which one has to end before another of a lane may begin; none if it may. */
  busy(lane: number, collection: OpenCollection): ReadonlySet<Promise<void>> | undefined {
    const { sequential, parallelWrites, parallel } = this.#limits;
    const inOrder = collection.tally.counts.bytesRead <= IN_ORDER_BYTES;
    const ofLane = parallelWrites ?? (inOrder ? 1 : WRITES);
    const inAll = sequential ? 1 : Math.max(WRITES, ofLane, parallel);
    const writes = laneOf(collection, lane);
    if (writes.size >= ofLane) return writes;
    return this.all.size >= inAll ? this.all : undefined;
  }
}
