/** Raw documents as values that the driver encodes to the same bytes again. */
import { deserialize } from "bson";
import { BSON_TYPE, elements } from "../../bson/mod.ts";

const decoder = new TextDecoder();

/**
 * A raw document as a map: the order of its keys survives, which it does not in an object whose keys
 * look like numbers, and so does every value's type.
 *
 * @param bytes The document.
 * @returns Its fields; documents in it are maps too.
 */
export function valuesOf(bytes: Uint8Array): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const { type, start, keyStart, keyEnd, valueStart, end } of elements(bytes, 0)) {
    const value = bytes.subarray(valueStart, end);
    const made = type === BSON_TYPE.object
      ? valuesOf(value)
      : type === BSON_TYPE.array
      ? [...valuesOf(value).values()]
      : scalar(bytes.subarray(start, end), keyEnd - keyStart);
    values.set(decoder.decode(bytes.subarray(keyStart, keyEnd)), made);
  }
  return values;
}

/** The value of one element, from its type byte on. */
function scalar(element: Uint8Array, keyLength: number): unknown {
  const value = element.subarray(1 + keyLength + 1);
  const document = new Uint8Array(4 + 3 + value.length + 1);
  new DataView(document.buffer).setInt32(0, document.length, true);
  document[4] = element[0]!;
  document[5] = 0x76;
  document.set(value, 7);
  return deserialize(document, { promoteValues: false, bsonRegExp: true }).v;
}

/** A value that may be of one of the driver's number classes, as a number. */
export function numberOf(value: unknown): number {
  return Number(
    typeof value === "object" && value !== null
      ? (value as { valueOf(): unknown }).valueOf()
      : value,
  );
}

/** A value that may be of one of the driver's classes, as text if it is text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
