/** The tables: on the terminal, and in `bench/RESULTS.md`. */
import { join } from "@std/path";
import type { Job, JobContext } from "./_job.ts";
import { outputOf, ROOT, type Spread, spread, type Usage } from "./_measure.ts";

/** The runs of one job. */
export interface JobRuns {
  /** Which job. */
  readonly job: Job;
  /** What it was run with. */
  readonly context: JobContext;
  /** What each run of datahood took. */
  readonly datahood: readonly Usage[];
  /** What the peer's run beside it took; empty without a peer. */
  readonly peer: readonly Usage[];
}

/** Where the tables are kept. */
export const RESULTS: string = join(ROOT, "bench", "RESULTS.md");

/**
 * One table of jobs.
 *
 * @param all The runs.
 * @returns Markdown.
 */
export function table(all: readonly JobRuns[]): string {
  const lines = [
    "| job | peer | wall s | wall ratio | goal | CPU s | CPU ratio | peak MB | goal |",
    "|---|---|---|---|---|---|---|---|---|",
  ];
  for (const runs of all) lines.push(row(runs));
  return lines.join("\n");
}

function row({ job, context, datahood, peer }: JobRuns): string {
  const both = (pick: (usage: Usage) => number, digits: number) => {
    const sides = [datahood, peer].filter((runs) => runs.length > 0);
    return sides.map((runs) => spread(runs.map(pick)).median.toFixed(digits)).join(" : ");
  };
  const ratio = (pick: (usage: Usage) => number) =>
    peer.length === 0 ? "" : show(spread(datahood.map((run, at) => pick(run) / pick(peer[at]!))));
  const peak = [datahood, peer].filter((runs) => runs.length > 0)
    .map((runs) => (spread(runs.map((run) => run.peakBytes)).max / 1e6).toFixed(0)).join(" : ");
  const { speed } = job;
  const speeds = speed === undefined
    ? undefined
    : spread(datahood.map((run) => speed.bytes(context) / 1e6 / run.wallSeconds));
  const wallGoal = speed !== undefined
    ? `≥ ${speed.goalMb} MB/s`
    : job.wallGoal === undefined || peer.length === 0
    ? ""
    : `≤ ${Number(job.wallGoal.toPrecision(3))}`;
  return [
    "",
    job.title,
    peer.length === 0 ? "" : job.peerTitle ?? job.peer,
    both((run) => run.wallSeconds, 2),
    speeds === undefined ? ratio((run) => run.wallSeconds) : showSpeed(speeds),
    wallGoal,
    both((run) => run.cpuSeconds, 2),
    ratio((run) => run.cpuSeconds),
    peak,
    `≤ ${job.peakGoalMb}`,
    "",
  ].map((cell) => ` ${cell ?? ""} `).join("|").trim();
}

/** Two digits behind the point, or two that are not zero. */
function digits(value: number): string {
  return value >= 0.1 ? value.toFixed(2) : value.toPrecision(2);
}

function show({ median, min, max }: Spread): string {
  return `**${digits(median)}** (${digits(min)}–${digits(max)})`;
}

function showSpeed({ median, min, max }: Spread): string {
  return `**${median.toFixed(0)} MB/s** (${min.toFixed(0)}–${max.toFixed(0)})`;
}

/**
 * The machine in one line.
 *
 * @returns Processor, cores, memory and system.
 */
export async function machine(): Promise<string> {
  const cpu = await outputOf("sh", [
    "-c",
    "sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -1 | grep . || " +
    "sysctl -n machdep.cpu.brand_string",
  ]);
  const memory = (Deno.systemMemoryInfo().total / 2 ** 30).toFixed(0);
  const { os, arch } = Deno.build;
  const name = cpu?.trim() || arch;
  return `${name}, ${navigator.hardwareConcurrency} cores, ${memory} GiB, ${os} ${arch}`;
}

/** How much else the machine was doing when this module was loaded; Windows does not tell. */
const LOAD_BEFORE = Deno.build.os === "windows" ? undefined : Deno.loadavg()[0];

/**
 * The machine's load before anything was measured.
 *
 * @returns In words; empty where the system does not tell.
 */
export function loadBefore(): string {
  return LOAD_BEFORE === undefined ? "" : ` · load before ${LOAD_BEFORE.toFixed(1)}`;
}

/**
 * Puts a section into `bench/RESULTS.md`, in the place of the one with the same heading.
 *
 * @param heading Its heading.
 * @param body Its text.
 */
export async function saveSection(heading: string, body: string): Promise<void> {
  const head = "# Results\n\nWhat `deno task bench:peers` printed; see [README.md](README.md).\n";
  let sections: string[] = [];
  try {
    sections = (await Deno.readTextFile(RESULTS)).split(/^(?=## )/m).slice(1);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const section = `## ${heading}\n\n${body.trim()}\n`;
  const at = sections.findIndex((other) => other.startsWith(`## ${heading}\n`));
  if (at < 0) sections.push(section);
  else sections[at] = section;
  const text = [head, ...sections].map((part) => part.trim()).join("\n\n") + "\n";
  await Deno.writeTextFile(RESULTS, text);
}
