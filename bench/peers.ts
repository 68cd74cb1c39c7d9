/**
 * Measures datahood and its peers on the same files and the same server, one after the other in
 * pairs, and prints a table of ratios.
 *
 * `deno task bench:peers [--pairs 5] [--documents 400000] [--only restore,dump] [--heading Types]
 * [--large] [--install] [--no-save]`. Peers are found in the folder DATAHOOD_BENCH_PEERS, else on PATH; one that is not
 * there is left out by name. The server is the one at DATAHOOD_TEST_MONGODB_URI, else the native
 * SecantusDB under `.cache/` (`--install` builds it), else the one that the tests use. `--large` measures
 * datahood alone, once, on 2 GB, for its memory.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { join } from "@std/path";
import { MongoClient } from "mongodb";
import config from "../deno.json" with { type: "json" };
import { COLLECTIONS } from "./_database_jobs.ts";
import type { Job, JobContext, PeerName } from "./_job.ts";
import { dropAll, JOBS, makeInputs } from "./_jobs.ts";
import { type Command, measure, outputOf, type Usage } from "./_measure.ts";
import { type JobRuns, loadBefore, machine, saveSection, table } from "./_results.ts";
import { startBenchServer } from "./_server.ts";
import { BENCH_CACHE, type OrdersFile, ordersFile } from "./orders.ts";

const LARGE_BYTES = 2_000_000_000;
/** Lets the server and the disk come to rest, so that no run pays for the one before it. */
const REST_MS = 500;

interface Flags {
  readonly pairs: number;
  readonly documents: number;
  readonly jobs: readonly Job[];
  readonly large: boolean;
  readonly install: boolean;
  readonly save: boolean;
  /** Over which section of the results the tables stand. */
  readonly heading: string;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function readFlags(args: string[]): Flags {
  const flags = parseArgs(args, {
    string: ["pairs", "documents", "only", "heading"],
    boolean: ["large", "install", "no-save"],
  });
  const count = (name: string, fallback: number): number => {
    if (flags[name] === undefined) return fallback;
    const value = Number(flags[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`Cannot use "--${name} ${flags[name]}": not a positive whole number`);
  };
  const names: string[] | undefined = flags.only?.split(",");
  for (const name of names ?? []) {
    if (JOBS.some((job) => job.name === name)) continue;
    throw new Error(`Cannot run "${name}": the jobs are ${JOBS.map((job) => job.name).join(", ")}`);
  }
  return {
    pairs: count("pairs", 5),
    documents: count("documents", 400_000),
    jobs: names === undefined ? JOBS : JOBS.filter((job) => names.includes(job.name)),
    large: flags.large,
    install: flags.install,
    // A part of the jobs would take the place of a whole table, unless it has a place of its own.
    save: !flags["no-save"] && (names === undefined || flags.heading !== undefined),
    heading: flags.heading ?? "Against the peers",
  };
}

async function findPeers(): Promise<Record<PeerName, string | undefined>> {
  const folder = Deno.env.get("DATAHOOD_BENCH_PEERS");
  const find = async (name: PeerName, asks = "--version") => {
    for (const program of folder ? [join(folder, name), name] : [name]) {
      if (await outputOf(program, [asks]) !== undefined) return program;
    }
    say(`${name} is not installed: left out`);
    return undefined;
  };
  return {
    mongorestore: await find("mongorestore"),
    mongodump: await find("mongodump"),
    dh: await find("dh", "--help"),
    // Both are a program for Deno.
    "mongodb-schema": Deno.execPath(),
    reading: Deno.execPath(),
  };
}

/** As a user runs it from a checkout. */
function datahood(...args: string[]): Command {
  const run = ["run", "-A", "--import-map", join("npm", "import_map.json"), "cli.ts"];
  return { program: Deno.execPath(), args: [...run, ...args] };
}

/** One measured run in a folder of its own, which is gone afterwards. */
async function runOnce(
  job: Job,
  tool: "datahood" | PeerName,
  context: JobContext,
): Promise<Usage> {
  const folder = await Deno.makeTempDir({ dir: BENCH_CACHE, prefix: "out-" });
  try {
    const here = { ...context, folder };
    const mayFail = tool !== "datahood" && job.peerMayFail === true;
    const usage = await measure(job.command(here, tool), { mayFail });
    await job.finish(here);
    const wall = usage.wallSeconds.toFixed(2);
    const peak = (usage.peakBytes / 1e6).toFixed(0);
    say(`  ${tool}: ${wall} s, CPU ${usage.cpuSeconds.toFixed(2)} s, peak ${peak} MB`);
    return usage;
  } finally {
    await Deno.remove(folder, { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
}

async function runPairs(job: Job, context: JobContext, pairs: number): Promise<JobRuns> {
  say(`${job.title}${job.peer ? ` and ${job.peer}` : ""}: a warm-up, then ${pairs}`);
  const peer = job.peer !== undefined && context.peers[job.peer] !== undefined
    ? job.peer
    : undefined;
  const tools = peer === undefined ? ["datahood" as const] : ["datahood" as const, peer];
  const runs: Record<"datahood" | "peer", Usage[]> = { datahood: [], peer: [] };
  for (let pair = 0; pair <= pairs; pair++) {
    for (const tool of pair % 2 === 1 ? tools : tools.toReversed()) {
      const usage = await runOnce(job, tool, context);
      if (pair > 0) runs[tool === "datahood" ? "datahood" : "peer"].push(usage);
    }
  }
  return { job, context, ...runs };
}

/** Datahood alone, once: what counts is the memory. */
async function runAlone(job: Job, context: JobContext): Promise<JobRuns> {
  say(`${job.title}: once`);
  return { job, context, datahood: [await runOnce(job, "datahood", context)], peer: [] };
}

async function runAll(
  context: JobContext,
  jobs: readonly Job[],
  run: (job: Job, context: JobContext) => Promise<JobRuns>,
): Promise<JobRuns[]> {
  await dropAll(context.client);
  const inputs = await Deno.makeTempDir({ dir: BENCH_CACHE, prefix: "in-" });
  try {
    const here = { ...context, inputs };
    await makeInputs(here, jobs, say);
    const all: JobRuns[] = [];
    for (const job of jobs) all.push(await run(job, here));
    return all;
  } finally {
    await Deno.remove(inputs, { recursive: true });
    await dropAll(context.client);
  }
}

/** The same number of documents as several files, of different seeds. */
async function partsOf(documents: number): Promise<OrdersFile[]> {
  const parts: OrdersFile[] = [];
  for (let part = 1; part <= COLLECTIONS; part++) {
    parts.push(await ordersFile({ documents: Math.ceil(documents / COLLECTIONS), seed: part }));
  }
  return parts;
}

async function report(
  heading: string,
  save: boolean,
  all: readonly JobRuns[],
  about: { orders: OrdersFile; server: string; how: string },
): Promise<void> {
  const { orders, server, how } = about;
  const size = `${orders.documents.toLocaleString("en")} orders, ` +
    `${(orders.bytes / 1e6).toFixed(0)} MB of BSON`;
  const date = new Date().toISOString().slice(0, 10);
  const lines = [
    `${date} · ${await machine()} · datahood ${config.version}, Deno ${Deno.version.deno} · ` +
    `${server} · ${size}${loadBefore()}`,
    how,
    table(all),
  ];
  const body = lines.join("\n\n");
  print(`\n${body}\n`);
  if (save) await saveSection(heading, body);
}

async function main(args: string[]): Promise<void> {
  const flags = readFlags(args);
  const peers = await findPeers();
  const server = await startBenchServer(flags);
  const client = new MongoClient(server.uri);
  try {
    const base = { uri: server.uri, client, peers, folder: "", inputs: "", datahood };
    const versions = await client.db("admin").command({ buildInfo: 1 });
    const about = { server: `${server.how}, MongoDB ${versions.version}` };
    const orders = await ordersFile({ documents: flags.documents });
    const all = await runAll(
      { ...base, orders, parts: await partsOf(orders.documents) },
      flags.jobs,
      (job, context) => runPairs(job, context, flags.pairs),
    );
    const how =
      `${flags.pairs} pairs after a warm-up. Wall and CPU are medians, datahood : peer; ` +
      "ratios are of each pair, median (least–greatest); the peak is the greatest.";
    await report(flags.heading, flags.save, all, { orders, how, ...about });
    if (!flags.large) return;
    const large = await ordersFile({ bytes: LARGE_BYTES });
    const alone = await runAll(
      { ...base, orders: large, parts: await partsOf(large.documents) },
      flags.jobs,
      runAlone,
    );
    const once = "One run of datahood alone: what counts here is the peak.";
    await report("On 2 GB", flags.save, alone, { orders: large, how: once, ...about });
  } finally {
    await client.close();
    await server.stop();
  }
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(error.message);
    Deno.exit(1);
  }
}
