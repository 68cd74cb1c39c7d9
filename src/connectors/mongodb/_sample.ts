/** A sample of a collection: how a server is asked for it, and how its doubles are left out. */
import type { AggregateOptions, Document } from "mongodb";
import type { Query } from "../../core/mod.ts";
import { pluck } from "./_raw.ts";
import type { Reply } from "./_reply.ts";
import { option, parseUri } from "./permissions.ts";

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
