import { join } from "@std/path";
import {
  type CollectionInfo,
  formatNamespace,
  type Issue,
  type Namespace,
  type Origin,
  type Position,
  type RawBatch,
  VERSION,
  type Writer,
  type WriteResult,
} from "../../core/mod.ts";
import { type ByteSink, makeFolder, openByteSink, writeSmallText } from "../../io/mod.ts";
import {
  dumpFileName,
  formatDumpMetadata,
  formatPrelude,
  metadataOf,
  PRELUDE_FILE,
} from "../../mongodump/mod.ts";
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
  /** Path of its files without their extensions. */
  readonly base: string;
  /** Its documents; a view has none. */
  readonly sink?: ByteSink;
}

/** Writes a dump: each collection's files take their names when it ends, the prelude at the very end. */
export class DumpWriter implements Writer {
  readonly #options: DumpWriterOptions;
  readonly #suffix: string;
  readonly #open = new Map<string, Open>();
  readonly #written = new WrittenBatches();
  #bytes = 0;

  constructor(options: DumpWriterOptions) {
    this.#options = options;
    this.#suffix = options.compress === "none" ? "" : ".gz";
  }

  async begin(info: CollectionInfo): Promise<readonly Issue[]> {
    const { db, collection } = info.namespace;
    const { path, overwrite, compress, signal } = this.#options;
    const folder = join(path, db === "" ? "test" : db);
    const base = join(folder, dumpFileName(collection));
    await makeFolder(folder);
    const sink = info.type === "view"
      ? undefined
      : await openByteSink(`${base}.bson${this.#suffix}`, {
        overwrite,
        compress,
        ...(signal === undefined ? {} : { signal }),
      });
    const open = { info, base, ...(sink === undefined ? {} : { sink }) };
    this.#open.set(formatNamespace(info.namespace), open);
    return db !== "" ? [] : [{
      code: "database-named",
      message: `"${collection}" has no database: in a dump it is in "test"`,
      level: "info",
      namespace: info.namespace,
    }];
  }

  async write(batch: RawBatch): Promise<WriteResult> {
    const before = this.#written.resultOf(batch);
    if (before !== undefined) return before;
    const { sink } = this.#open.get(formatNamespace(batch.namespace))!;
    let bytes = 0;
    for (const piece of piecesOf(batch)) {
      await sink?.write(piece);
      bytes += piece.length;
    }
    this.#bytes += bytes;
    return this.#written.add(batch, bytes);
  }

  async end(namespace: Namespace): Promise<readonly Issue[]> {
    const name = formatNamespace(namespace);
    const { info, base, sink } = this.#open.get(name)!;
    const { overwrite, compress } = this.#options;
    await sink?.commit();
    await writeSmallText(
      `${base}.metadata.json${this.#suffix}`,
      formatDumpMetadata(metadataOf(info)),
      { overwrite, compress },
    );
    this.#open.delete(name);
    return [];
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
    for (const { sink } of this.#open.values()) await sink?.abort(options);
    this.#open.clear();
  }
}
