// Not by their module as a whole, which loads a BSON library that whoever only asks for help needs not.
import { textField } from "../bson/_text_field.ts";
import { BSON_TYPE } from "../bson/types.ts";
import { elements, findElement } from "../bson/walk.ts";
import type { Namespace } from "../core/mod.ts";

/** The three collections that users and roles are kept in. */
export type AccountsPart = "users" | "roles" | "version";

/** A collection of users and roles, as a dump or a server names it. */
export interface Accounts {
  /** What it has: users, roles, or the version of their layout. */
  readonly part: AccountsPart;
  /** The one database that they are of; absent where it is every one. */
  readonly database?: string;
}

/** Where a server keeps them, and a dump of the whole server has them. */
const SERVERS = "system.";
/** What a database's own are called in a dump of it alone. */
const DATABASES = "$admin.system.";

/** What a password could be guessed from; the second is of servers before 3.0. */
const SECRET_FIELDS: readonly string[] = ["credentials", "pwd"];
/** What stands behind the key: its 0, the length of the text, the text with its own 0. */
const HIDDEN = new Uint8Array([0, 4, 0, 0, 0, 0x2a, 0x2a, 0x2a, 0]);
const decoder = new TextDecoder();

/** The collections of users and roles, in the order in which they are read. */
export const ACCOUNTS_PARTS: readonly AccountsPart[] = ["users", "roles", "version"];

/**
 * Tells the collections of users and roles from all others: `admin.system.users`, `.roles` and
 * `.version`, and those of one database, which `mongodump --dumpDbUsersAndRoles` calls
 * `$admin.system.users` and so on.
 *
 * @param namespace The collection.
 * @returns What it has; `undefined` for any other collection.
 *
 * @example
 * ```ts
 * import { accountsOf } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(accountsOf({ db: "admin", collection: "system.users" }), { part: "users" });
 * assertEquals(accountsOf({ db: "shop", collection: "$admin.system.roles" }), {
 *   part: "roles",
 *   database: "shop",
 * });
 * assertEquals(accountsOf({ db: "shop", collection: "system.users" }), undefined);
 * ```
 */
export function accountsOf({ db, collection }: Namespace): Accounts | undefined {
  const named = (start: string) => ACCOUNTS_PARTS.find((part) => collection === start + part);
  const ofDatabase = named(DATABASES);
  if (ofDatabase !== undefined) return { part: ofDatabase, database: db };
  const ofServer = db === "admin" ? named(SERVERS) : undefined;
  return ofServer === undefined ? undefined : { part: ofServer };
}

/**
 * The name of a collection of users and roles; the other way round than {@linkcode accountsOf}.
 *
 * @param accounts What it has, and of which database. Those of `admin` stand for all of them.
 * @returns The namespace.
 *
 * @example
 * ```ts
 * import { accountsNamespace } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(accountsNamespace({ part: "users", database: "shop" }), {
 *   db: "shop",
 *   collection: "$admin.system.users",
 * });
 * ```
 */
export function accountsNamespace({ part, database }: Accounts): Namespace {
  return database === undefined || database === "admin"
    ? { db: "admin", collection: SERVERS + part }
    : { db: database, collection: DATABASES + part };
}

/**
 * Hides what a password could be guessed from in a document of users: `credentials`, and `pwd` of old
 * servers, become the text `***`.
 *
 * @param buffer The bytes.
 * @param start Offset of the document's first byte.
 * @returns A copy without them, every other byte as it was.
 * @throws {DataError} If the document is corrupt.
 *
 * @example
 * ```ts
 * import { bsonToJson, hideCredentials } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const user = serialize({ user: "ada", credentials: { "SCRAM-SHA-256": { storedKey: "…" } } });
 * assertEquals(bsonToJson(hideCredentials(user)), '{"user":"ada","credentials":"***"}');
 * ```
 */
export function hideCredentials(buffer: Uint8Array, start = 0): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { start: from, keyStart, keyEnd, end } of elements(buffer, start)) {
    const key = decoder.decode(buffer.subarray(keyStart, keyEnd));
    if (!SECRET_FIELDS.includes(key)) {
      parts.push(buffer.subarray(from, end));
      continue;
    }
    parts.push(new Uint8Array([BSON_TYPE.string]), buffer.subarray(keyStart, keyEnd), HIDDEN);
  }
  const made = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 5));
  new DataView(made.buffer).setInt32(0, made.length, true);
  let at = 4;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/**
 * Tells a user whose document has nothing to check a password with, such as some servers give them to
 * whoever may not see it. Users of `$external` never have any: others check who they are.
 *
 * @param buffer What holds the document.
 * @param start Offset of its first byte.
 * @returns Whether nobody could log in as this user where the document is restored.
 * @throws {DataError} If the document is corrupt.
 *
 * @example
 * ```ts
 * import { lacksCredentials } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lacksCredentials(serialize({ user: "ada", db: "shop" })), true);
 * assertEquals(lacksCredentials(serialize({ user: "CN=ada", db: "$external" })), false);
 * ```
 */
export function lacksCredentials(buffer: Uint8Array, start = 0): boolean {
  if (textField(buffer, start, "db") === "$external") return false;
  return SECRET_FIELDS.every((field) => {
    const found = findElement(buffer, start, field);
    // The shortest document, which has nothing in it, is 5 bytes long.
    return found === undefined || found.type === BSON_TYPE.object &&
        found.end - found.valueStart <= 5;
  });
}

/**
 * Picks the documents of users or roles that are of one database.
 *
 * @param buffer What holds the documents.
 * @param starts Where each starts.
 * @param database The database.
 * @returns Where those start whose `db` it is.
 *
 * @example
 * ```ts
 * import { accountsOfDatabase } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const ada = serialize({ user: "ada", db: "shop" });
 * assertEquals(accountsOfDatabase(ada, new Uint32Array([0]), "shop"), new Uint32Array([0]));
 * assertEquals(accountsOfDatabase(ada, new Uint32Array([0]), "blog"), new Uint32Array(0));
 * ```
 */
export function accountsOfDatabase(
  buffer: Uint8Array,
  starts: Uint32Array,
  database: string,
): Uint32Array {
  return starts.filter((start) => textField(buffer, start, "db") === database);
}
