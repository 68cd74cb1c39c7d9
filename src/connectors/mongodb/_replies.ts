/** The replies of one `find`, or of a sample, the next on its way while one is used. */
import type { AggregateOptions, ClientSession, Document, FindOptions } from "mongodb";
import {
  type CollectionInfo,
  documentLength,
  type Query,
  type ReadOptions,
} from "../../core/mod.ts";
import { beforeAbort } from "../../core/_before_abort.ts";
import { batchSizeFor, firstBatchSize } from "./_estimate.ts";
import { pluck, rawField } from "./_raw.ts";
import { type RawCursor, type Reply, setBatchSize, takeReply } from "./_reply.ts";
import { SAMPLE_MS, samplePipeline, sampleReadPreference } from "./_sample.ts";
import { valuesOf } from "./_values.ts";
import { displayOf } from "./options.ts";
import type { MongoSession } from "./session.ts";
import { translateError } from "./translate_error.ts";

/** Well under the 30 minutes after which a server ends a session, and its cursors with it. */
export const REFRESH_MS = 5 * 60_000;
/** How long leaving early waits for the reply that is on its way. */
const GRACE_MS = 1000;
/** Atlas refuses cursors without a time limit in its smallest tiers, with its one code for all. */
const ATLAS_ERROR = 8000;

/** Whether a collection can be read in an order that can be gone on from. */
export function isResumable(collection: CollectionInfo, query: Query = {}): boolean {
  if (collection.type !== "collection") return false;
  const { projection, sort, skip = 0, limit = 0, sample } = query;
  if (sort !== undefined || skip > 0 || limit > 0 || sample !== undefined) return false;
  // The position is the last document's _id: it has to be there.
  if (projection !== undefined && "_id" in projection && !isOn(projection._id)) return false;
  // With a collation, the order of the index is not the order of the bytes.
  return collection.options === undefined ||
    rawField(collection.options, "collation") === undefined;
}

function isOn(value: unknown): boolean {
  return value === true || Number(value) === 1;
}

/** The replies of a `find`; disposing of it kills the server's cursor if it is still open. */
export interface Replies extends AsyncDisposable, AsyncIterable<Reply> {}

/** How a `find` goes about it. */
export interface FindSettings {
  /** In `_id` order, behind this `{_id}`; in the server's own order if absent. */
  readonly order?: { readonly after: Uint8Array | undefined };
  /** How often the session is said to be alive, in milliseconds. */
  readonly refreshMs?: number;
}

/** Opens a `find`; nothing is sent before the first reply is asked for. */
export function openReplies(
  session: MongoSession,
  collection: CollectionInfo,
  options: ReadOptions,
  settings: FindSettings = {},
): Replies {
  return new FindReplies(session, collection, options, settings);
}

class FindReplies implements Replies {
  readonly #session: MongoSession;
  readonly #collection: CollectionInfo;
  readonly #options: ReadOptions;
  readonly #settings: FindSettings;
  #cursor: RawCursor | undefined;
  #serverSession: ClientSession | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #pending: Promise<Reply | undefined> | undefined;

  constructor(
    session: MongoSession,
    collection: CollectionInfo,
    options: ReadOptions,
    settings: FindSettings,
  ) {
    this.#session = session;
    this.#collection = collection;
    this.#options = options;
    this.#settings = settings;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Reply, void, void> {
    this.#open(true);
    let seen = this.#settings.order?.after;
    let next = this.#first();
    // Whoever stops before looking at it leaves no failure behind that nobody handles.
    next.catch(() => {});
    while (true) {
      const reply = await beforeAbort(next, this.#options.signal);
      if (reply === undefined) return;
      next = this.#ahead();
      const rest = seen === undefined ? reply : withoutSeen(reply, seen);
      seen = undefined;
      if (rest.starts.length > 0) yield rest;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    // The reply that is on its way is waited for: a cursor cannot be killed while it is in use
    // everywhere. Where the server hangs, the end of the session ends it.
    await settled(this.#pending, GRACE_MS);
    await this.#cursor?.close().catch(() => {});
    await this.#serverSession?.endSession().catch(() => {});
  }

  #open(noCursorTimeout: boolean): void {
    const { client, hello } = this.#session;
    const { namespace } = this.#collection;
    if (
      typeof hello.logicalSessionTimeoutMinutes === "number" && this.#serverSession === undefined
    ) {
      this.#serverSession = client.startSession({ causalConsistency: false });
      const { refreshMs = REFRESH_MS } = this.#settings;
      this.#timer = setInterval(() => void this.#refresh(), refreshMs);
    }
    const collection = client.db(namespace.db).collection(namespace.collection);
    const { query = {} } = this.#options;
    this.#cursor = query.sample === undefined
      ? collection.find<Uint8Array>(
        (query.filter ?? {}) as Document,
        this.#findOptions(noCursorTimeout),
      )
      : collection.aggregate<Uint8Array>(samplePipeline(query), this.#sampleOptions());
  }

  #sampleOptions(): AggregateOptions {
    const { uri } = this.#session.options;
    return {
      raw: true,
      batchSize: firstBatchSize(this.#options.batchDocuments),
      allowDiskUse: true,
      maxTimeMS: SAMPLE_MS,
      ...(this.#serverSession === undefined ? {} : { session: this.#serverSession }),
      ...sampleReadPreference(uri),
    };
  }

  #findOptions(noCursorTimeout: boolean): FindOptions {
    const { query = {}, batchDocuments } = this.#options;
    const { projection, sort, skip, limit } = query;
    return {
      raw: true,
      batchSize: firstBatchSize(batchDocuments),
      noCursorTimeout,
      ...(this.#serverSession === undefined ? {} : { session: this.#serverSession }),
      ...(projection === undefined ? {} : { projection: projection as Document }),
      ...(sort === undefined ? {} : { sort: sort as NonNullable<FindOptions["sort"]> }),
      ...(skip === undefined ? {} : { skip }),
      ...(limit === undefined || limit === 0 ? {} : { limit }),
      ...this.#order(),
    };
  }

  #order(): FindOptions {
    const wanted = this.#settings.order;
    if (wanted === undefined) return {};
    // The sort is for shards, whose parts it merges; the hint has the index give the order.
    const order: FindOptions = { hint: { _id: 1 }, sort: { _id: 1 } };
    if (wanted.after === undefined) return order;
    return { ...order, min: valuesOf(wanted.after) as unknown as Document };
  }

  async #first(): Promise<Reply | undefined> {
    try {
      return await this.#fetch();
    } catch (error) {
      if ((error as { code?: unknown }).code !== ATLAS_ERROR) throw this.#translated(error);
    }
    this.#open(false);
    return await this.#ahead();
  }

  #ahead(): Promise<Reply | undefined> {
    const pending = this.#fetch().catch((error) => {
      throw this.#translated(error);
    });
    // It is looked at when it is its turn; until then a failure is not an unhandled one.
    pending.catch(() => {});
    return pending;
  }

  #fetch(): Promise<Reply | undefined> {
    return this.#pending = this.#next();
  }

  async #next(): Promise<Reply | undefined> {
    const cursor = this.#cursor!;
    if (!await cursor.hasNext()) return undefined;
    const reply = takeReply(cursor);
    const { batchBytes, batchDocuments } = this.#options;
    const mean = reply.bytes / reply.starts.length;
    setBatchSize(cursor, batchSizeFor(mean, batchBytes, batchDocuments));
    return reply;
  }

  async #refresh(): Promise<void> {
    const id = this.#serverSession?.id;
    if (id === undefined) return;
    try {
      await this.#session.client.db("admin").command({ refreshSessions: [{ id: id.id }] });
    } catch (error) {
      // The read itself finds out if the server is gone.
      const name = error instanceof Error ? error.name : "Error";
      this.#session.options.verbose?.(`refreshSessions failed: ${name}`);
    }
  }

  #translated(error: unknown): Error {
    const { loggedIn, options } = this.#session;
    const { namespace } = this.#collection;
    return translateError(error, {
      action: "read",
      display: displayOf(options, namespace),
      stage: "source",
      command: this.#options.query?.sample === undefined ? "find" : "aggregate",
      namespace,
      loggedIn,
      query: this.#options.query !== undefined,
      signal: this.#options.signal,
    });
  }
}

/** `min` is inclusive: the document that was seen last comes again, if it is still there. */
function withoutSeen(reply: Reply, id: Uint8Array): Reply {
  const first = pluck(reply.buffer, reply.starts[0]!, "_id");
  if (first === undefined || !equal(first, id)) return reply;
  const length = documentLength(reply.buffer, reply.starts[0]!);
  return { ...reply, starts: reply.starts.subarray(1), bytes: reply.bytes - length };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Waits until a promise is settled, either way, or some time has passed. */
async function settled(promise: Promise<unknown> | undefined, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, timeoutMs));
  await Promise.race([promise?.catch(() => {}), timeout]);
  clearTimeout(timer);
}
