import { type OpenOptions, type Query, UnsupportedError, UsageError } from "../core/mod.ts";

/**
 * Refuses what no file can do when it is written: go on with an earlier run, or look for an `_id`.
 *
 * @param path The file or folder.
 * @param options What was asked for.
 * @param what What it is, as a sentence ends: `it is a file`.
 */
export function refuseOpening(
  path: string,
  { resume, onConflict = "report" }: OpenOptions,
  what: string,
): void {
  if (resume !== undefined) {
    throw new UnsupportedError(`Cannot go on with "${path}": it is written in one run`, {
      stage: "target",
    });
  }
  if (onConflict !== "report") {
    throw new UsageError(`Cannot use on-conflict "${onConflict}" for "${path}": ${what}`, {
      hint: "a file takes every document; leave the option out",
    });
  }
}

/**
 * Refuses to narrow or reshape what is read as it is.
 *
 * @param path The file or folder.
 * @param query What was asked for.
 * @param what What it is, such as `a dump`.
 */
export function refuseQuery(path: string, query: Query, what: string): void {
  const [part] = Object.entries(query).filter(([, value]) => value !== undefined);
  if (part === undefined) return;
  throw new UsageError(`Cannot use ${part[0]} on "${path}": ${what} is read as it is`, {
    hint: "filter, projection, sort, skip and limit work on a MongoDB source",
  });
}
