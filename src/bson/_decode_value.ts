import { deserialize } from "bson";
import { corrupt } from "./_corrupt.ts";
import { bsonTypeName } from "./types.ts";
import type { ElementSpan } from "./walk.ts";

/**
 * The value of an element, as classes of the BSON library.
 *
 * @param buffer The bytes.
 * @param span Where the element lies.
 * @returns The value.
 * @throws {DataError} If the library cannot decode it, with the offset of the element in `buffer`.
 */
export function decodeValue(
  buffer: Uint8Array,
  { type, start, valueStart, end }: ElementSpan,
): unknown {
  // The element alone, under an empty key, is a document that the library can decode.
  const bytes = new Uint8Array(4 + 2 + end - valueStart + 1);
  new DataView(bytes.buffer).setInt32(0, bytes.length, true);
  bytes[4] = type;
  bytes.set(buffer.subarray(valueStart, end), 6);
  try {
    return deserialize(bytes, {
      promoteValues: false,
      bsonRegExp: true,
      validation: { utf8: false },
    })[""];
  } catch (cause) {
    // What walking over it does not look at: a boolean of 2, what is in a scope.
    throw corrupt(start, `the ${bsonTypeName(type)} is damaged`, cause);
  }
}
