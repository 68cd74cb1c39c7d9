/** How much is in a collection, and how many documents make a reply. */
import type { CollectionInfo } from "../../core/mod.ts";
import type { Collection } from "mongodb";

/** About how many bytes of documents a reply holds: larger ones cost memory and are not faster. */
const REPLY_BYTES = 768 * 1024;
const FIRST_DOCUMENTS = 1000;
const MAX_DOCUMENTS = 16_384;

/**
 * Asks the server how much a collection holds.
 *
 * @returns Absent where the server does not say, as for a view, or may not be asked.
 */
export async function estimateOf(
  collection: Collection,
): Promise<CollectionInfo["estimate"] | undefined> {
  let documents = 0;
  let bytes = 0;
  try {
    // A sharded collection has one of these for each shard.
    const stats = collection.aggregate([{ $collStats: { storageStats: {} } }]);
    for await (const { storageStats } of stats) {
      documents += Number(storageStats?.count ?? NaN);
      bytes += Number(storageStats?.size ?? NaN);
    }
  } catch {
    return undefined;
  }
  return {
    ...(Number.isFinite(documents) ? { documents } : {}),
    // Some servers count documents and give no sizes.
    ...(bytes > 0 || documents === 0 ? { bytes } : {}),
  };
}

/** How many documents the first reply should have. */
export function firstBatchSize(
  estimate: CollectionInfo["estimate"],
  wantedBytes: number | undefined,
  most: number | undefined,
): number {
  const { documents = 0, bytes = 0 } = estimate ?? {};
  if (documents === 0 || bytes === 0) return Math.min(most ?? FIRST_DOCUMENTS, FIRST_DOCUMENTS);
  return batchSizeFor(bytes / documents, wantedBytes, most);
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
