import { documentLength } from "../core/mod.ts";
import { corrupt } from "./_corrupt.ts";
import { BSON_TYPE, bsonTypeName } from "./types.ts";

/** Bytes of the types whose values all have one size; 0 where they differ, -1 for no type. */
const SIZES = new Int8Array(256).fill(-1);
const FIXED: Partial<Record<keyof typeof BSON_TYPE, number>> = {
  double: 8,
  objectId: 12,
  boolean: 1,
  date: 8,
  int: 4,
  timestamp: 8,
  long: 8,
  decimal: 16,
};
/** Types that have no value at all; kept apart because 0 stands for "look at it". */
const EMPTY = new Set<number>([
  BSON_TYPE.undefined,
  BSON_TYPE.null,
  BSON_TYPE.minKey,
  BSON_TYPE.maxKey,
]);
for (const [name, type] of Object.entries(BSON_TYPE)) {
  SIZES[type] = FIXED[name as keyof typeof BSON_TYPE] ?? 0;
}

/**
 * Offset just behind a value.
 *
 * @param buffer The bytes.
 * @param type The value's type byte.
 * @param at Offset of the value.
 * @param last Offset of the 0 that ends the document around it: values end at or before it.
 * @param element Offset of the element, for the message.
 */
export function valueEnd(
  buffer: Uint8Array,
  type: number,
  at: number,
  last: number,
  element: number,
): number {
  const size = SIZES[type]!;
  const end = size > 0 ? at + size : size === 0 ? variableEnd(buffer, type, at, last) : -1;
  if (end < 0) {
    const name = bsonTypeName(type);
    throw corrupt(
      element,
      name === undefined
        ? `0x${type.toString(16).padStart(2, "0")} is no type of BSON`
        : `the ${name} is damaged, or longer than the document around it`,
    );
  }
  if (end > last) throw corrupt(element, `the ${bsonTypeName(type)} ends behind its document`);
  return end;
}

/** The same for values of no fixed size; -1 for one that cannot be. */
function variableEnd(buffer: Uint8Array, type: number, at: number, last: number): number {
  if (EMPTY.has(type)) return at;
  switch (type) {
    case BSON_TYPE.string:
    case BSON_TYPE.code:
    case BSON_TYPE.symbol:
      return stringEnd(buffer, at, last);
    case BSON_TYPE.object:
    case BSON_TYPE.array:
      return documentEnd(buffer, at, last);
    case BSON_TYPE.binary: {
      if (at + 5 > last) return -1;
      const length = documentLength(buffer, at);
      return length > last - at - 5 ? -1 : at + 5 + length;
    }
    case BSON_TYPE.dbPointer: {
      const end = stringEnd(buffer, at, last);
      return end < 0 ? -1 : end + 12;
    }
    case BSON_TYPE.regex: {
      const pattern = textEnd(buffer, at, last);
      return pattern < 0 ? -1 : textEnd(buffer, pattern, last);
    }
    case BSON_TYPE.codeWithScope:
      return codeWithScopeEnd(buffer, at, last);
    default:
      return -1;
  }
}

/** A length, that many bytes, the last of them 0. */
function stringEnd(buffer: Uint8Array, at: number, last: number): number {
  if (at + 5 > last) return -1;
  const length = documentLength(buffer, at);
  if (length < 1 || length > last - at - 4) return -1;
  const end = at + 4 + length;
  return buffer[end - 1] === 0 ? end : -1;
}

function documentEnd(buffer: Uint8Array, at: number, last: number): number {
  if (at + 5 > last) return -1;
  const length = documentLength(buffer, at);
  if (length < 5 || length > last - at) return -1;
  return buffer[at + length - 1] === 0 ? at + length : -1;
}

/** Bytes up to a 0. */
function textEnd(buffer: Uint8Array, at: number, last: number): number {
  for (let i = at; i < last; i++) {
    if (buffer[i] === 0) return i + 1;
  }
  return -1;
}

/** Its own length, then a string and a document that fill it. */
function codeWithScopeEnd(buffer: Uint8Array, at: number, last: number): number {
  if (at + 14 > last) return -1;
  const length = documentLength(buffer, at);
  if (length < 14 || length > last - at) return -1;
  const end = at + length;
  const scope = stringEnd(buffer, at + 4, end);
  return scope >= 0 && documentEnd(buffer, scope, end) === end ? end : -1;
}
