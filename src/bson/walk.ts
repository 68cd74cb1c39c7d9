import { documentLength } from "../core/mod.ts";
import { corrupt } from "./_corrupt.ts";
import { valueEnd } from "./_value_end.ts";

/** Where one element of a document lies in its buffer. */
export interface ElementSpan {
  /** The type byte, one of {@linkcode BSON_TYPE}. */
  readonly type: number;
  /** Offset of the type byte. */
  readonly start: number;
  /** Offset of the value, behind the key and its 0. */
  readonly valueStart: number;
  /** Offset just behind the value. */
  readonly end: number;
}

/** An element and where its key lies. */
export interface KeyedElementSpan extends ElementSpan {
  /** Offset of the key. */
  readonly keyStart: number;
  /** Offset of the 0 that ends the key. */
  readonly keyEnd: number;
}

/**
 * Walks over the elements of one document, the top level only, without decoding anything.
 *
 * Every read is checked to lie inside the document: a corrupt one is an error, never a read of what
 * is beside it.
 *
 * @param buffer The bytes.
 * @param documentStart Offset of the document's first byte.
 * @returns The elements in their order; duplicate keys as often as they occur.
 * @throws {DataError} If the document is corrupt, with the offset in `buffer` where that shows.
 *
 * @example
 * ```ts
 * import { elements } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const types = Array.from(elements(serialize({ a: 1, b: "x" }), 0), ({ type }) => type);
 * assertEquals(types, [16, 2]);
 * ```
 */
export function* elements(
  buffer: Uint8Array,
  documentStart: number,
): Generator<KeyedElementSpan, void, void> {
  const last = lastByteOf(buffer, documentStart);
  let start = documentStart + 4;
  while (start < last) {
    const type = buffer[start]!;
    const keyStart = start + 1;
    const keyEnd = endOfKey(buffer, keyStart, last);
    const end = valueEnd(buffer, type, keyEnd + 1, last, start);
    yield { type, start, keyStart, keyEnd, valueStart: keyEnd + 1, end };
    start = end;
  }
}

const encoder = new TextEncoder();
/** Keys looked for again and again, such as `_id`; a handful, so it never grows large. */
const encodedKeys = new Map<string, Uint8Array>();

/**
 * Finds an element of a document by its key, the top level only, without decoding anything.
 *
 * @param buffer The bytes.
 * @param documentStart Offset of the document's first byte.
 * @param key The key, as text or as its bytes without the 0.
 * @returns Where the first element with that key lies, or `undefined` if there is none.
 * @throws {DataError} If the document is corrupt at or before that element.
 *
 * @example
 * ```ts
 * import { findElement } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = serialize({ a: 1, _id: 7 });
 * const id = findElement(bytes, 0, "_id");
 * assertEquals(id, { type: 16, start: 11, valueStart: 16, end: 20 });
 * ```
 */
export function findElement(
  buffer: Uint8Array,
  documentStart: number,
  key: string | Uint8Array,
): ElementSpan | undefined {
  const wanted = typeof key === "string" ? encodedKey(key) : key;
  const last = lastByteOf(buffer, documentStart);
  let start = documentStart + 4;
  while (start < last) {
    const keyEnd = endOfKey(buffer, start + 1, last);
    const end = valueEnd(buffer, buffer[start]!, keyEnd + 1, last, start);
    if (keyEnd - start - 1 === wanted.length && startsWith(buffer, start + 1, wanted)) {
      return { type: buffer[start]!, start, valueStart: keyEnd + 1, end };
    }
    start = end;
  }
  return undefined;
}

/** Offset of the 0 that ends a document, after checking that it is there. */
function lastByteOf(buffer: Uint8Array, start: number): number {
  if (!(start >= 0 && start + 5 <= buffer.length)) {
    throw corrupt(start, "there is no room for a document");
  }
  const length = documentLength(buffer, start);
  if (length < 5 || length > buffer.length - start) {
    throw corrupt(start, `a document of ${length | 0} bytes cannot be there`);
  }
  const last = start + length - 1;
  if (buffer[last] !== 0) throw corrupt(last, "the document does not end in 0");
  return last;
}

function endOfKey(buffer: Uint8Array, start: number, last: number): number {
  let at = start;
  // The document's last byte is 0, so this ends; ending there means that the value is missing.
  while (buffer[at] !== 0) at++;
  if (at >= last) throw corrupt(start - 1, "an element has no value");
  return at;
}

function startsWith(buffer: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) {
    if (buffer[at + i] !== wanted[i]) return false;
  }
  return true;
}

function encodedKey(key: string): Uint8Array {
  let bytes = encodedKeys.get(key);
  if (bytes === undefined) {
    bytes = encoder.encode(key);
    if (encodedKeys.size < 64) encodedKeys.set(key, bytes);
  }
  return bytes;
}
