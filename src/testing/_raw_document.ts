import { serialize } from "bson";

/** The key of a field: text, or bytes that are no text. */
export type RawKey = string | Uint8Array;

/** A value that no library writes: its type byte and its bytes. */
export class RawValue {
  /** The type byte. */
  readonly type: number;
  /** The value's bytes. */
  readonly bytes: Uint8Array;

  /** Creates it. */
  constructor(type: number, bytes: Uint8Array = new Uint8Array()) {
    this.type = type;
    this.bytes = bytes;
  }
}

/** Fields in an order that is kept, under any keys, those that mean something in JavaScript too. */
export type RawFields = readonly (readonly [RawKey, unknown])[];

/** An object as a value. */
export class RawObject {
  /** Its fields. */
  readonly fields: RawFields;

  /** Creates it. */
  constructor(fields: RawFields) {
    this.fields = fields;
  }
}

const encoder = new TextEncoder();

/** The bytes of a document: every key as it is given, whatever it looks like. */
export function rawDocument(fields: RawFields): Uint8Array {
  const parts = fields.map(([key, value]) => rawElement(key, value));
  const length = parts.reduce((sum, part) => sum + part.length, 5);
  const document = new Uint8Array(length);
  new DataView(document.buffer).setInt32(0, length, true);
  let at = 4;
  for (const part of parts) {
    document.set(part, at);
    at += part.length;
  }
  return document;
}

/** One element: type, key, 0, value. */
export function rawElement(key: RawKey, value: unknown): Uint8Array {
  const { type, bytes } = rawValue(value);
  const keyBytes = typeof key === "string" ? encoder.encode(key) : key;
  if (keyBytes.includes(0)) throw new RangeError("a key cannot hold a 0");
  const element = new Uint8Array(keyBytes.length + 2 + bytes.length);
  element[0] = type;
  element.set(keyBytes, 1);
  element.set(bytes, keyBytes.length + 2);
  return element;
}

function rawValue(value: unknown): RawValue {
  if (value instanceof RawValue) return value;
  if (value instanceof RawObject) return new RawValue(3, rawDocument(value.fields));
  if (Array.isArray(value)) {
    return new RawValue(4, rawDocument(value.map((one, i) => [String(i), one])));
  }
  const bytes = serialize({ "": value });
  // Length, type, the empty key's 0, value, 0.
  return new RawValue(bytes[4]!, bytes.slice(6, -1));
}
