/**
 * How much a profile keeps. Every cap is exact under merging: what is kept does not depend on the
 * order of documents nor on how they were split.
 */
export const CAPS = {
  /** Fields of an object that are not in every object: those with the smallest key hashes. */
  fields: 1000,
  /** Distinct values of a scalar; one more, and none are kept. */
  values: 50,
  /** Bytes of a value that is kept, as of an enum; a longer one, and none are kept. */
  valueBytes: 64,
  /** Distinct values of a field that may tell variants of an object apart. */
  tagValues: 20,
  /** Distinct fields of an object up to which its variants are looked for. */
  tagFields: 256,
  /** Positions of arrays looked at one by one. */
  positions: 8,
  /** Depth of objects and arrays; deeper ones are counted and not entered. */
  depth: 200,
  /** `_id`s kept for each kind of value at a path: those with the smallest hashes. */
  ids: 3,
} as const;
