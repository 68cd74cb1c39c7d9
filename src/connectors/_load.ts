import {
  type LoadOptions,
  type LoadResult,
  type Namespace,
  type Rejection,
  type Target,
  throwIfInterrupted,
  UsageError,
  type Writer,
  type WriteResult,
} from "../core/mod.ts";
import { encodeDocuments } from "./_encode.ts";

/** How many rejections a result lists; the others are counted. */
const LISTED = 100;

/** Writes documents to a target: the next batch is encoded while one is written. */
export async function loadDocuments(
  target: Target,
  data: AsyncIterable<object> | Iterable<object>,
  { kind, display }: { kind: string; display: string },
  { namespace, ...options }: LoadOptions,
): Promise<LoadResult> {
  const to = namespace ?? defaultNamespace(target, kind, display);
  throwIfInterrupted(options.signal);
  const writer = await target.open({
    collections: [{ namespace: to, type: "collection" }],
    ...options,
  });
  const tally = new Tally();
  try {
    await writer.begin({ namespace: to, type: "collection" });
    await writeAll(writer, data, to, kind, tally, options.signal);
    await writer.end(to);
    await writer.commit();
  } catch (error) {
    await writer.abort().catch(() => {});
    throw error;
  }
  return tally.result();
}

function defaultNamespace(
  { place, capabilities }: Target,
  kind: string,
  display: string,
): Namespace {
  const { db = "", collection } = place ?? {};
  if (collection !== undefined) return { db, collection };
  if (capabilities.collections === "one") return { db: "", collection: kind };
  throw new UsageError(`Cannot write documents to "${display}": no collection is named`, {
    hint: "give the connector a collection, or loadData a namespace",
  });
}

async function writeAll(
  writer: Writer,
  data: AsyncIterable<object> | Iterable<object>,
  namespace: Namespace,
  kind: string,
  tally: Tally,
  signal: AbortSignal | undefined,
): Promise<void> {
  let seq = 0;
  let underWay: Promise<WriteResult> | undefined;
  try {
    for await (const encoded of encodeDocuments(data)) {
      if (underWay !== undefined) tally.add(await underWay);
      throwIfInterrupted(signal);
      const index = encoded.firstIndex + encoded.starts.length;
      const after = { v: 1, kind, index };
      tally.read = index;
      underWay = writer.write({ ...encoded, namespace, lane: 0, seq: seq++, after });
      // Seen at the next turn; until then a failure is not "unhandled".
      underWay.catch(() => {});
    }
  } catch (error) {
    await underWay?.catch(() => {});
    throw error;
  }
  if (underWay !== undefined) tally.add(await underWay);
}

class Tally {
  read = 0;
  #sum = { inserted: 0, replaced: 0, unchanged: 0, skipped: 0 };
  #rejected = 0;
  readonly #first: Rejection[] = [];

  add({ inserted, replaced, unchanged, skipped, rejected }: WriteResult): void {
    this.#sum.inserted += inserted;
    this.#sum.replaced += replaced;
    this.#sum.unchanged += unchanged;
    this.#sum.skipped += skipped;
    this.#rejected += rejected.length;
    this.#first.push(...rejected.slice(0, LISTED - this.#first.length));
  }

  result(): LoadResult {
    return {
      read: this.read,
      ...this.#sum,
      rejected: { count: this.#rejected, first: this.#first },
    };
  }
}
