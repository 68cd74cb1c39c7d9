import { type Address, type ConnectorDescriptor, UsageError } from "../core/mod.ts";
import { CONNECTORS } from "./all.ts";
import { parseMongoAddress, redactConnectionString } from "./_mongodb_address.ts";
import { nearest } from "./_nearest.ts";

/** How to read the text of an address. */
export interface ParseAddressOptions {
  /** Which end it is. */
  readonly role: "source" | "target";
  /** The connector's kind, where the text does not say it or says another. */
  readonly format?: string;
  /** Whether a database that a server keeps for itself (`admin`) may be taken whole. */
  readonly system?: boolean;
  /** Gives a variable's value, for `env:NAME`; without it such addresses are refused. */
  readonly env?: (name: string) => string | undefined;
  /** Whether there is such a folder; without it only a `/` at the end tells a dump. */
  readonly isFolder?: (path: string) => boolean;
  /** Gives a file's text, for `@file`; without it such addresses are refused. */
  readonly readFile?: (path: string) => string;
}

/** Formats that have their place in addresses and that this version cannot read or write. */
const LATER: readonly {
  kind: string;
  extensions: readonly string[];
  schemes: readonly string[];
}[] = [
  { kind: "ndjson", extensions: [".ndjson", ".jsonl", ".json"], schemes: [] },
  { kind: "csv", extensions: [".csv", ".tsv"], schemes: [] },
  { kind: "sqlite", extensions: [".sqlite", ".db"], schemes: ["sqlite"] },
];
/** A machine's name or address, or several, with ports, maybe after a login, maybe with a path. */
const HOSTS =
  /^([^@\s]*@)?((?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:]+\])(?::\d{1,5})?(?:,[\w.-]+(?::\d{1,5})?)*)(\/[^\\\s]*)?$/i;
const COMPRESSED = /\.(?:gz|zst)$/i;
/** Two letters at least: one letter and a colon is a drive of Windows. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;
const DESCRIPTORS: readonly ConnectorDescriptor[] = CONNECTORS;

/**
 * Reads the text of an address: which connector, and where. Opens nothing; only `env:NAME` and
 * `@file` ask the functions that were given for them.
 *
 * @param text The address: `mongodb://host/database.collection`, a file's path, `-`, `null:`,
 * `env:NAME` or `@file`.
 * @param options Which end it is, and the format where the text does not say it.
 * @returns The address in its parts; `display` holds no secret.
 * @throws {UsageError} If it cannot mean anything, or means something this version cannot do.
 *
 * @example
 * ```ts
 * import { parseAddress } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const address = parseAddress("mongodb://ada:secret@db.example/shop.orders", { role: "source" });
 * assertEquals(address.display, "mongodb://ada:***@db.example/shop.orders");
 * assertEquals([address.database, address.collection], ["shop", "orders"]);
 * ```
 */
export function parseAddress(text: string, options: ParseAddressOptions): Address {
  const { role, format } = options;
  if (text === "") {
    throw new UsageError(`Cannot take "" as the ${role}: it is empty.`, {
      hint: "an address is mongodb://host/database.collection, a file or -",
    });
  }
  if (text.startsWith("env:")) return parseAddress(fromEnv(text, options), nested(options));
  if (text.startsWith("@")) return parseAddress(fromFile(text, options), nested(options));
  const forced = format === undefined ? undefined : byKind(format, text, role);
  if (text === "-") return check(forced ?? kindOf("bson"), { display: "-", path: "-" }, role);
  const scheme = SCHEME.exec(text)?.[1];
  if (scheme !== undefined) return byScheme(text, scheme.toLowerCase(), forced, options);
  if (forced !== undefined) {
    if (forced.extensions.length === 0) {
      throw new UsageError(`Cannot use "${text}" as ${forced.kind}: it looks like a file.`, {
        hint: exampleOf(forced),
      });
    }
    return check(forced, { display: text, path: text }, role);
  }
  const found = options.isFolder?.(text) ? kindOf("dump") : byExtension(text, role);
  return check(found, { display: text, path: text }, role);
}

/** An address in a variable or a file is the address itself, not one more step. */
function nested({ env: _, readFile: __, ...rest }: ParseAddressOptions): ParseAddressOptions {
  return rest;
}

function fromEnv(text: string, { env, role }: ParseAddressOptions): string {
  const name = text.slice("env:".length);
  if (name === "") {
    throw new UsageError(`Cannot read the ${role} from "env:": it names no variable.`, {
      hint: "env:NAME takes the address from the variable NAME",
    });
  }
  if (env === undefined) refuseNested(text);
  const value = env(name)?.trim();
  if (value === undefined || value === "") {
    const state = value === undefined ? "is not set" : "is empty";
    throw new UsageError(`Cannot read the ${role} from "${text}": the variable ${state}.`, {
      hint: `export ${name}='mongodb://host/database.collection'`,
    });
  }
  return value;
}

function fromFile(text: string, { readFile, role }: ParseAddressOptions): string {
  const path = text.slice(1);
  if (path === "") {
    throw new UsageError(`Cannot read the ${role} from "@": it names no file.`, {
      hint: "@file takes the address from the first line of that file",
    });
  }
  if (readFile === undefined) refuseNested(text);
  const line = readFile(path).replace(/^\uFEFF/, "").split(/\r?\n/)[0]!.trim();
  if (line === "") {
    throw new UsageError(`Cannot read the ${role} from "${text}": its first line is empty.`, {
      hint: "put the address alone on the first line",
    });
  }
  return line;
}

function refuseNested(text: string): never {
  throw new UsageError(
    `Cannot follow "${text}": an address in a variable or file is the last step.`,
  );
}

function byScheme(
  text: string,
  scheme: string,
  forced: ConnectorDescriptor | undefined,
  { role, system }: ParseAddressOptions,
): Address {
  const found = DESCRIPTORS.find((descriptor) => descriptor.schemes.includes(scheme));
  if (found === undefined) {
    if (forced !== undefined && forced.extensions.length > 0 && !text.includes("://")) {
      return check(forced, { display: text, path: text }, role);
    }
    const later = LATER.find(({ schemes }) => schemes.includes(scheme));
    if (later !== undefined) refuseLater(text, later.kind, role);
    refuseScheme(text, scheme, role);
  }
  if (forced !== undefined && forced !== found) {
    const flag = role === "source" ? "--from" : "--to";
    throw new UsageError(`Cannot use "${shown(text)}" as ${forced.kind}: it is ${found.kind}.`, {
      hint: `leave out ${flag} ${forced.kind}`,
    });
  }
  if (found.kind === "mongodb") {
    return check(found, parseMongoAddress(text, { system: system ?? false }), role);
  }
  if (text.length > scheme.length + 1) {
    throw new UsageError(`Cannot read the address "${text}": nothing follows "${scheme}:".`, {
      hint: exampleOf(found),
    });
  }
  return check(found, { display: `${scheme}:` }, role);
}

/** What can be shown of an address whose kind is not known: no credentials. */
function shown(text: string): string {
  return text.includes("//") ? text.replace(/\/\/.*@/, "//***@") : text.replace(/^.*@/, "***@");
}

/** The connection string that a text without its scheme may stand for, fit to be shown. */
function asMongo(text: string): string | undefined {
  // Another scheme was meant.
  if (text.includes("://")) return undefined;
  const [bare, name] = /^(mongodb(?:\+srv)?)\/\//i.exec(text) ?? [];
  if (bare !== undefined) {
    return redactConnectionString(`${name}://${text.slice(bare.length)}`);
  }
  const [, login, hosts = "", path] = HOSTS.exec(text) ?? [];
  // A folder may be named as a machine is; one with a port or an ending of letters hardly is.
  const isHost = login !== undefined || /:\d/.test(hosts) ||
    (path !== undefined && (/^(?:localhost|[\d.]+\.\d+)$/i.test(hosts) ||
      /\.[a-z]{2,}$/i.test(hosts)));
  return hosts !== "" && isHost ? `mongodb://${shown(text)}` : undefined;
}

function refuseScheme(text: string, scheme: string, role: "source" | "target"): never {
  const schemes = DESCRIPTORS.filter(({ roles }) => roles.includes(role))
    .flatMap((descriptor) => descriptor.schemes);
  const near = nearest(scheme, schemes);
  const list = [...schemes.map((name) => `${name}:`), "env:NAME", "@file", "a file"].join(", ");
  const mongo = asMongo(text);
  const hint = mongo !== undefined
    ? `did you mean ${mongo}?`
    : near !== undefined
    ? `did you mean ${near}:${text.includes("://") && near !== "null" ? "//" : ""}?`
    : text.includes("://")
    ? "datahood connectors lists what can be read and written"
    : `for a file of that name write ./${text}`;
  throw new UsageError(
    `Cannot use "${shown(text)}" as the ${role}: "${scheme}:" is unknown. Known are ${list}.`,
    { hint },
  );
}

function byExtension(text: string, role: "source" | "target"): ConnectorDescriptor {
  const name = text.toLowerCase();
  let found: ConnectorDescriptor | undefined;
  let length = 0;
  for (const descriptor of DESCRIPTORS) {
    for (const extension of descriptor.extensions) {
      if (extension.length > length && name.endsWith(extension) && name !== extension) {
        [found, length] = [descriptor, extension.length];
      }
    }
  }
  if (found !== undefined) return found;
  const bare = name.replace(COMPRESSED, "");
  const later = LATER.find(({ extensions }) => extensions.some((end) => bare.endsWith(end)));
  if (later !== undefined) refuseLater(text, later.kind, role);
  const flag = role === "source" ? "--from" : "--to";
  const known = DESCRIPTORS.flatMap(({ extensions }) => extensions).filter((end) => end !== "/");
  const ending = /[^/\\]+(\.[^./\\]+)$/.exec(bare)?.[1];
  const packed = ending === undefined ? COMPRESSED.exec(text)?.[0] : undefined;
  const near = ending === undefined ? undefined : nearest(ending, known);
  const mongo = asMongo(text);
  const state = packed !== undefined
    ? `"${packed}" says only how it is compressed`
    : ending !== undefined
    ? `"${ending}" is unknown`
    : "it has no extension";
  const says = `${flag} bson says it`;
  const hint = mongo !== undefined
    ? `did you mean ${mongo}? For a file, ${says}`
    : packed !== undefined
    ? `${says}, or name it ${text.slice(0, -packed.length)}.bson${packed}`
    : near !== undefined
    ? `did you mean ${near}? ${says}`
    : ending === undefined
    ? `${says}; or is it a folder? a dump folder ends in /`
    : says;
  throw new UsageError(
    `Cannot tell the format of "${mongo === undefined ? text : shown(text)}": ${state}. ` +
      `Known are ${known.join(", ")}.`,
    { hint },
  );
}

function byKind(kind: string, text: string, role: "source" | "target"): ConnectorDescriptor {
  const found = DESCRIPTORS.find((descriptor) => descriptor.kind === kind);
  if (found !== undefined) return found;
  const flag = role === "source" ? "--from" : "--to";
  if (LATER.some((later) => later.kind === kind)) refuseLater(text, kind, role);
  const kinds = DESCRIPTORS.filter(({ roles }) => roles.includes(role)).map(({ kind }) => kind);
  const near = nearest(kind, kinds);
  throw new UsageError(
    `Cannot use "${flag} ${kind}": the format is unknown. Known are ${kinds.join(", ")}.`,
    near === undefined ? {} : { hint: `did you mean ${flag} ${near}?` },
  );
}

function refuseLater(text: string, kind: string, role: "source" | "target"): never {
  const verb = role === "source" ? "read" : "write";
  const kinds = DESCRIPTORS.filter(({ roles }) => roles.includes(role)).map(({ kind }) => kind);
  throw new UsageError(`Cannot ${verb} "${text}": this version does not ${verb} ${kind}.`, {
    hint: role === "source"
      ? `what it reads: ${
        kinds.join(", ")
      }; mongoimport loads JSON and CSV into a server, which it reads`
      : `what it writes: ${kinds.join(", ")}, such as orders.bson.gz`,
  });
}

function kindOf(kind: string): ConnectorDescriptor {
  return DESCRIPTORS.find((descriptor) => descriptor.kind === kind)!;
}

function exampleOf(descriptor: ConnectorDescriptor): string {
  return descriptor.addresses[0]?.example ?? descriptor.kind;
}

/** Completes an address with its kind, and refuses a connector that cannot be this end. */
function check(
  descriptor: ConnectorDescriptor,
  place: Omit<Address, "kind">,
  role: "source" | "target",
): Address {
  if (!descriptor.roles.includes(role)) {
    throw new UsageError(
      `Cannot use "${place.display}" as the ${role}: it can only be the other end.`,
    );
  }
  return { ...place, kind: descriptor.kind };
}
