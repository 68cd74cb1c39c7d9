import { BSON_TYPE } from "./types.ts";
import { findElement } from "./walk.ts";

// A name may begin with what a decoder would take for a mark of its own.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The text of a field of a raw document, the top level only.
 *
 * @param buffer The bytes.
 * @param documentStart Offset of the document's first byte.
 * @param key The field's key.
 * @returns The text; `undefined` where there is no such field, or it is no string.
 * @throws {DataError} If the document is corrupt at or before the field.
 */
export function textField(
  buffer: Uint8Array,
  documentStart: number,
  key: string,
): string | undefined {
  const found = findElement(buffer, documentStart, key);
  if (found?.type !== BSON_TYPE.string) return undefined;
  // Behind its length, and without the 0 at its end.
  return decoder.decode(buffer.subarray(found.valueStart + 4, found.end - 1));
}
