import { ConnectionString } from "mongodb-connection-string-url";
import { type PermissionNeed, UsageError } from "../../core/mod.ts";

const DEFAULT_PORT = 27017;
/** Options of a connection string that name files which the driver reads. */
const FILE_OPTIONS = [
  ["tlsCAFile", "read the authorities to trust"],
  ["tlsCertificateKeyFile", "read the client's certificate"],
  ["tlsCRLFile", "read the list of revoked certificates"],
] as const;

/**
 * What a MongoDB connection needs to be allowed, from its connection string alone.
 *
 * @param uri The connection string.
 * @param tlsCaFile A file of authorities that is given beside it.
 * @param role Which end it is, for the reason.
 * @returns One need for each host as the string spells it, and one for each file.
 * @throws {UsageError} If the string cannot be read.
 */
export function mongoPermissions(
  uri: string,
  tlsCaFile?: string,
  role?: "source" | "target",
): readonly PermissionNeed[] {
  const parsed = parseUri(uri);
  const reason = role === undefined ? "reach the server" : `reach the ${role}`;
  const needs = parsed.hosts.flatMap((host) =>
    parsed.isSRV ? srvNeeds(host, reason) : hostNeeds(host, reason)
  );
  for (const [name, why] of FILE_OPTIONS) {
    const path = option(parsed, name);
    const overridden = name === "tlsCAFile" && tlsCaFile !== undefined;
    if (path && !overridden) needs.push({ kind: "read", target: path, reason: why });
  }
  if (tlsCaFile !== undefined) {
    needs.push({ kind: "read", target: tlsCaFile, reason: FILE_OPTIONS[0][1] });
  }
  return needs;
}

/**
 * Reads a connection string.
 *
 * @param uri The text.
 * @returns Its parts.
 * @throws {UsageError} If it cannot be read; the message quotes nothing of it, as it may be secret.
 */
export function parseUri(uri: string): ConnectionString {
  try {
    return new ConnectionString(uri);
  } catch {
    // The parser's own text may quote parts of a password: it is not passed on.
    throw new UsageError("Cannot read the MongoDB address: it is not a connection string", {
      hint: "mongodb://user:password@host:27017/; in user and password @ : / ? # % are written %XX",
    });
  }
}

/**
 * An option of a connection string; their names have no case.
 *
 * @param uri The connection string.
 * @param name The option.
 * @returns Its value, if it is there.
 */
export function option(uri: ConnectionString, name: string): string | undefined {
  return uri.searchParams.get(name) ?? undefined;
}

/**
 * What one `host[:port]`, `[v6]:port` or socket path needs.
 *
 * @param host As a connection string spells it.
 * @param reason Why.
 * @returns The needs.
 */
export function hostNeeds(host: string, reason: string): PermissionNeed[] {
  const plain = decodeURIComponent(host);
  if (plain.endsWith(".sock")) {
    return [
      { kind: "net", target: `unix:${plain}`, reason },
      { kind: "read", target: plain, reason },
      { kind: "write", target: plain, reason },
    ];
  }
  const [, name = plain, port = String(DEFAULT_PORT)] =
    /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(plain) ?? [];
  return [{ kind: "net", target: `${name}:${port}`, reason }];
}

/** SRV records may only name hosts of the same domain; at the usual port, before they are asked. */
function srvNeeds(host: string, reason: string): PermissionNeed[] {
  const name = host.toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  const domain = labels.length > 2 ? labels.slice(1).join(".") : name;
  return [{ kind: "net", target: `*.${domain}:${DEFAULT_PORT}`, reason }];
}
