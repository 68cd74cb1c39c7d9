import type { Issue } from "./collection.ts";
import type { Rejection } from "./connector.ts";
import type { Counts } from "./events.ts";
import type { Namespace } from "./namespace.ts";
import type { Position } from "./position.ts";

/** What became of one collection in a run. */
export interface CollectionSummary {
  /** Where it came from. */
  readonly from: Namespace;
  /** Where it went to. */
  readonly to: Namespace;
  /** Its documents and bytes. */
  readonly counts: Counts;
  /** From its begin to its end, in seconds. */
  readonly seconds: number;
  /**
   * What a run that failed or was stopped left undone of it; absent if nothing. `documents`: some of
   * them may be missing; `end`: the target has all documents, but not what comes after them, such as
   * indexes at a server, or the name of a file.
   */
  readonly unfinished?: "documents" | "end";
}

/** How far a lane of a source was acknowledged without a hole. */
export interface LanePosition {
  /** Number of the lane. */
  readonly lane: number;
  /** Batches of it that were acknowledged one after another from the start. */
  readonly batches: number;
  /** Where the source goes on after the last of them. */
  readonly after: Position;
}

/** What a run did; for a run that failed, what it did until then. */
export interface TransferSummary {
  /** Version of this layout. */
  readonly schemaVersion: 1;
  /** Each collection that was begun, in that order. */
  readonly collections: readonly CollectionSummary[];
  /** All of them together. */
  readonly counts: Counts;
  /** The whole run, in seconds. */
  readonly seconds: number;
  /** What was worth saying. */
  readonly issues: readonly Issue[];
  /** The first 100 documents that were not taken. */
  readonly rejections: readonly (Rejection & {
    /** The collection it came from. */
    readonly from: Namespace;
  })[];
  /** How far each lane was acknowledged; a run can go on from there if the source can. */
  readonly positions: readonly LanePosition[];
  /** The most bytes of batches that were held at one moment. */
  readonly peakInFlightBytes: number;
  /** How often a write or a read was tried again. */
  readonly retries: number;
}
