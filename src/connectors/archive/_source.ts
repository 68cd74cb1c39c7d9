import {
  type Cancellable,
  type CollectionInfo,
  formatNamespace,
  type Issue,
  type Origin,
  type ReadOptions,
  type Source,
  type SourceItem,
  throwIfInterrupted,
  UsageError,
} from "../../core/mod.ts";
import { type ByteSource, openByteSource } from "../../io/mod.ts";
import { type DumpSelection, leftOut } from "../../mongodump/mod.ts";
import { type ArchiveHead, ArchiveReader } from "./_reader.ts";

/** An archive whose head was read. */
interface Opened extends AsyncDisposable {
  readonly head: ArchiveHead;
  readonly reader: ArchiveReader;
  readonly bytes: ByteSource;
}

async function open(path: string, { signal }: Cancellable): Promise<Opened> {
  const bytes = await openByteSource(path, signal === undefined ? {} : { signal });
  try {
    const reader = new ArchiveReader(bytes.chunks(), path === "-" ? "standard input" : path);
    const head = await reader.head();
    return {
      head,
      reader,
      bytes,
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

/** Reads an archive; standard input can be opened once, so its head is kept for who reads on. */
export class ArchiveSource implements Source {
  readonly #path: string;
  readonly #selection: DumpSelection;
  #opened: Opened | undefined;

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
    };
  }

  /** The collections of the list at the beginning. */
  async *describe(options: Cancellable = {}): AsyncGenerator<CollectionInfo, void, void> {
    for (const info of (await this.#head(options)).collections) {
      if (leftOut(info.namespace, this.#selection) === undefined) yield info;
    }
  }

  /** Who wrote it. */
  async origin(options: Cancellable = {}): Promise<Origin> {
    const { serverVersion, toolVersion } = await this.#head(options);
    return { serverVersion, toolVersion };
  }

  async #head(options: Cancellable): Promise<ArchiveHead> {
    if (this.#opened !== undefined) return this.#opened.head;
    const opened = await open(this.#path, options);
    if (this.#path === "-") this.#opened = opened;
    else await opened[Symbol.asyncDispose]();
    return opened.head;
  }

  /** Reads all, in one pass: what is not asked for is passed over, its checksum looked at all the same. */
  async *read(options: ReadOptions = {}): AsyncGenerator<SourceItem, void, void> {
    const { include, partition, after, query = {}, signal } = options;
    this.#refuse(query, partition !== undefined || after !== undefined);
    await using opened = this.#opened ?? await open(this.#path, options);
    this.#opened = undefined;
    const { head, reader, bytes } = opened;
    const infos = new Map(head.collections.map((info) => [formatNamespace(info.namespace), info]));
    const taken = new Map<string, boolean>();
    const issues = new Map<string, Issue>();
    let seq = 0;
    const { batchBytes = 1024 * 1024, batchDocuments = Infinity } = options;
    for await (const part of reader.parts({ batchBytes, batchDocuments })) {
      throwIfInterrupted(signal);
      const { namespace } = part;
      const name = formatNamespace(namespace);
      if (!taken.has(name)) {
        const why = leftOut(namespace, this.#selection);
        if (why !== undefined) issues.set(why.code, why);
        const wanted = why === undefined && (include?.(namespace) ?? true);
        taken.set(name, wanted);
        const info = infos.get(name) ?? { namespace, type: "collection" };
        if (wanted) {
          yield { type: "begin", collection: this.#withEstimate(info, infos.size, bytes) };
        }
      }
      if (!taken.get(name)) continue;
      if (part.type === "end") {
        const said = [...issues.values()];
        issues.clear();
        yield { type: "end", namespace, issues: said };
        continue;
      }
      const { buffer, starts, firstIndex, offset } = part;
      const after = { v: 1, kind: "archive", offset } as const;
      yield {
        type: "batch",
        batch: { namespace, buffer, starts, firstIndex, lane: 0, seq: seq++, after },
      };
    }
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

  #refuse(query: object, positioned: boolean): void {
    const [part] = Object.entries(query).filter(([, value]) => value !== undefined);
    if (part !== undefined) {
      throw new UsageError(
        `Cannot use ${part[0]} on "${this.#path}": an archive is read as it is`,
        { hint: "Filter, projection, sort, skip and limit work on a MongoDB source." },
      );
    }
    if (positioned) {
      throw new UsageError(`Cannot read a part of "${this.#path}": an archive is read as a whole`);
    }
  }
}
