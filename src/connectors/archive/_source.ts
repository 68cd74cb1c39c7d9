import {
  type Cancellable,
  type CollectionInfo,
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
import type { ArchiveHead } from "./_head.ts";
import { type ArchivePart, ArchiveReader } from "./_reader.ts";
import { refuseQuery } from "../_refuse_file.ts";

/** An archive whose head was read. */
interface Opened extends AsyncDisposable {
  readonly head: ArchiveHead;
  readonly reader: ArchiveReader;
  readonly bytes: ByteSource;
  /** Lets a signal stop the reading, also while a pipe has nothing, until it is disposed of. */
  stoppedBy(signal: AbortSignal | undefined): Disposable;
}

/** What the beginning of an archive says, and how its file is stored. */
interface Beginning {
  readonly head: ArchiveHead;
  readonly bytes: Pick<ByteSource, "compression" | "storedBytes">;
}

async function open(path: string, { signal }: Cancellable): Promise<Opened> {
  const stop = new AbortController();
  const stoppedBy = (signal: AbortSignal | undefined): Disposable => {
    const onAbort = () => stop.abort(signal!.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    return { [Symbol.dispose]: () => signal?.removeEventListener("abort", onAbort) };
  };
  using _ = stoppedBy(signal);
  const bytes = await openByteSource(path, { signal: stop.signal });
  try {
    const reader = new ArchiveReader(bytes.chunks(), path === "-" ? "standard input" : path);
    const head = await reader.head();
    return {
      head,
      reader,
      bytes,
      stoppedBy,
      async [Symbol.asyncDispose]() {
        await reader.close();
        await bytes.close();
      },
    };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

function unknownMetadata(namespace: Namespace): Issue {
  return {
    code: "no-metadata",
    message:
      `The archive says nothing of "${formatNamespace(namespace)}": its options and indexes ` +
      "are not known",
    level: "info",
    namespace,
  };
}

/** Reads an archive; a pipe can be opened once, so its head is kept for who reads on. */
export class ArchiveSource implements Source {
  readonly #path: string;
  readonly #selection: DumpSelection;
  #opened: Opened | undefined;
  /** The list of thousands of collections is long, and asked for several times before it is read. */
  readonly #beginnings = new FileMemory<Beginning>();

  /** What an archive can do: be read from the start to the end. */
  readonly capabilities: Source["capabilities"];

  constructor(path: string, selection: DumpSelection) {
    this.#path = path;
    this.#selection = selection;
    this.capabilities = {
      rereadable: path !== "-",
      resumable: false,
      ordered: true,
      fidelity: "bytes",
      query: [],
      pointInTime: true,
      interleaved: "as stored",
    };
  }

  /** The collections of the list at the beginning. */
  async *describe(options: Cancellable = {}): AsyncGenerator<CollectionInfo, void, void> {
    for (const info of (await this.#head(options)).head.collections) {
      if (leftOut(info.namespace, this.#selection) === undefined) yield info;
    }
  }

  /** Who wrote it. */
  async origin(options: Cancellable = {}): Promise<Origin> {
    const { head: { serverVersion, toolVersion }, bytes } = await this.#head(options);
    const { compression, storedBytes } = bytes;
    return {
      serverVersion,
      toolVersion,
      compression,
      ...(storedBytes === undefined ? {} : { storedBytes }),
    };
  }

  /** Lets go of a pipe, if it was opened and not read, and forgets what it knows of a file. */
  async close(): Promise<void> {
    this.#beginnings.clear();
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.[Symbol.asyncDispose]();
  }

  async #head(options: Cancellable): Promise<Beginning> {
    if (this.#opened !== undefined) return this.#opened;
    return await this.#beginnings.of(this.#path, async () => {
      const opened = await open(this.#path, options);
      // Standard input, or a pipe with a name, has no size: what was read of it does not come again.
      if (opened.bytes.storedBytes === undefined) return this.#opened = opened;
      await using _ = opened;
      const { head, bytes: { compression, storedBytes } } = opened;
      return { head, bytes: { compression, storedBytes } };
    });
  }

  /** Reads all, in one pass: what is not asked for is passed over, its checksum looked at all the same. */
  async *read(options: ReadOptions = {}): AsyncGenerator<SourceItem, void, void> {
    const { partition, after, query = {}, signal } = options;
    this.#refuse(query, partition !== undefined || after !== undefined);
    await using opened = this.#opened ?? await open(this.#path, options);
    this.#opened = undefined;
    using _ = opened.stoppedBy(signal);
    const notes = new DumpNotes(this.#selection);
    yield* notes.spread(this.#items(opened, notes, options));
  }

  async *#items(
    { head, reader, bytes }: Opened,
    notes: DumpNotes,
    { include, signal, batchBytes = 1024 * 1024, batchDocuments = Infinity }: ReadOptions,
  ): AsyncGenerator<SourceItem, void, void> {
    const infos = new Map(head.collections.map((info) => [formatNamespace(info.namespace), info]));
    /** Whether what came is asked for. */
    const taken = new Map<string, boolean>();
    let seq = 0;
    for await (const part of reader.parts({ batchBytes, batchDocuments })) {
      throwIfInterrupted(signal);
      const { namespace } = part;
      const name = formatNamespace(namespace);
      let wanted = taken.get(name);
      if (wanted === undefined) {
        wanted = !notes.leaves(namespace) && (include?.(namespace) ?? true);
        taken.set(name, wanted);
        if (wanted) {
          const info = infos.get(name);
          for (const issue of head.issues) {
            if (issue.namespace === info?.namespace) notes.add(issue);
          }
          const bare = info?.indexes === undefined && info?.type !== "view";
          // Of a database's users and roles mongodump writes the documents alone.
          if (bare && accountsOf(namespace)?.database === undefined) {
            notes.add(unknownMetadata(namespace));
          }
          yield { type: "begin", collection: this.#begun(part, info, infos.size, bytes) };
        }
      }
      if (part.type === "end") {
        if (wanted) yield { type: "end", namespace };
        continue;
      }
      const { buffer, starts, firstIndex, offset, release } = part;
      if (!wanted) {
        release();
        continue;
      }
      const after = { v: 1, kind: "archive", offset } as const;
      const batch = { namespace, buffer, starts, firstIndex, lane: 0, seq: seq++, after, release };
      yield { type: "batch", batch };
    }
  }

  #begun(
    part: ArchivePart,
    info: CollectionInfo | undefined,
    count: number,
    bytes: ByteSource,
  ): CollectionInfo {
    if (info === undefined) return { namespace: part.namespace, type: "collection" };
    const buckets = info.type === "timeseries" && (part.buckets ||
      part.type === "documents" && isBucket(part.buffer, part.starts[0]!, info.options));
    return this.#withEstimate({ ...info, ...(buckets ? { buckets } : {}) }, count, bytes);
  }

  /** One collection is as long as the file; of several nobody knows. */
  #withEstimate(
    info: CollectionInfo,
    count: number,
    { storedBytes, compression }: ByteSource,
  ): CollectionInfo {
    if (count > 1 || storedBytes === undefined) return info;
    const estimate = compression === "none" ? { bytes: storedBytes } : { storedBytes };
    return { ...info, estimate };
  }

  #refuse(query: Query, positioned: boolean): void {
    refuseQuery(this.#path, query, "an archive");
    if (positioned) {
      throw new UsageError(`Cannot read a part of "${this.#path}": an archive is read as a whole`);
    }
  }
}
