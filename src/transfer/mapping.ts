import { formatNamespace, type Namespace, UsageError } from "../core/mod.ts";
import { accountsOf } from "../mongodump/mod.ts";
import { placedIn } from "./_placed_in.ts";

/** What a source gives: one collection, or as many as there are. */
export interface MappingSource {
  /** One named collection or file, or many collections. */
  readonly holds: "one" | "many";
  /** The source as it may be shown. */
  readonly display: string;
}

/** Where documents go. */
export interface MappingTarget {
  /**
   * One named collection, one database, a whole server, a file of documents, or a place that holds
   * many collections under their namespaces (a dump, an archive, `null:`).
   */
  readonly holds: "collection" | "database" | "server" | "file" | "many";
  /** The database, for a collection or a database. */
  readonly db?: string;
  /** The collection, for a collection. */
  readonly collection?: string;
  /** The target as it may be shown. */
  readonly display: string;
}

/** One `from=to` of a renaming. A side without a dot is a database. */
export interface RenamePair {
  /** The namespace at the source. */
  readonly from: Namespace;
  /** What it becomes. */
  readonly to: Namespace;
}

/**
 * What becomes of what, as a function from a source's namespace to the target's.
 *
 * | source → target | collection | database | server | file | many |
 * |---|---|---|---|---|---|
 * | one | that one | same name in it | same namespace, else an error | the file | one entry |
 * | many | error | names kept | namespaces kept | error | namespaces kept |
 *
 * A renaming is looked up first, by the source's namespace. Users and roles (`admin.system.users` and
 * the like) are never renamed; a database gets those that are its own.
 *
 * @param source What it holds.
 * @param target What it holds, and its names.
 * @param renames Which collections or databases get another name.
 * @returns The mapping; it throws a `UsageError` for a collection without a database that goes to a
 * server, which only shows with the collection.
 * @throws {UsageError} If no rule says what becomes of this source at this target.
 *
 * @example
 * ```ts
 * import { planMapping } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const map = planMapping(
 *   { holds: "many", display: "mongodb://localhost/shop" },
 *   { holds: "database", db: "archive", display: "mongodb://localhost/archive" },
 * );
 * assertEquals(map({ db: "shop", collection: "orders" }), { db: "archive", collection: "orders" });
 * ```
 */
export function planMapping(
  source: MappingSource,
  target: MappingTarget,
  renames: readonly RenamePair[] = [],
): (from: Namespace) => Namespace {
  if (source.holds === "many" && (target.holds === "collection" || target.holds === "file")) {
    const what = target.holds === "file" ? "a file holds" : "it is";
    throw new UsageError(
      `Cannot write "${source.display}" to "${target.display}": ` +
        `there are many collections, and ${what} one.`,
      {
        hint: target.holds === "file"
          ? "--include database.collection takes one of them; a folder, such as dump/, takes all"
          : "name one collection at the source, or a database as the target",
      },
    );
  }
  checkRenames(target, renames);
  return (from) =>
    (accountsOf(from) === undefined ? renamed(from, renames) : undefined) ?? byRule(from, target);
}

function byRule(from: Namespace, target: MappingTarget): Namespace {
  switch (target.holds) {
    case "collection":
      return { db: target.db ?? "", collection: target.collection ?? from.collection };
    case "database":
      return placedIn(target.db ?? "", from);
    case "server":
      if (from.db !== "") return from;
      throw new UsageError(
        `Cannot write "${from.collection}" to "${target.display}": no database is named.`,
        { hint: `add the namespace to the address: …/database.${from.collection}` },
      );
    case "file":
    case "many":
      return from;
    default:
      return target.holds satisfies never;
  }
}

function renamed(from: Namespace, renames: readonly RenamePair[]): Namespace | undefined {
  const exact = renames.find((pair) =>
    pair.from.db === from.db && pair.from.collection === from.collection
  );
  if (exact !== undefined) return exact.to;
  const database = renames.find((pair) => pair.from.collection === "" && pair.from.db === from.db);
  return database && { db: database.to.db, collection: from.collection };
}

function checkRenames(target: MappingTarget, renames: readonly RenamePair[]): void {
  const [first] = renames;
  if (first === undefined) return;
  if (target.holds === "collection" || target.holds === "file") {
    throw new UsageError(
      `Cannot rename "${formatNamespace(first.from)}": the target "${target.display}" names it ` +
        "already.",
      { hint: "leave --rename out" },
    );
  }
  const seen = new Set<string>();
  for (const { from, to } of renames) {
    const name = formatNamespace(from) || from.db;
    if ((from.collection === "") !== (to.collection === "")) {
      throw new UsageError(
        `Cannot rename "${written(from)}" to "${written(to)}": one is a database, the other a ` +
          "collection.",
        { hint: "database.collection=database.collection, or database=database" },
      );
    }
    if (seen.has(name)) {
      throw new UsageError(`Cannot rename "${written(from)}": it is named twice.`);
    }
    seen.add(name);
    if (target.holds === "database" && to.db !== target.db) {
      throw new UsageError(
        `Cannot rename "${written(from)}" to "${written(to)}": the target is the database ` +
          `"${target.db}".`,
        { hint: `--rename ${written(from)}=${written({ ...to, db: target.db ?? "" })}` },
      );
    }
  }
}

function written(namespace: Namespace): string {
  return namespace.collection === "" ? namespace.db : formatNamespace(namespace);
}

/**
 * Applies a mapping to collections that are known, and refuses two that would become one.
 *
 * @param namespaces The collections of the source.
 * @param map The mapping.
 * @returns Each with what becomes of it.
 * @throws {UsageError} If two go to the same place, or the mapping refuses one.
 *
 * @example
 * ```ts
 * import { mapAll } from "@datahood/cli";
 * import { assertThrows } from "@std/assert";
 *
 * const all = [{ db: "a", collection: "x" }, { db: "b", collection: "x" }];
 * assertThrows(() => mapAll(all, ({ collection }) => ({ db: "c", collection })), Error, "c.x");
 * ```
 */
export function mapAll(
  namespaces: readonly Namespace[],
  map: (from: Namespace) => Namespace,
): readonly RenamePair[] {
  const taken = new Map<string, Namespace>();
  return namespaces.map((from) => {
    const to = map(from);
    const key = formatNamespace(to);
    const other = taken.get(key);
    if (other !== undefined) {
      throw new UsageError(
        `Cannot write "${formatNamespace(from)}" to "${key}": "${formatNamespace(other)}" goes ` +
          "there too.",
        { hint: `--rename ${formatNamespace(from)}=${key}_2` },
      );
    }
    taken.set(key, from);
    return { from, to };
  });
}
