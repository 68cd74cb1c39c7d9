/** Jobs on a whole database: several collections with indexes, as a folder and as an archive. */
import { join } from "@std/path";
import {
  address,
  bytesOf,
  expectBytes,
  type Job,
  type JobContext,
  peerAddress,
  type PeerName,
} from "./_job.ts";
import type { Command } from "./_measure.ts";
import type { OrdersFile } from "./orders.ts";

/** The database that jobs read. */
export const WHOLE = "datahood_bench_whole";
/** The database that jobs write. */
export const WHOLE_COPY = "datahood_bench_whole_copy";
/** Of how many collections the database is. */
export const COLLECTIONS = 8;

/** Enough for an index to cost something, and of two kinds. */
const INDEXES: readonly Readonly<Record<string, 1 | -1>>[] = [
  { "customer.email": 1 },
  { status: 1, createdAt: -1 },
];

/** The name of a collection of the database. */
function nameOf(part: number): string {
  return `orders_${part + 1}`;
}

/** Puts a file into a collection. Not measured. */
export type Fill = (context: JobContext, file: OrdersFile, namespace: string) => Promise<void>;

/**
 * Makes the database that jobs read. Not measured.
 *
 * @param context The context of the jobs.
 * @param fill Puts a file into a collection.
 */
export async function fillDatabase(context: JobContext, fill: Fill): Promise<void> {
  const database = context.client.db(WHOLE);
  for (const [part, file] of context.parts.entries()) {
    await fill(context, file, `${WHOLE}.${nameOf(part)}`);
    for (const index of INDEXES) await database.collection(nameOf(part)).createIndex(index);
  }
  await expectDatabase(context, WHOLE);
}

/** The dump of the database that jobs read. */
function dumpInput({ inputs }: JobContext): string {
  return join(inputs, "dump");
}

/** The archive of the database that jobs read. */
function archiveInput({ inputs }: JobContext): string {
  return join(inputs, "whole.archive");
}

/**
 * What makes the dump or the archive that jobs read: the peer where there is one.
 *
 * @param context The context of the jobs.
 * @param kind Which of the two.
 * @returns The command.
 */
export function makeInput(context: JobContext, kind: "dump" | "archive"): Command {
  const to = kind === "dump" ? dumpInput(context) : archiveInput(context);
  const tool = context.peers.mongodump === undefined ? "datahood" : "mongodump";
  return fromServer(context, tool, kind, to, []);
}

function fromServer(
  context: JobContext,
  tool: "datahood" | PeerName,
  kind: "dump" | "archive",
  to: string,
  more: readonly string[],
): Command {
  const { uri, peers } = context;
  if (tool === "datahood") {
    const as = kind === "dump" ? "dump" : "archive";
    return context.datahood("transfer", address(uri, WHOLE), to, "--to", as, ...more);
  }
  const out = kind === "dump" ? ["--out", to] : [`--archive=${to}`];
  return { program: peers[tool]!, args: [...peerAddress(uri), "--db", WHOLE, ...out, ...more] };
}

/** Throws if a database does not hold all documents and indexes. */
async function expectDatabase({ client, parts }: JobContext, name: string): Promise<void> {
  for (const [part, { documents }] of parts.entries()) {
    const collection = client.db(name).collection(nameOf(part));
    const found = await collection.countDocuments();
    const indexes = (await collection.indexes()).length;
    if (found === documents && indexes === INDEXES.length + 1) continue;
    throw new Error(
      `Cannot trust "${name}.${nameOf(part)}": it has ${found} documents and ${indexes} indexes, ` +
        `not ${documents} and ${INDEXES.length + 1}`,
    );
  }
}

function dumpJob(kind: "dump" | "archive", gzip: boolean): Job {
  const to = (context: JobContext) =>
    join(context.folder, kind === "dump" ? "out" : `out.archive${gzip ? ".gz" : ""}`);
  return {
    name: `whole-${kind}${gzip ? "-gzip" : ""}`,
    title: `database → ${kind === "dump" ? "dump folder" : "archive"}${gzip ? ", gzip" : ""}`,
    peer: "mongodump",
    wallGoal: gzip ? 0.5 : 1,
    peakGoalMb: 200,
    reads: "database",
    command(context, tool) {
      const own = tool === "datahood" ? ["--compress", "gzip"] : ["--gzip"];
      return fromServer(context, tool, kind, to(context), gzip ? own : []);
    },
    async finish(context) {
      const made = to(context);
      if (kind === "archive") {
        const bytes = context.parts.reduce((sum, part) => sum + part.bytes, 0);
        const found = await bytesOf(made, gzip);
        // Headers of segments come to it: a few for each.
        if (found > bytes && found < bytes * 1.01 + 100_000) return;
        throw new Error(`Cannot trust "${made}": it has ${found} bytes for ${bytes} of documents`);
      }
      for (const [part, { bytes }] of context.parts.entries()) {
        const file = join(made, WHOLE, `${nameOf(part)}.bson${gzip ? ".gz" : ""}`);
        await expectBytes(file, bytes, gzip);
      }
    },
  };
}

function restoreJob(kind: "dump" | "archive"): Job {
  const from = kind === "dump" ? dumpInput : archiveInput;
  return {
    name: `whole-restore-${kind}`,
    title: `${kind === "dump" ? "dump folder" : "archive"} → database`,
    peer: "mongorestore",
    wallGoal: 1,
    peakGoalMb: 200,
    reads: kind,
    command(context, tool) {
      const { uri, peers } = context;
      if (tool === "datahood") {
        return context.datahood("transfer", from(context), address(uri, WHOLE_COPY));
      }
      const names = ["--nsFrom", `${WHOLE}.*`, "--nsTo", `${WHOLE_COPY}.*`];
      const input = kind === "dump" ? [from(context)] : [`--archive=${from(context)}`];
      return { program: peers[tool]!, args: [...peerAddress(uri), ...names, ...input] };
    },
    async finish(context) {
      await expectDatabase(context, WHOLE_COPY);
      await context.client.db(WHOLE_COPY).dropDatabase();
    },
  };
}

/** The jobs on a whole database, in the order in which they run. */
export const DATABASE_JOBS: readonly Job[] = [
  dumpJob("dump", false),
  dumpJob("archive", false),
  dumpJob("dump", true),
  dumpJob("archive", true),
  restoreJob("dump"),
  restoreJob("archive"),
];
