import {
  type Cancellable,
  type Connector,
  type Document,
  type ExtractOptions,
  type LoadOptions,
  type LoadResult,
  type OpenOptions,
  type PermissionNeed,
  type ReadOptions,
  type Source,
  type SourceCapabilities,
  type Target,
  UnsupportedError,
} from "../core/mod.ts";
import { decodeDocuments } from "./_decode.ts";
import { documentSource } from "./_document_source.ts";
import { documentTarget } from "./_document_target.ts";
import { loadDocuments } from "./_load.ts";

/** Where a connector that works on documents puts them; what `openDocuments` gives. */
export interface DocumentWriter {
  /**
   * Writes documents, in order, one call at a time. If it fails with a retryable error it has
   * written none of them: the same ones come again.
   */
  write(documents: readonly Document[]): Promise<void> | void;
  /** Ends the run: what was written takes its place. */
  commit?(): Promise<void> | void;
  /** Gives up: leaves nothing behind. May come twice, and after a failed `commit`. */
  abort?(): Promise<void> | void;
}

/**
 * What a connector starts from. It derives the documents' side (`extractData`, `loadData`) from the
 * raw one, and the raw side from the documents' one, so that a connector writes either:
 *
 * | the subclass has | what is derived |
 * |---|---|
 * | a field `source` | `extractData` |
 * | a field `target` | `loadData` |
 * | a method `readDocuments` | `source`, and from it `extractData` |
 * | a method `openDocuments` | `target`, and from it `loadData` |
 *
 * Beside that it has `kind`, `display`, `permissions()`, and `connect` and `disconnect` if there is
 * something to open.
 *
 * @example A connector over an array, on the documents' side
 * ```ts
 * import { BaseConnector, type Document, type DocumentWriter, transfer } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * class ListConnector extends BaseConnector {
 *   override readonly kind = "list";
 *   override readonly display = "a list";
 *   readonly list: Document[];
 *
 *   constructor(list: Document[] = []) {
 *     super();
 *     this.list = list;
 *   }
 *
 *   override permissions(): [] {
 *     return [];
 *   }
 *
 *   protected override readDocuments(): Iterable<Document> {
 *     return this.list;
 *   }
 *
 *   protected override openDocuments(): DocumentWriter {
 *     return { write: (documents) => void this.list.push(...documents) };
 *   }
 * }
 *
 * await using from = new ListConnector([{ _id: 1, name: "Ada" }]);
 * await using to = new ListConnector();
 * await transfer(from, to);
 * assertEquals(to.list, [{ _id: 1, name: "Ada" }]);
 * ```
 */
export abstract class BaseConnector implements Connector {
  /** What kind of place, such as `mongodb`. */
  abstract readonly kind: string;
  /** The place as it may be shown: an address without its secrets. */
  abstract readonly display: string;
  /** Present if documents can come from here. */
  readonly source?: Source;
  /** Present if documents can go here. */
  readonly target?: Target;

  /** Derives the raw sides whose documents' side the subclass has. */
  constructor() {
    const about = {
      kind: () => this.kind,
      display: () => this.display,
      connect: (options: Cancellable) => this.connect(options),
    };
    if (this.readDocuments !== undefined) {
      this.source = documentSource({
        ...about,
        capabilities: () => this.documentCapabilities?.() ?? {},
        read: (options) => this.readDocuments!(options),
      });
    }
    if (this.openDocuments !== undefined) {
      this.target = documentTarget({ ...about, open: (options) => this.openDocuments!(options) });
    }
  }

  /**
   * What it needs to be allowed, from its options alone, without I/O.
   *
   * @param role Which end it will be; both by default.
   * @returns The needs.
   */
  abstract permissions(role?: "source" | "target"): readonly PermissionNeed[];

  /**
   * Makes ready. Does nothing here; a subclass with something to open overrides it, and makes it
   * idempotent. What reads or writes calls it first.
   *
   * @param _options How to stop it.
   */
  connect(_options?: Cancellable): Promise<void> {
    return Promise.resolve();
  }

  /** Lets go. Does nothing here. */
  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  /** Lets go at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
  }

  /**
   * Reads documents, connecting first if need be. Lazy; leaving early releases all. Without options
   * values are as the driver decodes them by default: for the bytes as they are read `source`.
   *
   * @param options What to read, and how to decode it.
   * @returns The documents of every collection, one after another.
   * @throws {UnsupportedError} If documents cannot come from here.
   * @throws {DataError} If a document cannot be decoded, with its index.
   */
  async *extractData(options: ExtractOptions = {}): AsyncGenerator<Document, void, void> {
    const { source } = this;
    if (source === undefined) {
      throw new UnsupportedError(`Cannot read from "${this.display}": it can only be written`, {
        stage: "source",
      });
    }
    await this.connect(options);
    yield* decodeDocuments(source, options);
  }

  /**
   * Writes documents, connecting first if need be. A `Uint8Array` is taken as a document in BSON.
   *
   * @param data The documents, taken as fast as they can be written.
   * @param options Where to, and what becomes of what is there.
   * @returns What became of them.
   * @throws {UnsupportedError} If documents cannot go here.
   * @throws {DataError} If one cannot be encoded, with its index.
   * @throws {LoadError} If the target stops the run.
   */
  async loadData(
    data: AsyncIterable<object> | Iterable<object>,
    options: LoadOptions = {},
  ): Promise<LoadResult> {
    const { target } = this;
    if (target === undefined) {
      throw new UnsupportedError(`Cannot write to "${this.display}": it can only be read`, {
        stage: "target",
      });
    }
    await this.connect(options);
    return await loadDocuments(target, data, { kind: this.kind, display: this.display }, options);
  }

  /**
   * Documents, from the start, for a connector on the documents' side. Lazy; leaving early releases
   * all. It need not look at `after`: what was read before is left out for it.
   */
  protected readDocuments?(options: ReadOptions): AsyncIterable<object> | Iterable<object>;

  /** What `readDocuments` promises beyond being readable again, such as `{ordered: true}`. */
  protected documentCapabilities?(): Partial<SourceCapabilities>;

  /** Opens the place for documents, for a connector on the documents' side. */
  protected openDocuments?(options: OpenOptions): Promise<DocumentWriter> | DocumentWriter;
}
