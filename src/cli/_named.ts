import { basename, dirname, normalize } from "@std/path";
import { metadataPaths } from "../connectors/bson/_metadata.ts";
import type { PermissionNeed } from "../core/mod.ts";

/** The port of a server that an address leaves out. */
const DEFAULT_PORT = "27017";
const PART_FILE = /^\.(.*)\.datahood-part$/;
/** The part file of a name too long to have more around it: see `partPath()`. */
const SHORTENED = /^(.{50})-[\da-f]{16}$/;

/**
 * Whether what is needed was named by whoever typed the command line. Which needs there are is worked
 * out with the help of libraries, in a process that may do nothing; what it answers is believed only as
 * far as this goes.
 *
 * @param need What is needed.
 * @param texts All that was typed: words, values of options, addresses in variables and files.
 */
export function isNamed({ kind, target }: PermissionNeed, texts: readonly string[]): boolean {
  switch (kind) {
    case "read":
    case "write":
      return texts.some((text) =>
        text.includes("://")
          ? filesOf(text).includes(target)
          : namesFile(text, target) || (kind === "read" && metadataPaths(text).includes(target))
      );
    case "net":
      return texts.some((text) => text.includes("://") && netsOf(text).includes(target));
    case "env":
      return texts.includes(`env:${target}`);
    case "sys":
    case "run":
      return false;
  }
}

/** A file is named by itself, by the begin of its name, and with it the file that is to become it. */
function namesFile(text: string, target: string): boolean {
  if (text === "" || text === "-") return false;
  const [typed, asked] = [text.replace(/(?<=.)[/\\]+$/, ""), target].map((path) => normalize(path));
  if (typed === asked) return true;
  if (dirname(typed!) !== dirname(asked!)) return false;
  const base = basename(typed!);
  const name = PART_FILE.exec(basename(asked!))?.[1] ?? basename(asked!);
  const short = SHORTENED.exec(name)?.[1];
  return name === base || name.startsWith(`${base}.`) ||
    (short !== undefined && base.startsWith(short));
}

/** The parts of an address that name hosts. */
function hostsOf(address: string): string[] {
  const [, authority = ""] = /^[^:]*:\/\/([^/?]*)/.exec(address) ?? [];
  return authority.slice(authority.lastIndexOf("@") + 1).split(",").map(decode);
}

/** The files that an address names: sockets, and values of its options. */
function filesOf(address: string): string[] {
  const [, ...query] = address.split("?");
  const values = query.join("?").split("&").map((pair) =>
    decode(pair.slice(pair.indexOf("=") + 1))
  );
  return [...hostsOf(address), ...values].filter((name) => name !== "");
}

function netsOf(address: string): string[] {
  const srv = /^[a-z]+\+srv:/i.test(address);
  return hostsOf(address).map((host) => {
    if (host.endsWith(".sock")) return `unix:${host}`;
    if (!srv) return /:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORT}`;
    // The records of a name may name machines of its domain.
    const name = host.toLowerCase().replace(/\.$/, "");
    const labels = name.split(".");
    return `*.${labels.length > 2 ? labels.slice(1).join(".") : name}:${DEFAULT_PORT}`;
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
