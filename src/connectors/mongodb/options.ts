import type { Namespace } from "../../core/mod.ts";

/** What a {@linkcode MongoConnector} is made with. */
export interface MongoConnectorOptions {
  /**
   * Connection string, `mongodb://…` or `mongodb+srv://…`. Its path names no collection: it means
   * what the driver means by it, the database that the user is looked up in.
   */
  readonly uri: string;
  /** The database; every one of the server's, but `admin`, `config` and `local`, by default. */
  readonly database?: string;
  /** The collection of that database; all of them by default. */
  readonly collection?: string;
  /**
   * How long to wait for a server to answer at first, in milliseconds. By default what the
   * connection string says, else 10,000.
   */
  readonly connectTimeoutMs?: number;
  /** How long a connection may be silent while an answer is due, in milliseconds. No limit by default. */
  readonly idleTimeoutMs?: number;
  /** A file with the certificate authorities to trust, PEM. */
  readonly tlsCaFile?: string;
  /**
   * Read users and roles too, before all else: those of the database, or of the whole server. What is
   * written to the server is told by its name. Default `false`.
   */
  readonly usersAndRoles?: boolean;
  /** Says a line about what goes on inside. */
  readonly verbose?: (line: string) => void;
}

/**
 * The place as it may be shown: user and hosts, the names, no password and no options.
 *
 * @param options The connector's options.
 * @param namespace The collection to name instead of the options' own.
 * @returns `mongodb://user:***@host:port/database.collection`.
 */
export function displayOf(options: MongoConnectorOptions, namespace?: Namespace): string {
  const db = namespace?.db ?? options.database;
  const collection = namespace?.collection ?? options.collection;
  const path = [db, collection].filter((name) => name !== undefined && name !== "").join(".");
  return `${shownHosts(options.uri)}/${path}`;
}

/** Scheme, user and hosts of a connection string that may be wrong; hides too much rather. */
function shownHosts(uri: string): string {
  const [, scheme = "mongodb://", rest = ""] = /^([a-z+]+:\/\/)(.*)$/is.exec(uri) ?? [];
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const at = rest.lastIndexOf("@");
  // An "@" behind the first "/" or "?" is an unescaped password's: what follows it are the hosts.
  if (at > authority.length && authority.includes(":") && !/:\d+$/.test(authority)) {
    return `${scheme}***@${rest.slice(at + 1).split(/[/?#]/)[0]}`;
  }
  const split = authority.lastIndexOf("@");
  if (split < 0) return scheme + authority;
  const login = authority.slice(0, split);
  const colon = login.indexOf(":");
  const user = colon < 0 ? login : `${login.slice(0, colon)}:***`;
  return `${scheme}${user}@${authority.slice(split + 1)}`;
}
