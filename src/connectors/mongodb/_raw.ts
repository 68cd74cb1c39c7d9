/** Looking into raw documents: fields as bytes. */
import { BSON_TYPE, type ElementSpan, findElement } from "../../bson/mod.ts";

/** A copy that is a plain array; the `slice` of the driver's buffers gives a view. */
export function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** A copy of a field that holds a document or an array; `undefined` if it is not there. */
export function rawField(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const field = findElement(bytes, 0, name);
  if (field?.type !== BSON_TYPE.object && field?.type !== BSON_TYPE.array) return undefined;
  return copy(bytes.subarray(field.valueStart, field.end));
}

/**
 * A document of one field of another, byte for byte; `undefined` if that has no such field.
 *
 * @param buffer What holds the document.
 * @param start Where the document starts.
 * @param name The field.
 */
export function pluck(buffer: Uint8Array, start: number, name: string): Uint8Array | undefined {
  const field = findElement(buffer, start, name);
  return field === undefined ? undefined : single(buffer, field, name);
}

function single(buffer: Uint8Array, { type, valueStart, end }: ElementSpan, name: string) {
  const key = new TextEncoder().encode(name);
  const valueAt = 4 + 1 + key.length + 1;
  const made = new Uint8Array(valueAt + (end - valueStart) + 1);
  new DataView(made.buffer).setInt32(0, made.length, true);
  made[4] = type;
  made.set(key, 5);
  made.set(buffer.subarray(valueStart, end), valueAt);
  return made;
}
