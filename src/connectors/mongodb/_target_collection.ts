/** What the writer knows of a collection that it writes into. */
import type { CollectionInfo, Issue, Namespace } from "../../core/mod.ts";

/** A collection of the target, for the time of a run. */
export interface TargetCollection {
  /** Its name. */
  readonly namespace: Namespace;
  /** What the source said of it. */
  readonly info: CollectionInfo;
  /** Whether it is a time series, which has no unique `_id` and cannot be replaced in. */
  readonly timeseries: boolean;
  /** Whether it is capped, where the order of writing is the order of reading. */
  readonly capped: boolean;
  /** What creating it made worth saying. */
  readonly issues: readonly Issue[];
  /** The last write, where they go one after another. */
  last: Promise<unknown>;
  /** Documents in which the server replaced an empty timestamp. */
  emptyTimestamps: number;
}
