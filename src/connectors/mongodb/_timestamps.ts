/** Empty timestamps: what a server replaces by its own time where it is not asked to leave them. */
import { BSON_TYPE, elements } from "../../bson/mod.ts";
import { documentsIn } from "./_ids.ts";

/** Where the top-level values `Timestamp(0, 0)` of a document lie, `_id` left out. */
export function emptyTimestamps(document: Uint8Array): number[] {
  const found: number[] = [];
  for (const { type, keyStart, keyEnd, valueStart, end } of elements(document, 0)) {
    if (type !== BSON_TYPE.timestamp) continue;
    if (String.fromCharCode(...document.subarray(keyStart, keyEnd)) === "_id") continue;
    if (document.subarray(valueStart, end).every((byte) => byte === 0)) found.push(valueStart);
  }
  return found;
}

/** How many documents of a message have one. */
export function emptyTimestampsIn(bytes: Uint8Array): number {
  return documentsIn(bytes).filter((document) => emptyTimestamps(document).length > 0).length;
}
