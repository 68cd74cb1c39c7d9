import { BSON_TYPE, documentId } from "../bson/mod.ts";
import { DataError, documentLength } from "../core/mod.ts";
import { memberJson } from "./_definitions.ts";
import type { DocumentHash } from "./_hash.ts";
import { isIdFirst, viewOf } from "./_tally.ts";

/** Where an ObjectId ends that is the first element, its key `_id`. */
const OBJECT_ID_END = 4 + 1 + 4 + 12;
/** A longer `_id` is cut where it is shown. */
const ID_CHARACTERS = 200;
const SCRATCH = viewOf(new Uint8Array(9));

/**
 * Hashes the `_id` of a document; numbers that a server takes for the same have one hash. Without an
 * `_id` the document's own hash, which is the last one then, stands for it.
 */
export function hashId(
  hash: DocumentHash,
  buffer: Uint8Array,
  view: DataView,
  start: number,
): void {
  // An ObjectId in front, as nearly all are, needs no search and no object for each document.
  const inFront = buffer[start + 4] === BSON_TYPE.objectId && isIdFirst(buffer, start);
  if (inFront && documentLength(buffer, start) > OBJECT_ID_END) {
    return hash.hash(view, start + 4, start + OBJECT_ID_END);
  }
  const span = idOf(buffer, start);
  if (span === undefined) return;
  const { type, valueStart, end } = span;
  const value = type === BSON_TYPE.int
    ? view.getInt32(valueStart, true)
    : type === BSON_TYPE.double
    ? view.getFloat64(valueStart, true)
    : type === BSON_TYPE.long
    ? Number(view.getBigInt64(valueStart, true))
    : NaN;
  if (!Number.isSafeInteger(value)) return hash.hash(view, span.start, end);
  SCRATCH.setFloat64(0, value === 0 ? 0 : value, true);
  hash.hash(SCRATCH, 0, 9);
}

/** Where the `_id` lies, if there is one that can be found. */
export function idOf(
  buffer: Uint8Array,
  start: number,
): ReturnType<typeof elementOf> {
  try {
    return elementOf(buffer, start);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

function elementOf(buffer: Uint8Array, start: number) {
  return documentId(buffer, start)?.span;
}

/** The `_id` of a document as it is shown, if it has one that can be. */
export function shownId(buffer: Uint8Array, start: number): string | undefined {
  const span = idOf(buffer, start);
  if (span === undefined) return undefined;
  try {
    const json = memberJson(buffer, span, false);
    return json.length > ID_CHARACTERS ? `${json.slice(0, ID_CHARACTERS)}…` : json;
  } catch (error) {
    // Not every value that has its place can be written: a text that is no UTF-8.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
