import { DataError, documentLength } from "../core/mod.ts";
import { type ElementSpan, findElement } from "./walk.ts";

const ID = new Uint8Array([0x5f, 0x69, 0x64]);

/** Where the `_id` of a document lies. */
export interface DocumentId {
  /** The element. */
  readonly span: ElementSpan;
  /** Whether it is the document's first element, where servers want it. */
  readonly first: boolean;
}

/**
 * Finds the `_id` of a document without decoding it.
 *
 * @param buffer The bytes.
 * @param start Offset of the document's first byte.
 * @returns Where it lies, or `undefined` if there is none.
 * @throws {DataError} If the document is corrupt at or before it.
 *
 * @example
 * ```ts
 * import { documentId } from "@datahood/cli";
 * import { deserialize, serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(documentId(serialize({ a: 1, _id: 7 }), 0)?.first, false);
 * ```
 */
export function documentId(buffer: Uint8Array, start: number): DocumentId | undefined {
  const span = findElement(buffer, start, ID);
  return span === undefined ? undefined : { span, first: span.start === start + 4 };
}

/**
 * A copy of a document with its `_id` as the first element; all else keeps its order and bytes.
 *
 * @param buffer The bytes.
 * @param start Offset of the document's first byte.
 * @returns The copy, of the same length.
 * @throws {DataError} If the document has no `_id`, or is corrupt.
 *
 * @example
 * ```ts
 * import { withIdFirst } from "@datahood/cli";
 * import { deserialize, serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const moved = withIdFirst(serialize({ a: 1, _id: 7 }), 0);
 * assertEquals(deserialize(moved), { _id: 7, a: 1 });
 * ```
 */
export function withIdFirst(buffer: Uint8Array, start: number): Uint8Array<ArrayBuffer> {
  const id = documentId(buffer, start)?.span;
  if (id === undefined) {
    throw new DataError(`Cannot move _id in the document at byte ${start}: it has none`, {
      offset: start,
    });
  }
  const copy = new Uint8Array(documentLength(buffer, start));
  const size = id.end - id.start;
  copy.set(buffer.subarray(start, start + 4));
  copy.set(buffer.subarray(id.start, id.end), 4);
  copy.set(buffer.subarray(start + 4, id.start), 4 + size);
  copy.set(buffer.subarray(id.end, start + copy.length), id.end - start);
  return copy;
}

/**
 * A copy of a document with an ObjectId added as `_id`, the first element.
 *
 * @param buffer The bytes.
 * @param start Offset of the document's first byte; it has no `_id` yet, which is not checked.
 * @param oidBytes The ObjectId, 12 bytes.
 * @returns The copy, 17 bytes longer.
 * @throws {RangeError} If the ObjectId is not 12 bytes.
 *
 * @example
 * ```ts
 * import { withId } from "@datahood/cli";
 * import { deserialize, ObjectId, serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const id = new ObjectId();
 * assertEquals(deserialize(withId(serialize({ a: 1 }), 0, id.id)), { _id: id, a: 1 });
 * ```
 */
export function withId(
  buffer: Uint8Array,
  start: number,
  oidBytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (oidBytes.length !== 12) {
    throw new RangeError(`Cannot use an ObjectId of ${oidBytes.length} bytes: it has 12`);
  }
  const length = documentLength(buffer, start);
  const copy = new Uint8Array(length + 17);
  new DataView(copy.buffer).setInt32(0, copy.length, true);
  copy[4] = 7;
  copy.set(ID, 5);
  copy.set(oidBytes, 9);
  copy.set(buffer.subarray(start + 4, start + length), 21);
  return copy;
}
