/**
 * The kinds of BSON values, numbered densely: the type byte less one, with min key and max key last
 * ({@link https://bsonspec.org/spec.html | BSON specification}).
 */
export const KIND = {
  double: 0,
  string: 1,
  object: 2,
  array: 3,
  binary: 4,
  undefined: 5,
  objectId: 6,
  boolean: 7,
  date: 8,
  null: 9,
  regex: 10,
  dbPointer: 11,
  code: 12,
  symbol: 13,
  codeWithScope: 14,
  int: 15,
  timestamp: 16,
  long: 17,
  decimal: 18,
  minKey: 19,
  maxKey: 20,
} as const;

/** The name of a kind of BSON value. */
export type KindName = keyof typeof KIND;

/** The names of all kinds, by their number. */
export const KIND_NAMES: readonly KindName[] = Object.keys(KIND) as KindName[];

/** How many kinds there are. */
export const KINDS: number = KIND_NAMES.length;
