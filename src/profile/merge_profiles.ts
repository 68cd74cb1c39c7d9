import { Profile, type ProfiledCollection } from "./profile.ts";

/**
 * Puts profiles of the same collections together: what comes out is as if all their documents had
 * been looked at in one go. Collections are the same by database and name.
 *
 * @param collections The profiles, in any order; they stay as they are.
 * @returns One for each collection, in the order in which they come first. How many documents there
 * are of a sampled one is the sum, where one that was read whole counts what was read.
 * @throws {UsageError} If two of a collection keep other values.
 *
 * @example
 * ```ts
 * import { mergeProfiles, Profile } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const namespace = { db: "shop", collection: "orders" };
 * const monday = new Profile(), tuesday = new Profile();
 * monday.addDocument(serialize({ total: 1 }));
 * tuesday.addDocument(serialize({ total: 2 }));
 *
 * const [both] = mergeProfiles([
 *   { namespace, profile: monday },
 *   { namespace, profile: tuesday },
 * ]);
 * assertEquals(both!.profile.documents, 2);
 * ```
 */
export function mergeProfiles(collections: readonly ProfiledCollection[]): ProfiledCollection[] {
  const groups = new Map<string, ProfiledCollection[]>();
  for (const collection of collections) {
    const { db, collection: name } = collection.namespace;
    const key = JSON.stringify([db, name]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [collection]);
    else group.push(collection);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    const profile = new Profile({ values: first!.profile.values });
    for (const one of group) profile.merge(one.profile);
    const sampled = group.some(({ of }) => of !== undefined);
    const of = group.reduce((sum, { of, profile }) => sum + (of ?? profile.documents), 0);
    return { namespace: first!.namespace, profile, ...(sampled ? { of } : {}) };
  });
}
