import {
  type CollectionInfo,
  formatNamespace,
  type Issue,
  type Namespace,
  type Query,
  type RawBatch,
  type ReadOptions,
  type SourceItem,
  throwIfInterrupted,
  UsageError,
} from "../../core/mod.ts";
import { beforeAbort } from "../../core/_before_abort.ts";
import { accountsOf } from "../../mongodump/mod.ts";
import { countingLogins, describeAccounts, isAccountsBehind, placeOf } from "./_accounts.ts";
import { interleaved } from "../_interleave.ts";
import { compareNamespaces, fromPosition, type MongoPosition, toPosition } from "./_position.ts";
import { isResumable, openReplies } from "./_replies.ts";
import { pluck } from "./_raw.ts";
import { freeReply, type Reply } from "./_reply.ts";
import { countedForSample, Doubles } from "./_sample.ts";
import { splitReply } from "./_split.ts";
import { describeCollections, findBuckets } from "./describe.ts";
import { displayOf } from "./options.ts";
import type { MongoSession } from "./session.ts";

/** What numbers the batches of a read. */
interface Lane {
  readonly number: number;
  seq: number;
}

/**
 * Reads the collections that a session's connector stands for: one after another, or several at
 * once, each of which is a lane until the next takes its place.
 *
 * @param session The session.
 * @param options What to read, and how.
 * @returns The stream; leaving it early kills the server's cursor.
 * @throws {UsageError} If the query or the position cannot be used here.
 */
export async function* readCollections(
  session: MongoSession,
  options: ReadOptions,
): AsyncGenerator<SourceItem, void, void> {
  const { include, after, query = {}, signal } = options;
  checkQuery(query, session.display);
  const from = after === undefined ? undefined : fromPosition(after, session.display);
  if (from !== undefined) checkPlace(from, session, options);
  // Users and roles come first, whatever their names.
  const inAccounts = from !== undefined && session.options.usersAndRoles === true &&
    accountsOf(from.namespace) !== undefined;
  const wanted = (namespace: Namespace) =>
    (include?.(namespace) ?? true) &&
    (from === undefined || inAccounts || compareNamespaces(namespace, from.namespace) >= 0);
  const wantedAccounts = (namespace: Namespace) =>
    (include?.(namespace) ?? true) &&
    (from === undefined || inAccounts && isAccountsBehind(namespace, from.namespace));
  const parallel = from === undefined && options.resumable !== true ? options.parallel ?? 1 : 1;
  const sideBySide = parallel > 1 && session.options.collection === undefined;
  // Behind the lanes of what is read side by side.
  const lane: Lane = { number: sideBySide ? parallel : 0, seq: from?.seq ?? 0 };
  const cancel = signal === undefined ? {} : { signal };
  const fromIn = ({ namespace }: CollectionInfo) =>
    from !== undefined && compareNamespaces(namespace, from.namespace) === 0 ? from : undefined;
  for await (const accounts of describeAccounts(session, cancel, wantedAccounts)) {
    const { namespace: place, filter } = placeOf(accounts.namespace)!;
    const { query: _, ...rest } = options;
    const whole = filter === undefined ? rest : { ...rest, query: { filter } };
    const items = readCollection(session, accounts, whole, fromIn(accounts), lane, place);
    yield* countingLogins(items, accounts.namespace, session.display);
  }
  if (sideBySide) {
    yield* readSideBySide(session, options, wanted, parallel);
    return;
  }
  for await (const collection of describeCollections(session, cancel, wanted)) {
    yield* readCollection(session, collection, options, fromIn(collection), lane);
  }
}

async function* readSideBySide(
  session: MongoSession,
  options: ReadOptions,
  wanted: (namespace: Namespace) => boolean,
  parallel: number,
): AsyncGenerator<SourceItem, void, void> {
  // One that fails, and leaving early, end the reads of all.
  const stop = new AbortController();
  const signal = options.signal === undefined
    ? stop.signal
    : AbortSignal.any([options.signal, stop.signal]);
  // Asked by several at once it gives each collection to one of them.
  const collections = describeCollections(session, { signal }, wanted);
  const lanes = Array.from({ length: parallel }, async function* (_, number) {
    const lane: Lane = { number, seq: 0 };
    for (;;) {
      const { done, value } = await collections.next();
      if (done) return;
      yield* readCollection(session, value, { ...options, signal }, undefined, lane);
    }
  });
  try {
    yield* interleaved(lanes, () => stop.abort());
  } finally {
    await collections.return();
  }
}

async function* readCollection(
  session: MongoSession,
  collection: CollectionInfo,
  options: ReadOptions,
  from: MongoPosition | undefined,
  lane: Lane,
  place?: Namespace,
): AsyncGenerator<SourceItem, void, void> {
  const { namespace } = collection;
  const { query, signal } = options;
  const known = query?.sample === undefined
    ? collection
    : await beforeAbort(countedForSample(session, collection, query), signal);
  // A filter is meant for measurements.
  const asBuckets = collection.type === "timeseries" && options.timeseries === "buckets" &&
    Object.keys(query ?? {}).length === 0;
  const buckets = asBuckets ? await findBuckets(session, namespace) : undefined;
  const elsewhere = buckets ?? place;
  yield { type: "begin", collection: buckets ? { ...known, buckets: true } : known };
  const issues: Issue[] = [];
  if (collection.type !== "view" || options.views === "documents") {
    const resumable = options.resumable === true || options.after !== undefined;
    const ordered = resumable && isResumable(collection, options.query);
    if (resumable && !ordered) issues.push(restarts(collection));
    if (!ordered && from !== undefined) checkRestart(collection, session);
    const order = ordered ? { from } : undefined;
    yield* readDocuments(session, collection, options, {
      lane,
      order,
      restart: !resumable,
      ...(elsewhere === undefined ? {} : { place: elsewhere }),
    });
  }
  yield { type: "end", namespace, ...(issues.length > 0 ? { issues } : {}) };
}

/** How the documents of one collection are read. */
interface Course {
  readonly lane: Lane;
  /** In `_id` order, from a position if there is one; in the server's own order if absent. */
  readonly order: { readonly from: MongoPosition | undefined } | undefined;
  /** Whether positions say that nothing goes on from them. */
  readonly restart: boolean;
  /** Where its documents are, if not under its own name: the buckets of a time series, users. */
  readonly place?: Namespace;
}

async function* readDocuments(
  session: MongoSession,
  collection: CollectionInfo,
  options: ReadOptions,
  { lane, order, restart, place }: Course,
): AsyncGenerator<SourceItem, void, void> {
  const { namespace } = collection;
  let index = order?.from?.index ?? 0;
  const find = order === undefined ? {} : { order: { after: order.from?.id } };
  const read = { ...collection, namespace: place ?? namespace };
  await using replies = openReplies(session, read, options, find);
  const doubles = options.query?.sample === undefined ? undefined : new Doubles();
  for await (const reply of replies) {
    const held = new Held(reply);
    for (const part of splitReply(doubles?.without(reply) ?? reply, options)) {
      throwIfInterrupted(options.signal);
      const last = part.starts.at(-1)!;
      const id = order === undefined ? undefined : pluck(part.buffer, last, "_id");
      const next = index + part.starts.length;
      const batch: RawBatch = {
        namespace,
        ...part,
        firstIndex: index,
        lane: lane.number,
        seq: lane.seq,
        after: toPosition({ namespace, index: next, seq: ++lane.seq, id, restart }),
        release: held.hold(),
      };
      index = next;
      yield { type: "batch", batch };
    }
    held.given();
  }
}

/** A reply that is freed when all of its batches were given and released. */
class Held {
  readonly #reply: Reply;
  #holders = 1;

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  /** Keeps the reply for one more batch; gives what lets go of it. */
  hold(): () => void {
    this.#holders++;
    return () => this.given();
  }

  /** Lets go of the reply. */
  given(): void {
    if (--this.#holders === 0) freeReply(this.#reply);
  }
}

function restarts({ namespace, type }: CollectionInfo): Issue {
  const why = type === "collection" ? "its _id order cannot be gone on from" : `it is a ${type}`;
  return {
    code: "restarts",
    level: "info",
    namespace,
    message:
      `${formatNamespace(namespace)} is read again from its start if the run is gone on with:` +
      ` ${why}`,
  };
}

/** Measurements have no `_id` of their own: reading them again would double what was written. */
function checkRestart({ namespace, type }: CollectionInfo, { options }: MongoSession): void {
  if (type !== "timeseries") return;
  throw new UsageError(
    `Cannot go on reading "${
      displayOf(options, namespace)
    }": a time series has no order to go on in`,
    { hint: "drop it at the target and copy it again" },
  );
}

function checkPlace(from: MongoPosition, session: MongoSession, { include }: ReadOptions): void {
  const { database, collection } = session.options;
  const { namespace } = from;
  const inside = (database === undefined || database === namespace.db) &&
    (collection === undefined || collection === namespace.collection) &&
    (include?.(namespace) ?? true);
  if (inside) return;
  const place = formatNamespace(namespace);
  throw new UsageError(
    `Cannot go on reading "${displayOf(session.options)}": the position is in ${place}`,
    {
      hint: "use the position with the source that made it",
    },
  );
}

function checkQuery(query: Query, display: string): void {
  for (const name of ["skip", "limit", "sample"] as const) {
    const value = query[name];
    const least = name === "sample" ? 1 : 0;
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue;
    throw new UsageError(
      `Cannot read "${display}": ${name} ${value} is not a whole number from ${least}`,
    );
  }
  if (query.sample === undefined || (query.skip ?? query.limit) === undefined) return;
  throw new UsageError(`Cannot read "${display}": skip and limit have no meaning in a sample`, {
    hint: "sample says already how many",
  });
}
