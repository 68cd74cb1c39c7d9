/** What is measured: each job as datahood does it, and as its peer does. */
import { join } from "@std/path";
import type { MongoClient } from "mongodb";
import { DATABASE_JOBS, fillDatabase, makeInput, WHOLE, WHOLE_COPY } from "./_database_jobs.ts";
import {
  address,
  DATABASE,
  exists,
  expectBytes,
  type Input,
  type Job,
  type JobContext,
  peerAddress,
  type PeerName,
} from "./_job.ts";
import { type Command, measure } from "./_measure.ts";
import type { OrdersFile } from "./orders.ts";

const COPY = "copy";
/** The collection that jobs read. */
const SOURCE = "orders";

function toServer(
  context: JobContext,
  tool: "datahood" | PeerName,
  file: string,
  db: string,
  collection: string,
): Command {
  const { uri, peers } = context;
  if (tool === "datahood") {
    return context.datahood("transfer", file, address(uri, `${db}.${collection}`));
  }
  const place = ["--db", db, "--collection", collection];
  return { program: peers[tool]!, args: [...peerAddress(uri), ...place, file] };
}

/** Puts a file into a collection, by the peer where there is one, so that no job leans on datahood. */
async function fill(context: JobContext, { path }: OrdersFile, namespace: string): Promise<void> {
  const tool = context.peers.mongorestore === undefined ? "datahood" : "mongorestore";
  const [db, collection] = namespace.split(".") as [string, string];
  await measure(toServer(context, tool, path, db, collection));
}

/**
 * Makes what some jobs read. Not measured.
 *
 * @param context The context of the jobs.
 * @param jobs The jobs.
 * @param say Is told what is being made.
 */
export async function makeInputs(
  context: JobContext,
  jobs: readonly Job[],
  say: (line: string) => void,
): Promise<void> {
  const wanted = new Set<Input | undefined>(jobs.map(({ reads }) => reads));
  const { client, orders } = context;
  if (wanted.has("collection")) {
    say("filling the collection that is read");
    await fill(context, orders, `${DATABASE}.${SOURCE}`);
    await expectAll(context, SOURCE);
  }
  if (wanted.has("database") || wanted.has("dump") || wanted.has("archive")) {
    say("filling the database that is read");
    await fillDatabase(context, fill);
    if (wanted.has("dump")) await measure(makeInput(context, "dump"));
    if (wanted.has("archive")) await measure(makeInput(context, "archive"));
    // A server with less to hold is what a restore meets.
    if (!wanted.has("database")) await client.db(WHOLE).dropDatabase();
  }
  if (wanted.has("copy")) await Deno.copyFile(orders.path, copyInput(context));
}

/** Throws if a collection does not hold all documents. */
async function expectAll(context: JobContext, collection: string): Promise<void> {
  const found = await context.client.db(DATABASE).collection(collection).countDocuments();
  const { documents } = context.orders;
  if (found !== documents) {
    throw new Error(`Cannot trust "${collection}": it has ${found} documents, not ${documents}`);
  }
}

/**
 * Drops all that the jobs made on the server.
 *
 * @param client A client of it.
 */
export async function dropAll(client: MongoClient): Promise<void> {
  for (const name of [DATABASE, WHOLE, WHOLE_COPY]) await client.db(name).dropDatabase();
}

const restore: Job = {
  name: "restore",
  title: "BSON file → MongoDB",
  peer: "mongorestore",
  wallGoal: 0.75,
  peakGoalMb: 200,
  command: (context, tool) => toServer(context, tool, context.orders.path, DATABASE, COPY),
  async finish(context) {
    await expectAll(context, COPY);
    await context.client.db(DATABASE).dropCollection(COPY);
  },
};

function dump(suffix: "" | ".gz", wallGoal: number): Job {
  const file = (context: JobContext) => join(context.folder, `orders.bson${suffix}`);
  // mongodump names the file itself, below a folder of the database.
  const peerFile = (context: JobContext) =>
    join(context.folder, DATABASE, `${SOURCE}.bson${suffix}`);
  return {
    name: suffix === "" ? "dump" : "dump-gzip",
    title: suffix === "" ? "MongoDB → BSON file" : "MongoDB → BSON gzip",
    peer: "mongodump",
    wallGoal,
    peakGoalMb: 200,
    reads: "collection",
    command(context, tool) {
      const { uri, peers } = context;
      if (tool === "datahood") {
        return context.datahood("transfer", address(uri, `${DATABASE}.${SOURCE}`), file(context));
      }
      const place = ["--db", DATABASE, "--collection", SOURCE];
      const args = [...peerAddress(uri), ...place, "--out", context.folder];
      return { program: peers[tool]!, args: suffix === "" ? args : [...args, "--gzip"] };
    },
    async finish(context) {
      const made = await exists(file(context)) ? file(context) : peerFile(context);
      await expectBytes(made, context.orders.bytes, suffix === ".gz");
    },
  };
}

function fileCopy(suffix: "" | ".gz"): Job {
  const file = (context: JobContext) => join(context.folder, `copy.bson${suffix}`);
  return {
    name: suffix === "" ? "copy" : "copy-gzip",
    title: suffix === "" ? "BSON file → BSON file" : "BSON file → BSON gzip",
    peakGoalMb: 150,
    command: (context) => context.datahood("transfer", context.orders.path, file(context)),
    finish: (context) => expectBytes(file(context), context.orders.bytes, suffix === ".gz"),
  };
}

/** Types of a file, beside what `peer` makes of it. */
function schema(name: string, peer: PeerName, more: Partial<Job>): Job {
  const types = (context: JobContext) => join(context.folder, "order.ts");
  return {
    name,
    title: "BSON file → types",
    peer,
    peakGoalMb: 150,
    ...more,
    command(context, tool) {
      const { orders, peers, folder } = context;
      if (tool === "datahood") {
        return context.datahood("schema", orders.path, "--values", "none", "-o", types(context));
      }
      if (tool === "dh") {
        const args = ["schema", "from-bson", orders.path, "-o", join(folder, "order.py")];
        return { program: peers[tool]!, args };
      }
      return { program: peers[tool]!, args: [...MONGODB_SCHEMA, orders.path] };
    },
    async finish(context) {
      if (!await exists(types(context))) return;
      const text = await Deno.readTextFile(types(context));
      if (!text.includes(`${context.orders.documents} documents`)) {
        throw new Error(`Cannot trust the types: they are not of all documents`);
      }
    },
  };
}

/** How Deno runs mongodb-schema. */
const MONGODB_SCHEMA: readonly string[] = [
  "run",
  "-A",
  "--import-map",
  join("npm", "import_map.json"),
  join("bench", "_mongodb_schema.ts"),
];

/** Types of a collection; what it takes beyond reading is all that is datahood's own. */
const schemaServer: Job = {
  name: "schema-server",
  title: "MongoDB → types",
  peerTitle: "reading alone",
  peer: "reading",
  wallGoal: 1.1,
  peakGoalMb: 200,
  reads: "collection",
  command(context, tool) {
    const source = address(context.uri, `${DATABASE}.${SOURCE}`);
    return tool === "datahood"
      ? context.datahood("schema", source, "--all", "-o", join(context.folder, "order.ts"))
      : context.datahood("transfer", source, "null:");
  },
  async finish() {},
};

function copyInput({ inputs }: JobContext): string {
  return join(inputs, "copy.bson");
}

/** Two files that hold the same, of which both are gone through. */
const verifyFiles: Job = {
  name: "verify",
  title: "BSON file = BSON file",
  speed: { bytes: ({ orders }) => 2 * orders.bytes, goalMb: 500 },
  peakGoalMb: 150,
  reads: "copy",
  command: (context) => context.datahood("verify", context.orders.path, copyInput(context)),
  async finish() {},
};

/** All jobs, in the order in which they run. */
export const JOBS: readonly Job[] = [
  restore,
  dump("", 0.85),
  dump(".gz", 0.5),
  fileCopy(""),
  fileCopy(".gz"),
  schema("schema", "mongodb-schema", { wallGoal: 1 / 25, peerTitle: "mongodb-schema, values off" }),
  schema("schema-original", "dh", {
    wallGoal: 1 / 80,
    peerTitle: "the Python original",
    peerMayFail: true,
  }),
  schemaServer,
  ...DATABASE_JOBS,
  verifyFiles,
];
