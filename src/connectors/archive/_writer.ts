import { Int32, Long, serialize } from "bson";
import {
  type CollectionInfo,
  DataError,
  formatNamespace,
  type Issue,
  type Namespace,
  type Position,
  type RawBatch,
  VERSION,
  type Writer,
  type WriteResult,
} from "../../core/mod.ts";
import type { ByteSink } from "../../io/mod.ts";
import {
  Crc64,
  dumpedBuckets,
  formatDumpMetadata,
  metadataOf,
  NO_SERVER_VERSION,
} from "../../mongodump/mod.ts";
import { databaseNamed, measurementsIssue, NO_DATABASE, refuseName } from "../_dump_notes.ts";
import { piecesOf, WrittenBatches } from "../_file_batches.ts";
import { MAGIC } from "./_reader.ts";

const TERMINATOR = new Uint8Array([0xff, 0xff, 0xff, 0xff]);
/** What mongodump puts into one segment at most. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

/** A collection that was announced. */
interface Entry {
  readonly namespace: Namespace;
  readonly crc: Crc64;
  /** What is known of it; more once it began. */
  info: CollectionInfo;
  /** The collection in the headers of its segments. */
  physical: string;
  documents: number;
  ended: boolean;
}

/** Writes an archive: the head first, then each batch behind a header of its namespace. */
export class ArchiveWriter implements Writer {
  readonly #path: string;
  readonly #sink: ByteSink;
  readonly #serverVersion: string;
  readonly #entries = new Map<string, Entry>();
  readonly #written = new WrittenBatches();
  /** The namespace whose segment is open, and what is in it. */
  #open: { readonly entry: Entry; bytes: number } | undefined;
  /** One write after another, whoever asks. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(path: string, sink: ByteSink, serverVersion: string) {
    this.#path = path;
    this.#sink = sink;
    this.#serverVersion = serverVersion;
  }

  /**
   * Writes the head: who wrote it, and all collections with their metadata.
   *
   * @param collections What will be written.
   * @param interleaved How many of them will be open at once at most. Whoever restores them waits for
   * ever if it takes up fewer.
   */
  async head(
    collections: readonly CollectionInfo[],
    interleaved: number = collections.length,
  ): Promise<void> {
    for (const { namespace } of collections) refuseName(namespace, this.#path);
    const magic = new Uint8Array(4);
    new DataView(magic.buffer).setUint32(0, MAGIC, true);
    await this.#sink.write(magic);
    await this.#sink.write(serialize({
      concurrent_collections: new Int32(Math.max(1, Math.min(interleaved, collections.length))),
      version: "0.1",
      server_version: this.#serverVersion === "" ? NO_SERVER_VERSION : this.#serverVersion,
      tool_version: `datahood ${VERSION}`,
    }));
    for (const info of collections) {
      const { namespace, type } = info;
      this.#entries.set(formatNamespace(namespace), {
        namespace,
        info,
        // Where a restore looks for it, if nothing comes; documents may say otherwise.
        physical: this.#physicalOf({ ...info, buckets: true }),
        crc: new Crc64(),
        documents: 0,
        ended: false,
      });
      await this.#sink.write(serialize({
        db: namespace.db === "" ? NO_DATABASE : namespace.db,
        collection: namespace.collection,
        metadata: formatDumpMetadata(metadataOf(info)),
        size: new Int32(0),
        type,
      }));
    }
    await this.#sink.write(TERMINATOR);
  }

  begin(info: CollectionInfo): Promise<readonly Issue[]> {
    const { namespace } = info;
    const entry = this.#entries.get(formatNamespace(namespace));
    if (entry !== undefined) {
      entry.info = info;
      return Promise.resolve(
        namespace.db === "" ? [databaseNamed(namespace.collection, "an archive")] : [],
      );
    }
    return Promise.reject(
      new DataError(
        `Cannot write "${formatNamespace(namespace)}" to "${this.#path}": it appeared after the ` +
          "list of collections was written",
        { stage: "source", hint: "run it again" },
      ),
    );
  }

  #physicalOf({ namespace, type, buckets }: CollectionInfo): string {
    return type === "timeseries" && buckets === true
      ? dumpedBuckets(namespace.collection, this.#serverVersion)
      : namespace.collection;
  }

  write(batch: RawBatch): Promise<WriteResult> {
    return this.#inTurn(() => this.#write(batch));
  }

  async #write(batch: RawBatch): Promise<WriteResult> {
    const before = this.#written.resultOf(batch);
    if (before !== undefined) return before;
    const entry = this.#entries.get(formatNamespace(batch.namespace))!;
    if (entry.documents === 0) entry.physical = this.#physicalOf(entry.info);
    entry.documents += batch.starts.length;
    let bytes = 0;
    for (const piece of piecesOf(batch)) {
      await this.#openSegment(entry, piece.length);
      entry.crc.update(piece);
      await this.#sink.write(piece);
      bytes += piece.length;
    }
    return this.#written.add(batch, bytes);
  }

  async #openSegment(entry: Entry, bytes: number): Promise<void> {
    if (this.#open?.entry !== entry || this.#open.bytes + bytes > SEGMENT_BYTES) {
      await this.#closeSegment();
      await this.#header(entry, false, 0n);
      this.#open = { entry, bytes: 0 };
    }
    this.#open.bytes += bytes;
  }

  async #closeSegment(): Promise<void> {
    if (this.#open !== undefined) await this.#sink.write(TERMINATOR);
    this.#open = undefined;
  }

  async #header({ namespace, physical }: Entry, EOF: boolean, crc: bigint): Promise<void> {
    const db = namespace.db === "" ? NO_DATABASE : namespace.db;
    await this.#sink.write(serialize({ db, collection: physical, EOF, CRC: Long.fromBigInt(crc) }));
  }

  async end(namespace: Namespace): Promise<readonly Issue[]> {
    const entry = this.#entries.get(formatNamespace(namespace))!;
    await this.#inTurn(() => this.#end(entry));
    const { info: { type, buckets }, documents } = entry;
    return type === "timeseries" && buckets !== true && documents > 0
      ? [measurementsIssue(namespace, this.#path)]
      : [];
  }

  async #end(entry: Entry): Promise<void> {
    if (entry.ended) return;
    entry.ended = true;
    // One without documents has a segment all the same.
    if (entry.documents === 0) await this.#openSegment(entry, 0);
    await this.#closeSegment();
    await this.#header(entry, true, entry.crc.value);
    await this.#sink.write(TERMINATOR);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async sync(): Promise<Position> {
    const offset = await this.#sink.sync();
    return { v: 1, kind: "archive", offset };
  }

  async commit(): Promise<void> {
    // What was announced and never came, because it was dropped meanwhile, is there and empty.
    for (const entry of this.#entries.values()) await this.#inTurn(() => this.#end(entry));
    await this.#sink.commit();
  }

  async abort(options: { readonly keepPartial?: boolean } = {}): Promise<void> {
    await this.#queue;
    await this.#sink.abort(options);
  }
}
