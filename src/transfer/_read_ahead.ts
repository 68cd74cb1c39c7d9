import {
  formatNamespace,
  type Position,
  type ReadOptions,
  type Source,
  type SourceItem,
  throwIfInterrupted,
} from "../core/mod.ts";
import type { ByteBudget } from "./_budget.ts";
import { isRetryable, pause, pauseMs, type RetryPolicy } from "./_retry.ts";

/** How a source is read ahead. */
export interface ReadAheadOptions {
  readonly read: ReadOptions;
  readonly budget: ByteBudget;
  readonly policy: RetryPolicy;
  /** Stops the reading. */
  readonly signal: AbortSignal;
}

/** How many batches wait to be written at most: the next, and the one after it. */
const AHEAD = 2;
/** By how many batches the next one's size is told. One that is far larger is soon forgotten. */
const RECENT = 4;

/** Reads a source while what it gave before is written, within a budget of bytes. */
export class ReadAhead {
  readonly #source: Source;
  readonly #options: ReadAheadOptions;
  readonly #queue: SourceItem[] = [];
  readonly #done: Promise<void>;
  #batches = 0;
  #ended = false;
  #stopped = false;
  #failure: { error: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** Bytes that the latest batches took. */
  readonly #recent: number[] = [];
  #last: Position | undefined;
  readonly #lanes = new Set<number>();
  /** Collections that came whole, and how many documents came of the others. */
  readonly #whole = new Set<string>();
  readonly #came = new Map<string, number>();
  /** Why the source is read again, and whether it then gave what it had given before. */
  #lost: unknown;
  #restarted = false;

  constructor(source: Source, options: ReadAheadOptions) {
    this.#source = source;
    this.#options = options;
    options.signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#done = this.#pump();
  }

  /** The next item, `undefined` at the end. Throws what the source threw. */
  async next(): Promise<SourceItem | undefined> {
    while (this.#queue.length === 0) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended) return undefined;
      throwIfInterrupted(this.#options.signal);
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const item = this.#queue.shift()!;
    if (item.type === "batch") {
      this.#batches--;
      this.#options.budget.wake();
    }
    return item;
  }

  /** Stops reading, releases the source and what was read ahead. */
  async close(): Promise<void> {
    this.#stopped = true;
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    this.#options.budget.wake();
    await this.#done;
    for (const item of this.#queue.splice(0)) {
      if (item.type !== "batch") continue;
      this.#options.budget.give(item.batch.buffer);
      item.batch.release?.();
    }
  }

  readonly #onAbort = (): void => {
    this.#options.budget.wake();
    this.#notify();
  };

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  get #over(): boolean {
    return this.#stopped || this.#options.signal.aborted;
  }

  async #pump(): Promise<void> {
    try {
      await this.#readAll();
    } catch (error) {
      this.#failure = { error };
    }
    this.#ended = true;
    this.#notify();
  }

  async #readAll(): Promise<void> {
    let attempt = 0;
    while (!this.#over) {
      const before = this.#last;
      try {
        await this.#readOnce();
        return;
      } catch (error) {
        if (this.#last !== before) attempt = 0;
        const { policy } = this.#options;
        if (this.#over || !isRetryable(error) || ++attempt > policy.retries || !this.#canGoOn()) {
          throw error;
        }
        this.#lost = error;
        const delayMs = pauseMs(attempt, policy.delayMs);
        policy.onRetry(attempt, delayMs, error);
        await pause(delayMs, policy.signal);
      }
    }
  }

  async #readOnce(): Promise<void> {
    const { read, budget } = this.#options;
    const items = this.#source.read(
      this.#last === undefined ? read : { ...read, after: this.#last },
    );
    try {
      while (await this.#room()) {
        const { done, value } = await items.next();
        if (done) return;
        if (this.#isKnown(value)) continue;
        if (value.type === "batch") {
          const { buffer, lane, after } = value.batch;
          this.#recent.push(budget.take(buffer));
          if (this.#recent.length > RECENT) this.#recent.shift();
          this.#lanes.add(lane);
          this.#last = after;
          this.#batches++;
        }
        this.#queue.push(value);
        this.#notify();
      }
    } finally {
      await items.return();
    }
  }

  /** Whether an item is of a collection that came whole before the source was read again. */
  #isKnown(item: SourceItem): boolean {
    const { namespace } = item.type === "begin"
      ? item.collection
      : item.type === "batch"
      ? item.batch
      : item;
    const name = formatNamespace(namespace);
    const known = this.#lost !== undefined && this.#whole.has(name);
    if (item.type === "end") this.#whole.add(name);
    if (item.type !== "batch") return known;
    const { batch } = item;
    if (known) {
      batch.release?.();
      return true;
    }
    if (this.#lost !== undefined && batch.firstIndex < (this.#came.get(name) ?? 0)) {
      // It has no order to go on in: what was written already would be written twice.
      batch.release?.();
      this.#restarted = true;
      throw this.#lost;
    }
    this.#came.set(name, batch.firstIndex + batch.starts.length);
    return false;
  }

  /** What the next batch is expected to take: what was asked for, or the largest of the latest. */
  #expected(): number {
    return Math.max(this.#options.read.batchBytes ?? 0, ...this.#recent);
  }

  async #room(): Promise<boolean> {
    const { budget } = this.#options;
    while (!this.#over && (this.#batches >= AHEAD || !budget.hasRoom(this.#expected()))) {
      await budget.changed();
    }
    return !this.#over;
  }

  /** Whether reading again gives the rest and nothing twice. */
  #canGoOn(): boolean {
    const { capabilities } = this.#source;
    const { read } = this.#options;
    if (this.#restarted) return false;
    if (this.#last === undefined) return capabilities.rereadable;
    // A count of documents starts anew with each read; and one position cannot stand for two lanes.
    const { skip, limit, sample } = read.query ?? {};
    const counted = (skip ?? limit ?? sample) !== undefined;
    return capabilities.resumable && read.resumable === true && !counted && this.#lanes.size === 1;
  }
}
