import { serialize } from "bson";
import {
  batchBytes,
  type CollectionInfo,
  ConnectError,
  type Connector,
  type Issue,
  type Namespace,
  type OpenOptions,
  type PermissionNeed,
  type Position,
  type RawBatch,
  type ReadOptions,
  type Source,
  type SourceCapabilities,
  type SourceItem,
  type Target,
  type TargetCapabilities,
  type Writer,
  type WriteResult,
} from "../../../src/core/mod.ts";
import { BaseConnector } from "../../../src/connectors/base.ts";

export const ORDERS: Namespace = { db: "shop", collection: "orders" };
export const PEOPLE: Namespace = { db: "shop", collection: "people" };

export interface BatchSpec {
  namespace?: Namespace;
  lane?: number;
  seq?: number;
  documents?: number;
  /** Size of the batch's buffer; the documents lie at its front. */
  bytes?: number;
  onRelease?: () => void;
}

export function makeBatch(
  { namespace = ORDERS, lane = 0, seq = 0, documents = 1, bytes, onRelease }: BatchSpec = {},
): RawBatch {
  const encoded = Array.from(
    { length: documents },
    (_, i) => serialize({ _id: `${namespace.collection}-${lane}-${seq}-${i}` }),
  );
  const used = encoded.reduce((sum, { length }) => sum + length, 0);
  const buffer = new Uint8Array(Math.max(used, bytes ?? 0));
  const starts = new Uint32Array(documents);
  let offset = 0;
  encoded.forEach((document, i) => {
    starts[i] = offset;
    buffer.set(document, offset);
    offset += document.length;
  });
  return {
    namespace,
    buffer,
    starts,
    firstIndex: seq * documents,
    lane,
    seq,
    after: { v: 1, kind: "fake", lane, seq },
    ...(onRelease === undefined ? {} : { release: onRelease }),
  };
}

export function collectionOf(namespace: Namespace = ORDERS): CollectionInfo {
  return { namespace, type: "collection" };
}

/** Begin, batches, end of one collection. */
export function itemsOf(batches: readonly RawBatch[], namespace: Namespace = ORDERS): SourceItem[] {
  return [
    { type: "begin", collection: collectionOf(namespace) },
    ...batches.map((batch): SourceItem => ({ type: "batch", batch })),
    { type: "end", namespace },
  ];
}

/** Two lanes of a source, interleaved. */
export function twoLanes(count: number): SourceItem[] {
  const items: SourceItem[] = [{ type: "begin", collection: collectionOf() }];
  for (let seq = 0; seq < count; seq++) {
    for (const lane of [0, 1]) items.push({ type: "batch", batch: makeBatch({ lane, seq }) });
  }
  return [...items, { type: "end", namespace: ORDERS }];
}

export function manyBatches(count: number, spec: BatchSpec = {}): RawBatch[] {
  return Array.from({ length: count }, (_, seq) => makeBatch({ ...spec, seq }));
}

/** A source that gives what it was made with, and notes what was asked. */
export class FakeSource extends BaseConnector {
  override readonly kind = "fake";
  override readonly display = "fake source";
  override readonly source: Source;
  readonly reads: ReadOptions[] = [];
  pulled = 0;
  released = 0;

  constructor(
    items: (options: ReadOptions) => Iterable<SourceItem> | AsyncIterable<SourceItem>,
    capabilities: Partial<SourceCapabilities> = {},
  ) {
    super();
    // deno-lint-ignore no-this-alias
    const self = this;
    this.source = {
      capabilities: {
        rereadable: true,
        resumable: false,
        ordered: true,
        fidelity: "bytes",
        query: ["limit"],
        pointInTime: true,
        ...capabilities,
      },
      async *describe() {},
      async *read(options: ReadOptions = {}) {
        self.reads.push(options);
        try {
          for await (const item of items(options)) {
            if (item.type === "batch") self.pulled++;
            yield item;
          }
        } finally {
          self.released++;
        }
      },
    };
  }

  override permissions(): readonly PermissionNeed[] {
    return [];
  }
}

export function sourceOf(items: readonly SourceItem[]): FakeSource {
  return new FakeSource(() => items);
}

/** What a test does with a write: wait, fail before it is stored, or after it. */
export type OnWrite = (batch: RawBatch, attempt: number, store: () => WriteResult) =>
  | Promise<WriteResult>
  | WriteResult;

/**
 * A target that keeps documents by lane and number, as a server with transaction numbers does: the
 * same batch twice is stored once.
 */
export class FakeTarget extends BaseConnector {
  override readonly kind = "fake";
  override readonly display = "fake target";
  override readonly target: Target;
  readonly log: string[] = [];
  readonly stored = new Map<string, number>();
  readonly seen: RawBatch[] = [];
  readonly attempts = new Map<RawBatch, number>();
  opened: OpenOptions | undefined;
  underWay = 0;
  mostUnderWay = 0;
  onBegin: (info: CollectionInfo) => Promise<readonly Issue[]> = () => Promise.resolve([]);
  onEnd: (namespace: Namespace) => Promise<readonly Issue[]> = () => Promise.resolve([]);
  onCommit: () => Promise<void> = () => Promise.resolve();

  constructor(
    onWrite: OnWrite = (_batch, _attempt, store) => store(),
    capabilities: Partial<TargetCapabilities> = {},
    place?: Partial<Namespace>,
  ) {
    super();
    this.target = {
      capabilities: {
        collections: "many",
        options: true,
        indexes: true,
        views: true,
        sequential: false,
        onConflict: ["report"],
        ...capabilities,
      },
      ...(place === undefined ? {} : { place }),
      open: (options) => {
        this.opened = options;
        return Promise.resolve(this.#writer(onWrite));
      },
    };
  }

  override permissions(): readonly PermissionNeed[] {
    return [];
  }

  /** Documents stored, of all batches. */
  get documents(): number {
    return [...this.stored.values()].reduce((sum, documents) => sum + documents, 0);
  }

  #store(batch: RawBatch): WriteResult {
    this.stored.set(
      `${batch.namespace.db}.${batch.namespace.collection} ${batch.lane} ${batch.seq}`,
      batch.starts.length,
    );
    return written(batch);
  }

  #writer(onWrite: OnWrite): Writer {
    const name = ({ db, collection }: Namespace) => `${db}.${collection}`;
    return {
      begin: (info) => {
        this.log.push(`begin ${name(info.namespace)}`);
        return this.onBegin(info);
      },
      write: async (batch) => {
        const attempt = (this.attempts.get(batch) ?? 0) + 1;
        this.attempts.set(batch, attempt);
        this.seen.push(batch);
        this.log.push(`write ${batch.namespace.collection} ${batch.lane}/${batch.seq}`);
        this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
        try {
          // A write that is acknowledged at once is one the pipeline cannot overlap.
          await Promise.resolve();
          return await onWrite(batch, attempt, () => this.#store(batch));
        } finally {
          this.underWay--;
          this.log.push(`done ${batch.namespace.collection} ${batch.lane}/${batch.seq}`);
        }
      },
      end: (namespace) => {
        this.log.push(`end ${name(namespace)}`);
        return this.onEnd(namespace);
      },
      sync: (): Promise<Position> => Promise.resolve({ v: 1, kind: "fake" }),
      commit: () => {
        this.log.push("commit");
        return this.onCommit();
      },
      abort: () => {
        this.log.push("abort");
        return Promise.resolve();
      },
    };
  }
}

export function written(batch: RawBatch, rest: Partial<WriteResult> = {}): WriteResult {
  return {
    inserted: batch.starts.length,
    replaced: 0,
    unchanged: 0,
    skipped: 0,
    rejected: [],
    bytes: batchBytes(batch),
    ...rest,
  };
}

export function lost(): ConnectError {
  return new ConnectError('Cannot write to "fake": the connection was lost', { retryable: true });
}

/** Lets everything that can go on do so. */
export async function settle(turns = 50): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

export type { Connector };
