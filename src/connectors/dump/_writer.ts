import { join } from "@std/path";
import {
  type CollectionInfo,
  formatNamespace,
  IoError,
  type Issue,
  type Namespace,
  type Origin,
  type Position,
  type RawBatch,
  VERSION,
  type Writer,
  type WriteResult,
} from "../../core/mod.ts";
import {
  type ByteSink,
  folderEntries,
  makeFolder,
  openByteSink,
  removeEmptyFolder,
  removeFile,
  sameFile,
  writeSmallText,
} from "../../io/mod.ts";
import {
  accountsOf,
  bucketsOfSeries,
  dumpedBuckets,
  dumpFileName,
  formatDumpMetadata,
  formatPrelude,
  metadataOf,
  PRELUDE_FILE,
} from "../../mongodump/mod.ts";
import { databaseNamed, measurementsIssue, NO_DATABASE, refuseName } from "../_dump_notes.ts";
import { piecesOf, WrittenBatches } from "../_file_batches.ts";

/** Where and how a dump is written. */
export interface DumpWriterOptions {
  readonly path: string;
  readonly overwrite: boolean;
  /** As {@linkcode openByteSink} takes it; `none` or some gzip. */
  readonly compress: string;
  readonly origin: Origin;
  readonly signal?: AbortSignal;
}

/** A collection that is being written. */
interface Open {
  readonly info: CollectionInfo;
  readonly folder: string;
  /** Its documents, and the path they will have; a view has none. */
  readonly sink?: ByteSink;
  readonly dataPath?: string;
  documents: number;
}

/** What files of a dump may end in. */
const SUFFIXES: readonly string[] = ["", ".gz", ".zst"];

/** Writes a dump: each collection's files take their names when it ends, the prelude at the very end. */
export class DumpWriter implements Writer {
  readonly #options: DumpWriterOptions;
  readonly #suffix: string;
  readonly #open = new Map<string, Open>();
  readonly #written = new WrittenBatches();
  /** Files of documents, by how they are named where case makes no difference. */
  readonly #folded = new Map<string, string>();
  /** The folders that were not there before. */
  readonly #made: string[] = [];
  /** The folders that were made ready. */
  readonly #folders = new Set<string>();
  #bytes = 0;

  constructor(options: DumpWriterOptions) {
    this.#options = options;
    this.#suffix = options.compress === "none" ? "" : ".gz";
  }

  async begin(info: CollectionInfo): Promise<readonly Issue[]> {
    const { namespace } = info;
    const { db, collection } = namespace;
    const { path, overwrite, compress, signal, origin } = this.#options;
    refuseName(namespace, path);
    const folder = join(path, db === "" ? NO_DATABASE : db);
    await this.#prepare(folder);
    const issues: Issue[] = db === "" ? [databaseNamed(collection, "a dump")] : [];
    const open: Open = { info, folder, documents: 0 };
    if (info.type === "view") {
      this.#open.set(formatNamespace(namespace), open);
      return issues;
    }
    const name = info.type === "timeseries" && info.buckets === true
      ? dumpedBuckets(collection, origin.serverVersion ?? "")
      : collection;
    const dataPath = join(folder, `${dumpFileName(name)}.bson${this.#suffix}`);
    const other = this.#folded.get(dataPath.toLowerCase());
    if (other !== undefined) issues.push(await this.#alike(namespace, dataPath, other));
    const sink = await openByteSink(dataPath, {
      overwrite,
      compress,
      ...(signal === undefined ? {} : { signal }),
    });
    this.#folded.set(dataPath.toLowerCase(), dataPath);
    this.#open.set(formatNamespace(namespace), { ...open, sink, dataPath });
    return issues;
  }

  /** Two names that differ in case alone: fine here, and one file on other disks. */
  async #alike(namespace: Namespace, dataPath: string, other: string): Promise<Issue> {
    if (await sameFile(dataPath, other)) {
      throw new IoError(`Cannot write "${dataPath}": on this disk it is "${other}"`, {
        stage: "target",
        hint: "the disk does not tell upper case from lower; write an archive, or --rename one",
      });
    }
    return {
      code: "names-differ-by-case",
      message:
        `"${dataPath}" and "${other}" differ in case alone: they cannot be copied to a disk ` +
        "that does not tell upper case from lower",
      level: "warning",
      namespace,
    };
  }

  /** Makes a folder, and takes away what says of an older dump that it is whole. */
  async #prepare(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    for (const each of [this.#options.path, folder]) {
      if (this.#made.includes(each) || await folderEntries(each, "target") !== undefined) continue;
      await makeFolder(each);
      this.#made.push(each);
    }
    const fresh = this.#folders.size === 0 ? [this.#options.path, folder] : [folder];
    this.#folders.add(folder);
    if (!this.#options.overwrite) return;
    for (const place of fresh) {
      for (const suffix of SUFFIXES) await removeFile(join(place, `${PRELUDE_FILE}${suffix}`));
    }
  }

  async write(batch: RawBatch): Promise<WriteResult> {
    const before = this.#written.resultOf(batch);
    if (before !== undefined) return before;
    const open = this.#open.get(formatNamespace(batch.namespace))!;
    open.documents += batch.starts.length;
    let bytes = 0;
    for (const piece of piecesOf(batch)) {
      await open.sink?.write(piece);
      bytes += piece.length;
    }
    this.#bytes += bytes;
    return this.#written.add(batch, bytes);
  }

  async end(namespace: Namespace): Promise<readonly Issue[]> {
    const name = formatNamespace(namespace);
    const { info, folder, sink, dataPath, documents } = this.#open.get(name)!;
    const { path, overwrite, compress, signal } = this.#options;
    const metadataPath = join(
      folder,
      `${dumpFileName(namespace.collection)}.metadata.json${this.#suffix}`,
    );
    // Of a database's users and roles mongodump writes the documents alone.
    const bare = accountsOf(namespace)?.database !== undefined;
    await using metadata = bare ? undefined : await openByteSink(metadataPath, {
      overwrite,
      compress,
      ...(signal === undefined ? {} : { signal }),
    });
    const text = formatDumpMetadata(metadataOf(info));
    // Both are stored before either has its name: on a full disk no file stays without the other.
    await metadata?.write(new TextEncoder().encode(text));
    await metadata?.sync();
    // In this order: documents without metadata are told of, metadata alone is an empty collection.
    await sink?.commit();
    await metadata?.commit();
    this.#open.delete(name);
    if (overwrite) await this.#removeOlder(namespace, folder, [metadataPath, dataPath]);
    return info.type === "timeseries" && info.buckets !== true && documents > 0
      ? [measurementsIssue(namespace, path)]
      : [];
  }

  /** Removes what an older dump has of the same collection under other names: compressed, or not. */
  async #removeOlder(
    { collection }: Namespace,
    folder: string,
    kept: readonly (string | undefined)[],
  ): Promise<void> {
    const own = dumpFileName(collection);
    const names = [`${own}.bson`, `${own}.metadata.json`].concat(
      `${dumpFileName(bucketsOfSeries(collection))}.bson`,
    );
    for (const name of names) {
      for (const suffix of SUFFIXES) {
        const file = join(folder, name + suffix);
        if (!kept.includes(file)) await removeFile(file);
      }
    }
  }

  async sync(): Promise<Position> {
    for (const { sink } of this.#open.values()) await sink?.sync();
    return { v: 1, kind: "dump", offset: this.#bytes };
  }

  async commit(): Promise<void> {
    const { path, overwrite, compress, origin } = this.#options;
    await makeFolder(path);
    await writeSmallText(
      join(path, `${PRELUDE_FILE}${this.#suffix}`),
      formatPrelude({
        serverVersion: origin.serverVersion ?? "",
        toolVersion: `datahood ${VERSION}`,
      }),
      { overwrite, compress },
    );
  }

  async abort(options: { readonly keepPartial?: boolean } = {}): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    let failure: { readonly error: unknown } | undefined;
    for (const { sink } of open) {
      await sink?.abort(options).catch((error) => failure ??= { error });
    }
    for (const folder of this.#made.splice(0).reverse()) await removeEmptyFolder(folder);
    if (failure !== undefined) throw failure.error;
  }
}
