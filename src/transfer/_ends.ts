/** What the two ends of a run are asked. */
import type { OpenOptions, ReadOptions, Source, Target } from "../core/mod.ts";
import { type CheckedOptions, DEFAULT_PARALLEL } from "./options.ts";

/** How many collections are worked on at once. */
export function parallelOf(source: Source, target: Target, options: CheckedOptions): number {
  const { sequential, collections, validates } = target.capabilities;
  if (sequential || collections === "one" || options.resumable === true) return 1;
  const { interleaved, pointInTime } = source.capabilities;
  // What is waited for is a server, at either end: the one that changes, or that checks documents.
  const waits = !pointInTime || validates === true;
  return options.parallel ?? (interleaved === "asked" && waits ? DEFAULT_PARALLEL : 1);
}

/** How the target is opened. */
export function openOptionsOf(
  source: Source,
  parallel: number,
  options: CheckedOptions,
): OpenOptions {
  const { overwrite, onConflict, indexes, bypassDocumentValidation, collections, origin } = options;
  return {
    // Beside those that the source gives, some may not have ended yet.
    ...(source.capabilities.interleaved === "as stored" ? {} : { interleaved: 2 * parallel - 1 }),
    ...(overwrite === undefined ? {} : { overwrite }),
    ...(onConflict === undefined ? {} : { onConflict }),
    ...(indexes === undefined ? {} : { indexes }),
    ...(bypassDocumentValidation === undefined ? {} : { bypassDocumentValidation }),
    ...(collections === undefined ? {} : { collections }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** How the source is read. */
export function readOptionsOf(
  target: Target,
  parallel: number,
  signal: AbortSignal,
  { include, query, batchBytes, inFlightBytes, batchDocuments, resumable, views }: CheckedOptions,
): ReadOptions {
  // Each that is read has one batch to give and the next on its way, before either is counted, and
  // keeps the memory of two more: all of that together is to be no more than of one alone.
  const fitting = Math.max(1, Math.floor(inFlightBytes / (4 * parallel)));
  return {
    batchBytes: parallel === 1 ? batchBytes : Math.min(batchBytes, fitting),
    views: views ?? (target.capabilities.views ? "definition" : "documents"),
    timeseries: target.capabilities.buckets ? "buckets" : "measurements",
    signal,
    ...(parallel > 1 ? { parallel } : {}),
    ...(include === undefined ? {} : { include }),
    ...(query === undefined ? {} : { query }),
    ...(batchDocuments === undefined ? {} : { batchDocuments }),
    ...(resumable === undefined ? {} : { resumable }),
  };
}
