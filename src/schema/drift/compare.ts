import { formatNamespace, UsageError } from "../../core/mod.ts";
import type { ProfiledCollection } from "../../profile/mod.ts";
import { Comparison } from "./_compare_objects.ts";
import { idsOf } from "./_ids.ts";
import { idWords, oneLine } from "./_words.ts";
import type { Drift, DriftClass } from "./drift.ts";

/** How profiles are compared. */
export interface CompareOptions {
  /**
   * By how much the share of a field or kind must have changed to be told, from 0 to 1. Default 0.1,
   * ten points of a hundred. Changes that chance explains are not told, however large.
   */
  readonly shareShift?: number;
}

/**
 * Compares what documents are like with what they were like.
 *
 * New kinds, gaps and fields are told from the first document on. What is no longer there is told
 * only if so few documents without it would not be chance. The same documents give nothing, and so do
 * new keys of a map and deeper levels of a recursive structure.
 *
 * Collections belong together by database and name, else by name alone; if each side has just one,
 * these are compared whatever their names.
 *
 * @param before The profiles to compare with, such as saved ones.
 * @param after The profiles of now.
 * @param options How large a shift must be.
 * @returns The differences: by collection, path and kind.
 * @throws {UsageError} If the shift is no share.
 *
 * @example
 * ```ts
 * import { compareProfiles, Profile } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const namespace = { db: "shop", collection: "orders" };
 * const before = new Profile(), after = new Profile();
 * before.addDocument(serialize({ _id: 1, total: 9.5 }));
 * after.addDocument(serialize({ _id: 2, total: "9.5" }));
 *
 * const [drift] = compareProfiles(
 *   [{ namespace, profile: before }],
 *   [{ namespace, profile: after }],
 * );
 * assertEquals(
 *   drift!.message,
 *   'orders.total: a string in 1 of 1 (was double), _id {"$numberInt":"2"}',
 * );
 * ```
 */
export function compareProfiles(
  before: readonly ProfiledCollection[],
  after: readonly ProfiledCollection[],
  options: CompareOptions = {},
): Drift[] {
  const { shareShift = 0.1 } = options;
  if (!(shareShift >= 0 && shareShift <= 1)) {
    throw new UsageError(`Cannot compare with a share shift of "${shareShift}": it is no share`, {
      hint: "a share is a number from 0 to 1; 0.1 is ten points of a hundred",
    });
  }
  // One database needs no name in each line.
  const databases = new Set([...before, ...after].map(({ namespace }) => namespace.db));
  databases.delete("");
  const nameOf = ({ namespace }: ProfiledCollection) =>
    databases.size > 1 ? formatNamespace(namespace) : namespace.collection;
  return matches(before, after).flatMap(({ was, is }) => {
    const whole = wholeCollection(was, is, nameOf);
    if (whole !== undefined) return [whole];
    const comparison = new Comparison(
      is!.namespace,
      nameOf(is!),
      shareShift,
      is!.profile.values,
    );
    comparison.documents(was!.profile.root, is!.profile.root);
    return comparison.drifts;
  });
}

interface Match {
  readonly was?: ProfiledCollection;
  readonly is?: ProfiledCollection;
}

/** Collections that belong together, by the name of the one of now. */
function matches(
  before: readonly ProfiledCollection[],
  after: readonly ProfiledCollection[],
): Match[] {
  const left = new Set(before), right = new Set(after);
  const found: Match[] = [];
  const take = (was: ProfiledCollection, is: ProfiledCollection): void => {
    found.push({ was, is });
    left.delete(was);
    right.delete(is);
  };
  for (const is of after) {
    const was = [...left].find(({ namespace: { db, collection } }) =>
      db === is.namespace.db && collection === is.namespace.collection
    );
    if (was !== undefined) take(was, is);
  }
  for (const is of [...right]) {
    const named = ({ namespace }: ProfiledCollection) =>
      namespace.collection === is.namespace.collection;
    const candidates = [...left].filter(named);
    if (candidates.length === 1 && [...right].filter(named).length === 1) take(candidates[0]!, is);
  }
  if (before.length === 1 && after.length === 1 && left.size === 1) take(before[0]!, after[0]!);
  for (const was of left) found.push({ was });
  for (const is of right) found.push({ is });
  const name = ({ was, is }: Match) => (is ?? was)!.namespace;
  return found.sort((a, b) =>
    compare(name(a).db, name(b).db) || compare(name(a).collection, name(b).collection)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A collection that came, or went, with all its documents. */
function wholeCollection(
  was: ProfiledCollection | undefined,
  is: ProfiledCollection | undefined,
  nameOf: (collection: ProfiledCollection) => string,
): Drift | undefined {
  const then = was?.profile.documents ?? 0, now = is?.profile.documents ?? 0;
  if (was !== undefined && is !== undefined && (then > 0) === (now > 0)) return undefined;
  const tell = (kind: DriftClass, of: ProfiledCollection, what: string, ids: string[]): Drift => ({
    class: kind,
    namespace: of.namespace,
    path: "",
    message: `${oneLine(nameOf(of))}: ${what}${idWords(ids, now)}`,
    count: now,
    of: now,
    ids,
  });
  if (is === undefined) {
    return tell("lost-collection", was!, `not there (had ${documents(then)})`, []);
  }
  if (was !== undefined && now === 0) {
    return tell("lost-collection", is, `empty (had ${documents(then)})`, []);
  }
  const id = [...is.profile.root.all()].find(({ keyBytes }) =>
    String.fromCharCode(...keyBytes) === "_id\0"
  );
  const ids = id === undefined ? [] : idsOf(id.node);
  const state = was === undefined ? "new" : "no longer empty";
  return tell("new-collection", is, `${state}, with ${documents(now)}`, ids);
}

function documents(count: number): string {
  return count === 1 ? "1 document" : `${count} documents`;
}
