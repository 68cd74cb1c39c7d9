import fc from "fast-check";
import { concat, document, element, int32, RAW_VALUES, string } from "../../fixtures/every_type.ts";

/** Any element: of every type, under any key. */
const anyElement = fc.tuple(
  fc.constantFrom(...RAW_VALUES),
  fc.uint8Array({ maxLength: 6 }).map((key) => key.filter((byte) => byte !== 0)),
).map(([{ type, bytes }, key]) => element(type, key, bytes));

/** Any document, now and then one of many kilobytes. */
export const anyDocument: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  { weight: 9, arbitrary: fc.array(anyElement, { maxLength: 5 }).map((all) => document(...all)) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 20_000 }).map((length) =>
      document(element(2, "text", string(new Uint8Array(length).fill(0x61))))
    ),
  },
);

/** Any documents, none at all included. */
export const anyDocuments: fc.Arbitrary<Uint8Array<ArrayBuffer>[]> = fc.array(anyDocument, {
  maxLength: 30,
});

/** Where to cut: fractions of a length, which then are offsets. */
export const anyCuts: fc.Arbitrary<number[]> = fc.array(
  fc.double({ min: 0, max: 1, noNaN: true }),
  { maxLength: 20 },
);

/** Cuts bytes at fractions of their length; pieces may be empty. */
export function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const offsets = cuts.map((fraction) => Math.floor(fraction * bytes.length)).sort((a, b) => a - b);
  const ends = [...offsets, bytes.length];
  return ends.map((end, i) => bytes.slice(i === 0 ? 0 : ends[i - 1]!, end));
}

/**
 * Gives pieces as a reader of files does: in one buffer that is used again, so that whoever looks at
 * a piece too late sees other bytes.
 */
export async function* reused(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(1, ...pieces.map(({ length }) => length)));
  for (const piece of pieces) {
    buffer.fill(0xee);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    await Promise.resolve();
  }
  buffer.fill(0xee);
}

/** Where each document starts, and the end. */
export function offsetsOf(documents: readonly Uint8Array[]): number[] {
  const offsets = [0];
  for (const { length } of documents) offsets.push(offsets.at(-1)! + length);
  return offsets;
}

export { concat, document, element, int32 };
