/** How much is in a collection, and how many documents make a reply. */
import type { Collection, MongoClient } from "mongodb";
import type { CollectionInfo } from "../../core/mod.ts";

/** About how many bytes of documents a reply holds: larger ones cost memory and are not faster. */
const REPLY_BYTES = 768 * 1024;
/** How many documents the first reply has, before anything is known of their size. */
const FIRST_DOCUMENTS = 1000;
const MAX_DOCUMENTS = 16_384;

/**
 * For how long a count is taken for the next one too. A plan and the read behind it ask one after
 * the other, and some servers count by reading the whole collection.
 */
const FRESH_MS = 5_000;
const counts = new WeakMap<MongoClient, Map<string, { documents: number; until: number }>>();

/**
 * Asks the server how many documents a collection holds, as its metadata says. The size in bytes is
 * not asked for: some servers read the whole collection to tell it.
 *
 * @returns The count, at most some seconds old; absent where the server does not say or may not be
 * asked.
 */
export async function estimateOf(
  client: MongoClient,
  collection: Collection,
): Promise<CollectionInfo["estimate"] | undefined> {
  let known = counts.get(client);
  if (known === undefined) counts.set(client, known = new Map());
  const last = known.get(collection.namespace);
  if (last !== undefined && performance.now() < last.until) return { documents: last.documents };
  try {
    const documents = await collection.estimatedDocumentCount();
    known.set(collection.namespace, { documents, until: performance.now() + FRESH_MS });
    return { documents };
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
