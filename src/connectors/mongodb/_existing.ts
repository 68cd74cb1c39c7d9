/** What is at the target under the name of a collection. */
import { type Document, EJSON } from "bson";
import type { CollectionType, Namespace } from "../../core/mod.ts";
import type { Sending } from "./_sending.ts";

/** A collection of the target. */
export interface Existing {
  /** What it is. */
  readonly type: CollectionType;
  /** Its options, as the server lists them. */
  readonly options: Document;
}

/** Options that a copy does not carry: they belong to the original alone, or to old servers. */
export const DROPPED_OPTIONS: ReadonlySet<string> = new Set([
  "autoIndexId",
  "flags",
  "idIndex",
  "recordIdsReplicated",
  "temp",
  "uuid",
]);

/**
 * Looks a collection up.
 *
 * @param sending What it is asked with.
 * @param namespace Its name.
 * @returns What is there; nothing if nothing is.
 */
export async function findExisting(
  { client }: Sending,
  { db, collection }: Namespace,
): Promise<Existing | undefined> {
  const reply = await client.db(db).command(
    { listCollections: 1, filter: { name: collection }, cursor: {} },
    { promoteValues: true },
  );
  const found = reply.cursor?.firstBatch?.[0] as { type?: string; options?: Document } | undefined;
  if (found === undefined) return undefined;
  const { options = {} } = found;
  const series = found.type === "timeseries" || options.timeseries !== undefined;
  return { type: found.type === "view" ? "view" : series ? "timeseries" : "collection", options };
}

/**
 * Names the options in which what is there differs from what was to be.
 *
 * @param wanted The options of the source.
 * @param existing What is there.
 * @returns Their names.
 */
export function differingOptions(wanted: Document, existing: Existing): string[] {
  const names = new Set([...Object.keys(wanted), ...Object.keys(existing.options)]);
  return [...names].filter((name) =>
    !DROPPED_OPTIONS.has(name) && shown(wanted[name]) !== shown(existing.options[name])
  );
}

/** A value as text in which numbers of different types are the same. */
function shown(value: unknown): string {
  return value === undefined || value === false
    ? ""
    : EJSON.stringify({ value }, { relaxed: true });
}
