/** Users and roles of a server, under the names that a dump gives them. */
import {
  type Cancellable,
  type CollectionInfo,
  type Issue,
  type Namespace,
  type SourceItem,
  throwIfInterrupted,
} from "../../core/mod.ts";
import {
  ACCOUNTS_PARTS,
  accountsNamespace,
  accountsOf,
  lacksCredentials,
} from "../../mongodump/mod.ts";
import { describeOne } from "./describe.ts";
import { displayOf } from "./options.ts";
import type { MongoSession } from "./session.ts";
import { translateError } from "./translate_error.ts";

/** Where to read the documents of a collection, if not under its own name, and which of them. */
export interface AccountsPlace {
  /** The collection on the server. */
  readonly namespace: Namespace;
  /** Those of one database; all where it is absent. */
  readonly filter?: { readonly db: string };
}

/**
 * Lists the collections of users and roles that belong to what a session's connector stands for: the
 * server's own, or those of its database.
 *
 * @param session The session.
 * @param cancel How to stop it.
 * @param include Only these.
 * @returns Those of a server that are there; those of a database always, as mongodump gives them.
 */
export async function* describeAccounts(
  session: MongoSession,
  { signal }: Cancellable = {},
  include: (namespace: Namespace) => boolean = () => true,
): AsyncGenerator<CollectionInfo, void, void> {
  const { database, usersAndRoles = false } = session.options;
  if (!usersAndRoles) return;
  for (const part of ACCOUNTS_PARTS) {
    throwIfInterrupted(signal);
    const namespace = accountsNamespace(database === undefined ? { part } : { part, database });
    if (!include(namespace)) continue;
    if (accountsOf(namespace)?.database !== undefined) {
      yield { namespace, type: "collection" };
      continue;
    }
    const listed = await describeOne(session, namespace);
    if (listed !== undefined) yield listed;
    // Not every server that has them lists them.
    else if (await holdsAny(session, namespace)) yield { namespace, type: "collection" };
  }
}

/** Where the documents of a collection of users and roles are. */
export function placeOf(namespace: Namespace): AccountsPlace | undefined {
  const accounts = accountsOf(namespace);
  if (accounts === undefined) return undefined;
  const { part, database } = accounts;
  const place = accountsNamespace({ part });
  // The version is not of one database.
  return database === undefined || part === "version"
    ? { namespace: place }
    : { namespace: place, filter: { db: database } };
}

/** Whether a read that goes on from one collection of users and roles has another still before it. */
export function isAccountsBehind(namespace: Namespace, from: Namespace): boolean {
  const at = (name: Namespace) => ACCOUNTS_PARTS.indexOf(accountsOf(name)!.part);
  return accountsOf(from) !== undefined && at(namespace) >= at(from);
}

/**
 * Passes on what is read of users, and says at its end of how many the server gave no credentials.
 *
 * @param items What is read of one collection of users or roles.
 * @param namespace Its name.
 * @param display The server as it may be shown.
 */
export async function* countingLogins(
  items: AsyncGenerator<SourceItem, void, void>,
  namespace: Namespace,
  display: string,
): AsyncGenerator<SourceItem, void, void> {
  if (accountsOf(namespace)?.part !== "users") return yield* items;
  let users = 0, bare = 0;
  for await (const item of items) {
    if (item.type === "batch") {
      const { buffer, starts } = item.batch;
      users += starts.length;
      for (const start of starts) if (lacksCredentials(buffer, start)) bare++;
    }
    if (item.type !== "end" || bare === 0) {
      yield item;
      continue;
    }
    const message = `"${display}" gives no credentials of ${bare} of ${users} users: after a ` +
      "restore nobody can log in as them until they get a new password";
    const issue: Issue = { code: "no-credentials", level: "warning", message, namespace };
    yield { ...item, issues: [...item.issues ?? [], issue] };
  }
}

async function holdsAny(session: MongoSession, namespace: Namespace): Promise<boolean> {
  const { client, options, loggedIn } = session;
  const { db, collection } = namespace;
  try {
    const found = await client.db(db).collection(collection)
      .findOne({}, { projection: { _id: 1 } });
    return found !== null;
  } catch (error) {
    const display = displayOf(options, namespace);
    throw translateError(error, { action: "read", display, command: "find", namespace, loggedIn });
  }
}
