/** What a run that did not come to its end leaves behind, and how to go on from there. */
import {
  type CollectionSummary,
  type Counts,
  formatNamespace,
  type Issue,
  type TransferSummary,
} from "../../../core/mod.ts";
import { accountsOf } from "../../../mongodump/mod.ts";
import type { TransferJob } from "./run.ts";

/** What was seen of a run while it went. */
export interface Seen {
  /** Names at the source of the collections that the target has whole, with their indexes. */
  readonly finished: ReadonlySet<string>;
  /** How many collections there are to write. */
  readonly planned: number;
  /** Whether the folder that is written held something before. */
  readonly mixed: boolean;
  /** Names at the source of the collections that come with indexes to build. */
  readonly indexed: ReadonlySet<string>;
}

/** How many names a line holds. */
const NAMED = 10;

function isFinished({ finished }: Seen, { from }: CollectionSummary): boolean {
  return finished.has(formatNamespace(from));
}

function names(collections: readonly CollectionSummary[]): string {
  const shown = collections.slice(0, NAMED).map(({ to }) => formatNamespace(to)).join(", ");
  const more = collections.length - NAMED;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Whether the target is a file or a folder, where only what is whole gets its name. */
function isFile({ target }: TransferJob): boolean {
  return target.path !== undefined && target.path !== "-";
}

/** The counts of a run that failed or was stopped: what is in no file with its name was not written. */
export function asLeft(job: TransferJob, summary: TransferSummary, seen: Seen): TransferSummary {
  if (!isFile(job)) return summary;
  const collections = summary.collections.map((one) =>
    job.target.kind === "dump" && isFinished(seen, one)
      ? one
      : { ...one, counts: { ...one.counts, written: 0, bytesWritten: 0 } }
  );
  const sum = (key: keyof Counts) => collections.reduce((all, { counts }) => all + counts[key], 0);
  return {
    ...summary,
    counts: { ...summary.counts, written: sum("written"), bytesWritten: sum("bytesWritten") },
    collections,
  };
}

/**
 * What is told of the target after a failure or a stop, if there is more to tell than counts.
 *
 * @param stopped Whether the user stopped it, who is told by the error how to go on.
 */
export function leftAt(
  job: TransferJob,
  summary: TransferSummary,
  seen: Seen,
  stopped: boolean,
): Issue | undefined {
  if (job.flags.dryRun) return undefined;
  const { kind } = job.target;
  const left = kind === "dump"
    ? leftInFolder(job, summary, seen)
    : kind === "mongodb"
    ? leftAtServer(job, summary, seen)
    : undefined;
  if (left === undefined) return undefined;
  // Who stopped it is told so by the error.
  const next = stopped ? "" : `; once the cause is mended, ${goingOn(job, seen, summary)}`;
  return { code: "not-finished", level: "warning", message: left + next };
}

function leftInFolder(
  { target }: TransferJob,
  { collections }: TransferSummary,
  seen: Seen,
): string | undefined {
  const whole = collections.filter((one) => isFinished(seen, one));
  if (whole.length === 0) {
    return seen.mixed
      ? `no collection was written to ${target.display}: those that were in it are as they were, ` +
        "but there is no prelude.json any more"
      : undefined;
  }
  return `${target.display} is not whole: complete are ${whole.length} of ${seen.planned} ` +
    `collections (${names(whole)}), none is there by half, and there is no prelude.json` +
    (seen.mixed
      ? "; whatever else is in it was there before, so it may be a mix of two dumps"
      : "");
}

function leftAtServer(
  job: TransferJob,
  { collections }: TransferSummary,
  seen: Seen,
): string | undefined {
  // A collection of which nothing was read was not touched.
  const begun = collections.filter(({ from, unfinished, counts }) =>
    unfinished === "documents" && counts.read > 0 && accountsOf(from) === undefined
  );
  const bare = collections.filter((one) => isBare(job, seen, one));
  const parts: string[] = [];
  if (begun.length > 0) {
    const them = begun.length === 1 ? "it" : "them";
    const indexes = begun.some((one) => comesWithIndexes(job, seen, one))
      ? `, and the indexes that come with ${them} are not built yet`
      : "";
    parts.push(
      `not finished ${begun.length === 1 ? "is" : "are"} ${names(begun)}: documents of ${them} ` +
        `may be missing${indexes}`,
    );
  }
  if (bare.length > 0) {
    parts.push(`documents complete, indexes not built: ${names(bare)}`);
  }
  // A server takes them at the end, from where they wait until then.
  if (
    collections.some(({ from, counts }) => counts.written > 0 && accountsOf(from) !== undefined)
  ) {
    parts.push("users and roles may be missing");
  }
  return parts.length === 0 ? undefined : `${job.target.display} is not whole: ${parts.join("; ")}`;
}

/** Whether indexes are to be built for a collection. */
function comesWithIndexes(
  { flags }: TransferJob,
  { indexed }: Seen,
  { from }: CollectionSummary,
): boolean {
  return flags.indexes !== "none" && indexed.has(formatNamespace(from));
}

/** Whether all that a collection at a server lacks is its indexes. */
function isBare(job: TransferJob, seen: Seen, one: CollectionSummary): boolean {
  return job.target.kind === "mongodb" && one.unfinished === "end" &&
    comesWithIndexes(job, seen, one);
}

/** How to go on after a run was stopped, which depends on what it leaves behind. */
export function goingOn(
  job: TransferJob,
  seen: Seen,
  summary: TransferSummary | undefined,
): string {
  const { source, target, flags } = job;
  if (flags.dryRun || target.path === "-") return "run the same again";
  if (target.kind === "dump") {
    if (seen.mixed) return "run the same again to its end, or write to an empty folder";
    if (seen.finished.size === 0) return "nothing is left at the target; run the same again";
    return flags.overwrite
      ? "run the same again"
      : "run the same again with --overwrite, or write to another folder";
  }
  if (target.kind !== "mongodb") return "nothing is left at the target; run the same again";
  const { collections = [] } = summary ?? {};
  const bare = collections.filter((one) => isBare(job, seen, one));
  const builds = bare.length === 0 ? "" : ", and the indexes are built";
  // What a run with --drop wrote is its own, so it can be gone on from where nothing else is left.
  const onlyBare = bare.length > 0 && collections.length === seen.planned &&
    collections.every(({ unfinished }) => unfinished !== "documents");
  if (flags.drop && !onlyBare) {
    return "run the same again; it drops what is there by now and begins anew";
  }
  return `run the same again ${flags.drop ? "without --drop, " : ""}with --yes; ` +
    (source.kind === "mongodb"
      ? "what is already there is counted as unchanged"
      : "documents with an _id that are already there are counted as unchanged") +
    builds;
}

/** How much a stopped run wrote. */
export function written({ flags }: TransferJob, summary: TransferSummary | undefined): string {
  const count = flags.dryRun ? 0 : summary?.counts.written ?? 0;
  if (count === 0) return "Nothing was written.";
  return count === 1 ? "1 document was written." : `${count} documents were written.`;
}
