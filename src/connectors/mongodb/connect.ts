import type {
  Document,
  MongoClient,
  MongoClientOptions,
  TopologyDescriptionChangedEvent,
} from "mongodb";
import type { ConnectionString } from "mongodb-connection-string-url";
import {
  type Cancellable,
  ConnectError,
  PermissionError,
  throwIfInterrupted,
  UsageError,
} from "../../core/mod.ts";
import { missingPermissions, shieldEnvironment } from "../../permissions/mod.ts";
import { deniedHosts } from "./_selection_failure.ts";
import { displayOf, type MongoConnectorOptions } from "./options.ts";
import { mongoPermissions, option, parseUri } from "./permissions.ts";
import type { MongoSession } from "./session.ts";
import { type ErrorContext, translateError } from "./translate_error.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connects, logs in, and asks the server what it is. A failure leaves nothing open.
 *
 * @param options The connector's options.
 * @param cancel How to stop it.
 * @returns The session.
 * @throws {ConnectError} If no server answers or the login fails.
 * @throws {PermissionError} If the runtime does not allow to reach it.
 */
export async function openSession(
  options: MongoConnectorOptions,
  { signal }: Cancellable = {},
): Promise<MongoSession> {
  throwIfInterrupted(signal);
  const display = displayOf(options);
  const uri = parseUri(options.uri);
  await checkPermissions(options, display);
  // The driver reads 20 variables, of which it needs none: without the right, they look unset.
  shieldEnvironment();
  const { MongoClient } = await import("mongodb");
  const client = makeClient(() => new MongoClient(options.uri, clientOptions(options, uri)), {
    display,
    uri,
  });
  const loggedIn = uri.username !== "" || option(uri, "authMechanism") !== undefined;
  const context: ErrorContext = { action: "connect to", display, loggedIn, signal };
  // The driver's connect() takes no signal; closing the client ends what it waits for.
  const onAbort = () => void client.close().catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await connectUnlessDenied(client);
    const hello = await askHello(client, option(uri, "compressors"));
    throwIfInterrupted(signal);
    return { client, hello, display, options, loggedIn };
  } catch (error) {
    await client.close().catch(() => {});
    refuseTlsFile(error, display);
    throw isNameLookup(error, uri)
      ? await nameLookupError(error, context)
      : translateError(error, context);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** What the system says of a file, in words. */
const FILE_STATES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "the system does not let it be read",
  EISDIR: "it is a folder",
};

/** The only files that the driver reads are those of TLS: certificates and keys. */
function refuseTlsFile(error: unknown, display: string): void {
  const { code = "", path } = error as { readonly code?: string; readonly path?: string };
  const state = FILE_STATES[code];
  if (state === undefined) return;
  const file = path === undefined ? "a file of TLS" : `"${path}"`;
  throw new ConnectError(`Cannot connect to "${display}": cannot read ${file}: ${state}`, {
    hint: "it is named by tlsCAFile or tlsCertificateKeyFile in the address, or by --tls-ca-file",
    cause: error,
  });
}

/** Members that the address does not name cannot be asked about before they are known. */
async function connectUnlessDenied(client: MongoClient): Promise<void> {
  const denied = Promise.withResolvers<never>();
  const look = ({ newDescription }: TopologyDescriptionChangedEvent) => {
    if (newDescription.servers.size === 0) return;
    // The driver would go on trying until the time for finding a server is over.
    if (deniedHosts(newDescription).length < newDescription.servers.size) return;
    const error = new Error("No permission to connect");
    error.name = "MongoServerSelectionError";
    denied.reject(Object.assign(error, { reason: newDescription }));
  };
  client.on("topologyDescriptionChanged", look);
  const connecting = client.connect();
  connecting.catch(() => {});
  denied.promise.catch(() => {});
  try {
    await Promise.race([connecting, denied.promise]);
  } finally {
    client.off("topologyDescriptionChanged", look);
  }
}

async function checkPermissions(options: MongoConnectorOptions, display: string): Promise<void> {
  const needs = mongoPermissions(options.uri, options.tlsCaFile);
  // Which hosts an SRV record names is not known yet: a grant for each of them is as good.
  const refused = await missingPermissions(
    needs.filter(({ target }) => !target.startsWith("*.")),
    { prompt: true },
  );
  if (refused.length === 0) return;
  const what = refused.map(({ kind, target }) => `${kind} access to ${target}`).join(", ");
  throw new PermissionError(`Cannot connect to "${display}": ${what} is not allowed`, refused, {
    hint: `add ${refused.map(({ kind, target }) => `--allow-${kind}=${target}`).join(" ")}`,
  });
}

function clientOptions(options: MongoConnectorOptions, uri: ConnectionString): MongoClientOptions {
  const { connectTimeoutMs, idleTimeoutMs, tlsCaFile } = options;
  const selection = connectTimeoutMs ?? number(option(uri, "serverSelectionTimeoutMS"));
  const connect = connectTimeoutMs ?? number(option(uri, "connectTimeoutMS"));
  return {
    serverSelectionTimeoutMS: selection ?? CONNECT_TIMEOUT_MS,
    connectTimeoutMS: connect ?? CONNECT_TIMEOUT_MS,
    ...(idleTimeoutMs === undefined ? {} : { socketTimeoutMS: idleTimeoutMs }),
    ...(tlsCaFile === undefined ? {} : { tlsCAFile: tlsCaFile }),
    ...(option(uri, "appName") === undefined ? { appName: "datahood" } : {}),
  };
}

function number(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : Number(text);
}

function makeClient(
  make: () => MongoClient,
  { display, uri }: { display: string; uri: ConnectionString },
): MongoClient {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Error) || !error.name.startsWith("Mongo")) throw error;
    // What the driver says of its options is worth reading, unless it quotes what is secret.
    const secrets = [uri.password, decodeURIComponent(uri.password)].filter((text) => text !== "");
    const quotes = secrets.some((secret) => error.message.includes(secret)) ||
      /properties|key|token/i.test(error.message);
    const state = quotes ? "an option in it cannot be used" : error.message;
    throw new UsageError(`Cannot connect to "${display}": ${state}`, {
      hint: "check the part behind the ? of the address",
    });
  }
}

/** Servers before 4.4.2 know `hello` only by its old name. */
async function askHello(client: MongoClient, compressors: string | undefined): Promise<Document> {
  const admin = client.db("admin");
  const wanted = compressors === undefined ? {} : { compression: compressors.split(",") };
  try {
    return await admin.command({ hello: 1, ...wanted });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 59) throw error;
    return await admin.command({ isMaster: 1, ...wanted });
  }
}

/** Whether looking up the SRV or TXT record is what failed: a system error, from before any server. */
function isNameLookup(error: unknown, uri: ConnectionString): boolean {
  return uri.isSRV && error instanceof Error && !error.name.startsWith("Mongo") &&
    typeof (error as { syscall?: unknown }).syscall === "string";
}

async function nameLookupError(error: unknown, context: ErrorContext): Promise<Error> {
  const { display } = context;
  const { code } = error as { code?: string };
  const servers = code === "ENOTFOUND" || code === "ENODATA" ? [] : await nameServerNeeds();
  const refused = await missingPermissions(servers, { prompt: true });
  if (code === "UNKNOWN" || refused.length > 0) {
    const needs = refused.length > 0 ? refused : await missingPermissions(
      [{ kind: "net", target: "0.0.0.0:53", reason: "ask the name server" }],
      { prompt: true },
    );
    if (needs.length > 0) {
      const state = "asking the name server for its SRV record is not allowed";
      return new PermissionError(`Cannot connect to "${display}": ${state}`, refused, {
        hint: "add --allow-net=<address of the name server>:53, as /etc/resolv.conf has it",
        cause: error,
      });
    }
  }
  const missing = code === "ENOTFOUND" || code === "ENODATA";
  const state = missing
    ? "the name server has no SRV record of this name"
    : `the name server does not answer (${code})`;
  return new ConnectError(`Cannot connect to "${display}": ${state}`, {
    hint: missing ? "check the host name; mongodb:// is for a plain host" : "check the network",
    cause: error,
  });
}

/**
 * What asking the system's name servers needs; nothing where the runtime does not tell which they
 * are (it wants `sys` for that).
 *
 * @returns A need for each name server.
 */
export async function nameServerNeeds(): Promise<
  readonly { readonly kind: "net"; readonly target: string; readonly reason: string }[]
> {
  try {
    const { getServers } = await import("node:dns");
    const hosts = new Set(
      getServers().map((server) => {
        if (/^\d+(\.\d+){3}$/.test(server)) return `${server}:53`;
        if (server.startsWith("[") || /^[^:]+:\d+$/.test(server)) return server;
        return `[${server}]:53`;
      }),
    );
    return [...hosts].map((target) => ({ kind: "net", target, reason: "find the servers' names" }));
  } catch {
    return [];
  }
}
