import type { PermissionNeed } from "../../core/mod.ts";

/** Why no server could be used, in words. */
export interface SelectionFailure {
  /** The end of the message. */
  readonly state: string;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Permissions that the runtime refused; empty if that was not the reason. */
  readonly needs: readonly PermissionNeed[];
}

/** What of the driver's description of the servers is looked at. */
export interface Topology {
  readonly type?: string;
  readonly setName?: string | null;
  readonly servers?: ReadonlyMap<string, { readonly error?: unknown; readonly type?: string }>;
}

const TLS_HINT = "the server may want TLS (?tls=true), or none; or it is not MongoDB";

/** Each system code of a failed connection, in words. */
const CODES: Readonly<Record<string, readonly [state: string, hint?: string]>> = {
  ECONNREFUSED: ["no server answers", "is it running, and is the port right?"],
  ENOTFOUND: ["there is no host of this name", "check the spelling of the host name"],
  EAI_AGAIN: ["the host name cannot be looked up now", "check the network and its name server"],
  EAI_NONAME: ["there is no host of this name", "check the spelling of the host name"],
  EAI_NODATA: ["there is no host of this name", "check the spelling of the host name"],
  ETIMEDOUT: ["no answer", "a firewall, or an IP access list, may drop the connection"],
  EHOSTUNREACH: ["the host cannot be reached", "check the network"],
  ENETUNREACH: ["the network cannot be reached", "check the network"],
  ECONNRESET: ["the connection is closed at once", TLS_HINT],
  EPIPE: ["the connection is closed at once", TLS_HINT],
  ENOENT: ["there is no such socket", "is the server running, and is the path right?"],
};

/**
 * The hosts that the runtime does not allow to reach.
 *
 * @param topology The driver's description of the servers.
 * @returns A need for each.
 */
export function deniedHosts(topology: Topology | undefined): PermissionNeed[] {
  const needs: PermissionNeed[] = [];
  for (const [host, { error }] of topology?.servers ?? []) {
    if (!causes(error).some(({ name }) => name === "NotCapable")) continue;
    needs.push({ kind: "net", target: decodeURIComponent(host), reason: "reach the server" });
  }
  return needs;
}

/**
 * Says why the driver found no server, from the errors of each.
 *
 * @param error The driver's server selection error.
 * @returns The reason in words.
 */
export function describeSelection(error: Error): SelectionFailure {
  const topology = (error as { reason?: Topology }).reason ??
    (error.cause as { reason?: Topology } | undefined)?.reason;
  const servers = [...topology?.servers ?? []];
  const needs = deniedHosts(topology);
  if (needs.length > 0) {
    const hosts = needs.map(({ target }) => target).join(", ");
    return {
      state: `the runtime may not connect to ${hosts}, as the servers call themselves`,
      // Confined by --sandbox no flag can be added: what helps there comes first.
      hint: "name the hosts in the address as the servers call themselves, or add " +
        "?directConnection=true to talk to one server alone; without --sandbox, datahood permissions " +
        `--discover prints the flags for all hosts, here --allow-net=${
          needs.map(({ target }) => target).join(",")
        } too`,
      needs,
    };
  }
  for (const [host, { error }] of servers) {
    const chain = causes(error);
    if (chain.length === 0) continue;
    const at = decodeURIComponent(host);
    const tls = chain.find(isTls);
    if (tls !== undefined) {
      return {
        state: `TLS with ${at} fails${tls.code === undefined ? "" : ` (${tls.code})`}`,
        hint: "--tls-ca-file names the authority to trust; a server without TLS wants ?tls=false",
        needs,
      };
    }
    const code = chain.map(({ code }) => code).find((code) => code !== undefined && CODES[code]);
    if (code !== undefined) {
      const [state, hint] = CODES[code]!;
      return { state: `${state} at ${at}`, hint, needs };
    }
    if (chain.some(({ name }) => name === "MongoNetworkTimeoutError")) {
      const [state, hint] = CODES.ETIMEDOUT!;
      return { state: `${state} from ${at}`, hint, needs };
    }
    if (chain.some(({ name }) => name === "MongoCompatibilityError")) {
      return { state: `the server at ${at} is too old`, hint: "MongoDB 4.2 and later work", needs };
    }
    const [state, hint] = CODES.ECONNRESET!;
    return { state: `${state} by ${at}`, hint, needs };
  }
  if (servers.length > 0) {
    const hosts = servers.map(([host]) => decodeURIComponent(host)).join(", ");
    return {
      state: `no server of ${hosts} can be used for this`,
      hint: "no primary now, another replicaSet name, or no member that fits readPreference; " +
        "?directConnection=true talks to one member alone",
      needs,
    };
  }
  return { state: "no server answers", hint: "is it running, and is the address right?", needs };
}

interface Cause {
  readonly name: string;
  readonly code: string | undefined;
}

/** An error and those below it. */
function causes(error: unknown): Cause[] {
  const found: Cause[] = [];
  let next: unknown = error;
  while (next instanceof Error && found.length < 8) {
    const { code } = next as { code?: unknown };
    found.push({ name: next.name, code: typeof code === "string" ? code : undefined });
    // A connection to a name of several addresses fails with one error for each.
    const several = (next as { errors?: unknown }).errors;
    if (Array.isArray(several)) { for (const each of several) found.push(...causes(each)); }
    next = next.cause;
  }
  return found;
}

function isTls({ code, name }: Cause): boolean {
  if (code === undefined) return name === "InvalidData";
  return /^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH)/
    .test(code);
}
