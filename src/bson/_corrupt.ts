import { DataError } from "../core/mod.ts";

/** The error for a document whose inside is not BSON; `offset` is in its buffer. */
export function corrupt(offset: number, state: string, cause?: unknown): DataError {
  const message = `Cannot read the document's BSON at byte ${offset}: ${state}`;
  return new DataError(message, { offset, cause });
}
