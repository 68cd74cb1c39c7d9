import { FORMAT, type FormatName, formatsOf } from "./_format.ts";

/** Classes that the keys of a map may share, in the order they are tried. */
export const KEY_CLASSES = ["hex24", "uuid", "int", "date", "email", "locale", "hash"] as const;

/** A class of keys, or `word` for any other. */
export type KeyClass = typeof KEY_CLASSES[number] | "word";

const BY_FORMAT: readonly FormatName[] = ["hex24", "uuid", "int", "date", "email"];

/** The number of the class of a key; `KEY_CLASSES.length` for any other. */
export function keyClass(buffer: Uint8Array, start: number, end: number): number {
  const found = formatsOf(
    buffer,
    start,
    end,
    FORMAT.hex24 | FORMAT.uuid | FORMAT.int | FORMAT.date | FORMAT.email,
  );
  for (let i = 0; i < BY_FORMAT.length; i++) if (found & FORMAT[BY_FORMAT[i]!]) return i;
  const text = String.fromCharCode(...buffer.subarray(start, Math.min(end, start + 129)));
  if (/^[a-z]{2,3}[-_](?:[A-Z]{2}|[A-Z][a-z]{3}|\d{3})$/.test(text)) return 5;
  if (/^(?:[\da-f]{16,128})$/i.test(text) && /\d/.test(text)) return 6;
  return KEY_CLASSES.length;
}
