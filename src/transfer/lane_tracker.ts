import type { LanePosition, Position } from "../core/mod.ts";

/** A lane: how far it was acknowledged without a hole, and what lies beyond the first hole. */
interface Lane {
  /** The number of the first batch that was not acknowledged. */
  next: number;
  /** Where the source goes on after the batch before `next`. */
  after: Position | undefined;
  /** Acknowledged batches past the hole. */
  readonly beyond: Map<number, Position>;
}

/**
 * Follows how far each lane was acknowledged without a hole: batches in flight are acknowledged in
 * any order, and going on after one of them must not leave out another.
 *
 * @example
 * ```ts
 * import { LaneTracker } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const tracker = new LaneTracker();
 * tracker.acknowledge(0, 1, { v: 1, kind: "example", at: 20 });
 * assertEquals(tracker.positions(), []);
 * tracker.acknowledge(0, 0, { v: 1, kind: "example", at: 10 });
 * assertEquals(tracker.positions()[0]?.after.at, 20);
 * ```
 */
export class LaneTracker {
  readonly #lanes = new Map<number, Lane>();

  /**
   * Notes that a batch was acknowledged.
   *
   * @param lane Its lane.
   * @param seq Its number in the lane, dense from 0.
   * @param after Where the source goes on after it.
   * @returns Whether the lane's position moved.
   * @throws {RangeError} If that batch was acknowledged before.
   */
  acknowledge(lane: number, seq: number, after: Position): boolean {
    let state = this.#lanes.get(lane);
    if (state === undefined) {
      state = { next: 0, after: undefined, beyond: new Map() };
      this.#lanes.set(lane, state);
    }
    if (!Number.isSafeInteger(seq) || seq < state.next || state.beyond.has(seq)) {
      throw new RangeError(
        `Cannot acknowledge batch ${seq} of lane ${lane}: it was acknowledged before`,
      );
    }
    state.beyond.set(seq, after);
    const before = state.next;
    for (
      let position = state.beyond.get(state.next);
      position !== undefined;
      position = state.beyond.get(state.next)
    ) {
      state.beyond.delete(state.next++);
      state.after = position;
    }
    return state.next > before;
  }

  /**
   * Where each lane stands.
   *
   * @returns The lanes that can be gone on from, in the order of their numbers.
   */
  positions(): readonly LanePosition[] {
    return [...this.#lanes]
      .sort(([a], [b]) => a - b)
      .flatMap(([lane, { next, after }]) =>
        after === undefined ? [] : [{ lane, batches: next, after }]
      );
  }
}
