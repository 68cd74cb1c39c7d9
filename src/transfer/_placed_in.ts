import type { Namespace } from "../core/mod.ts";
import { accountsNamespace, accountsOf } from "../mongodump/mod.ts";

/** A collection in another database; users and roles go by the name of those that belong to it. */
export function placedIn(db: string, from: Namespace): Namespace {
  const accounts = accountsOf(from);
  return accounts === undefined
    ? { db, collection: from.collection }
    : accountsNamespace({ part: accounts.part, database: db });
}
