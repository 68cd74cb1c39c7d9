/** A collection that is under way, and what is read off it. */
import { textField } from "../bson/_text_field.ts";
import type { CollectionInfo, RawBatch, Transform } from "../core/mod.ts";
import type { CollectionTally } from "./_tally.ts";

/** A collection between its begin and its end. */
export interface OpenCollection {
  /** What the target is told of it. */
  readonly info: CollectionInfo;
  readonly tally: CollectionTally;
  readonly writes: Set<Promise<void>>;
  /** The same by lane: each keeps its order if they come one by one. */
  readonly lanes: Map<number, Set<Promise<void>>>;
  /** Settles once what came of it so far was handed to the target. */
  turn: Promise<void>;
  /** Whether the target was told to begin it. */
  begun: boolean;
  /** Whether something that came of it was not written. */
  broken: boolean;
}

/** The writes of a lane of a collection. */
export function laneOf({ lanes }: OpenCollection, lane: number): Set<Promise<void>> {
  const writes = lanes.get(lane) ?? new Set();
  lanes.set(lane, writes);
  return writes;
}

/** What becomes of a batch: filters, one behind another. */
export function transformed(
  batch: RawBatch,
  transforms: readonly Transform[] = [],
): Iterable<RawBatch> {
  let parts: Iterable<RawBatch> = [batch];
  for (const transform of transforms) {
    const from = parts;
    parts = (function* () {
      for (const part of from) yield* transform.apply(part);
    })();
  }
  return parts;
}

/** What a view shows: the name of a collection of its database. */
export function viewedOf({ type, options }: CollectionInfo): string | undefined {
  if (type !== "view" || options === undefined) return undefined;
  return textField(options, 0, "viewOn");
}

/** The next number of a lane. */
export function count(numbers: Map<number, number>, lane: number): number {
  const number = numbers.get(lane) ?? 0;
  numbers.set(lane, number + 1);
  return number;
}
