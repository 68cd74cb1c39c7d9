/** How much is in a collection, and how many documents make a reply. */
import type { Collection, Db, MongoClient } from "mongodb";
import type { CollectionInfo } from "../../core/mod.ts";

/** About how many bytes of documents a reply holds: larger ones cost memory and are not faster. */
const REPLY_BYTES = 768 * 1024;
/** How many documents the first reply has, before anything is known of their size. */
const FIRST_DOCUMENTS = 1000;
const MAX_DOCUMENTS = 16_384;

/**
 * For how long a count is taken for the next one too: a plan and the read behind it ask one after the
 * other.
 */
const FRESH_MS = 5_000;
/** How long a count is waited for. Some servers read the whole collection for it; a copy goes ahead. */
const PATIENCE_MS = 100;
/** For how long a server may look for the size of a collection that somebody asked for. */
const SIZE_MS = 2_000;

/** A count that was asked for. */
interface Count {
  readonly until: number;
  readonly done: Promise<void>;
  documents?: number;
  /** Whether it was waited for in vain. */
  late?: boolean;
}

const counts = new WeakMap<MongoClient, Map<string, Count>>();

/**
 * Asks the server how many documents a collection holds, as its metadata says. The size in bytes is
 * not asked for: some servers read the whole collection to tell it.
 *
 * @returns The count, at most some seconds old; absent where the server does not say at once or may
 * not be asked.
 */
export async function estimateOf(
  client: MongoClient,
  collection: Collection,
): Promise<CollectionInfo["estimate"] | undefined> {
  let known = counts.get(client);
  if (known === undefined) counts.set(client, known = new Map());
  let count = known.get(collection.namespace);
  if (count === undefined || performance.now() >= count.until) {
    known.set(collection.namespace, count = ask(collection));
  }
  if (count.documents === undefined && count.late !== true) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, PATIENCE_MS));
    await Promise.race([count.done, late]);
    clearTimeout(timer);
    if (count.documents === undefined) count.late = true;
  }
  return count.documents === undefined ? undefined : { documents: count.documents };
}

/**
 * Asks the server how many documents and bytes a collection holds. Most know; some read all of it to
 * tell, and are not waited for.
 *
 * @returns Both; absent where the server does not say, or not soon.
 */
export async function sizeOf(
  db: Db,
  collection: string,
): Promise<CollectionInfo["estimate"] | undefined> {
  try {
    const { count, size } = await db.command({ collStats: collection, maxTimeMS: SIZE_MS });
    return { documents: Number(count), bytes: Number(size) };
  } catch {
    // A hint for people: no reason to fail.
    return undefined;
  }
}

function ask(collection: Collection): Count {
  const count: Count = {
    until: performance.now() + FRESH_MS,
    done: collection.estimatedDocumentCount().then((documents) => {
      count.documents = documents;
    }, () => {}),
  };
  return count;
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
