import type { Document } from "./document.ts";
import type { RawBatch } from "./batch.ts";
import type { CollectionInfo, Issue } from "./collection.ts";
import type { Namespace } from "./namespace.ts";
import type { PermissionNeed } from "./permission.ts";
import type { Position } from "./position.ts";

/** What every call that may take long accepts. */
export interface Cancellable {
  /** Stops the call; checked at least once a batch. */
  readonly signal?: AbortSignal;
}

/** How to ask a target whether it may be written. */
export interface CheckOptions extends Cancellable {
  /** As {@linkcode OpenOptions.overwrite} will be. Default `false`. */
  readonly overwrite?: boolean;
}

/** How to list what a source has. */
export interface DescribeOptions extends Cancellable {
  /** Say bytes too, where that is a question more for each collection. Default `false`. */
  readonly sizes?: boolean;
  /**
   * List too what is known to be damaged, with {@linkcode CollectionInfo.damage}. By default what lacks
   * its documents is left out, and what else is wrong fails.
   */
  readonly damaged?: boolean;
}

/** A narrowed or reshaped read. Documents and values are as MongoDB's `find` takes them. */
export interface Query {
  /** Which documents. */
  readonly filter?: Document;
  /** Which fields. */
  readonly projection?: Document;
  /** In which order: a document, or a list of pairs where key order must survive. */
  readonly sort?: Document;
  /** How many documents to leave out first. */
  readonly skip?: number;
  /** How many documents at most. */
  readonly limit?: number;
  /** So many of them, picked at random, each at most once. A sort orders those that were picked. */
  readonly sample?: number;
}

/** The parts of a {@linkcode Query}. */
export type QueryPart = keyof Query;

/** A part of a collection that can be read on its own, as one lane. */
export interface Partition {
  /** The collection it is a part of. */
  readonly namespace: Namespace;
  /** Number of the lane, from 0. */
  readonly lane: number;
  /** Its bounds: opaque to all but its source. */
  readonly bounds: Position;
}

/** How to read a source. */
export interface ReadOptions extends Cancellable {
  /** Only these collections (of {@linkcode Source.describe}); all by default. */
  readonly include?: (namespace: Namespace) => boolean;
  /** Only this part of one collection. */
  readonly partition?: Partition;
  /** Go on after this position, which the same source made. */
  readonly after?: Position;
  /** Read in an order in which every batch's position can be gone on from, if that costs. */
  readonly resumable?: boolean;
  /** Narrow or reshape; a source refuses what it cannot push down. */
  readonly query?: Query;
  /** About how many bytes of documents a batch holds. Default 1 MiB. */
  readonly batchBytes?: number;
  /** At most how many documents a batch holds. */
  readonly batchDocuments?: number;
  /** What to give for a view: its definition alone (default), or the documents it shows. */
  readonly views?: "definition" | "documents";
  /**
   * What to give for a time series: its measurements (default), or its buckets where the source can,
   * which {@linkcode CollectionInfo.buckets} says.
   */
  readonly timeseries?: "measurements" | "buckets";
  /**
   * How many collections to read at once, where the source can: {@linkcode SourceCapabilities.interleaved}.
   * Default 1. A read that can be gone on with (`resumable`, `after`) takes one after another: one
   * position cannot stand for several.
   */
  readonly parallel?: number;
  /**
   * Read the documents of a collection too whose options and indexes cannot be read, without these.
   * By default the read fails before anything of it is given.
   */
  readonly damaged?: boolean;
}

/** What a source yields: collections one after another, or interleaved. */
export type SourceItem =
  | {
    /** Batches of this collection follow. */
    readonly type: "begin";
    /** What is known of it. */
    readonly collection: CollectionInfo;
  }
  | {
    /** Documents. */
    readonly type: "batch";
    /** The documents. */
    readonly batch: RawBatch;
  }
  | {
    /** Nothing follows of this collection. */
    readonly type: "end";
    /** Which. */
    readonly namespace: Namespace;
    /** What the source noticed while reading it. */
    readonly issues?: readonly Issue[];
  };

/** What a source is like, where the presence of a member does not say it. */
export interface SourceCapabilities {
  /** Whether it can be read again from the start (a pipe cannot). */
  readonly rereadable: boolean;
  /** Whether `read({after})` works with positions of `read({resumable: true})`. */
  readonly resumable: boolean;
  /** Whether two reads give the same order. */
  readonly ordered: boolean;
  /** `bytes`: documents are the bytes they were; `values`: they were made from another format. */
  readonly fidelity: "bytes" | "values";
  /** The parts of a query that it can push down. */
  readonly query: readonly QueryPart[];
  /** Whether what it gives is of one moment; a live server's is not. */
  readonly pointInTime: boolean;
  /**
   * Whether collections come interleaved: as many at once as `read({parallel})` asks for, or as the
   * data lies. Absent if they always come one after another.
   */
  readonly interleaved?: "asked" | "as stored";
}

/** Documents come from here, as raw batches. */
export interface Source {
  /** What it is like. */
  readonly capabilities: SourceCapabilities;
  /**
   * Lists the collections that `read` would give, without reading documents.
   *
   * @throws {DatahoodError} If the source cannot be reached or read.
   */
  describe(options?: DescribeOptions): AsyncIterable<CollectionInfo>;
  /**
   * Splits a collection into parts that can be read side by side.
   *
   * @throws {UnsupportedError} If this collection cannot be split.
   */
  partitions?(namespace: Namespace, count: number): Promise<readonly Partition[]>;
  /**
   * Reads documents. Lazy: nothing is opened before the first `next()`, and leaving early releases
   * all. A buffer is the batch's until its `release()`.
   *
   * @throws {DataError} If the data is not what the format says, with the position.
   * @throws {UsageError} If the query or position cannot be used here.
   */
  read(options?: ReadOptions): AsyncGenerator<SourceItem, void, void>;
  /** Says what wrote the data, without reading it, where that is known. */
  origin?(options?: Cancellable): Promise<Origin>;
  /** Goes on with what changes after a position. */
  changes?(after: Position, options?: Cancellable): AsyncGenerator<RawBatch, void, void>;
}

/** What becomes of a document whose `_id` is already there with other content. */
export type OnConflict = "report" | "skip" | "stop" | "replace";

/** How to open a target. */
export interface OpenOptions extends Cancellable {
  /** Replace what is there: a file; for a server, drop each collection that is written. */
  readonly overwrite?: boolean;
  /** What becomes of a document whose `_id` is already there. Default `report`. */
  readonly onConflict?: OnConflict;
  /** Which indexes to build. Default `all`. */
  readonly indexes?: "all" | "no-ttl" | "none";
  /**
   * Write documents that the collection's validator refuses, for a target that has
   * {@linkcode TargetCapabilities.validates}. Default `false`.
   */
  readonly bypassDocumentValidation?: boolean;
  /** Go on with what an earlier run wrote up to this position. */
  readonly resume?: Position;
  /**
   * What will be written, by the names it gets, where that is known beforehand; for a target that
   * {@linkcode TargetCapabilities.announced} says so.
   */
  readonly collections?: readonly CollectionInfo[];
  /** Where it comes from, for a target that keeps it. */
  readonly origin?: Origin;
  /** How many collections are open at once at most, where that is known beforehand. */
  readonly interleaved?: number;
}

/** What wrote the data that a source gives. */
export interface Origin {
  /** Version of the server it is on, or was dumped from. */
  readonly serverVersion?: string;
  /** Version of the program that dumped it. */
  readonly toolVersion?: string;
  /** How its files are compressed: `none`, `gzip` or `zstd`, or some of these, parted by commas. */
  readonly compression?: string;
  /** Bytes of the files of its documents, as they are stored. */
  readonly storedBytes?: number;
}

/** A document that the target did not take. */
export interface Rejection {
  /** Index of the document in the source's collection, from 0. */
  readonly index: number;
  /** Its `_id` as relaxed Extended JSON, a type that this would lose written out; where it has one. */
  readonly id?: string;
  /** The target's own code for the reason, such as 121 for a failed validation. */
  readonly code?: number;
  /** Why, in one sentence; it holds no values of the document but its `_id`. */
  readonly reason: string;
}

/** What became of the documents of a batch, after the target acknowledged it. */
export interface WriteResult {
  /** Written as new. */
  readonly inserted: number;
  /** Written over another document with the same `_id`. */
  readonly replaced: number;
  /** Already there, byte for byte. */
  readonly unchanged: number;
  /** Left as it is there, because `onConflict` is `skip`. */
  readonly skipped: number;
  /** Not taken. */
  readonly rejected: readonly Rejection[];
  /** Bytes of the documents written, in the target's own format before compression. */
  readonly bytes: number;
  /** Documents that were given an `_id` by the writer. */
  readonly idsAdded?: number;
  /** Documents whose `_id` stood not at the front, where the server moves it. */
  readonly idsMoved?: number;
}

/** Takes documents. One writer is open for a run. */
export interface Writer {
  /**
   * Makes ready for a collection, creating it with its options.
   *
   * @returns What the target cannot hold of it.
   */
  begin(collection: CollectionInfo): Promise<readonly Issue[]>;
  /**
   * Writes a batch; several may be under way at once. The promise settles when the target
   * acknowledged it. Writing the same batch (`lane`, `seq`) again after a retryable failure
   * doubles nothing.
   *
   * @throws {LoadError} If the target stops the run (`onConflict: "stop"`, or it is full).
   * @throws {DatahoodError} With `retryable` if the same call may work later.
   */
  write(batch: RawBatch): Promise<WriteResult>;
  /**
   * Ends a collection, after all its batches were acknowledged: builds its indexes.
   *
   * @returns What could not be carried over.
   */
  end(namespace: Namespace): Promise<readonly Issue[]>;
  /** Makes durable what was acknowledged, and says where that ends. */
  sync(): Promise<Position>;
  /**
   * Ends the run: what was written takes its place, such as a rename of the part file. Called again
   * after an error that is retryable.
   */
  commit(): Promise<void>;
  /** Gives up. Safe to call twice, and after a failed `commit`. */
  abort(options?: {
    /** Keep what was written so far, to go on later. */
    readonly keepPartial?: boolean;
  }): Promise<void>;
}

/** What a target is like. */
export interface TargetCapabilities {
  /** Whether it keeps more than one collection. */
  readonly collections: "one" | "many";
  /** Whether it keeps a collection's options. */
  readonly options: boolean;
  /** Whether it keeps a collection's indexes. */
  readonly indexes: boolean;
  /** Whether it keeps a view as its definition; else a named view's documents are written. */
  readonly views: boolean;
  /** Whether it keeps the buckets of a time series as they are. */
  readonly buckets?: boolean;
  /** Whether batches must arrive one after another, in order. */
  readonly sequential: boolean;
  /** What `onConflict` can be. */
  readonly onConflict: readonly OnConflict[];
  /** Whether it checks documents by a collection's validator, and can be told not to. */
  readonly validates?: boolean;
  /** Whether it has to know all collections when it is opened: `OpenOptions.collections`. */
  readonly announced?: boolean;
}

/** Documents go here. */
export interface Target {
  /** What it is like. */
  readonly capabilities: TargetCapabilities;
  /**
   * The database, or the collection, that it was made for: where documents go whose names the caller
   * does not map. Absent where every namespace is kept.
   */
  readonly place?: Partial<Namespace>;
  /**
   * Asks, without writing, whether these collections may be written. Present where that can be told.
   *
   * @param options Whether what is there would be replaced, and what stops it.
   * @throws {DatahoodError} If one may not.
   */
  check?(namespaces: readonly Namespace[], options?: CheckOptions): Promise<void>;
  /**
   * Opens it for writing. Nothing that exists is touched before the first `begin`.
   *
   * @throws {IoError} If it exists and `overwrite` is not set.
   */
  open(options?: OpenOptions): Promise<Writer>;
}

/** How documents are decoded on the documents' side; the driver's own options and defaults. */
export interface DecodeOptions {
  /** Longs become numbers where they are safe. Default `true`. */
  readonly promoteLongs?: boolean;
  /** Numbers and other scalars become JavaScript's own. Default `true`. */
  readonly promoteValues?: boolean;
  /** Binaries become `Uint8Array`. Default `false`. */
  readonly promoteBuffers?: boolean;
  /** Longs become `bigint`. Default `false`. */
  readonly useBigInt64?: boolean;
  /** Regular expressions stay `BSONRegExp`. Default `false`. */
  readonly bsonRegExp?: boolean;
}

/** How to read documents. */
export interface ExtractOptions extends ReadOptions {
  /** How BSON becomes JavaScript values. */
  readonly decode?: DecodeOptions;
}

/** How to write documents. */
export interface LoadOptions extends OpenOptions {
  /** The collection they go to; by default the one that the connector was made for. */
  readonly namespace?: Namespace;
}

/** What became of the documents given to `loadData`. */
export interface LoadResult {
  /** Documents taken from the iterable. */
  readonly read: number;
  /** Written as new. */
  readonly inserted: number;
  /** Written over another document with the same `_id`. */
  readonly replaced: number;
  /** Already there, byte for byte. */
  readonly unchanged: number;
  /** Left as it is there. */
  readonly skipped: number;
  /** Not taken: the count, and the first 100. */
  readonly rejected: { readonly count: number; readonly first: readonly Rejection[] };
}

/**
 * A place where documents can come from or go to.
 *
 * The four methods of the original stand over documents; `source` and `target` beside them are raw.
 * {@linkcode BaseConnector} derives each side from the other.
 */
export interface Connector extends AsyncDisposable {
  /** What kind of place, such as `mongodb`. */
  readonly kind: string;
  /** The place as it may be shown: an address without its secrets. */
  readonly display: string;
  /**
   * What it needs to be allowed, from its options alone, without I/O.
   *
   * @param role Which end it will be; both by default.
   */
  permissions(role?: "source" | "target"): readonly PermissionNeed[];
  /** What it needs to be allowed that only the network can tell: SRV names, members. */
  discoverPermissions?(options?: Cancellable): Promise<readonly PermissionNeed[]>;
  /**
   * Makes ready. Idempotent; a failure leaves nothing open.
   *
   * @throws {ConnectError} If the place cannot be reached.
   */
  connect(options?: Cancellable): Promise<void>;
  /**
   * What tells the place from every other, however its address is spelled; `undefined` where it does
   * not say. Connects if it is not connected.
   */
  identity?(options?: Cancellable): Promise<string | undefined>;
  /** Lets go. Idempotent; safe if never connected. */
  disconnect(): Promise<void>;
  /** Reads documents. Lazy; leaving early releases all. */
  extractData(options?: ExtractOptions): AsyncGenerator<Document, void, void>;
  /** Writes documents, in batches. */
  loadData(
    data: AsyncIterable<object> | Iterable<object>,
    options?: LoadOptions,
  ): Promise<LoadResult>;
  /** Present if documents can come from here. */
  readonly source?: Source;
  /** Present if documents can go here. */
  readonly target?: Target;
}
