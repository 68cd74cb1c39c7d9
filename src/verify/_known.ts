/** Documents that are at hand while it is looked for what differs. */
import { documentLength } from "../core/mod.ts";
import { firstDifference } from "./_first_difference.ts";
import type { DocumentHash } from "./_hash.ts";
import { shownId } from "./_id.ts";
import { documentKey } from "./_merge.ts";
import type { FirstDifference } from "./result.ts";
import { withIdMoved } from "./_tally.ts";

/** What a document that is kept takes beside its bytes. */
const KEPT_BYTES = 1024;

/** A document that is at hand. */
export interface Known {
  readonly index: number;
  readonly id: string | undefined;
  readonly bytes?: Uint8Array | undefined;
}

/** Copies of documents, as long as there is room for them; for the first there always is. */
export class Keeper {
  #left: number;
  #isEmpty = true;

  constructor(most: number) {
    this.#left = most;
  }

  /** Whether there is room for a document of so many bytes. */
  take(bytes: number): boolean {
    if (this.#left < bytes + KEPT_BYTES && !this.#isEmpty) return false;
    this.#isEmpty = false;
    this.#left -= bytes + KEPT_BYTES;
    return true;
  }
}

/** By what a document that was just hashed is known. */
export function hashKey({ h1, h2, h3, h4 }: DocumentHash): string {
  return documentKey([h1, h2, h3, h4], 0);
}

/** A document of a batch, with a copy of its bytes if it is to be whole. */
export function knownAt(buffer: Uint8Array, start: number, index: number, whole: boolean): Known {
  // The slice of a Buffer of Node.js would be no copy.
  const bytes = whole
    ? new Uint8Array(buffer.subarray(start, start + documentLength(buffer, start)))
    : undefined;
  return { index, id: shownId(buffer, start), bytes };
}

/** Where two documents part. */
export function difference(
  a: Uint8Array,
  b: Uint8Array,
  ignoreIdPosition: boolean,
): FirstDifference {
  const movedA = withIdMoved(a, 0) ?? a, movedB = withIdMoved(b, 0) ?? b;
  if (ignoreIdPosition) return firstDifference(movedA, movedB);
  const found = firstDifference(a, b);
  const same = movedA.length === movedB.length && movedA.every((byte, i) => byte === movedB[i]);
  return same ? { path: "_id", kind: "id-position", offset: found.offset } : found;
}
