import {
  batchBytes,
  type CollectionInfo,
  type Connector,
  DataError,
  formatNamespace,
  type Issue,
  LoadError,
  type Namespace,
  type RawBatch,
  type Source,
  type SourceItem,
  type Target,
  throwIfInterrupted,
  type TransferEvent,
  type TransferSummary,
  UsageError,
  type Writer,
} from "../core/mod.ts";
import { accountsOf } from "../mongodump/mod.ts";
import { ByteBudget } from "./_budget.ts";
import { LaneTracker } from "./lane_tracker.ts";
import { openOptionsOf, parallelOf, readOptionsOf } from "./_ends.ts";
import { explain } from "./_explain.ts";
import { count, laneOf, type OpenCollection, transformed, viewedOf } from "./_open_collection.ts";
import type { CheckedOptions } from "./options.ts";
import { Pace } from "./_pace.ts";
import { ReadAhead } from "./_read_ahead.ts";
import { type RetryPolicy, withRetry } from "./_retry.ts";
import { atStage } from "./_stage.ts";
import { CollectionTally, RunTally } from "./_tally.ts";

/** How many writes of all lanes are under way at once where the target allows it. */
const WRITES = 4;
/** Bytes of a collection that are written one batch after another: small ones keep their order. */
const IN_ORDER_BYTES = 16 * 1024 * 1024;

/** One run of the pipeline, from a connected source to a connected target. */
export class Run {
  readonly #source: Source;
  readonly #target: Target;
  readonly #targetDisplay: string;
  readonly #options: CheckedOptions;
  readonly #rename: (from: Namespace) => Namespace;
  readonly #budget: ByteBudget;
  readonly #tally = new RunTally();
  readonly #tracker = new LaneTracker();
  readonly #collections = new Map<string, OpenCollection>();
  readonly #taken = new Map<string, string>();
  readonly #ended = new Set<string>();
  /** Views by the name they get, and what each shows. */
  readonly #views = new Map<Namespace, string>();
  /** How many batches of each lane of the source came, and how many went out. */
  readonly #arrived = new Map<number, number>();
  readonly #departed = new Map<number, number>();
  readonly #writes = new Set<Promise<void>>();
  /** How many collections may be between their begin and their end at once. */
  readonly #parallel: number;
  /** What is to be done for each collection, in order: one does not wait for another. */
  readonly #turns = new Set<Promise<void>>();
  /** Collections that the source still gives, and those that it ended and the target has not. */
  #given = 0;
  #ending = 0;
  /** Batches that came and wait to be sent. */
  #waiting = 0;
  #moved: (() => void) | undefined;
  /** The target begins one collection at a time. */
  #beginning: Promise<unknown> = Promise.resolve();
  /** Ends the reading and every pause, because the run failed or was stopped. */
  readonly #stop = new AbortController();
  readonly #policy: RetryPolicy;
  readonly #pace: Pace | undefined;
  #failure: { error: unknown } | undefined;

  constructor(
    source: Source,
    target: Target,
    connector: Pick<Connector, "display">,
    rename: (from: Namespace) => Namespace,
    options: CheckedOptions,
  ) {
    this.#source = source;
    this.#target = target;
    this.#targetDisplay = connector.display;
    this.#rename = rename;
    this.#options = options;
    this.#budget = new ByteBudget(options.inFlightBytes);
    if (options.bytesPerSecond !== undefined) this.#pace = new Pace(options.bytesPerSecond);
    this.#parallel = parallelOf(source, target, options);
    this.#policy = {
      retries: options.retries,
      delayMs: options.retryDelayMs,
      signal: this.#stop.signal,
      onRetry: (attempt, delayMs, error) => {
        this.#tally.retries++;
        this.#tell({ type: "retry", attempt, delayMs, reason: error.message });
      },
    };
  }

  async run(): Promise<TransferSummary> {
    const { signal } = this.#options;
    const onAbort = () => this.#stop.abort(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      throwIfInterrupted(signal);
      await this.#perform();
      return this.#summary();
    } catch (error) {
      throw explain(error, signal, () => this.#summary());
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #perform(): Promise<void> {
    // The caller's signal is not passed on: what is being written when it comes is finished.
    const writer = await atStage(
      "target",
      () =>
        withRetry(
          () => this.#target.open(openOptionsOf(this.#source, this.#parallel, this.#options)),
          this.#policy,
        ),
    );
    try {
      await this.#pump(writer);
      throwIfInterrupted(this.#options.signal);
      await atStage("target", () => withRetry(() => writer.commit(), this.#policy));
    } catch (error) {
      // What went wrong first is what is worth saying.
      await writer.abort().catch(() => {});
      throw error;
    }
  }

  async #pump(writer: Writer): Promise<void> {
    if (!this.#source.capabilities.pointInTime) {
      this.#issue({
        code: "not-point-in-time",
        message: "The source is live: what changed while it was read may be copied or not",
        level: "info",
      });
    }
    const reader = new ReadAhead(this.#source, {
      read: readOptionsOf(this.#target, this.#parallel, this.#stop.signal, this.#options),
      budget: this.#budget,
      policy: this.#policy,
      signal: this.#stop.signal,
    });
    try {
      for (;;) {
        const item = await atStage("source", () => reader.next());
        if (item === undefined) break;
        // Also after a failure: whoever is handed a batch gives it back.
        await this.#take(item, writer);
        this.#throwIfFailed();
      }
      for (const { tally } of [...this.#collections.values()]) {
        await this.#take({ type: "end", namespace: tally.from }, writer);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      while (this.#turns.size > 0) await Promise.all(this.#turns);
      await Promise.all(this.#writes);
      await reader.close();
    }
    this.#throwIfFailed();
    this.#checkViews();
  }

  /** Says of each view whether what it shows came with it: left out, or under another name. */
  #checkViews(): void {
    for (const [namespace, on] of this.#views) {
      if (this.#taken.has(formatNamespace({ db: namespace.db, collection: on }))) continue;
      this.#issue({
        code: "view-source-left-out",
        message: `"${formatNamespace(namespace)}" is a view on "${on}", which was not written ` +
          "under that name with it",
        level: "warning",
        namespace,
      });
    }
  }

  /** Hands an item to its collection; settles once the next one may be taken. */
  async #take(item: SourceItem, writer: Writer): Promise<void> {
    switch (item.type) {
      case "begin":
        // A few may still be ended, such as with their indexes, while others go on.
        while (this.#ending >= this.#parallel) await this.#change();
        this.#throwIfFailed();
        this.#announce(item.collection);
        return;
      case "batch": {
        const { batch } = item;
        await this.#pace?.take(batchBytes(batch), this.#stop.signal);
        const collection = this.#collections.get(formatNamespace(batch.namespace)) ??
          this.#announce({ namespace: batch.namespace, type: "collection" });
        const seq = count(this.#arrived, batch.lane);
        this.#waiting++;
        this.#inTurn(collection, async () => {
          try {
            await this.#forward(batch, seq, collection, writer);
          } finally {
            this.#waiting--;
          }
        });
        break;
      }
      case "end": {
        for (const issue of item.issues ?? []) this.#issue(issue);
        const collection = this.#collections.get(formatNamespace(item.namespace));
        if (collection === undefined) return;
        this.#collections.delete(formatNamespace(item.namespace));
        this.#ended.add(formatNamespace(item.namespace));
        this.#given--;
        this.#ending++;
        this.#inTurn(collection, async () => {
          try {
            await this.#end(collection, writer);
          } finally {
            this.#ending--;
          }
        });
        break;
      }
      default:
        item satisfies never;
    }
    // Users and roles are whole before documents follow: mongorestore reads an archive so, and what a
    // server says of them is worth knowing first.
    if (item.type === "end" && accountsOf(item.namespace) !== undefined) {
      while (this.#turns.size > 0) await this.#change();
    }
    // One collection that has to wait must not hold the others up, nor fill the memory.
    while (this.#waiting >= Math.max(1, this.#given)) await this.#change();
    while (this.#sequential && this.#turns.size > 0) await this.#change();
  }

  /** Does something for a collection after what was asked before for it. */
  #inTurn(collection: OpenCollection, work: () => Promise<void>): void {
    const turn = collection.turn.then(work).catch((error) => this.#fail(error)).then(() => {
      this.#turns.delete(turn);
      this.#moved?.();
    });
    collection.turn = turn;
    this.#turns.add(turn);
  }

  /** Settles when something was done for some collection. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#moved = resolve);
  }

  #announce(collection: CollectionInfo): OpenCollection {
    const from = collection.namespace;
    const name = formatNamespace(from);
    const known = this.#collections.get(name);
    // A source that goes on after it was lost begins its collection again.
    if (known !== undefined) return known;
    const to = this.#rename(from);
    this.#refuseTaken(name, to);
    const open: OpenCollection = {
      info: { ...collection, namespace: to },
      tally: new CollectionTally(from, to),
      writes: new Set(),
      lanes: new Map(),
      turn: Promise.resolve(),
      begun: false,
      broken: false,
    };
    this.#collections.set(name, open);
    this.#given++;
    const on = this.#target.capabilities.views ? viewedOf(collection) : undefined;
    if (on !== undefined && this.#options.views !== "documents") this.#views.set(to, on);
    this.#tally.collections.push(open.tally);
    const { documents, bytes } = collection.estimate ?? {};
    this.#tell({
      type: "begin",
      from,
      to,
      ...(documents === undefined ? {} : { documents }),
      ...(bytes === undefined ? {} : { bytes }),
    });
    return open;
  }

  /**
   * Lets the target begin a collection, once. It waits for the first batch or the end: a source that
   * cannot be read must not have a collection dropped or made for it.
   */
  async #begin(open: OpenCollection, writer: Writer): Promise<void> {
    if (open.begun) return;
    open.begun = true;
    if (this.#sequential) await this.#settle(this.#writes);
    const begin = async () => {
      this.#throwIfOver();
      return await atStage(
        "target",
        () => withRetry(() => writer.begin(open.info), this.#policy),
      );
    };
    const beginning = this.#beginning.then(begin, begin);
    this.#beginning = beginning.catch(() => {});
    for (const issue of await beginning) this.#issue(issue);
  }

  #refuseTaken(from: string, to: Namespace): void {
    if (this.#ended.has(from)) {
      throw new DataError(`Cannot read "${from}" again: the source has already ended it`, {
        stage: "source",
      });
    }
    const key = formatNamespace(to);
    const other = this.#taken.get(key);
    if (other !== undefined) {
      throw new UsageError(`Cannot write "${from}" to "${key}": "${other}" goes there too`, {
        hint: "rename one of them",
      });
    }
    if (this.#taken.size > 0 && this.#target.capabilities.collections === "one") {
      const [first] = this.#taken.values();
      throw new UsageError(
        `Cannot write "${from}" to "${this.#targetDisplay}": it holds one collection, ` +
          `and "${first}" is in it`,
        { hint: "name one collection at the source" },
      );
    }
    this.#taken.set(key, from);
  }

  /** Sends what becomes of a batch; settles once all of it is on its way. */
  async #forward(
    batch: RawBatch,
    seq: number,
    collection: OpenCollection,
    writer: Writer,
  ): Promise<void> {
    let open = 1;
    let whole = true;
    const finish = (written: boolean): void => {
      whole &&= written;
      if (--open > 0) return;
      this.#budget.give(batch.buffer);
      batch.release?.();
      if (whole) this.#tracker.acknowledge(batch.lane, seq, batch.after);
    };
    try {
      this.#throwIfOver();
      await this.#begin(collection, writer);
      collection.tally.read(batch);
      for (const part of transformed(batch, this.#options.transforms)) {
        // Asked again after each wait: another collection may have taken the place.
        for (
          let busy = this.#busy(batch.lane, collection);
          busy !== undefined;
          busy = this.#busy(batch.lane, collection)
        ) await Promise.race(busy);
        this.#throwIfOver();
        open++;
        this.#send(part, collection, writer, finish);
      }
    } catch (error) {
      collection.broken = true;
      finish(false);
      throw error;
    }
    finish(true);
    // A batch that a filter took whole is never acknowledged by anyone else.
    if (open === 0) this.#progress(collection);
  }

  #send(
    part: RawBatch,
    collection: OpenCollection,
    writer: Writer,
    finish: (written: boolean) => void,
  ): void {
    this.#budget.take(part.buffer);
    const { buffer, starts, firstIndex, lane, after } = part;
    const seq = count(this.#departed, lane);
    // One object for every try: the writer may keep what it prepared for it.
    const batch: RawBatch = {
      namespace: collection.tally.to,
      buffer,
      starts,
      firstIndex,
      lane,
      seq,
      after,
    };
    const write = this.#write(batch, collection, writer)
      .then(() => true, (error) => {
        collection.broken = true;
        this.#fail(error);
        return false;
      })
      .then((written) => {
        this.#budget.give(part.buffer);
        this.#writes.delete(write);
        laneOf(collection, lane).delete(write);
        collection.writes.delete(write);
        finish(written);
      });
    this.#writes.add(write);
    laneOf(collection, lane).add(write);
    collection.writes.add(write);
  }

  async #write(batch: RawBatch, collection: OpenCollection, writer: Writer): Promise<void> {
    const { tally } = collection;
    const result = await atStage(
      "target",
      () => withRetry(() => writer.write(batch), this.#policy),
    );
    tally.acknowledged(result);
    for (const rejection of result.rejected) {
      this.#tally.reject(tally.from, rejection);
      this.#tell({ type: "rejected", from: tally.from, rejection });
    }
    this.#progress(collection);
    const [first] = result.rejected;
    if (first !== undefined && this.#options.stopOnError) {
      throw new LoadError(
        `Cannot write document ${first.index} to "${formatNamespace(tally.to)}": ${first.reason}`,
        { stage: "target" },
      );
    }
  }

  async #end(collection: OpenCollection, writer: Writer): Promise<void> {
    const { tally, writes } = collection;
    // Whatever ended the run: a collection of which all was written is told from one that lacks some.
    while (writes.size > 0) await Promise.all(writes);
    if (collection.begun && !collection.broken) tally.wrote();
    this.#throwIfOver();
    await this.#begin(collection, writer);
    tally.wrote();
    if (this.#sequential) await this.#settle(this.#writes);
    const issues = await atStage(
      "target",
      () => withRetry(() => writer.end(tally.to), this.#policy),
    );
    tally.end();
    for (const issue of [...issues, ...tally.issues()]) this.#issue(issue);
    this.#tell({ type: "end", from: tally.from, counts: { ...tally.counts } });
  }

  get #sequential(): boolean {
    return this.#target.capabilities.sequential;
  }

  /** The writes of which one has to end before another of a lane may begin; none if it may. */
  #busy(lane: number, collection: OpenCollection): ReadonlySet<Promise<void>> | undefined {
    const inOrder = collection.tally.counts.bytesRead <= IN_ORDER_BYTES;
    const ofLane = this.#options.parallelWrites ?? (inOrder ? 1 : WRITES);
    const inAll = this.#sequential ? 1 : Math.max(WRITES, ofLane, this.#parallel);
    const writes = laneOf(collection, lane);
    if (writes.size >= ofLane) return writes;
    return this.#writes.size >= inAll ? this.#writes : undefined;
  }

  async #settle(writes: ReadonlySet<Promise<void>>): Promise<void> {
    while (writes.size > 0) await Promise.all(writes);
    this.#throwIfOver();
  }

  #throwIfOver(): void {
    this.#throwIfFailed();
    throwIfInterrupted(this.#options.signal);
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#stop.abort(error);
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #progress({ tally }: OpenCollection): void {
    this.#tell({ type: "progress", from: tally.from, counts: { ...tally.counts } });
  }

  #issue(issue: Issue): void {
    this.#tally.issues.push(issue);
    this.#tell({ type: "issue", issue });
  }

  #tell(event: TransferEvent): void {
    this.#options.onEvent?.(event);
  }

  #summary(): TransferSummary {
    return this.#tally.summary({
      positions: this.#tracker.positions(),
      peakInFlightBytes: this.#budget.peak,
    });
  }
}
