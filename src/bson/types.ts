/**
 * The type byte of each kind of BSON value, as the
 * {@link https://bsonspec.org/spec.html | BSON specification} numbers them; `minKey`, -1 there, is
 * 255 as an unsigned byte.
 *
 * @example
 * ```ts
 * import { BSON_TYPE } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(BSON_TYPE.objectId, 7);
 * ```
 */
export const BSON_TYPE = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binary: 5,
  undefined: 6,
  objectId: 7,
  boolean: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  code: 13,
  symbol: 14,
  codeWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: 255,
  maxKey: 127,
} as const;

/** The name of a kind of BSON value. */
export type BsonTypeName = keyof typeof BSON_TYPE;

/**
 * The longest document datahood takes, in bytes: a server's 16 MiB and the 16 KiB that MongoDB's own
 * tools and oplog add to it.
 */
export const MAX_DOCUMENT_BYTES: number = 16 * 1024 * 1024 + 16 * 1024;

/** Names by type byte; a hole where no type has that number. */
const NAMES: (BsonTypeName | undefined)[] = [];
for (const [name, type] of Object.entries(BSON_TYPE)) NAMES[type] = name as BsonTypeName;

/**
 * The name of a type byte.
 *
 * @param type The byte, 0 to 255.
 * @returns The name, or `undefined` where the byte stands for no type.
 *
 * @example
 * ```ts
 * import { bsonTypeName } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bsonTypeName(19), "decimal");
 * assertEquals(bsonTypeName(20), undefined);
 * ```
 */
export function bsonTypeName(type: number): BsonTypeName | undefined {
  return NAMES[type];
}
