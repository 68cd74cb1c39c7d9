import { ConnectionString } from "mongodb-connection-string-url";
import { type Address, parseNamespace, UsageError } from "../core/mod.ts";

/** Mechanisms whose users are kept outside the server's databases. */
const EXTERNAL = new Set(["MONGODB-X509", "MONGODB-AWS", "GSSAPI", "MONGODB-OIDC"]);
/** Databases that a server keeps for itself. */
const SYSTEM_DATABASES = new Set(["admin", "config", "local"]);
const SECRET_NAME = /pass|secret|token/i;

/**
 * The text of a connection string with what is secret replaced by `***`: the password, and every
 * option, or property of an option, whose name says so. Works on text that does not parse, too,
 * where it rather hides too much.
 */
export function redactConnectionString(text: string): string {
  const start = text.indexOf("//") + 2;
  // Unescaped, a password may hold any character, "/" and "?" too, and what is before them may look
  // like a host and its port: the last "@" decides. A name that holds one shows less; no secret shows.
  const at = text.lastIndexOf("@");
  let rest = text.slice(Math.max(at, start - 1) + 1);
  let user = "";
  if (at >= start) {
    const credentials = text.slice(start, at);
    const colon = credentials.indexOf(":");
    user = colon < 0 ? `${credentials}@` : `${credentials.slice(0, colon)}:***@`;
  }
  const question = rest.indexOf("?");
  if (question >= 0) {
    rest = rest.slice(0, question + 1) +
      rest.slice(question + 1).split("&").map(redactOption).join("&");
  }
  return text.slice(0, start) + user + rest;
}

function redactOption(option: string): string {
  const equals = option.indexOf("=");
  if (equals < 0) return option;
  const name = option.slice(0, equals);
  if (SECRET_NAME.test(name)) return `${name}=***`;
  if (name.toLowerCase() !== "authmechanismproperties") return option;
  const properties = option.slice(equals + 1).split(/,|%2C/i).map((property) => {
    const [key = "", ...value] = property.split(/:|%3A/i);
    return value.length > 0 && SECRET_NAME.test(key) ? `${key}:***` : property;
  });
  return `${name}=${properties.join(",")}`;
}

function refuse(display: string, state: string, hint?: string): never {
  throw new UsageError(
    `Cannot read the address "${display}": ${state}.`,
    hint === undefined ? {} : { hint },
  );
}

function parse(text: string, display: string): ConnectionString {
  // Only the scheme may be written in capitals; the parser wants it small.
  const lower = text.replace(/^[a-z+]+:/i, (scheme) => scheme.toLowerCase());
  let uri: ConnectionString;
  try {
    uri = new ConnectionString(lower);
  } catch (error) {
    // The parser's own text may quote the user name or more: only what kind of mistake is told.
    const reason = error instanceof Error ? error.message : "";
    const login = /^[a-z+]+:\/\/([^/?#]*)@/i.exec(text)?.[1] ?? "";
    if (/unescaped|Password|Username|URI malformed/i.test(reason) || /@|:.*:/.test(login)) {
      refuse(
        display,
        "the user name or password holds a character that must be written as %XX",
        'write "@" as %40, ":" as %3A, "/" as %2F, "?" as %3F, "#" as %23, "%" as %25',
      );
    }
    if (/port number/i.test(reason)) {
      refuse(display, "mongodb+srv:// finds the port itself", "leave the port out");
    }
    if (/multiple service names/i.test(reason)) {
      refuse(display, "mongodb+srv:// takes one host name", "leave the other names out");
    }
    // One slash, or none: the rest is what was meant.
    const [begin, scheme] = /^(mongodb(?:\+srv)?:)\/?(?=[^/])/i.exec(text) ?? [];
    const whole = begin === undefined ? "" : `${scheme}//${text.slice(begin.length)}`;
    refuse(
      display,
      "it is not a connection string",
      whole === ""
        ? "mongodb://host:27017/database.collection"
        : `did you mean ${redactConnectionString(whole)}?`,
    );
  }
  for (const host of uri.hosts) {
    if (host === "" || /^:/.test(host)) refuse(display, "a host name is empty");
    const port = /^(?:\[[^\]]*\]|[^:]*):(.*)$/.exec(host)?.[1];
    if (port !== undefined && (!/^\d+$/.test(port) || +port < 1 || +port > 65535)) {
      refuse(display, `"${port}" is no port`, "a port is a number from 1 to 65535");
    }
    // The driver reads them so; what is in the way there would be told without the name.
    if (!/\.sock$/i.test(host) && !URL.canParse(`mongodb://${host}`)) {
      refuse(
        display,
        `"${host}" is neither a host name nor an IP address`,
        "an IPv6 address stands in brackets: mongodb://[::1]:27017",
      );
    }
  }
  return uri;
}

/** The two names in the path of an address: what MongoDB prints, so the first dot ends the database. */
function pathNames(uri: ConnectionString, display: string): { db: string; collection: string } {
  if (uri.hash !== "") {
    refuse(display, 'a "#" in it ends what is read', 'write "#" as %23');
  }
  let path: string;
  try {
    path = decodeURIComponent(uri.pathname.replace(/^\//, ""));
  } catch {
    refuse(
      display,
      'a "%" in its path is not followed by two hexadecimal digits',
      "write % as %25",
    );
  }
  if (path === "") return { db: "", collection: "" };
  const names = parseNamespace(path);
  if (names.db === "") refuse(display, "the database name is empty", "/database.collection");
  if (names.collection === "" && path.includes(".")) {
    refuse(display, "the collection name is empty", `/${names.db} is every collection of it`);
  }
  const bad = /[/\\ "$\0]/.exec(names.db);
  if (bad) refuse(display, `a database name cannot hold "${bad[0]}"`);
  if (names.collection.includes("\0")) refuse(display, "a collection name cannot hold a zero byte");
  return names;
}

/** Whether somebody logs in with this string. */
function logsIn(uri: ConnectionString): boolean {
  return uri.username !== "" || uri.searchParams.has("authMechanism");
}

/**
 * Makes explicit where the user is looked up: `authSource`, else (what an SRV record says, which only
 * the driver can ask, so its fallback stays in the path) the database named, else `admin`.
 */
function settleLogin(uri: ConnectionString, loginDatabase: string): void {
  uri.pathname = "/";
  if (!logsIn(uri) || uri.searchParams.get("authSource")) return;
  const mechanism = (uri.searchParams.get("authMechanism") ?? "").toUpperCase();
  if (EXTERNAL.has(mechanism)) {
    uri.searchParams.set("authSource", "$external");
  } else if (uri.isSRV) {
    if (loginDatabase !== "") uri.pathname = `/${encodeURIComponent(loginDatabase)}`;
  } else {
    const otherwise = mechanism === "PLAIN" ? "$external" : "admin";
    uri.searchParams.set("authSource", loginDatabase === "" ? otherwise : loginDatabase);
  }
}

/** How a MongoDB address is read. */
export interface MongoAddressOptions {
  /** Whether a database that the server keeps for itself may be taken whole. */
  readonly system?: boolean;
  /**
   * Names that are given beside the connection string, whose path then means what a driver means by
   * it: the login database.
   */
  readonly namespace?: { readonly database?: string; readonly collection?: string };
}

/** Reads `mongodb://…` and `mongodb+srv://…`. */
export function parseMongoAddress(text: string, options: MongoAddressOptions = {}): Address {
  const display = redactConnectionString(text);
  const uri = parse(text, display);
  const path = pathNames(uri, display);
  const { database, collection } = options.namespace ??
    {
      ...(path.db === "" ? {} : { database: path.db }),
      ...(path.collection === "" ? {} : { collection: path.collection }),
    };
  if (database !== undefined && collection === undefined && SYSTEM_DATABASES.has(database)) {
    if (options.system !== true) {
      refuse(
        display,
        `"${database}" is a database that the server keeps for itself`,
        `name a collection (/${database}.collection), or add --system to take all of it`,
      );
    }
  }
  // A login database may hold a dot nowhere, so in a driver's path the whole of it is the name.
  settleLogin(uri, path.db);
  return {
    kind: "mongodb",
    display: options.namespace === undefined ? display : shown(text, options.namespace),
    uri: uri.toString(),
    ...(database === undefined ? {} : { database }),
    ...(collection === undefined ? {} : { collection }),
  };
}

/** A connection string shown with the names given beside it in its path. */
function shown(text: string, names: { database?: string; collection?: string }): string {
  const display = redactConnectionString(text);
  const parts = /^([^:]*:\/\/[^/?]*)(?:\/[^?]*)?(\?.*)?$/.exec(display);
  const path = [names.database, names.collection].filter((name) => name !== undefined).join(".");
  return parts === null ? display : `${parts[1]}/${path}${parts[2] ?? ""}`;
}

/** Whether a user is named whose password is not there though the mechanism wants one. */
export function lacksPassword(address: Address): boolean {
  if (address.uri === undefined) return false;
  const uri = new ConnectionString(address.uri);
  const mechanism = (uri.searchParams.get("authMechanism") ?? "").toUpperCase();
  return uri.username !== "" && uri.password === "" && !EXTERNAL.has(mechanism);
}

/** The address with a password in its connection string; what is shown stays as it is. */
export function withPassword(address: Address, password: string): Address {
  if (address.uri === undefined) return address;
  const uri = new ConnectionString(address.uri);
  uri.password = encodeURIComponent(password);
  return { ...address, uri: uri.toString() };
}

/** Host names of an address in one spelling, with their port; `undefined` port for SRV names. */
export function hostsOf(address: Address): readonly string[] {
  if (address.uri === undefined) return [];
  const uri = new ConnectionString(address.uri);
  return uri.hosts.map((host) => {
    const [, name = host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
    const plain = decodeURIComponent(name).toLowerCase().replace(/\.$/, "");
    const local = isLoopback(plain) ? "localhost" : plain;
    return uri.isSRV ? local : `${local}:${Number(port ?? 27017)}`;
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || /^127\.\d+\.\d+\.\d+$/.test(host) ||
    host === "[::1]" || host === "[0:0:0:0:0:0:0:1]" || host === "[::ffff:127.0.0.1]" ||
    host === "0.0.0.0" || host.endsWith(".sock");
}

/** Whether every host of an address is this machine. */
export function isThisMachine(address: Address): boolean {
  return hostsOf(address).every((host) => host.startsWith("localhost:"));
}
