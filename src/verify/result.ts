import type { BsonTypeName } from "../bson/mod.ts";
import type { CollectionType, Issue, Namespace } from "../core/mod.ts";

/** One side of a collection that was compared. */
export interface VerifiedSide {
  /** Its name there. */
  readonly namespace: Namespace;
  /** What it is there. */
  readonly type: CollectionType;
  /** Number of documents, all read. */
  readonly documents: number;
  /** Their bytes of BSON. */
  readonly bytes: number;
  /**
   * Digest of its documents in any order, 32 hex digits. It holds for this run only, unless a key was
   * given: {@linkcode VerifyOptions.key}.
   */
  readonly digest: string;
}

/** Documents that a side should have: all else of the collection is there. */
export interface LostDocuments {
  /** The name of the collection there. */
  readonly namespace: Namespace;
  /** The file that is missing. */
  readonly path: string;
}

/** A value where two documents part. */
export interface ShownValue {
  /** Its type. */
  readonly type: BsonTypeName;
  /**
   * A scalar as canonical Extended JSON, cut where it is long; absent for documents and lists, where
   * its name says that it is a secret, and where it is corrupt.
   */
  readonly value?: string;
}

/** The first place where two documents with one `_id` differ. */
export interface FirstDifference {
  /** Where, such as `items.3.price`; `""` where the bytes inside are no BSON. */
  readonly path: string;
  /**
   * `value`: another value, of one type or another; `missing`: only in the first; `extra`: only in the
   * second; `order`: the same fields in another order; `id-position`: the `_id` stands elsewhere, all
   * else is the same; `corrupt`: the bytes are no BSON there.
   */
  readonly kind: "value" | "missing" | "extra" | "order" | "id-position" | "corrupt";
  /** The value in the first. */
  readonly a?: ShownValue;
  /** The value in the second. */
  readonly b?: ShownValue;
  /** Offset in the document of the first byte that differs. */
  readonly offset: number;
}

/** A document that is not the same on both sides. */
export interface DifferentDocument {
  /** `missing`: only in the first; `extra`: only in the second; `different`: in both, not the same. */
  readonly status: "missing" | "extra" | "different";
  /** Its `_id` as canonical Extended JSON; absent if it has none that can be read. */
  readonly id?: string;
  /** Index of it in the first collection, from 0, in the order of the source. */
  readonly indexA?: number;
  /** Index of it in the second collection. */
  readonly indexB?: number;
  /** Of a different one: the first place where they differ. */
  readonly first?: FirstDifference;
}

/** Which documents differ. */
export interface DocumentDifferences {
  /** How many are only in the first. */
  readonly missing: number;
  /** How many are only in the second. */
  readonly extra: number;
  /** How many are in both under one `_id`, and not the same. */
  readonly different: number;
  /** Some of them; at most as many of each kind as were asked for. */
  readonly shown: readonly DifferentDocument[];
}

/** An option or an index that is not the same on both sides. */
export interface DefinitionDifference {
  /** `option`: of the collection; `index`: an index; `type`: what the collection is. */
  readonly of: "option" | "index" | "type";
  /** Its name. */
  readonly name: string;
  /** What the first has, as relaxed Extended JSON; absent if it has none. */
  readonly a?: string;
  /** What the second has. */
  readonly b?: string;
}

/** What became of one collection in a comparison. */
export interface VerifiedCollection {
  /**
   * `missing`: only in the first; `extra`: only in the second; `lost`: no side has its documents, though
   * one or both should.
   */
  readonly status: "same" | "different" | "missing" | "extra" | "lost";
  /** The first side, if it is there. */
  readonly a?: VerifiedSide;
  /** The second side, if it is there. */
  readonly b?: VerifiedSide;
  /** Which sides should have documents of it, and lack them. */
  readonly lost?: {
    /** What the first lacks. */
    readonly a?: LostDocuments;
    /** What the second lacks. */
    readonly b?: LostDocuments;
  };
  /** Whether the documents are the same; absent where only one side has the collection. */
  readonly sameDocuments?: boolean;
  /** Which documents differ, where that could be looked for. */
  readonly documents?: DocumentDifferences;
  /** Whether all that differs in the documents is where `_id` stands in them. */
  readonly onlyIdPosition?: boolean;
  /**
   * Whether options and indexes were compared: `unknown` where one side does not know any, such as a
   * bare file of documents; `options` or `indexes` where these alone were, as the others are ignored.
   */
  readonly definitions: "compared" | "options" | "indexes" | "unknown" | "ignored";
  /** Options and indexes that differ. */
  readonly differences: readonly DefinitionDifference[];
}

/** What a comparison found; plain data. */
export interface VerifyResult {
  /** Version of this layout. */
  readonly schemaVersion: 1;
  /** The first side as it may be shown. */
  readonly a: string;
  /** The second side as it may be shown. */
  readonly b: string;
  /** Whether nothing differs. */
  readonly same: boolean;
  /**
   * How collections were paired: `only`: each side has one; `namespace`: by database and name;
   * `collection`: by name, since each side has one database, of another name, or none.
   */
  readonly matchedBy: "only" | "namespace" | "collection";
  /**
   * Each collection, in the order of the first side, then what only the second has, then those whose
   * documents neither has.
   */
  readonly collections: readonly VerifiedCollection[];
  /** What was noticed on the way. */
  readonly issues: readonly Issue[];
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** What a comparison tells while it goes on. */
export type VerifyEvent =
  | {
    /** More was read. */
    readonly type: "progress";
    /** Which side was read. */
    readonly side: "a" | "b";
    /** 1: all is read and counted; 2 and more: what differs is looked for. */
    readonly pass: number;
    /** The collection. */
    readonly namespace: Namespace;
    /** Documents of it read in this pass. */
    readonly documents: number;
    /** Bytes of it read in this pass. */
    readonly bytes: number;
    /** Bytes of it that are expected, where that is known. */
    readonly expectedBytes?: number;
  }
  | {
    /** A connection was lost: what did not come whole is read again. */
    readonly type: "retry";
    /** Which side. */
    readonly side: "a" | "b";
    /** In which pass. */
    readonly pass: number;
    /** Which try comes next, from 1. */
    readonly attempt: number;
    /** How long until then, in milliseconds. */
    readonly delayMs: number;
    /** Why, as the error says it. */
    readonly reason: string;
  };

/** How to compare. */
export interface VerifyOptions {
  /** Only collections that this takes by their name on either side; all by default. */
  readonly include?: (namespace: Namespace) => boolean;
  /** Do not compare indexes. */
  readonly ignoreIndexes?: boolean;
  /** Do not compare the options of collections. What a view is made of is compared all the same. */
  readonly ignoreOptions?: boolean;
  /** Take documents for the same whose `_id` stands elsewhere: a server moves it to the front. */
  readonly ignoreIdPosition?: boolean;
  /** At most how many documents of each kind to name in each collection. Default 20. */
  readonly show?: number;
  /**
   * About how many bytes to use while what differs is looked for; for more, there is `tempFolder`, or
   * the sides are read more often. Default 24 MiB, which is enough for 500,000 documents that may differ.
   */
  readonly memoryBytes?: number;
  /**
   * A folder that is there, for what does not fit into that memory: 44 bytes for each document that may
   * differ, and about 30 more of a side that can be read only once. Nothing is left in it.
   */
  readonly tempFolder?: string;
  /** How often a side is read again after its connection was lost. Default 5. */
  readonly retries?: number;
  /** Stops it; checked once a batch. */
  readonly signal?: AbortSignal;
  /** Is told how far it is. */
  readonly onEvent?: (event: VerifyEvent) => void;
  /**
   * The key of the digests, 32 bytes. Random by default, so that digests of two runs have nothing to do
   * with each other; with a key of your own, kept secret, they can be compared.
   */
  readonly key?: Uint8Array;
}
