import { EJSON } from "bson";
import { type Document, UsageError } from "../core/mod.ts";
import { decodeValue } from "./_decode_value.ts";
import { describeJsonError, excerpt, shown } from "./_json_error.ts";
import type { ElementSpan } from "./walk.ts";

/**
 * Reads a value that a user wrote as Extended JSON, relaxed or canonical. Types are kept: `1` is an
 * `Int32`, `1.5` a `Double`, `{"$numberLong": "1"}` a `Long`.
 *
 * @param text The JSON text.
 * @param what What the text is, for messages, such as `--filter`.
 * @returns The value, as classes of the `bson` library where JavaScript has no such type.
 * @throws {UsageError} If it is not JSON, with line and column, or a `$`-type in it is wrong.
 *
 * @example
 * ```ts
 * import { parseExtendedJson } from "@datahood/cli";
 * import { Long } from "bson";
 * import { assert } from "@std/assert";
 *
 * assert(parseExtendedJson('{"$numberLong": "1"}', "--limit") instanceof Long);
 * ```
 */
export function parseExtendedJson(text: string, what: string): unknown {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot read ${what} as JSON: ${describeJsonError(text)}.`, {
      cause,
      hint: `keys and texts stand in double quotes, as in {"name": "Ada"}`,
    });
  }
  try {
    const value: unknown = EJSON.parse(text, { relaxed: false });
    checkDates(value);
    return value;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read ${what} as Extended JSON: ${reason}`, {
      cause,
      hint: 'types are written as in {"_id": {"$oid": "507f1f77bcf86cd799439011"}}',
    });
  }
}

/**
 * Reads a document that a user wrote as Extended JSON: {@linkcode parseExtendedJson}, and it must be
 * a document.
 *
 * @param text The JSON text.
 * @param what What the text is, for messages, such as `--filter`.
 * @returns The document.
 * @throws {UsageError} If it is not JSON, or not a document.
 *
 * @example
 * ```ts
 * import { parseExtendedJsonDocument } from "@datahood/cli";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => parseExtendedJsonDocument("[1]", "--filter"), Error, "not a document");
 * ```
 */
export function parseExtendedJsonDocument(text: string, what: string): Document {
  const value = parseExtendedJson(text, what);
  // A type such as {"$oid": …} is read as an object of a class: no document either.
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === PLAIN) {
    return value as Document;
  }
  throw new UsageError(`Cannot use ${what} "${shown(text)}": it is not a document`, {
    hint: 'a document stands in braces, as in {"name": "Ada"}',
  });
}

/** The library takes any text as a date; one that is none would match nothing, without a word. */
function checkDates(value: unknown): void {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new Error("a $date is no date");
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) checkDates(inner);
  }
}

const PLAIN = Object.prototype;

/** Longer values are not decoded for a message. */
const MAX_DECODED_BYTES = 16 * 1024;

/**
 * Writes a value of a raw document as canonical Extended JSON, for messages: the `_id` of a document
 * that was not taken.
 *
 * @param buffer The bytes.
 * @param span Where the element lies.
 * @param maxLength The most characters to give; what is longer ends in `…`.
 * @returns The text. A value that cannot be decoded is told by its type and size.
 *
 * @example
 * ```ts
 * import { findElement, formatId } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = serialize({ _id: 7 });
 * assertEquals(formatId(bytes, findElement(bytes, 0, "_id")!), '{"$numberInt":"7"}');
 * ```
 */
export function formatId(buffer: Uint8Array, span: ElementSpan, maxLength = 200): string {
  const size = span.end - span.valueStart;
  const untold = `(type ${span.type}, ${size} bytes)`;
  if (size > MAX_DECODED_BYTES) return untold;
  try {
    return excerpt(EJSON.stringify(decodeValue(buffer, span), { relaxed: false }), maxLength);
  } catch {
    return untold;
  }
}
