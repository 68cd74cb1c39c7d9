/** The `_id` of raw documents: as bytes, as a value, as text, and new ones. */
import { BSONError } from "bson";
import { documentId, formatId, withIdFirst } from "../../bson/mod.ts";
import { documentLength } from "../../core/mod.ts";
import { valuesOf } from "./_values.ts";

/** Whether a document's first field is `_id`, as the server stores it; looks at four bytes. */
export function idIsFirst(buffer: Uint8Array, start: number): boolean {
  return buffer[start + 5] === 0x5f && buffer[start + 6] === 0x69 && buffer[start + 7] === 0x64 &&
    buffer[start + 8] === 0;
}

/** A document as the server stores it: its `_id`, if it has one, in front. */
export function asStored(document: Uint8Array): Uint8Array {
  if (idIsFirst(document, 0) || documentId(document, 0) === undefined) return document;
  return withIdFirst(document, 0);
}

/** The document `{_id: …}` of a document, byte for byte; `undefined` if it has none. */
export function idDocument(document: Uint8Array): Uint8Array | undefined {
  const span = documentId(document, 0)?.span;
  if (span === undefined) return undefined;
  const made = new Uint8Array(4 + span.end - span.start + 1);
  new DataView(made.buffer).setInt32(0, made.length, true);
  made.set(document.subarray(span.start, span.end), 4);
  return made;
}

/**
 * The value of the document that {@linkcode idDocument} makes, of a class that keeps its type and
 * order; `undefined` if it has none that could be sent: its text is not UTF-8.
 */
export function idValue(idDocument: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: valuesOf(idDocument).get("_id") };
  } catch (error) {
    if (error instanceof BSONError) return undefined;
    throw error;
  }
}

/**
 * An `_id` as relaxed Extended JSON, cut where it is very long; `undefined` if there is none. What a
 * plain number or text would not tell keeps its type: a `Long` beyond 2^53, a `Decimal128`.
 */
export function shownId(document: Uint8Array): string | undefined {
  const span = documentId(document, 0)?.span;
  return span === undefined ? undefined : cut(relaxed(formatId(document, span, Infinity)));
}

const MAX_SHOWN = 200;
/** Dates of four-digit years, which relaxed Extended JSON writes as text. */
const LAST_DATE = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Canonical text made relaxed. Within a JSON text every quote is escaped, so what is matched here is
 * an object; a `Double` keeps its ".0".
 */
function relaxed(canonical: string): string {
  return canonical
    .replace(/\{"\$date":\{"\$numberLong":"(\d+)"\}\}/g, (same, time: string) => {
      return +time > LAST_DATE ? same : `{"$date":"${new Date(+time).toISOString()}"}`;
    })
    .replace(/\{"\$number(?:Int|Double)":"(-?\d[\d.]*(?:e[+-]?\d+)?)"\}/gi, "$1")
    .replace(/(\{"\$date":)?\{"\$numberLong":"(-?\d+)"\}/g, (same, date, number: string) => {
      return date === undefined && Number.isSafeInteger(+number) ? number : same;
    });
}

/** The beginning of a text, never half a character. */
function cut(text: string): string {
  if (text.length <= MAX_SHOWN) return text;
  const end = /[\ud800-\udbff]/.test(text[MAX_SHOWN - 2]!) ? MAX_SHOWN - 2 : MAX_SHOWN - 1;
  return `${text.slice(0, end)}…`;
}

/** The documents of a buffer in which they lie one behind another, as views. */
export function documentsIn(bytes: Uint8Array): Uint8Array[] {
  const documents: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = documentLength(bytes, at);
    documents.push(bytes.subarray(at, at + length));
    at += length;
  }
  return documents;
}

/** When, and from which number on, the ObjectIds of a batch were made. */
interface Range {
  readonly seconds: number;
  readonly first: number;
}

const KEPT_RANGES = 4096;

/**
 * ObjectIds for documents without one. A batch gets a range of them that is remembered, so that a
 * replay of it, even of a copy, gets the same.
 */
export class IdSource {
  readonly #process = crypto.getRandomValues(new Uint8Array(5));
  readonly #ranges = new Map<string, Range>();
  #next = crypto.getRandomValues(new Uint32Array(1))[0]! & 0xffffff;

  /** The ObjectId of a document of a batch, as 12 bytes. */
  id(batchKey: string, count: number, index: number): Uint8Array {
    let range = this.#ranges.get(batchKey);
    if (range === undefined) {
      range = { seconds: Math.floor(Date.now() / 1000), first: this.#next };
      this.#next = (this.#next + count) & 0xffffff;
      this.#ranges.set(batchKey, range);
      if (this.#ranges.size > KEPT_RANGES) {
        this.#ranges.delete(this.#ranges.keys().next().value!);
      }
    }
    const made = new Uint8Array(12);
    new DataView(made.buffer).setUint32(0, range.seconds);
    made.set(this.#process, 4);
    const number = (range.first + index) & 0xffffff;
    made[9] = number >> 16;
    made[10] = number >> 8;
    made[11] = number;
    return made;
  }
}
