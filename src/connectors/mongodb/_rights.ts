import { type Cancellable, type Namespace, throwIfInterrupted } from "../../core/mod.ts";
import { accountsNamespace, accountsOf } from "../../mongodump/mod.ts";
import { displayOf } from "./options.ts";
import type { MongoSession } from "./session.ts";
import { translateError } from "./translate_error.ts";

/** What `connectionStatus` says of the users that are logged in. */
interface AuthInfo {
  readonly authenticatedUsers?: readonly unknown[];
  readonly authenticatedUserRoles?: readonly { readonly role: string; readonly db: string }[];
  readonly authenticatedUserPrivileges?: readonly Privilege[];
}

/** Built-in roles that do not allow to insert documents of a user's collections. */
const WITHOUT_INSERT = new Set([
  "read",
  "readAnyDatabase",
  "backup",
  "clusterAdmin",
  "clusterManager",
  "clusterMonitor",
  "dbAdmin",
  "dbAdminAnyDatabase",
  "enableSharding",
  "hostManager",
  "userAdmin",
  "userAdminAnyDatabase",
]);

/** Those that allow that, and not to write users. */
const WITHOUT_MERGE = new Set(["readWrite", "readWriteAnyDatabase", "dbOwner"]);

/** A privilege as `connectionStatus` gives it. */
interface Privilege {
  readonly resource?: {
    readonly db?: string;
    readonly collection?: string;
    readonly anyResource?: boolean;
  };
  readonly actions?: readonly string[];
}

/**
 * Asks the server whether the user may insert into collections, without writing. A server without
 * logins, or one that does not say, allows it.
 *
 * @param session The connection.
 * @param namespaces The collections.
 * @param options The signal.
 * @throws {ConnectError} If the user may not, as the server itself would say at the first write.
 */
export async function checkRights(
  session: MongoSession,
  namespaces: readonly Namespace[],
  { signal }: Cancellable,
): Promise<void> {
  const { client, loggedIn } = session;
  const context = { action: "write to", stage: "target", loggedIn, signal } as const;
  let info: AuthInfo;
  try {
    const status = await client.db("admin").command({ connectionStatus: 1, showPrivileges: true });
    info = status.authInfo ?? {};
  } catch (error) {
    throw translateError(error, { ...context, display: session.display });
  }
  throwIfInterrupted(signal);
  if ((info.authenticatedUsers ?? []).length === 0) return;
  for (const namespace of namespaces) {
    const { part, database = "admin" } = accountsOf(namespace) ?? {};
    if (part === undefined ? mayInsert(info, namespace) : mayMerge(info, database)) continue;
    const place = part === undefined ? namespace : accountsNamespace({ part });
    throw translateError(new NotAllowed(), {
      ...context,
      command: part === undefined ? "insert" : "_mergeAuthzCollections",
      namespace: place,
      display: displayOf(session.options, place),
    });
  }
}

function mayInsert(info: AuthInfo, namespace: Namespace): boolean {
  const { authenticatedUserPrivileges: privileges = [], authenticatedUserRoles: roles = [] } = info;
  if (privileges.length > 0) return privileges.some((privilege) => covers(privilege, namespace));
  // A server may give the roles alone. What a role of its own allows cannot be known.
  return roles.some(({ role, db }) => {
    if (role === "readWrite" || role === "dbOwner") return db === namespace.db;
    return !WITHOUT_INSERT.has(role);
  });
}

/** Whether the user may have the server take users and roles, as the role `restore` may. */
function mayMerge(info: AuthInfo, database: string): boolean {
  const { authenticatedUserPrivileges: privileges = [], authenticatedUserRoles: roles = [] } = info;
  if (privileges.length > 0) {
    const users = { db: database, collection: "system.users" };
    return privileges.some((privilege) => covers(privilege, users, "createUser"));
  }
  return roles.some(({ role }) => !WITHOUT_INSERT.has(role) && !WITHOUT_MERGE.has(role));
}

/** Rules of MongoDB's resource documents: an empty name stands for every one. */
function covers(
  { resource, actions }: Privilege,
  { db, collection }: Namespace,
  action = "insert",
): boolean {
  if (!actions?.includes(action) && !actions?.includes("anyAction")) return false;
  if (resource?.anyResource === true) return true;
  if (resource?.db === undefined || resource.collection === undefined) return false;
  return (resource.db === "" || resource.db === db) &&
    (resource.collection === "" || resource.collection === collection);
}

/** What the server would answer: 13, Unauthorized. */
class NotAllowed extends Error {
  override readonly name = "MongoServerError";
  readonly code = 13;
}
