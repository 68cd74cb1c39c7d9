import {
  type CollectionInfo,
  type Connector,
  formatNamespace,
  type Issue,
  type Namespace,
  type RawBatch,
  type Source,
  throwIfInterrupted,
} from "../core/mod.ts";
import { isRetryable, pause, pauseMs } from "../transfer/_retry.ts";
import type { LostDocuments, VerifyEvent } from "./result.ts";

/** One of the two that are compared. */
export interface Side {
  readonly name: "a" | "b";
  readonly connector: Connector;
  readonly source: Source;
  /** How its collections are paired with those of the other. */
  readonly key: (namespace: Namespace) => string;
  readonly include: (namespace: Namespace) => boolean;
  /** Bytes that collections are expected to have. */
  readonly expected: ReadonlyMap<string, number>;
  /** What it lacks the documents of, by their pairing. */
  readonly lost: ReadonlyMap<string, LostDocuments>;
}

/** What is done with what is read. */
export interface Visitor {
  begin?(side: Side, collection: CollectionInfo): void;
  /** Takes a batch; `false` ends the reading of this side. */
  batch(side: Side, batch: RawBatch): Promise<void> | boolean | undefined | void;
  end?(side: Side, namespace: Namespace, issues: readonly Issue[]): void;
  /** Forgets what comes again when a side is read anew; tells which pairs do not come again. */
  restart(side: Side): Promise<(key: string) => boolean> | ((key: string) => boolean);
}

/** How to read. */
export interface ReadOptions {
  readonly pass: number;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: ((event: VerifyEvent) => void) | undefined;
  /** How often a side is read again after its connection was lost. */
  readonly retries: number;
  /** Only collections of this pairing; all by default. */
  readonly only?: (key: string) => boolean;
}

const RETRY_DELAY_MS = 200;

/** Reads sides side by side; when one fails the other is stopped before the failure is told. */
export async function readSides(
  sides: readonly Side[],
  visitor: Visitor,
  options: ReadOptions,
): Promise<void> {
  const stop = new AbortController();
  const signal = options.signal === undefined
    ? stop.signal
    : AbortSignal.any([options.signal, stop.signal]);
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(sides.map(async (side) => {
    try {
      await readWithRetry(side, visitor, { ...options, signal });
    } catch (error) {
      failure ??= { error };
      stop.abort(error);
    }
  }));
  throwIfInterrupted(options.signal);
  if (failure !== undefined) throw failure.error;
}

/**
 * Reads a side. After a lost connection it begins anew with what did not come whole: in an order that
 * could be gone on in, a server is slower at every reading, and not every collection has one.
 */
async function readWithRetry(
  side: Side,
  visitor: Visitor,
  options: ReadOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { signal, retries, onEvent, pass } = options;
  let only = options.only;
  for (let attempt = 1;; attempt++) {
    try {
      return await readOne(side, visitor, { ...options, ...(only === undefined ? {} : { only }) });
    } catch (error) {
      const again = isRetryable(error) && side.source.capabilities.rereadable &&
        attempt <= retries && !signal.aborted;
      if (!again) throw error;
      const delayMs = pauseMs(attempt, RETRY_DELAY_MS);
      onEvent?.({
        type: "retry",
        side: side.name,
        pass,
        attempt,
        delayMs,
        reason: error.message,
      });
      if (!await pause(delayMs, signal)) throw error;
      const isWhole = await visitor.restart(side);
      only = (key) => !isWhole(key) && (options.only?.(key) ?? true);
    }
  }
}

async function readOne(
  side: Side,
  visitor: Visitor,
  { pass, signal, onEvent, only }: ReadOptions,
): Promise<void> {
  const counts = new Map<string, { documents: number; bytes: number }>();
  const items = side.source.read({
    include: (namespace) => side.include(namespace) && (only?.(side.key(namespace)) ?? true),
    // As a dump keeps them: where the other side has measurements this is told, not compared.
    timeseries: "buckets",
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const item of items) {
    throwIfInterrupted(signal);
    if (item.type === "begin") {
      visitor.begin?.(side, item.collection);
      continue;
    }
    if (item.type === "end") {
      visitor.end?.(side, item.namespace, item.issues ?? []);
      continue;
    }
    const { batch } = item;
    const took = visitor.batch(side, batch);
    const goesOn = took instanceof Promise ? await took : took;
    if (onEvent !== undefined) {
      const name = formatNamespace(batch.namespace);
      const count = counts.get(name) ?? { documents: 0, bytes: 0 };
      counts.set(name, count);
      count.documents += batch.starts.length;
      count.bytes += bytesOf(batch);
      const expectedBytes = side.expected.get(name);
      onEvent({
        type: "progress",
        side: side.name,
        pass,
        namespace: batch.namespace,
        ...count,
        ...(expectedBytes === undefined ? {} : { expectedBytes }),
      });
    }
    batch.release?.();
    if (goesOn === false) return;
  }
}

function bytesOf({ buffer, starts }: RawBatch): number {
  let bytes = 0;
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  for (const start of starts) bytes += view.getInt32(start, true);
  return bytes;
}
