import {
  type Cancellable,
  type CollectionInfo,
  type Namespace,
  type Position,
  type ReadOptions,
  type Source,
  type SourceCapabilities,
  type SourceItem,
  throwIfInterrupted,
  UnsupportedError,
  UsageError,
} from "../core/mod.ts";
import { encodeDocuments } from "./_encode.ts";

/** What a source over documents is made from. */
export interface DocumentSourceHooks {
  kind(): string;
  display(): string;
  connect(options: Cancellable): Promise<void>;
  capabilities(): Partial<SourceCapabilities>;
  read(options: ReadOptions): AsyncIterable<object> | Iterable<object>;
}

/** A raw source over a connector that gives documents. */
export function documentSource(hooks: DocumentSourceHooks): Source {
  const collection = (): CollectionInfo => ({
    namespace: { db: "", collection: hooks.kind() },
    type: "collection",
  });
  return {
    get capabilities(): SourceCapabilities {
      const own = hooks.capabilities();
      return {
        rereadable: true,
        // Going on means reading again and leaving out what was read: that needs the same order.
        resumable: (own.ordered ?? false) && (own.rereadable ?? true),
        ordered: false,
        fidelity: "values",
        query: [],
        pointInTime: false,
        ...own,
      };
    },
    async *describe(): AsyncGenerator<CollectionInfo, void, void> {
      yield collection();
    },
    async *read(options: ReadOptions = {}): AsyncGenerator<SourceItem, void, void> {
      const { signal, include, after } = options;
      const kind = hooks.kind();
      refuseQuery(hooks, options);
      const from = after === undefined ? { seq: 0, index: 0 } : placeOf(hooks, after);
      throwIfInterrupted(signal);
      await hooks.connect(options);
      const info = collection();
      if (include !== undefined && !include(info.namespace)) return;
      yield { type: "begin", collection: info };
      const documents = rest(hooks.read(options), from.index);
      let seq = from.seq;
      for await (const encoded of encodeDocuments(documents, sizes(options, from.index))) {
        throwIfInterrupted(signal);
        const index = encoded.firstIndex + encoded.starts.length;
        const position: Position = { v: 1, kind, index, seq: seq + 1 };
        yield {
          type: "batch",
          batch: { ...encoded, namespace: namespaceOf(info), lane: 0, seq, after: position },
        };
        seq++;
      }
      yield { type: "end", namespace: info.namespace };
    },
  };
}

function namespaceOf({ namespace }: CollectionInfo): Namespace {
  return namespace;
}

function sizes({ batchBytes, batchDocuments }: ReadOptions, firstIndex: number) {
  return {
    firstIndex,
    ...(batchBytes === undefined ? {} : { batchBytes }),
    ...(batchDocuments === undefined ? {} : { batchDocuments }),
  };
}

async function* rest(
  documents: AsyncIterable<object> | Iterable<object>,
  skip: number,
): AsyncGenerator<object, void, void> {
  let index = 0;
  for await (const document of documents) if (index++ >= skip) yield document;
}

function refuseQuery(hooks: DocumentSourceHooks, { query, partition }: ReadOptions): void {
  const able = hooks.capabilities().query ?? [];
  for (const part of Object.keys(query ?? {}) as (keyof NonNullable<typeof query>)[]) {
    if (query![part] === undefined || able.includes(part)) continue;
    throw new UsageError(`Cannot use "${part}" on "${hooks.display()}": it cannot be narrowed`, {
      stage: "source",
    });
  }
  if (partition !== undefined) {
    throw new UnsupportedError(`Cannot read a part of "${hooks.display()}": it has no parts`, {
      stage: "source",
    });
  }
}

function placeOf(hooks: DocumentSourceHooks, after: Position): { seq: number; index: number } {
  const { v, kind, index, seq } = after;
  const whole = (value: unknown): value is number =>
    Number.isSafeInteger(value) && Number(value) >= 0;
  if (v !== 1 || kind !== hooks.kind() || !whole(index) || !whole(seq)) {
    throw new UsageError(
      `Cannot go on in "${hooks.display()}": the position is not one that it made`,
      { stage: "source" },
    );
  }
  return { index, seq };
}
