import { frameDocuments } from "../../bson/mod.ts";
import {
  type Cancellable,
  type CollectionInfo,
  DataError,
  type Namespace,
  type Origin,
  type ReadOptions,
  type Source,
  type SourceItem,
  throwIfInterrupted,
  UsageError,
} from "../../core/mod.ts";
import { type ByteSource, pathKind } from "../../io/mod.ts";
import { type Definition, readDefinition } from "./_metadata.ts";
import { notBson } from "./_not_bson.ts";
import { openBson } from "./_open.ts";
import { type BsonPlace, placeOf, positionAt } from "./_position.ts";
import { refuseQuery } from "../_refuse_file.ts";

/** Enough of the first bytes to tell what a file is that is not BSON. */
const HEAD_BYTES = 1024;

/** Reads one file as one collection; with `metadata` what it was created with, too. */
export function bsonSource(path: string, namespace: Namespace, metadata: boolean): Source {
  const isPipe = path === "-";
  const definition = async () => metadata ? await readDefinition(path) : undefined;
  return {
    capabilities: {
      rereadable: !isPipe,
      resumable: !isPipe,
      ordered: true,
      fidelity: "bytes",
      query: [],
      pointInTime: true,
    },
    describe: async function* (options) {
      yield await describe(path, namespace, await definition(), options);
    },
    // Standard input, or a pipe with a name, can be opened only once: by who reads it.
    ...(isPipe ? {} : { origin: (options) => storedAs(path, options) }),
    read: async function* (options) {
      yield* read(path, namespace, await definition(), options);
    },
  };
}

async function describe(
  path: string,
  namespace: Namespace,
  definition: Definition | undefined,
  { signal }: Cancellable = {},
): Promise<CollectionInfo> {
  if (path === "-" || await pathKind(path) === "other") {
    return { namespace, type: "collection", ...definition };
  }
  await using bytes = await openBson(path, signal === undefined ? {} : { signal });
  return infoOf(namespace, definition, bytes);
}

async function storedAs(path: string, { signal }: Cancellable = {}): Promise<Origin> {
  if (await pathKind(path) === "other") return {};
  await using bytes = await openBson(path, signal === undefined ? {} : { signal });
  const { compression, storedBytes } = bytes;
  return { compression, ...(storedBytes === undefined ? {} : { storedBytes }) };
}

function infoOf(
  namespace: Namespace,
  definition: Definition | undefined,
  bytes: ByteSource,
): CollectionInfo {
  const info: CollectionInfo = { namespace, type: "collection", ...definition };
  const { storedBytes, compression } = bytes;
  if (storedBytes === undefined) return info;
  return { ...info, estimate: compression === "none" ? { bytes: storedBytes } : { storedBytes } };
}

async function* read(
  path: string,
  namespace: Namespace,
  definition: Definition | undefined,
  options: ReadOptions = {},
): AsyncGenerator<SourceItem, void, void> {
  const { include, partition, after, query = {}, batchBytes, batchDocuments, signal } = options;
  refuseQuery(path, query, "a BSON file");
  if (partition !== undefined) {
    throw new UsageError(`Cannot read a part of "${path}": a BSON file has no partitions`);
  }
  const from = after === undefined ? { offset: 0, index: 0 } : placeOf(after, path);
  if (include !== undefined && !include(namespace)) return;

  await using bytes = await openBson(path, {
    startOffset: from.offset,
    ...(signal === undefined ? {} : { signal }),
  });
  yield { type: "begin", collection: infoOf(namespace, definition, bytes) };
  const head = new Head();
  const batches = frameDocuments(head.watch(bytes.chunks()), {
    name: path === "-" ? "standard input" : path,
    startOffset: from.offset,
    firstIndex: from.index,
    ...(batchBytes === undefined ? {} : { batchBytes }),
    ...(batchDocuments === undefined ? {} : { batchDocuments }),
    ...(signal === undefined ? {} : { signal }),
  });
  let seq = 0;
  try {
    for await (const batch of batches) {
      // A small file is framed at once: the frames are not where the signal is seen.
      throwIfInterrupted(signal);
      const { buffer, starts, firstIndex, endOffset, release } = batch;
      const place: BsonPlace = { offset: endOffset, index: firstIndex + starts.length };
      yield {
        type: "batch",
        batch: {
          namespace,
          buffer,
          starts,
          firstIndex,
          lane: 0,
          seq: seq++,
          after: positionAt(place),
          ...(release === undefined ? {} : { release }),
        },
      };
    }
  } catch (error) {
    const first = error instanceof DataError && error.index === 0 && error.offset === 0;
    throw first ? notBson(error, path, head.bytes, bytes.compression) : error;
  }
  yield { type: "end", namespace };
}

/** Keeps a copy of the first bytes that pass. */
class Head {
  #bytes = new Uint8Array(HEAD_BYTES);
  #have = 0;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#have);
  }

  async *watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of chunks) {
      if (this.#have < HEAD_BYTES) {
        const part = chunk.subarray(0, HEAD_BYTES - this.#have);
        this.#bytes.set(part, this.#have);
        this.#have += part.length;
      }
      yield chunk;
    }
  }
}
