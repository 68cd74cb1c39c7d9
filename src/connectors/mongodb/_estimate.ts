/** How much is in a collection, and how many documents make a reply. */
import type { Collection } from "mongodb";
import type { CollectionInfo } from "../../core/mod.ts";

/** About how many bytes of documents a reply holds: larger ones cost memory and are not faster. */
const REPLY_BYTES = 768 * 1024;
/** How many documents the first reply has, before anything is known of their size. */
const FIRST_DOCUMENTS = 1000;
const MAX_DOCUMENTS = 16_384;

/**
 * Asks the server how many documents a collection holds, as its metadata says. The size in bytes is
 * not asked for: some servers read the whole collection to tell it.
 *
 * @returns Absent where the server does not say or may not be asked.
 */
export async function estimateOf(
  collection: Collection,
): Promise<CollectionInfo["estimate"] | undefined> {
  try {
    return { documents: await collection.estimatedDocumentCount() };
  } catch {
    return undefined;
  }
}

/** How many documents the first reply should have. */
export function firstBatchSize(most: number = FIRST_DOCUMENTS): number {
  return Math.min(most, FIRST_DOCUMENTS);
}

/** How many documents of a size make a reply. */
export function batchSizeFor(
  documentBytes: number,
  wantedBytes: number = REPLY_BYTES,
  most: number = MAX_DOCUMENTS,
): number {
  const fit = Math.floor(Math.min(wantedBytes, REPLY_BYTES) / Math.max(documentBytes, 5));
  return Math.max(1, Math.min(fit, most, MAX_DOCUMENTS));
}
