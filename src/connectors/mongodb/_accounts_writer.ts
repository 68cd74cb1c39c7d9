/** Writes users and roles, by the command that MongoDB has for mongorestore. */
import {
  batchDocument,
  type CollectionInfo,
  formatNamespace,
  type Issue,
  LoadError,
  type Namespace,
  type OpenOptions,
  type RawBatch,
  type Rejection,
  UnsupportedError,
  type WriteResult,
} from "../../core/mod.ts";
import {
  type Accounts,
  accountsNamespace,
  accountsOf,
  accountsOfDatabase,
} from "../../mongodump/mod.ts";
import { checkLayout } from "./_accounts_layout.ts";
import { AccountsMerge, MERGE, type Part, temporaryNamespace } from "./_accounts_merge.ts";
import { findAccounts } from "./_accounts_stored.ts";
import { shownId } from "./_ids.ts";
import { sameBytes } from "./_insert.ts";
import { commandFailure, type Sending } from "./_sending.ts";
import type { TargetCollection } from "./_target_collection.ts";

/** The server has no such command, or gives it to nobody: its codes, and those of Atlas and others. */
const NO_COMMAND: ReadonlySet<unknown> = new Set([59, 115, 238, 303, 8000]);
const UNAUTHORIZED = 13;
const DUPLICATE_KEY = 11000;

/** Writes a batch into a collection, as any other. */
type WriteBatch = (target: TargetCollection, batch: RawBatch) => Promise<WriteResult>;

/** What one database, or the whole server, gets. */
interface Group {
  readonly database: string | undefined;
  /** Collections that were begun. */
  readonly begun: Set<Accounts["part"]>;
  /** Those of them that did not end yet. */
  readonly open: Set<Accounts["part"]>;
  /** Where they wait for the server to take them. */
  readonly merge: AccountsMerge;
  /** Documents of each part that are of this database, and of others. */
  readonly own: Map<Part, number>;
  readonly others: Map<Part, number>;
}

/**
 * Puts users and roles into temporary collections, and has the server take them from there once all
 * documents are written: into its own collections nobody may write.
 */
export class AccountsWriter {
  readonly #sending: Sending;
  readonly #open: OpenOptions;
  readonly #writeBatch: WriteBatch;
  #able: Promise<boolean> | undefined;
  #saidUnable = false;
  #group: Group | undefined;

  constructor(sending: Sending, open: OpenOptions, writeBatch: WriteBatch) {
    this.#sending = sending;
    this.#open = open;
    this.#writeBatch = writeBatch;
  }

  /** Makes ready for one of the collections; asks at the first whether the server can, and may. */
  async begin({ namespace }: CollectionInfo): Promise<readonly Issue[]> {
    const { part, database } = accountsOf(namespace)!;
    if (!await this.#isAble(database)) {
      if (this.#saidUnable) return [];
      this.#saidUnable = true;
      return [{
        code: "users-and-roles-not-written",
        message: `This server has no ${MERGE}, the one way to write users and roles with their ` +
          "passwords: none is written; create them there with createUser and createRole",
        level: "warning",
        namespace,
      }];
    }
    if (this.#group !== undefined && this.#group.database !== database) await this.#next(namespace);
    this.#group ??= {
      database,
      begun: new Set(),
      open: new Set(),
      merge: new AccountsMerge(this.#sending, {
        database,
        drop: this.#open.overwrite === true,
      }),
      own: new Map(),
      others: new Map(),
    };
    if (this.#group.begun.has(part)) return [];
    this.#group.begun.add(part);
    this.#group.open.add(part);
    return [];
  }

  /** Writes documents of one of the collections. */
  async write(batch: RawBatch): Promise<WriteResult> {
    const { part } = accountsOf(batch.namespace)!;
    const count = batch.starts.length;
    // As for any collection, who only writes need not have begun it.
    if (this.#group?.begun.has(part) !== true) {
      await this.begin({ namespace: batch.namespace, type: "collection" });
    }
    const group = this.#group;
    if (group === undefined) return { ...NOTHING, skipped: count };
    if (part === "version") {
      await checkLayout(this.#sending, batch);
      // A server has its own.
      return { ...NOTHING, skipped: count };
    }
    const mine = group.database === undefined
      ? batch.starts
      : accountsOfDatabase(batch.buffer, batch.starts, group.database);
    const result = await this.#write(
      group,
      part,
      { ...batch, starts: mine },
      indexesOf(batch, mine),
    );
    add(group.own, part, mine.length);
    add(group.others, part, count - mine.length);
    return { ...result, skipped: result.skipped + count - mine.length };
  }

  /** Ends one of the collections. */
  end(namespace: Namespace): readonly Issue[] {
    const { part, database } = accountsOf(namespace)!;
    const group = this.#group;
    if (group === undefined) return [];
    group.open.delete(part);
    if (part === "version") return [];
    const own = group.own.get(part) ?? 0, others = group.others.get(part) ?? 0;
    if (others > 0) {
      const lost = own === 0;
      return [{
        code: lost ? "users-and-roles-not-written" : "users-and-roles-of-others",
        message: `${others} ${part} are not of the database "${database}", and left out` +
          (lost ? ": none is left" : ""),
        level: lost ? "warning" : "info",
        namespace,
      }];
    }
    return own === 0 && this.#open.overwrite === true
      ? [{
        code: "users-and-roles-kept",
        message: `The source has no ${part}: those that are there are not dropped`,
        level: "info",
        namespace,
      }]
      : [];
  }

  /** Has the server take what was written. */
  async commit(): Promise<void> {
    const group = this.#group;
    if (group === undefined) return;
    await group.merge.take();
    await group.merge.drop();
    this.#group = undefined;
  }

  /** Leaves nothing behind. */
  async abort(): Promise<void> {
    const group = this.#group;
    this.#group = undefined;
    if (group === undefined) return;
    await group.merge.drop().catch(({ message }: Error) => this.#sending.verbose(message));
  }

  /** Those of another database begin: the temporary collections are for one at a time. */
  async #next(namespace: Namespace): Promise<void> {
    if (this.#group!.open.size > 0) {
      throw new UnsupportedError(
        `Cannot write "${formatNamespace(namespace)}": users and roles of another database have ` +
          "not ended before it",
        { stage: "target", hint: `--exclude '${formatNamespace(namespace)}' leaves it out` },
      );
    }
    await this.commit();
  }

  #isAble(database: string | undefined): Promise<boolean> {
    const able = this.#able ??= this.#askAble(database);
    // A failure may be tried again.
    able.catch(() => this.#able = undefined);
    return able;
  }

  /** Asks with the command itself, with nothing to take: a server refuses that, each in its way. */
  async #askAble(database = ""): Promise<boolean> {
    const drop = this.#open.overwrite === true;
    try {
      await this.#sending.client.db("admin").command({ [MERGE]: 1, drop, db: database });
      return true;
    } catch (error) {
      const { code, name } = error as { code?: unknown; name?: string };
      if (code === UNAUTHORIZED || name !== "MongoServerError") throw this.#failure(error);
      return !NO_COMMAND.has(code);
    }
  }

  async #write(
    group: Group,
    part: Part,
    batch: RawBatch,
    indexes: (index: number) => number,
  ): Promise<WriteResult> {
    if (batch.starts.length === 0) return NOTHING;
    const fresh: number[] = [];
    let unchanged = 0, skipped = 0;
    const rejected: Rejection[] = [];
    // With --drop those that are there are replaced.
    const there = this.#open.overwrite === true
      ? undefined
      : await findAccounts(this.#sending, accountsNamespace({ part }), batch);
    batch.starts.forEach((start, i) => {
      const stored = there?.[i];
      if (stored === undefined) return fresh.push(start);
      const document = batchDocument(batch, i);
      if (sameBytes(stored, document)) return unchanged++;
      if (this.#open.onConflict === "skip") return skipped++;
      const id = shownId(document);
      const index = indexes(batch.firstIndex + i);
      const reason = `it is there and differs; only --drop replaces ${part}`;
      return rejected.push({
        index,
        code: DUPLICATE_KEY,
        reason,
        ...(id === undefined ? {} : { id }),
      });
    });
    if (rejected.length > 0 && this.#open.onConflict === "stop") {
      const [{ index, reason }] = rejected as [Rejection];
      throw new LoadError(
        `Cannot write document ${index} to "${this.#shown(part)}": ${reason}`,
        { stage: "target" },
      );
    }
    const result = fresh.length === 0
      ? NOTHING
      : await this.#writeBatch(await group.merge.temporary(part), {
        ...batch,
        namespace: temporaryNamespace(part),
        starts: Uint32Array.from(fresh),
      });
    group.merge.kept(part, result.inserted);
    return {
      ...result,
      unchanged: result.unchanged + unchanged,
      skipped: result.skipped + skipped,
      rejected: [...rejected, ...result.rejected],
    };
  }

  #shown(part: Accounts["part"]): string {
    return this.#sending.shown(accountsNamespace({ part }));
  }

  #failure(error: unknown): Error {
    return commandFailure(error, this.#sending, accountsNamespace({ part: "users" }), MERGE);
  }
}

/** What a batch of which nothing was written comes to. */
const NOTHING: WriteResult = {
  inserted: 0,
  replaced: 0,
  unchanged: 0,
  skipped: 0,
  rejected: [],
  bytes: 0,
};

/** The index at the source of the documents that were picked from a batch. */
function indexesOf({ starts, firstIndex }: RawBatch, picked: Uint32Array) {
  return (index: number) => firstIndex + starts.indexOf(picked[index - firstIndex]!);
}

function add(counts: Map<Part, number>, part: Part, more: number): void {
  counts.set(part, (counts.get(part) ?? 0) + more);
}
