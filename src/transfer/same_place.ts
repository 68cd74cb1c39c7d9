import type { Namespace } from "../core/mod.ts";

const DEFAULT_PORT = "27017";
/** `scheme://`, then a login up to the last `@`, then the hosts. */
const HOSTS = /^mongodb(\+srv)?:\/\/(?:[^/?]*@)?([^/?]*)/i;

/**
 * Whether two connection strings mean the same server, however it is spelled: `localhost`,
 * `127.0.0.1` and `[::1]`, the default port left out, upper case, other members of a set first.
 * Two that share one host mean the same. Nothing is looked up: a host behind another name, or behind
 * an SRV record, is not seen.
 *
 * @param a A connection string.
 * @param b Another.
 * @returns Whether they name a host in common.
 *
 * @example
 * ```ts
 * import { sameServer } from "@datahood/cli";
 * import { assert } from "@std/assert";
 *
 * assert(sameServer("mongodb://LOCALHOST/", "mongodb://ada:pw@127.0.0.1:27017/?tls=false"));
 * assert(!sameServer("mongodb://localhost:27017", "mongodb://localhost:27018"));
 * ```
 */
export function sameServer(a: string, b: string): boolean {
  const hosts = new Set(hostsOf(a));
  return hostsOf(b).some((host) => hosts.has(host));
}

/**
 * Whether a collection would be read and written at once.
 *
 * @param source The connection string that is read, and the namespace.
 * @param target The connection string that is written, and the namespace.
 * @returns Whether it is the same collection of the same server.
 *
 * @example
 * ```ts
 * import { sameCollection } from "@datahood/cli";
 * import { assert } from "@std/assert";
 *
 * const namespace = { db: "shop", collection: "orders" };
 * assert(sameCollection(
 *   { uri: "mongodb://localhost", namespace },
 *   { uri: "mongodb://[::1]:27017", namespace },
 * ));
 * ```
 */
export function sameCollection(
  source: { readonly uri: string; readonly namespace: Namespace },
  target: { readonly uri: string; readonly namespace: Namespace },
): boolean {
  return source.namespace.db === target.namespace.db &&
    source.namespace.collection === target.namespace.collection &&
    sameServer(source.uri, target.uri);
}

function hostsOf(uri: string): readonly string[] {
  const match = HOSTS.exec(uri);
  if (match === null) return [];
  const srv = match[1] !== undefined;
  return match[2]!.split(",").filter((host) => host !== "").map((host) =>
    srv ? `srv ${plain(host)}` : normal(host)
  );
}

function normal(host: string): string {
  const text = plain(host);
  // A socket's path has no port.
  if (text.endsWith(".sock")) return text;
  const [, name = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [, text];
  return `${isThisMachine(name) ? "localhost" : name}:${port ?? DEFAULT_PORT}`;
}

function plain(host: string): string {
  let text = host;
  try {
    text = decodeURIComponent(host);
  } catch {
    // Taken as it is: the driver will refuse it.
  }
  // A final dot only says that the name is complete.
  return text.endsWith(".sock") ? text : text.toLowerCase().replace(/\.(?=:\d+$|$)/, "");
}

function isThisMachine(name: string): boolean {
  return name === "localhost" || name === "0.0.0.0" || /^127(\.\d+){3}$/.test(name) ||
    /^\[(0*:)*:?0*1\]$/.test(name) || name === "[::]" || /^\[::ffff:127(\.\d+){3}\]$/.test(name);
}
