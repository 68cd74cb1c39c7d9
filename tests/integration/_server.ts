/**
 * Tests against a MongoDB server: {@linkcode integration} starts one, gives each test a database of
 * its own, and skips, saying why, what cannot run here.
 *
 * @module
 */
import { BSONSymbol, type Db, MongoClient } from "mongodb";
import {
  type MongoServer,
  type MongoServerOptions,
  NoServerError,
  startMongoServer,
} from "../../scripts/mongodb_server.ts";

/** What a test may need of the server beyond the basics. */
export type ServerAbility =
  | "failpoints"
  | "compression"
  | "where"
  | "transactions"
  | "timeseries"
  | "deprecated BSON types"
  | "names with a $";

/** What a test needs. */
export interface IntegrationOptions {
  /** Abilities of the server; the test is skipped where one is missing. */
  readonly needs?: readonly ServerAbility[];
  /** A server with other options than the shared one; the same options share a server in a file. */
  readonly server?: MongoServerOptions;
}

/** What a test is given. */
export interface IntegrationContext {
  /** The server. */
  readonly server: MongoServer;
  /** Its connection string. */
  readonly uri: string;
  /** Name of a database for this test alone; dropped afterwards. */
  readonly database: string;
  /** A connected driver client, to prepare and to look. */
  readonly client: MongoClient;
  /** That database. */
  readonly db: Db;
  /** The test's own context, for steps. */
  readonly test: Deno.TestContext;
}

const REQUIRED = Deno.env.get("RUN_INTEGRATION") === "1";
const servers = new Map<string, Promise<MongoServer>>();
const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
let count = 0;

const shared = await startShared();
const abilities = shared === undefined ? new Set<ServerAbility>() : await probe(shared.uri);

async function startShared(): Promise<MongoServer | undefined> {
  try {
    return await serverOf({});
  } catch (error) {
    if (!(error instanceof NoServerError)) throw error;
    if (REQUIRED) throw error;
    say(`integration tests skipped: ${error.message}`);
    return undefined;
  }
}

function serverOf(options: MongoServerOptions): Promise<MongoServer> {
  const key = JSON.stringify(options);
  let server = servers.get(key);
  if (server === undefined) servers.set(key, server = startMongoServer(options));
  return server;
}

async function probe(uri: string): Promise<Set<ServerAbility>> {
  const client = new MongoClient(uri);
  const admin = client.db("admin");
  const found = new Set<ServerAbility>();
  const works = async (ability: ServerAbility, ask: () => Promise<unknown>) => {
    if (await ask().then((answer) => answer !== false, () => false)) found.add(ability);
  };
  const name = `datahood_probe_${crypto.randomUUID().slice(0, 8)}`;
  const scratch = client.db(name);
  try {
    await works(
      "failpoints",
      () => admin.command({ configureFailPoint: "failCommand", mode: "off" }),
    );
    await works("compression", async () => {
      const hello = await admin.command({ hello: 1, compression: ["zlib", "zstd"] });
      return (hello.compression?.length ?? 0) > 0;
    });
    await works("transactions", async () => {
      const hello = await admin.command({ hello: 1 });
      return hello.setName !== undefined || hello.msg === "isdbgrid";
    });
    await works(
      "timeseries",
      () => scratch.createCollection("t", { timeseries: { timeField: "t" } }),
    );
    await works("deprecated BSON types", async () => {
      await scratch.collection("s").insertOne({ s: new BSONSymbol("x") });
      return await scratch.collection("s").countDocuments({ s: { $type: "symbol" } }) === 1;
    });
    await works("names with a $", () => scratch.createCollection("a$b"));
    await works("where", () => scratch.collection("w").find({ $where: "true" }).toArray());
  } finally {
    await scratch.dropDatabase().catch(() => {});
    await client.close();
  }
  return found;
}

/**
 * Whether the shared server can do something, for what a test leaves out and says so.
 *
 * @param ability What.
 */
export function serverHas(ability: ServerAbility): boolean {
  return abilities.has(ability);
}

/**
 * Registers a test against a server.
 *
 * @param name "`symbol()` does X".
 * @param options What it needs; may be left out.
 * @param fn The test.
 */
export function integration(
  name: string,
  options: IntegrationOptions | ((context: IntegrationContext) => Promise<void>),
  fn?: (context: IntegrationContext) => Promise<void>,
): void {
  const run = typeof options === "function" ? options : fn!;
  const { needs = [], server } = typeof options === "function" ? {} : options;
  const missing = needs.filter((need) => !abilities.has(need));
  if (shared !== undefined && missing.length > 0) {
    say(`skipped "${name}": ${shared.how} has no ${missing.join(", no ")}`);
  }
  Deno.test({
    name,
    ignore: shared === undefined || missing.length > 0,
    fn: async (test) => {
      const used = await serverOf(server ?? {});
      const database = `datahood_${Deno.pid}_${Date.now().toString(36)}_${count++}`;
      const login = used.uri + (server?.tls ? "&tlsAllowInvalidCertificates=true" : "");
      const client = new MongoClient(login);
      try {
        await client.connect();
        const db = client.db(database);
        await run({ server: used, uri: used.uri, database, client, db, test });
      } finally {
        await client.db("admin").command({ configureFailPoint: "failCommand", mode: "off" })
          .catch(() => {});
        await client.db(database).dropDatabase().catch(() => {});
        await client.close();
      }
    },
  });
}

if (shared !== undefined) {
  say(`integration tests run on ${shared.how}`);
  Deno.test.afterAll(async () => {
    for (const server of servers.values()) await (await server.catch(() => undefined))?.stop();
  });
}
