import {
  EXIT_CODES,
  exitCodeOf,
  InterruptedError,
  type PermissionNeed,
  UsageError,
} from "../../../core/mod.ts";
import { type CliIo, ClosedOutput, NotRunHere } from "../../_io.ts";
import { errorToJson, errorToText } from "../../render/error.ts";
import { Reporter } from "../../render/reporter.ts";
import { type NamedFile, refuseSameFiles } from "../_same_files.ts";
import { giveResult, ownNeeds, stopOnSignal, touchSummary } from "../_run.ts";
import type { ShowFlags } from "../transfer/_flags.ts";
import { isClosedPipe } from "../transfer/_closed_pipe.ts";
import type { SourceRun } from "./_source.ts";

/** What a command is given while it runs. */
export interface Frame extends SourceRun {
  /**
   * Checks, before anything is opened, that all is allowed and that nothing that is written is
   * something else as well.
   */
  begin(files: {
    readonly needs: readonly PermissionNeed[];
    readonly reads: readonly NamedFile[];
    readonly writes: readonly NamedFile[];
    /** Asks the network for the exact needs. */
    readonly discover?: () => Promise<readonly PermissionNeed[]>;
  }): Promise<void>;
}

/** What a command did. */
export interface Done {
  /** Members of the result that `--json` and `--summary` give. */
  readonly result: Readonly<Record<string, unknown>>;
  /** The exit code. Default 0. */
  readonly code?: number;
}

/** Runs a command: shows it, stops it on a signal, tells its errors and its result. */
export async function runFramed(
  show: ShowFlags,
  io: CliIo,
  work: (frame: Frame) => Promise<Done>,
): Promise<number> {
  const reporter = new Reporter(io, show);
  const stop = stopOnSignal(reporter, io);
  const start = io.now();
  let ownFiles = false;
  let done: Done = { result: {} };
  let failure: unknown;
  try {
    if (show.quiet && show.verbose) {
      throw new UsageError("Cannot use --quiet with --verbose: one says less, the other more.");
    }
    done = await work({
      reporter,
      signal: stop.signal,
      io,
      async begin({ needs, reads, writes, discover }) {
        const own = ownNeeds(show);
        await io.allow(
          [...needs, ...own],
          "all",
          async () => [...await discover?.() ?? needs, ...own],
        );
        const { summary, logFile } = show;
        await refuseSameFiles(reads, [
          ...writes,
          ...summary === undefined ? [] : [{ name: "--summary", path: summary }],
          ...logFile === undefined ? [] : [{ name: "--log-file", path: logFile }],
        ]);
        if (summary !== undefined) touchSummary(summary, io);
        ownFiles = true;
      },
    });
  } catch (error) {
    if (error instanceof NotRunHere) throw error;
    failure = error;
    if (!ownFiles) reporter.withoutLog();
  } finally {
    stop.release();
    reporter.finish();
  }
  // Who reads the output left: no failure.
  const left = failure instanceof ClosedOutput || isClosedPipe(failure);
  const error = left ? undefined : failure;
  const stopped = error instanceof InterruptedError;
  const code = error === undefined
    ? done.code ?? EXIT_CODES.done
    : (stopped ? stop.code() : undefined) ?? exitCodeOf(error);
  if (error !== undefined) {
    const shown = stopped
      ? new InterruptedError(`${error.message} Nothing was written.`, {
        hint: "run the same again; it starts from the beginning",
        cause: error,
      })
      : error;
    reporter.line("error", errorToText(shown, show.verbose).trimEnd(), {
      error: errorToJson(shown),
    });
  }
  const result = {
    schemaVersion: 1,
    ...done.result,
    seconds: Math.round(io.now() - start) / 1000,
    issues: reporter.issues.map(({ code, level, message }) => ({ code, level, message })),
    exitCode: code,
    ...(error === undefined ? {} : { error: errorToJson(error) }),
  };
  return giveResult(result, code, { show, ownFiles, output: !left }, reporter, io);
}
