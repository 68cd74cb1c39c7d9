import {
  type CollectionInfo,
  type Connector,
  DataError,
  DatahoodError,
  formatNamespace,
  InterruptedError,
  type Issue,
  LoadError,
  type Namespace,
  type OpenOptions,
  type RawBatch,
  type ReadOptions,
  type Source,
  type SourceItem,
  type Target,
  throwIfInterrupted,
  type TransferEvent,
  type TransferSummary,
  UsageError,
  type Writer,
} from "../core/mod.ts";
import { BSON_TYPE, findElement } from "../bson/mod.ts";
import { ByteBudget } from "./_budget.ts";
import { LaneTracker } from "./lane_tracker.ts";
import type { CheckedOptions } from "./options.ts";
import { ReadAhead } from "./_read_ahead.ts";
import { type RetryPolicy, withRetry } from "./_retry.ts";
import { atStage } from "./_stage.ts";
import { CollectionTally, RunTally } from "./_tally.ts";

/** How many writes of all lanes are under way at once where the target allows it. */
const WRITES = 4;
/** Bytes of a collection that are written one batch after another: small ones keep their order. */
const IN_ORDER_BYTES = 16 * 1024 * 1024;

/** A collection between its begin and its end. */
interface OpenCollection {
  /** What the target is told of it. */
  readonly info: CollectionInfo;
  readonly tally: CollectionTally;
  readonly writes: Set<Promise<void>>;
  /** Whether the target was told to begin it. */
  begun: boolean;
}

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
  /** The writes of each lane, which keep its order if they come one by one. */
  readonly #lanes = new Map<number, Set<Promise<void>>>();
  /** Ends the reading and every pause, because the run failed or was stopped. */
  readonly #stop = new AbortController();
  readonly #policy: RetryPolicy;
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
      throw this.#explain(error);
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #perform(): Promise<void> {
    // The caller's signal is not passed on: what is being written when it comes is finished.
    const writer = await atStage(
      "target",
      () => withRetry(() => this.#target.open(this.#openOptions()), this.#policy),
    );
    try {
      await this.#pump(writer);
      throwIfInterrupted(this.#options.signal);
      await atStage("target", () => writer.commit());
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
      read: this.#readOptions(),
      budget: this.#budget,
      policy: this.#policy,
      signal: this.#stop.signal,
    });
    try {
      for (;;) {
        const item = await atStage("source", () => reader.next());
        this.#throwIfFailed();
        if (item === undefined) break;
        await this.#take(item, writer);
      }
      for (const { tally } of [...this.#collections.values()]) await this.#end(tally.from, writer);
    } catch (error) {
      this.#fail(error);
    } finally {
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

  async #take(item: SourceItem, writer: Writer): Promise<void> {
    switch (item.type) {
      case "begin":
        this.#announce(item.collection);
        return;
      case "batch":
        await this.#forward(item.batch, writer);
        return;
      case "end":
        for (const issue of item.issues ?? []) this.#issue(issue);
        await this.#end(item.namespace, writer);
        return;
      default:
        item satisfies never;
    }
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
      begun: false,
    };
    this.#collections.set(name, open);
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
    const issues = await atStage(
      "target",
      () => withRetry(() => writer.begin(open.info), this.#policy),
    );
    for (const issue of issues) this.#issue(issue);
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

  /** Sends what becomes of a batch; settles once the next one may be taken. */
  async #forward(batch: RawBatch, writer: Writer): Promise<void> {
    const collection = this.#collections.get(formatNamespace(batch.namespace)) ??
      this.#announce({ namespace: batch.namespace, type: "collection" });
    await this.#begin(collection, writer);
    collection.tally.read(batch);
    const seq = count(this.#arrived, batch.lane);
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
      for (const part of this.#transformed(batch)) {
        await this.#slot(batch.lane, collection);
        this.#throwIfFailed();
        throwIfInterrupted(this.#options.signal);
        open++;
        this.#send(part, collection, writer, finish);
      }
    } catch (error) {
      finish(false);
      throw error;
    }
    finish(true);
    // A batch that a filter took whole is never acknowledged by anyone else.
    if (open === 0) this.#progress(collection);
  }

  #transformed(batch: RawBatch): Iterable<RawBatch> {
    let parts: Iterable<RawBatch> = [batch];
    for (const transform of this.#options.transforms ?? []) {
      const from = parts;
      parts = (function* () {
        for (const part of from) yield* transform.apply(part);
      })();
    }
    return parts;
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
        this.#fail(error);
        return false;
      })
      .then((written) => {
        this.#budget.give(part.buffer);
        this.#writes.delete(write);
        this.#lane(lane).delete(write);
        collection.writes.delete(write);
        finish(written);
      });
    this.#writes.add(write);
    this.#lane(lane).add(write);
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

  async #end(from: Namespace, writer: Writer): Promise<void> {
    const name = formatNamespace(from);
    const collection = this.#collections.get(name);
    if (collection === undefined) return;
    await this.#begin(collection, writer);
    await this.#settle(collection.writes);
    if (this.#sequential) await this.#settle(this.#writes);
    const { tally } = collection;
    const issues = await atStage(
      "target",
      () => withRetry(() => writer.end(tally.to), this.#policy),
    );
    this.#collections.delete(name);
    this.#ended.add(name);
    tally.end();
    for (const issue of [...issues, ...tally.issues()]) this.#issue(issue);
    this.#tell({ type: "end", from, counts: { ...tally.counts } });
  }

  get #sequential(): boolean {
    return this.#target.capabilities.sequential;
  }

  #lane(lane: number): Set<Promise<void>> {
    const writes = this.#lanes.get(lane) ?? new Set();
    this.#lanes.set(lane, writes);
    return writes;
  }

  /** Waits until another write of a lane may begin. */
  async #slot(lane: number, { tally }: OpenCollection): Promise<void> {
    const inOrder = tally.counts.bytesRead <= IN_ORDER_BYTES;
    const ofLane = this.#options.parallelWrites ?? (inOrder ? 1 : WRITES);
    const inAll = this.#sequential ? 1 : Math.max(WRITES, ofLane);
    const writes = this.#lane(lane);
    while (writes.size >= ofLane) await Promise.race(writes);
    while (this.#writes.size >= inAll) await Promise.race(this.#writes);
  }

  async #settle(writes: ReadonlySet<Promise<void>>): Promise<void> {
    while (writes.size > 0) await Promise.all(writes);
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

  /** The error of a run that failed, with what was done until then. */
  #explain(error: unknown): unknown {
    const { signal } = this.#options;
    let shown = error;
    if (signal?.aborted && !(error instanceof InterruptedError)) {
      shown = signal.reason instanceof InterruptedError
        ? signal.reason
        : new InterruptedError("The run was interrupted", { cause: error });
    }
    if (shown instanceof DatahoodError) shown.result ??= this.#summary();
    return shown;
  }

  #openOptions(): OpenOptions {
    const { overwrite, onConflict, indexes, collections, origin } = this.#options;
    return {
      ...(overwrite === undefined ? {} : { overwrite }),
      ...(onConflict === undefined ? {} : { onConflict }),
      ...(indexes === undefined ? {} : { indexes }),
      ...(collections === undefined ? {} : { collections }),
      ...(origin === undefined ? {} : { origin }),
    };
  }

  #readOptions(): ReadOptions {
    const { include, query, batchBytes, batchDocuments, resumable, views } = this.#options;
    return {
      batchBytes,
      views: views ?? (this.#target.capabilities.views ? "definition" : "documents"),
      timeseries: this.#target.capabilities.buckets ? "buckets" : "measurements",
      signal: this.#stop.signal,
      ...(include === undefined ? {} : { include }),
      ...(query === undefined ? {} : { query }),
      ...(batchDocuments === undefined ? {} : { batchDocuments }),
      ...(resumable === undefined ? {} : { resumable }),
    };
  }
}

/** The next number of a lane. */
function count(numbers: Map<number, number>, lane: number): number {
  const number = numbers.get(lane) ?? 0;
  numbers.set(lane, number + 1);
  return number;
}

/** What a view shows: the name of a collection of its database. */
function viewedOf({ type, options }: CollectionInfo): string | undefined {
  if (type !== "view" || options === undefined) return undefined;
  const on = findElement(options, 0, "viewOn");
  return on?.type === BSON_TYPE.string
    ? new TextDecoder().decode(options.subarray(on.valueStart + 4, on.end - 1))
    : undefined;
}
