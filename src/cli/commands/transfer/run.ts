import { CONNECTORS } from "../../../connectors/all.ts";
import {
  type Address,
  type Connector,
  type ConnectorDescriptor,
  type ConnectorSettings,
  type Counts,
  EXIT_CODES,
  exitCodeOf,
  InterruptedError,
  type PermissionNeed,
} from "../../../core/mod.ts";
import { ensurePermissions } from "../../../permissions/mod.ts";
import { transfer, type TransferOptions, type TransferSummary } from "../../../transfer/mod.ts";
import { type CliIo, ClosedOutput } from "../../_io.ts";
import { renaming, selection } from "../../_globs.ts";
import { errorToJson, errorToText } from "../../render/error.ts";
import { Reporter } from "../../render/reporter.ts";
import { type SummaryContext, summaryJson, summaryTable } from "../../render/summary.ts";
import { allowOccupied } from "./_occupied.ts";
import { completePassword, refuseImpossible, refuseSamePlace } from "./_refuse.ts";
import type { ShowFlags, TransferFlags } from "./_flags.ts";
import { type PlannedCollection, planTransfer } from "./_plan.ts";
import { atStage, isClosedPipe } from "./_stage.ts";

/** One transfer as the generic command and the presets ask for it. */
export interface TransferJob {
  readonly source: Address;
  readonly target: Address;
  readonly flags: TransferFlags;
  readonly show: ShowFlags;
  /** Whether a preset asked: its `--dry-run` looks at the source alone. */
  readonly preset: boolean;
}

function descriptorOf(kind: string): ConnectorDescriptor {
  const descriptors: readonly ConnectorDescriptor[] = CONNECTORS;
  return descriptors.find((descriptor) => descriptor.kind === kind)!;
}

function settingsOf(
  role: "source" | "target",
  { compress, connectTimeoutMs, idleTimeoutMs, tlsCaFile }: TransferFlags,
  reporter: Reporter,
): ConnectorSettings {
  return {
    role,
    ...(compress === undefined ? {} : { compress }),
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    ...(tlsCaFile === undefined ? {} : { tlsCaFile }),
    verbose: (line) => reporter.line("debug", line, { end: role }),
  };
}

/** What the command itself writes beside the target. */
function ownNeeds({ summary, logFile }: ShowFlags): PermissionNeed[] {
  return [
    ...(summary === undefined
      ? []
      : [{ kind: "write", target: summary, reason: "write the summary" } as const]),
    ...(logFile === undefined
      ? []
      : [{ kind: "write", target: logFile, reason: "write the log" } as const]),
  ];
}

/** What is known of a run at its end, however it ended. */
interface Outcome {
  plan: readonly PlannedCollection[];
  summary?: TransferSummary;
  error?: unknown;
  /** What was counted before an error. */
  counts?: { read: number; written: number };
}

/** Runs a transfer, shows it, and gives the exit code. */
export async function runTransfer(job: TransferJob, io: CliIo): Promise<number> {
  refuseImpossible(job, io);
  const reporter = new Reporter(io, job.show);
  const stop = stopOnSignal(reporter, io);
  const outcome: Outcome = { plan: [] };
  try {
    await perform(job, outcome, reporter, stop.signal, io);
  } catch (error) {
    outcome.error = error;
  } finally {
    stop.release();
    reporter.finish();
  }
  return conclude(job, outcome, reporter, stop.code(), io);
}

async function perform(
  job: TransferJob,
  outcome: Outcome,
  reporter: Reporter,
  signal: AbortSignal,
  io: CliIo,
): Promise<void> {
  const { flags, show } = job;
  const sourceDescriptor = descriptorOf(job.source.kind);
  // A dry run is a run into nothing: the target of a preset is not even looked at.
  const lookAtTarget = !(job.preset && flags.dryRun);
  const targetDescriptor = descriptorOf(lookAtTarget ? job.target.kind : "null");
  const sourceSettings = settingsOf("source", flags, reporter);
  const targetSettings = settingsOf("target", flags, reporter);
  const targetAddress = lookAtTarget ? job.target : { kind: "null", display: job.target.display };
  await ensurePermissions([
    ...sourceDescriptor.permissions(job.source, sourceSettings),
    ...targetDescriptor.permissions(targetAddress, targetSettings),
    ...ownNeeds(show),
  ], { prompt: io.interactive });

  await refuseSamePlace(job);
  await using source = await sourceDescriptor.create(
    completePassword(job.source, io),
    sourceSettings,
  );
  await using target = await targetDescriptor.create(
    completePassword(targetAddress, io),
    targetSettings,
  );
  await reach(source, "source", signal, io);
  await reach(target, "target", signal, io);

  const include = selection(flags.include, flags.exclude);
  const rename = renaming(flags.rename);
  const plan = await planTransfer(job, source, target, { include, rename, signal });
  outcome.plan = plan.collections;
  for (const { from, to } of plan.collections) {
    reporter.line("info", `${from} → ${to}`, { from, to });
  }
  if (flags.plan) return;
  if (lookAtTarget) await allowOccupied(job, target, plan, reporter, io, signal);

  await using nothing = await descriptorOf("null").create({ kind: "null", display: "null:" }, {
    role: "target",
  });
  const counts = new Map<string, Counts>();
  const options: TransferOptions = {
    ...plan.options,
    ...(flags.batchBytes === undefined ? {} : { batchBytes: flags.batchBytes }),
    ...(flags.onConflict === undefined ? {} : { onConflict: flags.onConflict }),
    ...(flags.indexes === undefined ? {} : { indexes: flags.indexes }),
    ...(flags.retries === undefined ? {} : { retries: flags.retries }),
    overwrite: flags.drop || flags.overwrite,
    stopOnError: flags.stopOnError,
    signal,
    onEvent: (event) => {
      if (event.type === "progress" || event.type === "end") {
        counts.set(`${event.from.db}\0${event.from.collection}`, event.counts);
      }
      reporter.event(event);
    },
  };
  try {
    outcome.summary = await transfer(source, flags.dryRun ? nothing : target, options);
  } catch (error) {
    const all = [...counts.values()];
    outcome.counts = {
      read: all.reduce((sum, { read }) => sum + read, 0),
      written: all.reduce((sum, { written }) => sum + written, 0),
    };
    throw error;
  }
}

/** Connects an end; what it needs that only the network could tell is checked then. */
async function reach(
  connector: Connector,
  role: "source" | "target",
  signal: AbortSignal,
  io: CliIo,
): Promise<void> {
  await atStage(role, async () => {
    if (connector.discoverPermissions !== undefined) {
      const needs = await connector.discoverPermissions({ signal });
      await ensurePermissions(needs, { prompt: io.interactive });
    }
    await connector.connect({ signal });
  });
}

/** Stops a run when the process is told to: first in order, the second time at once. */
function stopOnSignal(reporter: Reporter, io: CliIo) {
  const controller = new AbortController();
  let code: number | undefined;
  const release = io.onStop((signal) => {
    if (code !== undefined) return io.exit(code);
    code = signal === "SIGTERM" ? EXIT_CODES.terminated : EXIT_CODES.interrupted;
    const again = signal === "SIGINT" ? " (Ctrl-C again stops at once)" : "";
    reporter.line("info", `Stopping after the batch in flight${again}`);
    controller.abort(new InterruptedError(`The run was stopped by ${signal}.`));
  });
  return { signal: controller.signal, release, code: () => code };
}

/** How to go on after a run was stopped, which depends on what it leaves behind. */
function goingOn({ source, target, flags }: TransferJob): string {
  if (target.kind !== "mongodb") return "nothing is left at the target; run the same again";
  const again = flags.drop ? "run the same again" : "run the same again with --yes";
  return source.kind === "mongodb" || flags.drop
    ? `${again}; what is already there is counted as unchanged`
    : `${again}; documents with an _id that are already there are counted as unchanged`;
}

function conclude(
  job: TransferJob,
  { plan, summary, error, counts }: Outcome,
  reporter: Reporter,
  stopCode: number | undefined,
  io: CliIo,
): number {
  const { show, flags } = job;
  if (error instanceof ClosedOutput || isClosedPipe(error, job)) return EXIT_CODES.done;
  const stopped = error instanceof InterruptedError;
  const code = error !== undefined
    ? (stopped ? stopCode : undefined) ?? exitCodeOf(error)
    : summary !== undefined && summary.counts.rejected > 0
    ? EXIT_CODES.rejected
    : EXIT_CODES.done;
  if (summary !== undefined) {
    for (const issue of summary.issues) reporter.issue(issue);
    if (!show.quiet) {
      if (show.logFormat === "text") io.err(summaryTable(summary, job.target.display));
      else reporter.line("info", "Done", { counts: summary.counts, seconds: summary.seconds });
    }
    if (flags.dryRun) {
      reporter.line(
        "info",
        `Dry run: ${summary.counts.read} documents would go to ${job.target.display}; ` +
          "nothing was written.",
        { documents: summary.counts.read },
      );
    }
  }
  if (error !== undefined) {
    const shown = stopped
      ? new InterruptedError(
        counts === undefined
          ? error.message
          : `${error.message} ${counts.written} documents were written.`,
        { hint: goingOn(job), cause: error },
      )
      : error;
    reporter.line("error", errorToText(shown, show.verbose).trimEnd(), {
      error: errorToJson(shown),
    });
  }
  const context: SummaryContext = {
    source: job.source.display,
    target: job.target.display,
    dryRun: flags.dryRun,
    plan: plan.map(({ from, to }) => ({ from, to })),
    issues: reporter.issues,
    exitCode: code,
  };
  const result = {
    ...summaryJson(context, summary),
    ...(error === undefined ? {} : { error: errorToJson(error) }),
    ...(counts === undefined ? {} : { counts }),
  };
  if (show.summary !== undefined) {
    io.writeFile(show.summary, JSON.stringify(result, null, 2) + "\n");
  }
  if (show.json) io.out(JSON.stringify(result) + "\n");
  return code;
}
