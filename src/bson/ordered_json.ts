import { EJSON, Int32, Long, serialize } from "bson";
import { UsageError } from "../core/mod.ts";
import { decodeValue } from "./_decode_value.ts";
import { parseExtendedJsonDocument } from "./extended_json.ts";
import { BSON_TYPE } from "./types.ts";
import { elements, type ElementSpan } from "./walk.ts";

/** Keys that make an object a value of a type (Extended JSON v2, and what was written before it). */
const TYPE_KEYS: ReadonlySet<string> = new Set([
  "$oid",
  "$numberInt",
  "$numberLong",
  "$numberDouble",
  "$numberDecimal",
  "$binary",
  "$uuid",
  "$date",
  "$regularExpression",
  "$regex",
  "$timestamp",
  "$symbol",
  "$code",
  "$dbPointer",
  "$minKey",
  "$maxKey",
  "$undefined",
]);
/** Put before every key while JavaScript holds it: a key like `2` would else change its place. */
const MARK = "\u0001";
/** The same as JSON has it. */
const MARK_JSON = "\\u0001";
/** Each text in JSON, with the colon behind it if it is a key. */
const TEXTS = /"((?:[^"\\]|\\.)*)"(\s*:)?/g;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads a document written as Extended JSON into raw BSON, with its keys in the order they have in the
 * text, which for an index is what it is about. Relaxed, canonical and old forms.
 *
 * @param text The JSON text of one document.
 * @param what What the text is, for messages, such as a file's name.
 * @returns The document's bytes.
 * @throws {UsageError} If it is not JSON, with line and column, not a document, or a `$`-type in it is
 * wrong.
 *
 * @example
 * ```ts
 * import { bsonToJson, jsonToBson } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = jsonToBson('{"b": 1, "10": 2, "2": 3}', "an index");
 * assertEquals(
 *   bsonToJson(bytes),
 *   '{"b":{"$numberInt":"1"},"10":{"$numberInt":"2"},"2":{"$numberInt":"3"}}',
 * );
 * ```
 */
export function jsonToBson(text: string, what: string): Uint8Array {
  // Whatever is wrong is told by the reader that knows positions.
  parseExtendedJsonDocument(text, what);
  const marked = text.replace(
    TEXTS,
    (whole, inner, colon) => colon === undefined ? whole : `"${MARK_JSON}${inner}"${colon}`,
  );
  return serialize(toValue(JSON.parse(marked)) as Map<string, unknown>, { ignoreUndefined: false });
}

/** JSON text without the marks of its keys; a value that begins with one keeps it. */
function withoutMarks(json: string): string {
  return json.replace(
    TEXTS,
    (whole, inner, colon) =>
      colon === undefined ? whole : `"${inner.slice(MARK_JSON.length)}"${colon}`,
  );
}

function toValue(value: unknown): unknown {
  if (typeof value === "number") return numberOf(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toValue);
  const entries = Object.entries(value);
  const names = entries.map(([key]) => key.slice(MARK.length));
  // A query's `$regex` has its options beside it where it stands for a value of its own.
  const isType = (key: string) =>
    TYPE_KEYS.has(key) && (key !== "$regex" || names.includes("$options"));
  if (names.some(isType)) {
    checkNumbers(value);
    return EJSON.parse(withoutMarks(JSON.stringify(value)), { relaxed: false });
  }
  return new Map(entries.map(([key, inner]) => [key.slice(MARK.length), toValue(inner)]));
}

/** How numbers are written; the library makes 0 or some other number of what is none. */
const NUMBERS: Readonly<Record<string, (text: string) => boolean>> = {
  $numberInt: (text) => /^-?\d+$/.test(text) && Number(text) === (Number(text) | 0),
  $numberLong: (text) => /^-?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text),
  $numberDouble: (text) =>
    text === "NaN" || (text.trim() === text && text !== "" && !Number.isNaN(Number(text))),
};

function checkNumbers(value: object): void {
  for (const [key, inner] of Object.entries(value)) {
    const name = key.slice(MARK.length);
    if (typeof inner === "object" && inner !== null) checkNumbers(inner);
    if (typeof inner !== "string" || NUMBERS[name]?.(inner) !== false) continue;
    throw new UsageError(`Cannot read ${JSON.stringify(inner)} as ${name}: it is no such number`);
  }
}

/** A number as mongodump reads it where no type is written: an int, a long or a double. */
function numberOf(value: number): unknown {
  if (!Number.isInteger(value) || Object.is(value, -0)) return value;
  if (value >= -0x80000000 && value <= 0x7fffffff) return new Int32(value);
  return Number.isSafeInteger(value) ? Long.fromNumber(value) : value;
}

/** How {@linkcode bsonToJson} writes. */
export interface BsonToJsonOptions {
  /** Numbers and dates as people write them, where that says the type nearly as well. */
  readonly relaxed?: boolean;
}

/**
 * Writes a raw document as Extended JSON v2 on one line, its keys in their order.
 *
 * @param buffer The bytes.
 * @param start Offset of the document's first byte.
 * @param options Relaxed, or canonical, which is the default.
 * @returns The text.
 * @throws {DataError} If the document is not BSON inside.
 *
 * @example
 * ```ts
 * import { bsonToJson } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bsonToJson(serialize({ a: [true, "x"] })), '{"a":[true,"x"]}');
 * ```
 */
export function bsonToJson(
  buffer: Uint8Array,
  start = 0,
  { relaxed = false }: BsonToJsonOptions = {},
): string {
  const parts: string[] = [];
  for (const span of elements(buffer, start)) {
    const key = JSON.stringify(decoder.decode(buffer.subarray(span.keyStart, span.keyEnd)));
    parts.push(`${key}:${valueToJson(buffer, span, relaxed)}`);
  }
  return `{${parts.join(",")}}`;
}

function valueToJson(buffer: Uint8Array, span: ElementSpan, relaxed: boolean): string {
  if (span.type === BSON_TYPE.object) return bsonToJson(buffer, span.valueStart, { relaxed });
  if (span.type === BSON_TYPE.array) {
    const parts: string[] = [];
    for (const inner of elements(buffer, span.valueStart)) {
      parts.push(valueToJson(buffer, inner, relaxed));
    }
    return `[${parts.join(",")}]`;
  }
  return EJSON.stringify(decodeValue(buffer, span), { relaxed });
}
