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
import type { VerifyEvent } from "./result.ts";

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
}

/** What is done with what is read. */
export interface Visitor {
  begin?(side: Side, collection: CollectionInfo): void;
  /** Takes a batch; `false` ends the reading of this side. */
  batch(side: Side, batch: RawBatch): boolean | void;
  end?(side: Side, namespace: Namespace, issues: readonly Issue[]): void;
}

/** How to read both. */
export interface ReadBothOptions {
  readonly pass: number;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: ((event: VerifyEvent) => void) | undefined;
  /** Only collections of this pairing; all by default. */
  readonly only?: (key: string) => boolean;
}

/** Reads both sides side by side; when one fails the other is stopped before the failure is told. */
export async function readBoth(
  sides: readonly [Side, Side],
  visitor: Visitor,
  options: ReadBothOptions,
): Promise<void> {
  const stop = new AbortController();
  const signal = options.signal === undefined
    ? stop.signal
    : AbortSignal.any([options.signal, stop.signal]);
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(sides.map(async (side) => {
    try {
      await readOne(side, visitor, { ...options, signal });
    } catch (error) {
      failure ??= { error };
      stop.abort(error);
    }
  }));
  throwIfInterrupted(options.signal);
  if (failure !== undefined) throw failure.error;
}

async function readOne(
  side: Side,
  visitor: Visitor,
  { pass, signal, onEvent, only }: ReadBothOptions,
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
    const goesOn = visitor.batch(side, batch);
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
