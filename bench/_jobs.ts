/** What is measured: each job as datahood does it, and as its peer does. */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { join } from "@std/path";
import type { MongoClient } from "mongodb";
import { ConnectionString } from "mongodb-connection-string-url";
import type { Command } from "./_measure.ts";
import type { OrdersFile } from "./orders.ts";

/** The programs that datahood is measured against. */
export type PeerName = "mongorestore" | "mongodump" | "mongodb-schema" | "dh" | "reading";

/** Where a job finds its ends. */
export interface JobContext {
  /** The server. */
  readonly uri: string;
  /** A client of it, for what is not measured. */
  readonly client: MongoClient;
  /** The documents. */
  readonly orders: OrdersFile;
  /** A folder for output, of this run alone. */
  readonly folder: string;
  /** Where each peer is, or `undefined` if it is not installed. */
  readonly peers: Readonly<Record<PeerName, string | undefined>>;
  /** Runs datahood with some arguments. */
  datahood(...args: string[]): Command;
}

/** One job. */
export interface Job {
  /** A word for `--only`. */
  readonly name: string;
  /** What it does. */
  readonly title: string;
  /** The peer that can do it too. */
  readonly peer?: PeerName;
  /** What the table calls the peer, where its program's name does not tell. */
  readonly peerTitle?: string;
  /** Whether the peer may fail in the end: what it took until then is a lower bound. */
  readonly peerMayFail?: boolean;
  /** Wall time of datahood over the peer's that is aimed at. */
  readonly wallGoal?: number;
  /** Peak memory of datahood that is aimed at, in MB. */
  readonly peakGoalMb: number;
  /** Whether it reads the collection {@linkcode SOURCE}. */
  readonly readsServer: boolean;
  /** The command of datahood, or of the peer. */
  command(context: JobContext, tool: "datahood" | PeerName): Command;
  /** Looks at what a run made, throws if it is not all there, and clears it away. */
  finish(context: JobContext): Promise<void>;
}

const DATABASE = "datahood_bench";
const COPY = "copy";
/** The collection that jobs read. */
export const SOURCE = "orders";

/**
 * The address of a collection for datahood.
 *
 * @param uri The server.
 * @param collection The collection.
 * @returns The same server with the namespace as its path.
 */
export function address(uri: string, collection: string): string {
  const parts = new ConnectionString(uri);
  if (parts.username !== "" && !parts.searchParams.has("authSource")) {
    parts.searchParams.set("authSource", parts.pathname.slice(1) || "admin");
  }
  parts.pathname = `/${DATABASE}.${collection}`;
  return parts.toString();
}

/** The address of the server for the peers, which take the namespace as options. */
function peerArgs(uri: string, collection: string): string[] {
  const parts = new ConnectionString(address(uri, collection));
  parts.pathname = "/";
  return ["--quiet", "--uri", parts.toString(), "--db", DATABASE, "--collection", collection];
}

function toServer(context: JobContext, tool: "datahood" | PeerName, collection: string): Command {
  const { uri, orders, peers } = context;
  if (tool === "datahood") {
    return context.datahood("transfer", orders.path, address(uri, collection));
  }
  return { program: peers[tool]!, args: [...peerArgs(uri, collection), orders.path] };
}

/**
 * Fills the collection that jobs read. Not measured.
 *
 * @param context The context of the jobs.
 * @returns The command that does it: the peer where there is one, so that no job leans on datahood.
 */
export function fillSource(context: JobContext): Command {
  const tool = context.peers.mongorestore === undefined ? "datahood" : "mongorestore";
  return toServer(context, tool, SOURCE);
}

/**
 * Throws if a collection does not hold all documents.
 *
 * @param context The context of the jobs.
 * @param collection The collection.
 */
export async function expectAll(context: JobContext, collection: string): Promise<void> {
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
  await client.db(DATABASE).dropDatabase();
}

const restore: Job = {
  name: "restore",
  title: "BSON file → MongoDB",
  peer: "mongorestore",
  wallGoal: 0.75,
  peakGoalMb: 200,
  readsServer: false,
  command: (context, tool) => toServer(context, tool, COPY),
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
    readsServer: true,
    command(context, tool) {
      const { uri, peers } = context;
      if (tool === "datahood") {
        return context.datahood("transfer", address(uri, SOURCE), file(context));
      }
      const args = [...peerArgs(uri, SOURCE), "--out", context.folder];
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
    readsServer: false,
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
    readsServer: false,
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
export const MONGODB_SCHEMA: readonly string[] = [
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
  readsServer: true,
  command(context, tool) {
    const source = address(context.uri, SOURCE);
    return tool === "datahood"
      ? context.datahood("schema", source, "--all", "-o", join(context.folder, "order.ts"))
      : context.datahood("transfer", source, "null:");
  },
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
];

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function expectBytes(path: string, bytes: number, gzip: boolean): Promise<void> {
  let found = 0;
  if (gzip) {
    await pipeline(createReadStream(path), createGunzip(), async (parts) => {
      for await (const part of parts) found += part.length;
    });
  } else found = (await Deno.stat(path)).size;
  if (found !== bytes) {
    throw new Error(`Cannot trust "${path}": it has ${found} bytes, not ${bytes}`);
  }
}
