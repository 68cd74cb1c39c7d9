import { deserialize, Long } from "bson";
import { MAX_DOCUMENT_BYTES } from "../../bson/mod.ts";
import {
  type CollectionInfo,
  type Document,
  formatNamespace,
  type Issue,
  type Namespace,
} from "../../core/mod.ts";
import { Crc64, seriesOfBuckets } from "../../mongodump/mod.ts";
import { ArchiveErrors } from "./_archive_error.ts";
import { type ArchiveHead, namespaceOf, readEntry, readHeader } from "./_head.ts";
import { Window } from "./_window.ts";

/** First four bytes of an archive. */
export const MAGIC = 0x8199e26d;
/** Ends the list of collections, and every segment. */
const TERMINATOR = -1;
/** Size of the buffers until somebody says how large batches are to be. */
const HEAD_BYTES = 64 * 1024;

/** A piece of what an archive holds. */
export type ArchivePart =
  | {
    readonly type: "documents";
    readonly namespace: Namespace;
    /** Of a time series: they came as its buckets' collection. */
    readonly buckets: boolean;
    readonly buffer: Uint8Array;
    readonly starts: Uint32Array;
    readonly firstIndex: number;
    /** Offset in the archive just behind them. */
    readonly offset: number;
    /** Lets go of the buffer. */
    release(): void;
  }
  | { readonly type: "end"; readonly namespace: Namespace; readonly buckets: boolean };

/** How documents are put together. */
export interface PartOptions {
  readonly batchBytes: number;
  readonly batchDocuments: number;
}

/** What is known of a namespace while its segments come. */
interface Progress {
  /** What it is called: a time series by its own name. */
  readonly namespace: Namespace;
  /** Whether it is listed as a time series. */
  readonly series: boolean;
  readonly crc: Crc64;
  documents: number;
  ended: boolean;
  /** The name in the headers of its segments, once one came. */
  physical?: string;
}

/**
 * Reads an archive from its first byte to its last, in one pass. Namespaces come in segments, mixed
 * with those of others; each has a checksum over all its documents, which is compared at its end.
 */
export class ArchiveReader {
  readonly #name: string;
  readonly #errors: ArchiveErrors;
  readonly #window: Window;
  readonly #progress = new Map<string, Progress>();

  /** Reads what is behind the decompression of a file; `name` is for messages. */
  constructor(chunks: AsyncIterable<Uint8Array>, name: string) {
    this.#name = name;
    this.#errors = new ArchiveErrors(name);
    this.#window = new Window(chunks, HEAD_BYTES);
  }

  /** Reads the head. Comes first, and once. */
  async head(): Promise<ArchiveHead> {
    const window = this.#window;
    const whole = await window.fill(4);
    if (!whole || window.length() !== (MAGIC | 0)) {
      const found = window.buffer.subarray(0, Math.min(1024, window.left));
      throw this.#errors.other(found);
    }
    window.at += 4;
    const header = readHeader(await this.#document("the header"));
    const collections: CollectionInfo[] = [];
    const issues: Issue[] = [];
    while (!await this.#terminated("the list of collections")) {
      const { offset } = window;
      const entry = await this.#document("the list of collections");
      const { info, issues: more } = readEntry(entry, offset, this.#name, this.#errors);
      const key = keyOf(info.namespace);
      if (this.#progress.has(key)) {
        throw this.#errors.corrupt(`"${formatNamespace(info.namespace)}" is listed twice`, offset);
      }
      this.#progress.set(key, progressOf(info.namespace, info.type === "timeseries"));
      collections.push(info);
      issues.push(...more);
    }
    return { ...header, collections, issues };
  }

  /** Reads all behind the head. Throws at the end if a collection never came to its own. */
  async *parts(options: PartOptions): AsyncGenerator<ArchivePart, void, void> {
    const window = this.#window;
    window.resize(options.batchBytes);
    while (window.left > 0 || await window.fill(1)) {
      const at = window.offset;
      if (await this.#terminated("inside a segment")) {
        throw this.#errors.corrupt("two ends of a segment follow each other", at);
      }
      const header = await this.#document("the header of a segment");
      const physical = namespaceOf(header, "the header of a segment", at, this.#errors);
      const { EOF = false, CRC } = header;
      if (typeof EOF !== "boolean") {
        throw this.#errors.corrupt(
          "the header of a segment does not say whether it is the end",
          at,
        );
      }
      const progress = this.#progressOf(physical, at);
      const { namespace } = progress;
      const buckets = physical.collection !== namespace.collection;
      if (EOF) {
        await this.#end(progress, CRC, at);
        yield { type: "end", namespace, buckets };
      } else {
        yield* this.#segment(progress, buckets, options);
      }
    }
    for (const { namespace, ended } of this.#progress.values()) {
      if (!ended) {
        throw this.#errors.cut(`before "${formatNamespace(namespace)}" does`, window.offset);
      }
    }
  }

  async *#segment(
    progress: Progress,
    buckets: boolean,
    { batchBytes, batchDocuments }: PartOptions,
  ): AsyncGenerator<ArchivePart, void, void> {
    const window = this.#window;
    const starts: number[] = [];
    const take = (): ArchivePart => {
      const { buffer, at, offset } = window;
      progress.crc.update(buffer, starts[0], at);
      const firstIndex = progress.documents;
      progress.documents += starts.length;
      const { namespace } = progress;
      return {
        type: "documents",
        namespace,
        buckets,
        buffer,
        starts: Uint32Array.from(starts.splice(0)),
        firstIndex,
        offset,
        release: window.hold(),
      };
    };
    const shown = () =>
      `document ${progress.documents + starts.length} of "${formatNamespace(progress.namespace)}"`;
    while (true) {
      if (window.left < 4) {
        // What was found lies in a buffer that filling may take the place of.
        if (starts.length > 0 && !window.fits(4)) yield take();
        if (!await window.fill(4)) {
          if (starts.length > 0) yield take();
          throw this.#cut("inside a segment");
        }
      }
      const length = window.length();
      if (length === TERMINATOR) break;
      if (length < 5 || length > MAX_DOCUMENT_BYTES) {
        const { offset } = window;
        const state = `the length of ${shown()} is given as ${length} bytes`;
        if (starts.length > 0) yield take();
        throw this.#errors.corrupt(state, offset);
      }
      if (window.left < length) {
        if (starts.length > 0 && !window.fits(length)) yield take();
        if (!await window.fill(length)) {
          const where = `inside ${shown()}`;
          if (starts.length > 0) yield take();
          throw this.#cut(where);
        }
      }
      if (window.buffer[window.at + length - 1] !== 0) {
        const { offset } = window;
        const state = `${shown()} does not end in 0`;
        if (starts.length > 0) yield take();
        throw this.#errors.corrupt(state, offset);
      }
      starts.push(window.at);
      window.at += length;
      if (window.at - starts[0]! >= batchBytes || starts.length >= batchDocuments) yield take();
    }
    if (starts.length > 0) yield take();
    window.at += 4;
  }

  async #end(progress: Progress, crc: unknown, at: number): Promise<void> {
    if (!await this.#terminated("inside the end of a collection")) {
      throw this.#errors.corrupt(
        "documents follow the end of their collection",
        this.#window.offset,
      );
    }
    progress.ended = true;
    // A writer of another hand may leave it out.
    if (crc === undefined) return;
    const wanted = Long.isLong(crc)
      ? crc.toBigInt()
      : Number.isSafeInteger(crc)
      ? BigInt(crc as number)
      : undefined;
    if (wanted === progress.crc.value) return;
    const name = formatNamespace(progress.namespace);
    const shown = `the checksum of "${name}"`;
    if (wanted === undefined) throw this.#errors.corrupt(`${shown} is no whole number`, at);
    const state = `${shown} is ${hex(progress.crc.value)}, and should be ${hex(wanted)}`;
    throw this.#errors.checksum(state, name, at);
  }

  /** The progress of what a segment's header names: a bucket collection is its time series. */
  #progressOf(physical: Namespace, at: number): Progress {
    const { db, collection } = physical;
    const series = seriesOfBuckets(collection);
    const listed = series === undefined
      ? undefined
      : this.#progress.get(keyOf({ db, collection: series }));
    const key = keyOf(physical);
    const progress = listed?.series === true
      ? listed
      : this.#progress.get(key) ?? progressOf(physical, false);
    if (progress !== listed) this.#progress.set(key, progress);
    const shown = formatNamespace(progress.namespace);
    if (progress.physical !== undefined && progress.physical !== collection) {
      throw this.#errors.corrupt(`"${shown}" is there as buckets and as measurements`, at);
    }
    progress.physical = collection;
    if (progress.ended) throw this.#errors.corrupt(`"${shown}" goes on after its end`, at);
    return progress;
  }

  /** Whether a terminator stands here, which is then passed. */
  async #terminated(where: string): Promise<boolean> {
    if (!await this.#window.fill(4)) throw this.#cut(where);
    if (this.#window.length() !== TERMINATOR) return false;
    this.#window.at += 4;
    return true;
  }

  async #document(where: string): Promise<Document> {
    const window = this.#window;
    if (!await window.fill(4)) throw this.#cut(`inside ${where}`);
    const { offset } = window;
    const length = window.length();
    if (length < 5 || length > MAX_DOCUMENT_BYTES) {
      throw this.#errors.corrupt(`the length of ${where} is given as ${length} bytes`, offset);
    }
    if (!await window.fill(length)) throw this.#cut(`inside ${where}`);
    const bytes = window.buffer.subarray(window.at, window.at + length);
    try {
      const document = deserialize(bytes, { promoteLongs: false });
      window.at += length;
      return document;
    } catch (cause) {
      const state = `${where} is not BSON (${(cause as Error).message})`;
      throw this.#errors.corrupt(state, offset);
    }
  }

  #cut(where: string): Error {
    return this.#errors.cut(where, this.#window.offset + this.#window.left);
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#window.close();
  }
}

function progressOf(namespace: Namespace, series: boolean): Progress {
  return { namespace, series, crc: new Crc64(), documents: 0, ended: false };
}

/** A name that two namespaces never share: a collection's may have dots. */
function keyOf({ db, collection }: Namespace): string {
  return `${db}\0${collection}`;
}

function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16).padStart(16, "0")}`;
}
