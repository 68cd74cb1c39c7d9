import { deserialize } from "bson";
import { MAX_DOCUMENT_BYTES } from "../../bson/mod.ts";
import {
  type CollectionInfo,
  DataError,
  type Document,
  formatNamespace,
  type Namespace,
} from "../../core/mod.ts";
import { describeContent } from "../../io/mod.ts";
import { Crc64, parseDumpMetadata, typeOfDumped } from "../../mongodump/mod.ts";
import { Window } from "./_window.ts";

/** First four bytes of an archive. */
export const MAGIC = 0x8199e26d;
/** Ends the list of collections, and every segment. */
export const TERMINATOR = -1;

/** What stands at the beginning of an archive. */
export interface ArchiveHead {
  /** How many collections its writer wrote at once. */
  readonly concurrentCollections: number;
  /** Version of the server that was dumped. */
  readonly serverVersion: string;
  /** Version of the program that wrote it. */
  readonly toolVersion: string;
  /** The collections, in the order of the list. */
  readonly collections: readonly CollectionInfo[];
}

/** A piece of what an archive holds. */
export type ArchivePart =
  | {
    readonly type: "documents";
    readonly namespace: Namespace;
    readonly buffer: Uint8Array;
    readonly starts: Uint32Array;
    readonly firstIndex: number;
    /** Offset in the archive just behind them. */
    readonly offset: number;
  }
  | { readonly type: "end"; readonly namespace: Namespace };

/** How documents are put together. */
export interface PartOptions {
  readonly batchBytes: number;
  readonly batchDocuments: number;
}

/** What is known of a namespace while its segments come. */
interface Progress {
  readonly namespace: Namespace;
  readonly crc: Crc64;
  documents: number;
  ended: boolean;
}

/**
 * Reads an archive from its first byte to its last, in one pass. Namespaces come in segments, mixed
 * with those of others; each has a checksum over all its documents, which is compared at its end.
 */
export class ArchiveReader {
  readonly #name: string;
  readonly #window: Window;
  readonly #progress = new Map<string, Progress>();

  /** Reads what is behind the decompression of a file; `name` is for messages. */
  constructor(chunks: AsyncIterable<Uint8Array>, name: string) {
    this.#name = name;
    this.#window = new Window(chunks);
  }

  /** Reads the head. Comes first, and once. */
  async head(): Promise<ArchiveHead> {
    const window = this.#window;
    const whole = await window.fill(4);
    if (!whole || window.length() !== (MAGIC | 0)) {
      const found = describeContent(window.buffer.subarray(0, Math.min(1024, window.left)));
      throw new DataError(`Cannot read "${this.#name}" as an archive: it is ${found}`, {
        stage: "source",
        offset: 0,
        hint: "an archive is what mongodump --archive writes",
      });
    }
    window.at += 4;
    const header = await this.#document("the header");
    const collections: CollectionInfo[] = [];
    while (!await this.#terminated("the list of collections")) {
      const entry = await this.#document("the list of collections");
      collections.push(this.#infoOf(entry));
    }
    return {
      concurrentCollections: Number(header.concurrent_collections ?? 1),
      serverVersion: String(header.server_version ?? ""),
      toolVersion: String(header.tool_version ?? ""),
      collections,
    };
  }

  #infoOf(entry: Document): CollectionInfo {
    const { db, collection, metadata, type } = entry;
    if (typeof db !== "string" || typeof collection !== "string") {
      this.#refuse("an entry of the list of collections has no name", this.#window.offset);
    }
    const name = `the metadata of ${formatNamespace({ db, collection })} in ${this.#name}`;
    const parsed = parseDumpMetadata(typeof metadata === "string" ? metadata : "", name);
    this.#progressOf({ db, collection });
    return {
      namespace: { db, collection },
      type: parsed.type === undefined && type === "view" ? "view" : typeOfDumped(parsed),
      indexes: parsed.indexes,
      ...(parsed.options === undefined ? {} : { options: parsed.options }),
      ...(parsed.uuid === undefined ? {} : { uuid: parsed.uuid }),
    };
  }

  /** Reads all behind the head. Throws at the end if a collection never came to its own. */
  async *parts(options: PartOptions): AsyncGenerator<ArchivePart, void, void> {
    const window = this.#window;
    while (await window.fill(1)) {
      const at = window.offset;
      if (await this.#terminated("a segment")) {
        this.#refuse("two ends of a segment follow each other", at);
      }
      const header = await this.#document("the header of a segment");
      const { db, collection, EOF, CRC } = header;
      if (typeof db !== "string" || typeof collection !== "string") {
        this.#refuse("the header of a segment has no name", at);
      }
      const progress = this.#progressOf({ db, collection });
      const { namespace } = progress;
      if (progress.ended) {
        this.#refuse(`"${formatNamespace(namespace)}" goes on after its end`, at);
      }
      if (EOF === true) {
        await this.#end(progress, CRC, at);
        yield { type: "end", namespace };
      } else {
        yield* this.#segment(progress, options);
      }
    }
    for (const { namespace, ended } of this.#progress.values()) {
      if (ended) continue;
      throw new DataError(
        `Cannot read "${this.#name}" at byte ${window.offset}: the archive ends before ` +
          `"${formatNamespace(namespace)}" does`,
        { stage: "source", offset: window.offset, hint: "The archive was cut short." },
      );
    }
  }

  async *#segment(
    progress: Progress,
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
      const part = { type: "documents", namespace, buffer, firstIndex, offset } as const;
      return { ...part, starts: Uint32Array.from(starts.splice(0)) };
    };
    while (true) {
      // What was found lies in a buffer that filling takes the place of.
      if (window.left < 4 && starts.length > 0) yield take();
      if (!await window.fill(4)) this.#cut("a segment");
      const length = window.length();
      if (length === TERMINATOR) break;
      if (length < 5 || length > MAX_DOCUMENT_BYTES) {
        this.#refuse(
          `the length of document ${progress.documents + starts.length} of ` +
            `"${formatNamespace(progress.namespace)}" is given as ${length} bytes`,
          window.offset,
        );
      }
      if (window.left < length && starts.length > 0) yield take();
      if (!await window.fill(length)) this.#cut("a document");
      if (window.buffer[window.at + length - 1] !== 0) {
        this.#refuse(
          `document ${progress.documents + starts.length} of ` +
            `"${formatNamespace(progress.namespace)}" does not end in 0`,
          window.offset,
        );
      }
      starts.push(window.at);
      window.at += length;
      if (window.at - starts[0]! >= batchBytes || starts.length >= batchDocuments) yield take();
    }
    if (starts.length > 0) yield take();
    window.at += 4;
  }

  async #end(progress: Progress, crc: unknown, at: number): Promise<void> {
    if (!await this.#terminated("the end of a collection")) {
      this.#refuse("documents follow the end of their collection", this.#window.offset);
    }
    progress.ended = true;
    const wanted = typeof crc === "bigint" ? crc : BigInt(String(crc ?? 0));
    const found = progress.crc.value;
    // A writer of another hand may leave it out.
    if (crc === undefined || found === wanted) return;
    this.#refuse(
      `the checksum of "${formatNamespace(progress.namespace)}" is ${hex(found)}, and should be ` +
        hex(wanted),
      at,
    );
  }

  #progressOf(namespace: Namespace): Progress {
    const name = formatNamespace(namespace);
    let progress = this.#progress.get(name);
    if (progress === undefined) {
      progress = { namespace, crc: new Crc64(), documents: 0, ended: false };
      this.#progress.set(name, progress);
    }
    return progress;
  }

  /** Whether a terminator stands here, which is then passed. */
  async #terminated(where: string): Promise<boolean> {
    if (!await this.#window.fill(4)) this.#cut(where);
    if (this.#window.length() !== TERMINATOR) return false;
    this.#window.at += 4;
    return true;
  }

  async #document(where: string): Promise<Document> {
    const window = this.#window;
    if (!await window.fill(4)) this.#cut(where);
    const length = window.length();
    if (length < 5 || length > MAX_DOCUMENT_BYTES) {
      this.#refuse(`the length of ${where} is given as ${length} bytes`, window.offset);
    }
    if (!await window.fill(length)) this.#cut(where);
    const bytes = window.buffer.subarray(window.at, window.at + length);
    try {
      const document = deserialize(bytes, { promoteLongs: false });
      window.at += length;
      return document;
    } catch (cause) {
      const state = `${where} is not BSON (${(cause as Error).message})`;
      return this.#refuse(state, window.offset);
    }
  }

  #cut(where: string): never {
    const offset = this.#window.offset + this.#window.left;
    throw new DataError(
      `Cannot read "${this.#name}" at byte ${offset}: the archive ends inside ${where}`,
      { stage: "source", offset, hint: "The archive was cut short." },
    );
  }

  #refuse(state: string, offset: number): never {
    throw new DataError(`Cannot read "${this.#name}" at byte ${offset}: ${state}`, {
      stage: "source",
      offset,
      hint: "The archive is corrupt from there on.",
    });
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#window.close();
  }
}

function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16).padStart(16, "0")}`;
}
