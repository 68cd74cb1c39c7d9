/**
 * A MongoDB namespace: which collection of which database.
 *
 * MongoDB writes it `database.collection`. A database name holds no dot, so the first dot ends it;
 * a collection name may hold more of them.
 */
export interface Namespace {
  /** The database name; `""` where the source has none, as a bare file of documents. */
  readonly db: string;
  /** The collection name, unescaped. */
  readonly collection: string;
}

/**
 * Writes a namespace the way MongoDB prints it.
 *
 * @param namespace The namespace to write.
 * @returns `database.collection`, or the collection alone where there is no database.
 *
 * @example
 * ```ts
 * import { formatNamespace } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatNamespace({ db: "shop", collection: "orders.2024" }), "shop.orders.2024");
 * ```
 */
export function formatNamespace(namespace: Namespace): string {
  return namespace.db === "" ? namespace.collection : `${namespace.db}.${namespace.collection}`;
}

/**
 * Reads a namespace as MongoDB prints it: the first dot ends the database name.
 *
 * @param text `database.collection`, or `database` alone.
 * @returns The two names; `collection` is `""` where the text names only a database.
 *
 * @example
 * ```ts
 * import { parseNamespace } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseNamespace("shop.orders.2024"), { db: "shop", collection: "orders.2024" });
 * ```
 */
export function parseNamespace(text: string): Namespace {
  const dot = text.indexOf(".");
  return dot < 0
    ? { db: text, collection: "" }
    : { db: text.slice(0, dot), collection: text.slice(dot + 1) };
}
