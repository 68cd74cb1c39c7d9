import { BaseConnector, type CollectionInfo, type Source, type SourceItem } from "@datahood/cli";
import { serialize } from "bson";

/** A collection of a test: what is known of it, and its documents. */
export interface MemoryCollection {
  readonly info: CollectionInfo;
  readonly documents: readonly Uint8Array[];
}

/** A place that holds raw documents in memory. */
export class MemoryConnector extends BaseConnector {
  override readonly kind = "memory";
  override readonly display: string;
  override readonly source: Source;
  /** How often it was read. */
  reads = 0;

  constructor(
    collections: readonly MemoryCollection[],
    { display = "memory", rereadable = true, batchDocuments = 3 } = {},
  ) {
    super();
    this.display = display;
    const started = () => this.reads++;
    this.source = {
      capabilities: {
        rereadable,
        resumable: false,
        ordered: true,
        fidelity: "bytes",
        query: [],
        pointInTime: true,
      },
      async *describe({ damaged = false } = {}) {
        for (const { info } of collections) {
          if (damaged || info.damage === undefined) yield await Promise.resolve(info);
        }
      },
      async *read({ include } = {}): AsyncGenerator<SourceItem, void, void> {
        started();
        for (const { info, documents } of collections) {
          if (include !== undefined && !include(info.namespace)) continue;
          if (info.damage?.lost === "documents") {
            yield { type: "end", namespace: info.namespace };
            continue;
          }
          yield { type: "begin", collection: info };
          for (let at = 0; at < documents.length; at += batchDocuments) {
            yield batchOf(info, documents.slice(at, at + batchDocuments), at);
            await Promise.resolve();
          }
          yield { type: "end", namespace: info.namespace };
        }
      },
    };
  }

  override permissions(): [] {
    return [];
  }
}

/** Documents lie at odd offsets, with gaps, as in the replies of a server. */
function batchOf(
  { namespace }: CollectionInfo,
  documents: readonly Uint8Array[],
  firstIndex: number,
): SourceItem {
  const total = documents.reduce((sum, { length }) => sum + length + 3, 1);
  const buffer = new Uint8Array(total + 7).subarray(7).fill(0xee);
  const starts = new Uint32Array(documents.length);
  let at = 1;
  documents.forEach((document, i) => {
    buffer.set(document, starts[i] = at);
    at += document.length + 3;
  });
  const after = { v: 1, kind: "memory" };
  return {
    type: "batch",
    // Whoever reads a buffer after it was given back reads nothing of use.
    batch: {
      namespace,
      buffer,
      starts,
      firstIndex,
      lane: 0,
      seq: firstIndex,
      after,
      release: () => void buffer.fill(0xff),
    },
  };
}

/** One collection of documents, by default `shop.orders`. */
export function memory(
  documents: readonly (object | Uint8Array)[],
  info: Partial<CollectionInfo> = {},
  options: ConstructorParameters<typeof MemoryConnector>[1] = {},
): MemoryConnector {
  return new MemoryConnector([collection(documents, info)], options);
}

/** A collection of documents, by default `shop.orders`. */
export function collection(
  documents: readonly (object | Uint8Array)[],
  info: Partial<CollectionInfo> = {},
): MemoryCollection {
  return {
    info: { namespace: { db: "shop", collection: "orders" }, type: "collection", ...info },
    documents: documents.map((one) => one instanceof Uint8Array ? one : serialize(one)),
  };
}
