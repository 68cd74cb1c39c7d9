import type { Namespace } from "./namespace.ts";

/** What a collection is. A view has a definition and no documents of its own. */
export type CollectionType = "collection" | "view" | "timeseries";

/** What a source knows about a collection before, or while, it is read. */
export interface CollectionInfo {
  /** Its name at the source; a transform or a mapping may give it another. */
  readonly namespace: Namespace;
  /** What it is. */
  readonly type: CollectionType;
  /**
   * The options it was created with as one raw BSON document, as `listCollections` gives them;
   * absent where the source knows none.
   */
  readonly options?: Uint8Array;
  /**
   * Its indexes as raw BSON documents, as `listIndexes` gives them, the one on `_id` included;
   * absent where the source knows none.
   */
  readonly indexes?: readonly Uint8Array[];
  /** Its UUID as 32 hex digits, where the source knows it. */
  readonly uuid?: string;
  /**
   * Of a time series: its documents are its buckets, as the server keeps them, and not its
   * measurements.
   */
  readonly buckets?: boolean;
  /** About how much is in it, where that is known without reading it. */
  readonly estimate?: {
    /** Number of documents. */
    readonly documents?: number;
    /** Uncompressed bytes of BSON. */
    readonly bytes?: number;
    /** Bytes as stored (a compressed file's size), where `bytes` is not known. */
    readonly storedBytes?: number;
  };
  /** What is lost of it, where that is known without reading it; see `DescribeOptions.damaged`. */
  readonly damage?: CollectionDamage;
}

/** What is lost of a collection. */
export interface CollectionDamage {
  /** Its documents, or its options and indexes. */
  readonly lost: "documents" | "metadata";
  /** In one sentence: `Cannot read …`. */
  readonly message: string;
  /** The file that is missing or wrong. */
  readonly path: string;
}

/** Something worth saying that is not an error: a thing not carried over, changed, or noticed. */
export interface Issue {
  /** A stable word for programs, such as `indexes-not-carried`. */
  readonly code: string;
  /** One sentence for people. */
  readonly message: string;
  /** `info` is said; `warning` is said and counted in the summary. */
  readonly level: "info" | "warning";
  /** The collection it is about, if one. */
  readonly namespace?: Namespace;
}
