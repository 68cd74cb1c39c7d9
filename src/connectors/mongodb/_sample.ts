/** A sample of a collection: how a server is asked for it, and how its doubles are left out. */
import type { AggregateOptions, Document } from "mongodb";
import type { CollectionInfo, Query } from "../../core/mod.ts";
import { pluck } from "./_raw.ts";
import type { Reply } from "./_reply.ts";
import { option, parseUri } from "./permissions.ts";
import type { MongoSession } from "./session.ts";

/** How long a server may look for a sample: of a view it may have to make all documents first. */
export const SAMPLE_MS = 60_000;

/** The stages of an aggregation that gives a sample. */
export function samplePipeline({ filter, sample, sort, projection }: Query): Document[] {
  return [
    ...(filter === undefined ? [] : [{ $match: filter }]),
    { $sample: { size: sample } },
    // Pairs are how a caller says an order of keys that an object would not keep.
    ...(sort === undefined ? [] : [{ $sort: Array.isArray(sort) ? new Map(sort) : sort }]),
    ...(projection === undefined ? [] : [{ $project: projection }]),
  ];
}

/** A sample is taken where it disturbs least, unless the address says where to read. */
export function sampleReadPreference(uri: string): Pick<AggregateOptions, "readPreference"> {
  const said = option(parseUri(uri), "readPreference") !== undefined;
  return said ? {} : { readPreference: "secondaryPreferred" };
}

/**
 * What is known of a collection, with the number of documents that a sample of it is taken from: of
 * those a filter leaves, and of a view, only a count tells.
 */
export async function countedForSample(
  { client, options }: MongoSession,
  collection: CollectionInfo,
  { filter }: Query,
): Promise<CollectionInfo> {
  if (filter === undefined && collection.estimate?.documents !== undefined) return collection;
  const { db, collection: name } = collection.namespace;
  try {
    const documents = await client.db(db).collection(name).countDocuments(filter ?? {}, {
      maxTimeMS: SAMPLE_MS,
      ...sampleReadPreference(options.uri),
    });
    return { ...collection, estimate: { documents } };
  } catch {
    // The sample itself finds out what is wrong; without the count it is as good.
    const { estimate: _, ...unknown } = collection;
    return unknown;
  }
}

/** Leaves out documents that a server's random cursor gave before, told by their `_id`. */
export class Doubles {
  readonly #seen = new Set<string>();
  /** Every byte has its own character in it. */
  readonly #decoder = new TextDecoder("latin1");

  /** The documents of a reply that are new. */
  without(reply: Reply): Reply {
    const { buffer, starts } = reply;
    const fresh = starts.filter((start) => {
      const id = pluck(buffer, start, "_id");
      if (id === undefined) return true;
      const key = this.#decoder.decode(id);
      if (this.#seen.has(key)) return false;
      this.#seen.add(key);
      return true;
    });
    if (fresh.length === starts.length) return reply;
    return { ...reply, starts: fresh, bytes: fresh.length === 0 ? 0 : reply.bytes };
  }
}
