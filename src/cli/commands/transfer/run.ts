import {
  type Address,
  type Connector,
  DatahoodError,
  EXIT_CODES,
  exitCodeOf,
  formatNamespace,
  InterruptedError,
  type Issue,
  type TransferEvent,
  type TransferSummary,
} from "../../../core/mod.ts";
import { folderEntries } from "../../../io/mod.ts";
import { countSource, transfer } from "../../../transfer/mod.ts";
import { atStage } from "../../../transfer/_stage.ts";
import { type CliIo, ClosedOutput, NotRunHere } from "../../_io.ts";
import { errorToJson, errorToText } from "../../render/error.ts";
import { Reporter } from "../../render/reporter.ts";
import { type SummaryContext, summaryJson, summaryTable } from "../../render/summary.ts";
import { formatDocuments } from "../../render/_units.ts";
import { asLeft, goingOn, leftAt, type Seen, written } from "./_left.ts";
import { allowOccupied } from "./_occupied.ts";
import { completePassword, refuseImpossible, refuseOwnFiles, refuseSamePlace } from "./_refuse.ts";
import {
  descriptorOf,
  discoverNeeds,
  giveResult,
  hasDefinitions,
  ownNeeds,
  settingsOf,
  stopOnSignal,
  touchSummary,
} from "../_run.ts";
import type { ShowFlags, TransferFlags } from "./_flags.ts";
import { planLine, planTransfer } from "./_plan.ts";
import { isClosedPipe } from "./_closed_pipe.ts";

/** What servers say of a document whose `_id`, or another unique value, is there. */
const DUPLICATE_KEY = 11000;

/** One transfer as the generic command and the presets ask for it. */
export interface TransferJob {
  readonly source: Address;
  readonly target: Address;
  readonly flags: TransferFlags;
  readonly show: ShowFlags;
  /** Whether a preset asked: its `--dry-run` looks at the source alone. */
  readonly preset: boolean;
}

/** What is known of a run at its end, however it ended. */
interface Outcome {
  plan: readonly { readonly from: string; readonly to: string }[];
  /** Names at the source of views that are taken as what defines them. */
  views: ReadonlySet<string>;
  /** Names at the source of the collections that the target has whole. */
  readonly finished: Set<string>;
  /** Whether the folder that is written held something before. */
  mixed: boolean;
  /** Names at the source of the collections that come with indexes to build. */
  indexed: ReadonlySet<string>;
  summary?: TransferSummary;
  /** Whether the summary and the log were found to be files of their own that may be written. */
  ownFiles?: boolean;
  error?: unknown;
}

/** Runs a transfer, shows it, and gives the exit code. */
export async function runTransfer(job: TransferJob, io: CliIo): Promise<number> {
  const reporter = new Reporter(io, job.show);
  const stop = stopOnSignal(reporter, io);
  const outcome: Outcome = {
    plan: [],
    views: new Set(),
    finished: new Set(),
    mixed: false,
    indexed: new Set(),
  };
  try {
    await perform(job, outcome, reporter, stop.signal, io);
  } catch (error) {
    if (error instanceof NotRunHere) throw error;
    outcome.error = error;
    if (!outcome.ownFiles) reporter.withoutLog();
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
  refuseImpossible(job, io);
  const { flags, show } = job;
  // What a preset's dry run is about is the source alone: its target is not even looked at.
  const sourceOnly = job.preset && flags.dryRun;
  const sourceDescriptor = descriptorOf(job.source.kind);
  const targetDescriptor = descriptorOf(job.target.kind);
  const metadata = !sourceOnly && hasDefinitions(job.target);
  const sourceSettings = settingsOf("source", { ...flags, metadata }, reporter);
  const lookOnly = flags.plan || flags.dryRun;
  const targetSettings = settingsOf("target", { ...flags, lookOnly }, reporter);
  const ends = [
    { address: job.source, settings: sourceSettings },
    ...sourceOnly ? [] : [{ address: job.target, settings: targetSettings }],
  ];
  const own = ownNeeds(show);
  await io.allow(
    [
      ...ends.flatMap(({ address, settings }) =>
        descriptorOf(address.kind).permissions(address, settings)
      ),
      ...own,
    ],
    "all",
    async () => [...await discoverNeeds(ends), ...own],
  );

  await refuseOwnFiles(job);
  if (show.summary !== undefined) touchSummary(show.summary, io);
  outcome.ownFiles = true;
  if (!sourceOnly) await refuseSamePlace(job);
  const sourceAddress = await completePassword(job.source, "source", io);
  const targetAddress = sourceOnly ? job.target : await completePassword(job.target, "target", io);
  await using source = await sourceDescriptor.create(sourceAddress, sourceSettings);
  await using target = await targetDescriptor.create(targetAddress, targetSettings);
  // The source first, whole: what is wrong with it is worth more than what a target says.
  await atStage("source", () => source.connect({ signal }));
  const plan = await planTransfer(job, source, signal);
  for (const issue of flags.include?.unmatched() ?? []) reporter.issue(issue);
  if (!sourceOnly) await atStage("target", () => target.connect({ signal }));
  outcome.plan = plan.collections.map((pair) => planLine(job, pair));
  // A file is looked at in any case: what is refused has no plan. A server tells it when asked to write.
  if (!sourceOnly && (flags.plan || flags.dryRun || job.target.path !== undefined)) {
    const places = plan.collections.map(({ to }) => to);
    const { overwrite } = flags;
    await atStage(
      "target",
      async () => await target.target?.check?.(places, { overwrite, signal }),
    );
  }
  for (const { from, to } of outcome.plan) reporter.line("info", `${from} → ${to}`, { from, to });
  if (!sourceOnly) await allowOccupied(job, target, plan, reporter, io, signal);
  if (flags.plan) return;
  outcome.indexed = plan.indexed;
  if (viewsAt(target) === "definition") outcome.views = plan.views;
  outcome.mixed = job.target.kind === "dump" && flags.overwrite && !flags.dryRun &&
    (await folderEntries(job.target.path!, "target") ?? []).length > 0;

  const reading = {
    ...(flags.include === undefined ? {} : { include: flags.include }),
    ...(flags.query === undefined ? {} : { query: flags.query }),
    ...(flags.batchBytes === undefined ? {} : { batchBytes: flags.batchBytes }),
    ...(flags.parallelWrites === undefined ? {} : { parallelWrites: flags.parallelWrites }),
    ...(flags.parallel === undefined ? {} : { parallel: flags.parallel }),
    ...(flags.bytesPerSecond === undefined ? {} : { bytesPerSecond: flags.bytesPerSecond }),
    ...(flags.retries === undefined ? {} : { retries: flags.retries }),
    rename: plan.map,
    signal,
    onEvent: (event: TransferEvent) => {
      if (event.type === "end") outcome.finished.add(formatNamespace(event.from));
      reporter.event(event);
    },
  };
  outcome.summary = flags.dryRun
    ? await countSource(source, { ...reading, views: viewsAt(target) })
    : await transfer(source, target, {
      ...reading,
      ...(flags.onConflict === undefined ? {} : { onConflict: flags.onConflict }),
      ...(flags.indexes === undefined ? {} : { indexes: flags.indexes }),
      overwrite: flags.drop || flags.overwrite,
      bypassDocumentValidation: flags.bypassDocumentValidation,
      stopOnError: flags.stopOnError,
    });
}

/** How the run itself would take a view. */
function viewsAt({ target }: Connector): "definition" | "documents" {
  return target?.capabilities.views ? "definition" : "documents";
}

/** Something that was to be written and was not, beside documents. */
function isLoss({ code }: Issue): boolean {
  return code === "oplog-not-replayed" || code === "index-not-built" ||
    code === "documents-missing" || code === "users-and-roles-not-written";
}

/** What is told where the program that reads the documents left before it had all of them. */
function closedByReader({ target }: TransferJob, summary: TransferSummary | undefined): Issue {
  const count = summary?.counts.written ?? 0;
  return {
    code: "closed-by-reader",
    message: `the reader of "${target.display}" closed it after ${count} ` +
      `${count === 1 ? "document" : "documents"}; the rest was not written`,
    level: "warning",
  };
}

/** Whether documents were not taken that `--on-conflict` could settle. */
function hasConflicts({ flags }: TransferJob, summary: TransferSummary | undefined): boolean {
  if ((flags.onConflict ?? "report") !== "report") return false;
  return summary?.rejections.some(({ code, reason }) =>
    code === DUPLICATE_KEY && reason.startsWith("a document with its _id")
  ) ?? false;
}

/** How a run ended. */
interface RunEnd {
  readonly seen: Seen;
  readonly views: ReadonlySet<string>;
  /** Why it failed or was stopped, if it was. */
  readonly error: unknown;
}

/** Tells what was done, and of a run that did not come to its end what it leaves behind. */
function tellSummary(
  job: TransferJob,
  summary: TransferSummary,
  { seen, views, error }: RunEnd,
  reporter: Reporter,
  io: CliIo,
): void {
  const { show, target, flags } = job;
  const { counts, seconds } = summary;
  for (const issue of summary.issues) reporter.issue(issue);
  if (!show.quiet && show.logFormat === "text") {
    io.err(summaryTable(summary, target.display, views));
  } else if (!show.quiet) {
    reporter.line("info", error === undefined ? "Done" : "Failed", { counts, seconds });
  }
  if (error !== undefined) {
    const stopped = error instanceof InterruptedError;
    const toFile = target.path !== undefined && target.path !== "-";
    const leftover = leftAt(job, summary, seen, stopped);
    if (leftover !== undefined) reporter.issue(leftover);
    else if (toFile && !stopped) {
      reporter.line("info", `Nothing was written to ${target.display}.`);
    }
  } else if (flags.dryRun) {
    reporter.line(
      "info",
      `Dry run: ${
        formatDocuments(counts.read)
      } would go to ${target.display}; nothing was written.`,
      { documents: counts.read },
    );
  }
}

/** Tells why a run failed; of one that was stopped, how to go on. */
function tellError(
  job: TransferJob,
  summary: TransferSummary | undefined,
  { seen, error }: RunEnd,
  reporter: Reporter,
): void {
  const shown = error instanceof InterruptedError
    ? new InterruptedError(
      `${error.message} ${written(job, summary)}`,
      { hint: goingOn(job, seen, summary), cause: error },
    )
    : error;
  reporter.line("error", errorToText(shown, job.show.verbose).trimEnd(), {
    error: errorToJson(shown),
  });
}

function conclude(
  job: TransferJob,
  { plan, ownFiles, views, finished, mixed, indexed, ...outcome }: Outcome,
  reporter: Reporter,
  stopCode: number | undefined,
  io: CliIo,
): number {
  const { show, flags } = job;
  // Who reads the output left: no failure, and nothing to say but where documents were the output.
  const closed = isClosedPipe(outcome.error);
  const left = outcome.error instanceof ClosedOutput || closed;
  const error = left ? undefined : outcome.error;
  const stopped = error instanceof InterruptedError;
  const known = outcome.summary ??
    (outcome.error instanceof DatahoodError ? outcome.error.result : undefined);
  const seen: Seen = { finished, mixed, planned: plan.length, indexed };
  const summary = known !== undefined && error !== undefined ? asLeft(job, known, seen) : known;
  const code = error !== undefined
    ? (stopped ? stopCode : undefined) ?? exitCodeOf(error)
    : (summary?.counts.rejected ?? 0) > 0 || summary?.issues.some(isLoss)
    ? EXIT_CODES.rejected
    : EXIT_CODES.done;
  // Before anything was read a table says nothing.
  const silent = left ||
    (error !== undefined && summary?.counts.read === 0 && finished.size === 0);
  if (closed) reporter.issue(closedByReader(job, summary));
  const end: RunEnd = { seen, views, error };
  if (summary !== undefined && !silent) tellSummary(job, summary, end, reporter, io);
  if (error !== undefined) tellError(job, summary, end, reporter);
  if (hasConflicts(job, summary)) {
    reporter.line(
      "info",
      "hint: --on-conflict replace writes over documents that are there with the same _id, " +
        "--on-conflict skip leaves them",
    );
  }
  const context: SummaryContext = {
    source: job.source.display,
    target: job.target.display,
    dryRun: flags.dryRun,
    plan,
    issues: reporter.issues,
    exitCode: code,
  };
  const result = {
    ...summaryJson(context, summary),
    ...(error === undefined ? {} : { error: errorToJson(error) }),
  };
  // Where standard output has the documents, JSON would be taken for some of them.
  const output = !left && (job.target.path !== "-" || flags.dryRun || flags.plan);
  return giveResult(result, code, { show, ownFiles: ownFiles ?? false, output }, reporter, io);
}
