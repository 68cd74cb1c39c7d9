import {
  batchBytes,
  type CollectionInfo,
  type Connector,
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
  type Writer,
} from "../core/mod.ts";
import { accountsOf } from "../mongodump/mod.ts";
import { ByteBudget } from "./_budget.ts";
import { LaneTracker } from "./lane_tracker.ts";
import { openOptionsOf, parallelOf, readOptionsOf } from "./_ends.ts";
import { explain } from "./_explain.ts";
import { count, type OpenCollection, transformed } from "./_open_collection.ts";
import type { CheckedOptions } from "./options.ts";
import { Pace } from "./_pace.ts";
import { ReadAhead } from "./_read_ahead.ts";
import { type RetryPolicy, withRetry } from "./_retry.ts";
import { atStage } from "./_stage.ts";
import { CollectionTally, RunTally } from "./_tally.ts";
import { TargetNames } from "./_target_names.ts";
import { Turns } from "./_turns.ts";
import { WritesUnderWay } from "./_writes_under_way.ts";

/** One run of the pipeline, from a connected source to a connected target. */
export class Run {
  readonly #source: Source;
  readonly #target: Target;
  readonly #options: CheckedOptions;
  readonly #rename: (from: Namespace) => Namespace;
  readonly #budget: ByteBudget;
  readonly #tally = new RunTally();
  readonly #tracker = new LaneTracker();
  readonly #collections = new Map<string, OpenCollection>();
  readonly #names: TargetNames;
  /** How many batches of each lane of the source came, and how many went out. */
  readonly #arrived = new Map<number, number>();
  readonly #departed = new Map<number, number>();
  readonly #writes: WritesUnderWay;
  /** How many collections may be between their begin and their end at once. */
  readonly #parallel: number;
  readonly #turns = new Turns((error) => this.#fail(error));
  /** Collections that the source still gives, and those that it ended and the target has not. */
  #given = 0;
  #ending = 0;
  /** Batches that came and wait to be sent. */
  #waiting = 0;
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
    this.#names = new TargetNames(target.capabilities, connector.display);
    this.#rename = rename;
    this.#options = options;
    this.#budget = new ByteBudget(options.inFlightBytes);
    if (options.bytesPerSecond !== undefined) this.#pace = new Pace(options.bytesPerSecond);
    this.#parallel = parallelOf(source, target, options);
    this.#writes = new WritesUnderWay({
      sequential: target.capabilities.sequential,
      parallelWrites: options.parallelWrites,
      parallel: this.#parallel,
    });
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
      await this.#turns.all();
      await Promise.all(this.#writes.all);
      await reader.close();
    }
    this.#throwIfFailed();
    for (const issue of this.#names.viewsAlone()) this.#issue(issue);
  }

  /** Hands an item to its collection; settles once the next one may be taken. */
  async #take(item: SourceItem, writer: Writer): Promise<void> {
    switch (item.type) {
      case "begin":
        // A few may still be ended, such as with their indexes, while others go on.
        while (this.#ending >= this.#parallel) await this.#turns.change();
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
        this.#turns.add(collection, async () => {
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
        this.#names.end(item.namespace);
        this.#given--;
        this.#ending++;
        this.#turns.add(collection, async () => {
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
      while (this.#turns.size > 0) await this.#turns.change();
    }
    // One collection that has to wait must not hold the others up, nor fill the memory.
    while (this.#waiting >= Math.max(1, this.#given)) await this.#turns.change();
    while (this.#sequential && this.#turns.size > 0) await this.#turns.change();
  }

  #announce(collection: CollectionInfo): OpenCollection {
    const from = collection.namespace;
    const name = formatNamespace(from);
    const known = this.#collections.get(name);
    // A source that goes on after it was lost begins its collection again.
    if (known !== undefined) return known;
    const to = this.#rename(from);
    this.#names.take(from, to);
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
    if (this.#options.views !== "documents") this.#names.view(collection, to);
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
    if (this.#sequential) await this.#settle(this.#writes.all);
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
          let busy = this.#writes.busy(batch.lane, collection);
          busy !== undefined;
          busy = this.#writes.busy(batch.lane, collection)
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
        this.#writes.end(write, lane, collection);
        finish(written);
      });
    this.#writes.begin(write, lane, collection);
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
    if (this.#sequential) await this.#settle(this.#writes.all);
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
