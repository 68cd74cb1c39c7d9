import { documentLength, type RawBatch, type WriteResult } from "../core/mod.ts";

/**
 * The documents of a batch as pieces that can be written as they are: those that lie next to each other
 * are one.
 */
export function* piecesOf({ buffer, starts }: RawBatch): Generator<Uint8Array, void, void> {
  for (let i = 0; i < starts.length;) {
    const from = starts[i]!;
    let to = from;
    while (i < starts.length && starts[i] === to) to += documentLength(buffer, starts[i++]!);
    yield buffer.subarray(from, to);
  }
}

/** The latest batch of each lane that was written to a file, for when it comes again. */
export class WrittenBatches {
  readonly #latest = new Map<
    number,
    { readonly seq: number; readonly firstIndex: number; readonly result: WriteResult }
  >();

  /** What became of a batch that was written before. */
  resultOf({ lane, seq, firstIndex }: RawBatch): WriteResult | undefined {
    const before = this.#latest.get(lane);
    // A transform may have cut one batch into several: they have its number, and their own index.
    const same = before?.seq === seq && before.firstIndex === firstIndex;
    return same ? before.result : undefined;
  }

  /** Notes that a batch was written, as so many bytes: a file takes every document. */
  add({ lane, seq, firstIndex, starts }: RawBatch, bytes: number): WriteResult {
    const result: WriteResult = {
      inserted: starts.length,
      replaced: 0,
      unchanged: 0,
      skipped: 0,
      rejected: [],
      bytes,
    };
    this.#latest.set(lane, { seq, firstIndex, result });
    return result;
  }
}
