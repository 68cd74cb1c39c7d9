import { frameDocuments } from "../../bson/mod.ts";
import {
  type Cancellable,
  type CollectionInfo,
  DataError,
  type DescribeOptions,
  formatNamespace,
  type Issue,
  type Namespace,
  type Origin,
  type Query,
  type ReadOptions,
  type Source,
  type SourceItem,
  throwIfInterrupted,
  UsageError,
} from "../../core/mod.ts";
import { FileMemory } from "../../io/_file_memory.ts";
import { type ByteSource, openByteSource } from "../../io/mod.ts";
import { accountsOf, type DumpSelection, isBucket, leftOut } from "../../mongodump/mod.ts";
import { DumpNotes } from "../_dump_notes.ts";
import { interleaved } from "../_interleave.ts";
import {
  checkUnchanged,
  type DumpedCollection,
  type DumpLayout,
  type MetadataMemory,
  readLayout,
} from "./_layout.ts";
import { refuseQuery } from "../_refuse_file.ts";

/** How a file of documents is stored. */
type Stored = Pick<ByteSource, "storedBytes" | "compression">;

/** Reads a dump, one collection after another by name, or several at once. */
export class DumpSource implements Source {
  readonly #path: string;
  readonly #selection: DumpSelection;
  /** The folder is listed each time, and its files are not opened again while they stay as they are. */
  readonly #metadata: MetadataMemory = new FileMemory();
  readonly #stored = new FileMemory<Stored>();

  /** What a dump can do. */
  readonly capabilities: Source["capabilities"] = {
    rereadable: true,
    resumable: false,
    ordered: true,
    fidelity: "bytes",
    query: [],
    pointInTime: true,
    interleaved: "asked",
  };

  constructor(path: string, selection: DumpSelection) {
    this.#path = path;
    this.#selection = selection;
  }

  /** Forgets what it knows of the files. */
  forget(): void {
    this.#metadata.clear();
    this.#stored.clear();
  }

  /** The collections that are read; with `damaged` those too that lack something. */
  async *describe(options: DescribeOptions = {}): AsyncGenerator<CollectionInfo, void, void> {
    const { damaged = false } = options;
    const { collections } = await this.#layout(damaged, options);
    const wanted = collections
      .filter(({ info }) => leftOut(info.namespace, this.#selection) === undefined);
    const given = damaged ? wanted : wanted.filter(({ info }) => info.damage === undefined);
    const [lost] = wanted;
    if (given.length === 0 && lost !== undefined) {
      const { message, path } = lost.info.damage!;
      const hint = `if the collection was empty, an empty file "${path}" says so`;
      throw new DataError(message, { stage: "source", hint });
    }
    for (const collection of given) {
      throwIfInterrupted(options.signal);
      yield await complete(collection, this.#stored);
    }
  }

  /** Who wrote it, and how it is stored. */
  async origin({ signal }: Cancellable = {}): Promise<Origin> {
    const { prelude, collections } = await this.#layout(true, { signal });
    const compressions = new Set<string>();
    let storedBytes = 0;
    for (const { dataPath } of collections) {
      throwIfInterrupted(signal);
      if (dataPath === undefined) continue;
      const stored = await storedAs(dataPath, this.#stored);
      storedBytes += stored.storedBytes ?? 0;
      compressions.add(stored.compression);
    }
    const compression = [...compressions].sort().join(", ");
    return { ...prelude, ...(compression === "" ? {} : { compression }), storedBytes };
  }

  /** Reads all that is asked for. */
  async *read(options: ReadOptions = {}): AsyncGenerator<SourceItem, void, void> {
    const { partition, after, query = {}, damaged = false } = options;
    this.#refuse(query, partition !== undefined || after !== undefined);
    const notes = new DumpNotes(this.#selection);
    const layout = await this.#layout(damaged, options);
    this.#note(layout, notes);
    try {
      yield* notes.spread(this.#items(layout, notes, options));
    } catch (error) {
      throw layout.unsure.length > 0 ? unfinished(error) : error;
    }
  }

  #layout(damaged: boolean, { signal }: { signal?: AbortSignal | undefined }): Promise<DumpLayout> {
    return readLayout(this.#path, { damaged, memory: this.#metadata, signal });
  }

  async *#items(
    layout: DumpLayout,
    notes: DumpNotes,
    options: ReadOptions,
  ): AsyncGenerator<SourceItem, void, void> {
    const { include, parallel = 1 } = options;
    const reading = { ...options, stored: this.#stored };
    const wanted = (namespace: Namespace) => include?.(namespace) ?? true;
    const collections = layout.collections
      .filter(({ info: { namespace } }) => !notes.leaves(namespace) && wanted(namespace));
    if (parallel === 1) {
      yield* readLane(0, collections.values(), notes, reading);
    } else {
      // Users and roles stand in front, and nothing is read beside them.
      const alone = collections.filter(({ info }) => accountsOf(info.namespace) !== undefined);
      yield* readLane(parallel, alone.values(), notes, reading);
      // Whoever asks is given the next one.
      const rest = collections.slice(alone.length).values();
      yield* readSideBySide(parallel, rest, notes, reading);
    }
    await checkUnchanged(
      this.#path,
      layout.files,
      (namespace) => leftOut(namespace, this.#selection) === undefined && wanted(namespace),
      this.#metadata,
    );
  }

  #note({ unsure, hidden, mixed, hasOplog, foreign }: DumpLayout, notes: DumpNotes): void {
    if (hasOplog) notes.leaves({ db: "", collection: "oplog" });
    for (const folder of unsure) {
      notes.add({
        code: "no-prelude",
        message: `"${folder}" has no prelude.json, which is written last: it was made by ` +
          "mongodump before 100.12, or is not complete" +
          (hidden ? " (the folder above it may have one, and may not be read)" : ""),
        level: "info",
      });
    }
    if (mixed.length > 0) {
      notes.add({
        code: "two-dumps",
        message: `Two dumps were written into one folder, as ${mixed.join(" and ")} say: what is ` +
          "there may be of either",
        level: "warning",
      });
    }
    if (foreign.length > 0) {
      const more = foreign.length > 3 ? ` and ${foreign.length - 3} more` : "";
      notes.add({
        code: "foreign-files",
        message: `Not a part of a dump, and left out: ${foreign.slice(0, 3).join(", ")}${more}`,
        level: "info",
      });
    }
  }

  #refuse(query: Query, positioned: boolean): void {
    refuseQuery(this.#path, query, "a dump");
    if (positioned) {
      throw new UsageError(`Cannot read a part of "${this.#path}": a dump has no partitions`);
    }
  }
}

/** What is wrong with a dump that has no prelude may be that nobody has ended it yet. */
function unfinished(error: unknown): unknown {
  if (!(error instanceof DataError)) return error;
  const { message, hint, offset, index } = error;
  const more = "there is no prelude.json, which is written last: is the dump being written?";
  return new DataError(message, {
    stage: "source",
    hint: hint === undefined ? more : `${hint}; ${more}`,
    cause: error,
    ...(offset === undefined ? {} : { offset }),
    ...(index === undefined ? {} : { index }),
  });
}

/** How collections are read: as was asked, and with what is known of their files. */
interface Reading extends ReadOptions {
  readonly stored: FileMemory<Stored>;
}

/** Several at once, each of which is a lane until the next takes its place. */
async function* readSideBySide(
  parallel: number,
  collections: IteratorObject<DumpedCollection>,
  notes: DumpNotes,
  options: Reading,
): AsyncGenerator<SourceItem, void, void> {
  // One that fails, and leaving early, end the reads of all.
  const stop = new AbortController();
  const signal = options.signal === undefined
    ? stop.signal
    : AbortSignal.any([options.signal, stop.signal]);
  const lanes = Array.from(
    { length: parallel },
    (_, lane) => readLane(lane, collections, notes, { ...options, signal }),
  );
  yield* interleaved(lanes, () => stop.abort());
}

/** Collections one after another, until none is left. */
async function* readLane(
  lane: number,
  collections: IteratorObject<DumpedCollection>,
  notes: DumpNotes,
  { batchBytes, batchDocuments, signal, stored }: Reading,
): AsyncGenerator<SourceItem, void, void> {
  let seq = 0;
  for (let next = collections.next(); !next.done; next = collections.next()) {
    throwIfInterrupted(signal);
    const { info: { namespace }, dataPath } = next.value;
    noteCollection(next.value, notes);
    // Nothing is begun: what is there at the target must not be dropped for it.
    if (dataPath === undefined && next.value.info.damage !== undefined) {
      yield { type: "end", namespace };
      continue;
    }
    yield { type: "begin", collection: await complete(next.value, stored) };
    if (dataPath !== undefined) {
      await using bytes = await openByteSource(dataPath, signal === undefined ? {} : { signal });
      const batches = frameDocuments(bytes.chunks(), {
        name: dataPath,
        ...(batchBytes === undefined ? {} : { batchBytes }),
        ...(batchDocuments === undefined ? {} : { batchDocuments }),
        ...(signal === undefined ? {} : { signal }),
      });
      for await (const { buffer, starts, firstIndex, endOffset, release } of batches) {
        throwIfInterrupted(signal);
        yield {
          type: "batch",
          batch: {
            namespace,
            buffer,
            starts,
            firstIndex,
            lane,
            seq: seq++,
            after: { v: 1, kind: "dump", offset: endOffset },
            ...(release === undefined ? {} : { release }),
          },
        };
      }
    }
    yield { type: "end", namespace };
  }
}

function noteCollection(
  { info, dataPath, metadataPath, unknown, otherName }: DumpedCollection,
  notes: DumpNotes,
): void {
  const { namespace, type, damage } = info;
  const shown = formatNamespace(namespace);
  const note = (code: string, level: Issue["level"], message: string) =>
    notes.add({ code, level, message, namespace });
  // Of a database's users and roles mongodump writes the documents alone.
  const bare = type !== "view" && info.indexes === undefined;
  if (bare && damage === undefined && accountsOf(namespace)?.database === undefined) {
    note(
      "no-metadata",
      "info",
      metadataPath === undefined
        ? `"${dataPath}" has no metadata beside it: its options and indexes are not known`
        : `"${metadataPath}" is empty: the options and indexes of "${shown}" are not known`,
    );
  }
  if (damage?.lost === "documents") {
    note("documents-missing", "warning", `"${damage.path}" is missing: "${shown}" is left out`);
  }
  if (otherName !== undefined) {
    note(
      "other-name",
      "info",
      `"${metadataPath}" is of "${otherName}": the name of the file is taken, "${shown}"`,
    );
  }
  for (const key of unknown) {
    note(
      "metadata-unknown",
      "warning",
      `The metadata of "${shown}" has "${key}", which is not known and not carried`,
    );
  }
}

function storedAs(path: string, memory: FileMemory<Stored>): Promise<Stored> {
  return memory.of(path, async () => {
    await using bytes = await openByteSource(path);
    const { storedBytes, compression } = bytes;
    return { storedBytes, compression };
  });
}

/** A collection with what its file says: how much there is to read, whether it holds buckets. */
async function complete(
  { info, dataPath, ofBuckets }: DumpedCollection,
  memory: FileMemory<Stored>,
): Promise<CollectionInfo> {
  if (dataPath === undefined) {
    return info.damage === undefined ? { ...info, estimate: { documents: 0, bytes: 0 } } : info;
  }
  const { storedBytes, compression } = await storedAs(dataPath, memory);
  const buckets = info.type === "timeseries" &&
    (ofBuckets || await holdsBuckets(dataPath, info.options));
  const known = { ...info, ...(buckets ? { buckets } : {}) };
  if (storedBytes === undefined) return known;
  const estimate = compression === "none" ? { bytes: storedBytes } : { storedBytes };
  return { ...known, estimate };
}

/** Whether the first document is a bucket; what is wrong with it reading will tell. */
async function holdsBuckets(path: string, options: Uint8Array | undefined): Promise<boolean> {
  await using bytes = await openByteSource(path);
  try {
    for await (const { buffer, starts } of frameDocuments(bytes.chunks(), { batchDocuments: 1 })) {
      return isBucket(buffer, starts[0]!, options);
    }
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  return false;
}
