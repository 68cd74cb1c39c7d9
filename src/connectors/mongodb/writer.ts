import {
  type CollectionInfo,
  formatNamespace,
  type Issue,
  type Namespace,
  type OpenOptions,
  type Position,
  type RawBatch,
  type Rejection,
  throwIfInterrupted,
  UsageError,
  type Writer,
  type WriteResult,
} from "../../core/mod.ts";
import { accountsOf } from "../../mongodump/mod.ts";
import { AccountsWriter } from "./_accounts_writer.ts";
import { settleDuplicates } from "./_conflict.ts";
import { createTarget } from "./_create.ts";
import { probeSequence } from "./_document_sequence.ts";
import { IdSource } from "./_ids.ts";
import { buildIndexes } from "./_indexes.ts";
import { originOf } from "./describe.ts";
import { insertMessage, release } from "./_insert.ts";
import { type Message, type MessageLimits, prepareBatch, type Prepared } from "./_message.ts";
import { refuseNames } from "./_names.ts";
import type { Sending } from "./_sending.ts";
import type { TargetCollection } from "./_target_collection.ts";
import { writeConcernOf } from "./_write_concern.ts";
import { displayOf } from "./options.ts";
import type { MongoSession } from "./session.ts";

/** Larger messages do not make a server faster, and they cost memory. */
const MESSAGE_BYTES = 2 * 1024 * 1024;
/** Room in a message for the command itself. */
const MESSAGE_ROOM = 1024 * 1024;

/**
 * Opens a MongoDB server for writing. Nothing is touched before the first `begin`.
 *
 * @param session The connection.
 * @param open What becomes of what is there.
 * @returns The writer. Its `abort` leaves the documents that were acknowledged where they are.
 * @throws {UsageError} If the address asks for writes without acknowledgement (`w=0`).
 */
export async function openMongoWriter(
  session: MongoSession,
  open: OpenOptions = {},
): Promise<Writer> {
  throwIfInterrupted(open.signal);
  const { client, hello, display, loggedIn } = session;
  refuseNames(open.collections?.map(({ namespace }) => namespace) ?? [], hello.maxWireVersion);
  const verbose = session.options.verbose ?? (() => {});
  const writeConcern = writeConcernOf(client, display);
  const probed = await probeSequence(client);
  if ("missing" in probed) {
    verbose(`documents are encoded again before they are sent: ${probed.missing}`);
  }
  const sending: Sending = {
    client,
    shown: (namespace) => displayOf(session.options, namespace),
    loggedIn,
    writeConcern,
    sequence: "make" in probed ? probed.make : undefined,
    numbered: hasNumbers(session),
    keepTimestamps: true,
    bypassValidation: open.bypassDocumentValidation === true,
    verbose,
  };
  return new MongoWriter(
    sending,
    limitsOf(hello),
    open,
    await olderThan(session, open),
    hello.maxWireVersion,
  );
}

/** What is said where documents come from a newer server than they go to. */
async function olderThan(session: MongoSession, { origin }: OpenOptions): Promise<Issue[]> {
  const from = origin?.serverVersion ?? "";
  const { serverVersion: to = "" } = from === "" ? {} : await originOf(session);
  const [a, b] = [from, to].map((version) => /^(\d+)\.(\d+)/.exec(version));
  if (!a || !b || Number(a[1]) * 1000 + Number(a[2]) <= Number(b[1]) * 1000 + Number(b[2])) {
    return [];
  }
  return [{
    code: "older-server",
    message: `the source is of MongoDB ${from}, and ${session.display} is ${to}, which is older: ` +
      "it refuses options and indexes that it does not know",
    level: "warning",
  }];
}

function hasNumbers({ client, hello }: MongoSession): boolean {
  const replicated = typeof hello.setName === "string" || hello.msg === "isdbgrid";
  return replicated && hello.logicalSessionTimeoutMinutes !== undefined &&
    hello.logicalSessionTimeoutMinutes !== null && client.options.retryWrites !== false;
}

function limitsOf(hello: MongoSession["hello"]): MessageLimits {
  const message = Number(hello.maxMessageSizeBytes ?? 48_000_000) - MESSAGE_ROOM;
  return {
    bytes: Math.min(MESSAGE_BYTES, message),
    documents: Number(hello.maxWriteBatchSize ?? 100_000),
    documentBytes: Number(hello.maxBsonObjectSize ?? 16 * 1024 * 1024),
  };
}

class MongoWriter implements Writer {
  readonly #sending: Sending;
  readonly #limits: MessageLimits;
  readonly #open: OpenOptions;
  readonly #ids = new IdSource();
  readonly #collections = new Map<string, Promise<TargetCollection>>();
  /** Batches that were not acknowledged yet: their replay sends the same bytes and numbers. */
  readonly #pending = new Map<string, Prepared>();
  /** Users and roles, if some come. */
  #accounts: AccountsWriter | undefined;
  readonly #wireVersion: unknown;
  /** What is said with the first collection. */
  #first: readonly Issue[];
  #closed = false;

  constructor(
    sending: Sending,
    limits: MessageLimits,
    open: OpenOptions,
    first: readonly Issue[],
    wireVersion: unknown,
  ) {
    this.#first = first;
    this.#wireVersion = wireVersion;
    this.#sending = sending;
    this.#limits = limits;
    this.#open = open;
  }

  async begin(collection: CollectionInfo): Promise<readonly Issue[]> {
    this.#check();
    if (accountsOf(collection.namespace) !== undefined) {
      return await this.#accountsWriter().begin(collection);
    }
    const key = formatNamespace(collection.namespace);
    // A collection is dropped and created once, however often it begins.
    if (this.#collections.has(key)) return [];
    const { issues } = await this.#make(key, collection);
    const first = this.#first;
    this.#first = [];
    return [...first, ...issues];
  }

  async write(batch: RawBatch): Promise<WriteResult> {
    this.#check();
    if (accountsOf(batch.namespace) !== undefined) {
      return await this.#accountsWriter().write(batch);
    }
    const target = await this.#collection(batch.namespace);
    if (!target.capped) return await this.#write(target, batch);
    const turn = target.last.then(() => this.#write(target, batch));
    target.last = turn.catch(() => {});
    return await turn;
  }

  async end(namespace: Namespace): Promise<readonly Issue[]> {
    this.#check();
    if (accountsOf(namespace) !== undefined) return this.#accounts?.end(namespace) ?? [];
    const target = await this.#collections.get(formatNamespace(namespace));
    if (target === undefined) return [];
    const issues: Issue[] = [];
    if (target.emptyTimestamps > 0) {
      issues.push({
        code: "timestamps-replaced",
        message:
          `this server replaces Timestamp(0, 0) by its own time: ${target.emptyTimestamps} ` +
          `documents of ${formatNamespace(namespace)} have one`,
        level: "warning",
        namespace,
      });
    }
    issues.push(...await buildIndexes(this.#sending, target, this.#open));
    // Said once it is sure that this is no try that fails.
    target.emptyTimestamps = 0;
    return issues;
  }

  sync(): Promise<Position> {
    // What was acknowledged is as durable as the write concern asked for.
    return Promise.resolve({ v: 1, kind: "mongodb" });
  }

  async commit(): Promise<void> {
    // A server that has the users has what they may read as well.
    await this.#accounts?.commit();
    this.#close();
  }

  async abort(): Promise<void> {
    await this.#accounts?.abort();
    this.#close();
  }

  #close(): void {
    this.#closed = true;
    for (const { messages } of this.#pending.values()) {
      for (const message of messages) release(this.#sending, message);
    }
    this.#pending.clear();
  }

  #check(): void {
    throwIfInterrupted(this.#open.signal);
    if (!this.#closed) return;
    throw new UsageError(`Cannot write to "${this.#sending.shown()}": the writer is closed`);
  }

  #accountsWriter(): AccountsWriter {
    return this.#accounts ??= new AccountsWriter(
      this.#sending,
      this.#open,
      (target, batch) => this.#write(target, batch),
    );
  }

  #collection(namespace: Namespace): Promise<TargetCollection> {
    const key = formatNamespace(namespace);
    return this.#collections.get(key) ?? this.#make(key, { namespace, type: "collection" });
  }

  #make(key: string, collection: CollectionInfo): Promise<TargetCollection> {
    refuseNames([collection.namespace], this.#wireVersion);
    const made = createTarget(this.#sending, collection, this.#open);
    this.#collections.set(key, made);
    // A failure may be tried again.
    made.catch(() => this.#collections.delete(key));
    return made;
  }

  async #write(target: TargetCollection, batch: RawBatch): Promise<WriteResult> {
    const { collection, db } = batch.namespace;
    const key = `${db}\0${collection}\0${batch.lane}\0${batch.seq}`;
    const prepared = this.#prepare(target, batch, key);
    for (const message of prepared.messages) {
      if (message.inserted === undefined) {
        await insertMessage(this.#sending, target, message, batch.firstIndex);
      }
      if (message.duplicates !== undefined && message.duplicates.length > 0) {
        await settleDuplicates(this.#sending, target, message, batch.firstIndex, this.#open);
      }
    }
    this.#pending.delete(key);
    return summed(prepared);
  }

  #prepare(target: TargetCollection, batch: RawBatch, key: string): Prepared {
    const known = this.#pending.get(key);
    if (known?.buffer === batch.buffer) return known;
    const ids = target.timeseries ? undefined : this.#ids;
    const prepared = prepareBatch(batch, this.#limits, ids, key);
    // The same batch in another buffer: what is known of its messages still holds.
    if (known !== undefined) takeOver(known.messages, prepared.messages);
    this.#pending.set(key, prepared);
    return prepared;
  }
}

function takeOver(from: readonly Message[], to: readonly Message[]): void {
  from.forEach((old, i) => {
    const message = to[i];
    if (message?.count !== old.count || message.bytes.length !== old.bytes.length) return;
    message.slot = old.slot;
    message.ambiguous = old.ambiguous;
    if (old.inserted !== undefined) message.inserted = old.inserted;
    if (old.duplicates !== undefined) message.duplicates = old.duplicates;
    if (old.replacing !== undefined) message.replacing = old.replacing;
  });
}

function summed({ messages, rejected, idsAdded, idsMoved }: Prepared): WriteResult {
  let inserted = 0, replaced = 0, unchanged = 0, skipped = 0, bytes = 0;
  const all: Rejection[] = [...rejected];
  for (const { inserted: result } of messages) {
    if (result === undefined) continue;
    inserted += result.inserted;
    replaced += result.replaced;
    unchanged += result.unchanged;
    skipped += result.skipped;
    bytes += result.bytes;
    all.push(...result.rejected);
  }
  all.sort((a, b) => a.index - b.index);
  return {
    inserted,
    replaced,
    unchanged,
    skipped,
    rejected: all,
    bytes,
    ...(idsAdded > 0 ? { idsAdded } : {}),
    ...(idsMoved > 0 ? { idsMoved } : {}),
  };
}
