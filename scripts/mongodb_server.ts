/**
 * A MongoDB server for the tests: one that is named, `mongod` on PATH, or SecantusDB, which is
 * installed from PyPI under `.cache/` when it is missing.
 *
 * Run as a program it prints the connection string and keeps the server until Ctrl-C:
 * `deno task server` or `deno run -A scripts/mongodb_server.ts`, with the options of {@linkcode USAGE}.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { findServer, NoServerError, type ServerBinary } from "./_mongodb_binary.ts";
import { spawnServer } from "./_mongodb_process.ts";

export { NoServerError };

/** Certificates for a server that speaks TLS. */
export interface ServerTls {
  /** The server's certificate, PEM. */
  readonly certFile: string;
  /** Its private key, PEM. */
  readonly keyFile: string;
  /** Authorities that client certificates are checked against. */
  readonly caFile?: string;
  /** Refuse clients without a certificate. */
  readonly requireClientCert?: boolean;
}

/** How to start a server. */
export interface MongoServerOptions {
  /** Require a login, and create this user with every right first. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** A standalone server; else a replica set of one. */
  readonly standalone?: boolean;
  /** Where the data is kept, so that it outlives the server; a temporary place by default. */
  readonly storagePath?: string;
  /** The port; a free one by default. */
  readonly port?: number;
  /** Speak TLS. */
  readonly tls?: ServerTls;
  /** Never take `DATAHOOD_TEST_MONGODB_URI`: start a server of one's own. */
  readonly own?: boolean;
}

/** A server that runs. */
export interface MongoServer {
  /** Connection string, with the user of `auth`. */
  readonly uri: string;
  /** The same without a user. */
  readonly bareUri: string;
  /** The port on 127.0.0.1; the URI's own for a server that was named. */
  readonly port: number;
  /** Which server was taken, in words. */
  readonly how: string;
  /** Ends it and waits until it is gone. A server that was named is left alone. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts, or finds, a MongoDB server.
 *
 * @param options How to start it.
 * @returns The server, which answers.
 * @throws {NoServerError} If none can be had; the message says what to install.
 */
export async function startMongoServer(options: MongoServerOptions = {}): Promise<MongoServer> {
  const named = Deno.env.get("DATAHOOD_TEST_MONGODB_URI");
  if (named && !needsOwn(options)) {
    const port = Number(/^mongodb:\/\/(?:[^@/]*@)?[^/,]*?:(\d+)/.exec(named)?.[1] ?? 27017);
    const leave = () => Promise.resolve();
    const how = "DATAHOOD_TEST_MONGODB_URI";
    return { uri: named, bareUri: named, port, how, stop: leave, kill: leave };
  }
  const binary = await findServer();
  if (options.auth === undefined) return await start(binary, options, false);
  const storagePath = options.storagePath ?? await Deno.makeTempDir({ prefix: "datahood-mongodb" });
  const open = await start(binary, { ...options, storagePath }, false);
  await createUser(open.bareUri, options.auth);
  await open.stop();
  const server = await start(binary, { ...options, storagePath }, true);
  const { user, password } = options.auth;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  const uri = server.bareUri.replace("://", `://${login}`);
  if (options.storagePath !== undefined) return { ...server, uri };
  const remove = () => Deno.remove(storagePath, { recursive: true }).catch(() => {});
  return {
    ...server,
    uri,
    stop: () => server.stop().finally(remove),
    kill: () => server.kill().finally(remove),
  };
}

function needsOwn(options: MongoServerOptions): boolean {
  return options.own === true || options.auth !== undefined || options.standalone === true ||
    options.storagePath !== undefined || options.port !== undefined || options.tls !== undefined;
}

async function start(
  binary: ServerBinary,
  options: MongoServerOptions,
  auth: boolean,
): Promise<MongoServer> {
  const child = await spawnServer(binary, { ...options, auth });
  const bareUri = `mongodb://127.0.0.1:${child.port}/${options.tls ? "?tls=true" : ""}`;
  const { port, stop, kill } = child;
  return { uri: bareUri, bareUri, port, how: binary.how, stop, kill };
}

async function createUser(
  uri: string,
  { user, password }: { user: string; password: string },
): Promise<void> {
  const { MongoClient } = await import("mongodb");
  const client = new MongoClient(uri, { directConnection: true });
  try {
    const admin = client.db("admin");
    // On a storage path that was used before, the user is there already.
    const found = await admin.command({ usersInfo: user });
    if (found.users.length > 0) return;
    await admin.command({ createUser: user, pwd: password, roles: ["root"] });
  } finally {
    await client.close();
  }
}

const USAGE = "deno task server [--auth] [--standalone] [--port N] [--storage-path FOLDER]";

async function main(args: string[]): Promise<void> {
  const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  const unknown: string[] = [];
  const flags = parseArgs(args, {
    string: ["port", "storage-path"],
    boolean: ["auth", "standalone", "help"],
    unknown: (arg) => void unknown.push(arg),
  });
  if (flags.help || unknown.length > 0) {
    print(USAGE);
    Deno.exit(flags.help ? 0 : 2);
  }
  const { port, "storage-path": storagePath } = flags;
  try {
    const server = await startMongoServer({
      own: true,
      standalone: flags.standalone,
      ...(flags.auth ? { auth: { user: "admin", password: "secret" } } : {}),
      ...(port === undefined ? {} : { port: Number(port) }),
      ...(storagePath === undefined ? {} : { storagePath }),
    });
    print(server.uri);
    await new Promise<void>((resolve) => {
      Deno.addSignalListener("SIGINT", resolve);
      if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", resolve);
    });
    await server.stop();
    Deno.exit(0);
  } catch (error) {
    if (!(error instanceof NoServerError)) throw error;
    Deno.stderr.writeSync(new TextEncoder().encode(`${error.message}\n`));
    Deno.exit(1);
  }
}

if (import.meta.main) await main(Deno.args);
