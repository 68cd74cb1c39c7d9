import type { Counts } from "./events.ts";

/** Counts that can be added to. */
export type MutableCounts = { -readonly [K in keyof Counts]: Counts[K] };

/** The counts of nothing, to be added to. */
export function noCounts(): MutableCounts {
  return {
    read: 0,
    written: 0,
    replaced: 0,
    unchanged: 0,
    skipped: 0,
    rejected: 0,
    bytesRead: 0,
    bytesWritten: 0,
  };
}
