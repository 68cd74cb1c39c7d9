/** Looking into raw documents: fields as bytes, and values whose key order survives. */
import { deserialize, onDemand } from "bson";

const TYPE_OBJECT = 3;
const TYPE_ARRAY = 4;

interface Field {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly length: number;
}

function* fields(bytes: Uint8Array): Generator<Field, void, void> {
  const decoder = new TextDecoder();
  for (const [type, nameOffset, nameLength, offset, length] of onDemand.parseToElements(bytes)) {
    const name = decoder.decode(bytes.subarray(nameOffset, nameOffset + nameLength));
    yield { name, type, offset, length };
  }
}

/** A copy of a field that holds a document or an array; `undefined` if it is not there. */
export function rawField(bytes: Uint8Array, name: string): Uint8Array | undefined {
  for (const field of fields(bytes)) {
    if (field.name !== name) continue;
    if (field.type !== TYPE_OBJECT && field.type !== TYPE_ARRAY) return undefined;
    return copy(bytes.subarray(field.offset, field.offset + field.length));
  }
  return undefined;
}

/** A copy that is a plain array; the `slice` of the driver's buffers gives a view. */
export function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** A document of one field of another, byte for byte; `undefined` if that has no such field. */
export function pluck(bytes: Uint8Array, name: string): Uint8Array | undefined {
  for (const field of fields(bytes)) {
    if (field.name === name) return single(bytes, field, name);
  }
  return undefined;
}

function single(bytes: Uint8Array, { type, offset, length }: Field, name: string): Uint8Array {
  const key = new TextEncoder().encode(name);
  const made = new Uint8Array(4 + 1 + key.length + 1 + length + 1);
  new DataView(made.buffer).setInt32(0, made.length, true);
  made[4] = type;
  made.set(key, 5);
  made.set(bytes.subarray(offset, offset + length), 4 + 1 + key.length + 1);
  return made;
}

/**
 * A document as a map whose values serialize to the bytes they were: key order survives, which it
 * does not in an object whose keys look like numbers, and so does every type.
 */
export function toMap(bytes: Uint8Array): Map<string, unknown> {
  const map = new Map<string, unknown>();
  for (const field of fields(bytes)) {
    map.set(
      field.name,
      field.type === TYPE_OBJECT
        ? toMap(bytes.subarray(field.offset, field.offset + field.length))
        : valueOf(single(bytes, field, "v")),
    );
  }
  return map;
}

function valueOf(document: Uint8Array): unknown {
  return deserialize(document, { promoteValues: false, bsonRegExp: true }).v;
}
