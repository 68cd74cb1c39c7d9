import type { RawBatch } from "./batch.ts";
import type { PermissionNeed } from "./permission.ts";

/** A filter on the stream of batches. */
export interface Transform {
  /** What it needs to be allowed. */
  permissions(): readonly PermissionNeed[];
  /**
   * Gives what becomes of a batch: itself, others, or nothing. What it gives keeps each document's
   * origin (`lane`, `seq`, `firstIndex`) and, in the last batch of one, `after`.
   */
  apply(batch: RawBatch): Iterable<RawBatch>;
}
