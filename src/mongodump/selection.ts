import { formatNamespace, type Namespace } from "../core/mod.ts";
import { accountsOf } from "./accounts.ts";

/** What of a dump is read beside ordinary collections. */
export interface DumpSelection {
  /**
   * Users and roles too: `admin.system.users`, `.roles` and `.version`, and those of one database,
   * `$admin.system.users` and so on. Default `false`.
   */
  readonly usersAndRoles?: boolean;
  /** Leave out the oplog of a dump without a word. Default `false`. */
  readonly ignoreOplog?: boolean;
}

/** A part of a dump that is left out. */
export interface LeftOut {
  /** A stable word for programs. */
  readonly code: "oplog-not-replayed" | "users-and-roles-left-out" | "system-left-out";
  /** One sentence for people. */
  readonly message: string;
  /** `warning` if that may lose something. */
  readonly level: "info" | "warning";
}

/** Collections that a server makes itself; those of old ones list what `metadata.json` has now. */
const SERVERS_OWN: readonly string[] = [
  "system.indexes",
  "system.keys",
  "system.namespaces",
  "system.profile",
  "system.sessions",
  "system.views",
];

/**
 * Whether a namespace of a dump is left out, and why.
 *
 * @param namespace The namespace; the oplog of an archive is `oplog` of no database.
 * @param selection What was asked for.
 * @returns Why; `undefined` if it is read. Of an oplog it is told whether or not that is to be said.
 *
 * @example
 * ```ts
 * import { leftOut } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const users = { db: "admin", collection: "system.users" };
 * assertEquals(leftOut(users, {})?.code, "users-and-roles-left-out");
 * assertEquals(leftOut(users, { usersAndRoles: true }), undefined);
 * ```
 */
export function leftOut(
  { db, collection }: Namespace,
  { usersAndRoles = false }: DumpSelection,
): LeftOut | undefined {
  if (db === "" && collection === "oplog") {
    return {
      code: "oplog-not-replayed",
      message: "The dump has an oplog, which is not replayed: it is as of when each collection " +
        "was read",
      level: "warning",
    };
  }
  const accounts = accountsOf({ db, collection });
  if (accounts !== undefined) {
    const whose = accounts.database === undefined ? "" : ` of the database "${db}"`;
    return usersAndRoles ? undefined : {
      code: "users-and-roles-left-out",
      message: `Users and roles${whose} are left out; --users-and-roles takes them too`,
      level: "info",
    };
  }
  if (SERVERS_OWN.includes(collection) || db === "config" || db === "local") {
    return {
      code: "system-left-out",
      message: `"${formatNamespace({ db, collection })}" belongs to the server, and is left out`,
      level: "info",
    };
  }
  return undefined;
}
