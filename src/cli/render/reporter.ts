import type { Issue, TransferEvent } from "../../core/mod.ts";
import { formatNamespace } from "../../core/mod.ts";
import type { CliIo } from "../_io.ts";
import type { ShowFlags } from "../commands/transfer/_flags.ts";
import { printable } from "./_printable.ts";
import { progressLine, type ProgressState, progressText } from "./_progress.ts";

/** How important a line is; `debug` is shown by `--verbose` alone. */
export type Level = "debug" | "info" | "warning" | "error";

const REDRAW_MS = 100;
const PLAIN_MS = 10_000;

/** The lines on standard error, and in the log file: progress, notes, errors. */
export class Reporter {
  readonly #io: CliIo;
  readonly #show: ShowFlags;
  readonly #live: boolean;
  readonly #states = new Map<string, ProgressState>();
  readonly #said = new Set<string>();
  readonly #issues: Issue[] = [];
  #drawn = 0;
  #lastDrawn = -Infinity;
  #lastPlain: number;
  #rejections = 0;
  #logFailed = false;

  /**
   * Creates a reporter.
   *
   * @param io The process.
   * @param show How a run is shown.
   */
  constructor(io: CliIo, show: ShowFlags) {
    this.#io = io;
    this.#show = show;
    // Lines that are drawn over are for a terminal; "always" elsewhere means plain ones.
    this.#live = io.errorIsTerminal && show.progress !== "never" && !show.quiet &&
      show.logFormat === "text";
    this.#lastPlain = io.now();
  }

  /** What was worth saying, each once. */
  get issues(): readonly Issue[] {
    return this.#issues;
  }

  /** Says one line. */
  line(level: Level, message: string, fields: Record<string, unknown> = {}): void {
    if (level === "debug" && !this.#show.verbose) return;
    if (this.#show.quiet && level !== "error") return this.#log(level, message, fields);
    this.#erase();
    const prefix = level === "warning" ? "warning: " : "";
    this.#io.err(
      this.#show.logFormat === "json"
        ? json(level, message, fields)
        : `${prefix}${printable(message)}\n`,
    );
    this.#log(level, message, fields);
  }

  /** Says what an issue says, if it was not said before. */
  issue(issue: Issue): void {
    const key = `${issue.code}\0${issue.message}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#issues.push(issue);
    this.line(issue.level, issue.message, {
      code: issue.code,
      ...(issue.namespace === undefined ? {} : { namespace: formatNamespace(issue.namespace) }),
    });
  }

  /** Takes what the run tells. Progress is drawn from here: a busy run starves timers. */
  event(event: TransferEvent): void {
    switch (event.type) {
      case "begin":
        this.#states.set(formatNamespace(event.from), {
          name: formatNamespace(event.to),
          startMs: this.#io.now(),
          documents: event.documents,
          bytes: event.bytes,
          counts: undefined,
        });
        return this.#draw();
      case "progress": {
        const state = this.#states.get(formatNamespace(event.from));
        if (state !== undefined) state.counts = event.counts;
        return this.#draw();
      }
      case "end":
        this.#states.delete(formatNamespace(event.from));
        return this.#draw();
      case "rejected":
        return this.#rejected(event);
      case "issue":
        return this.issue(event.issue);
      case "retry":
        return this.line(
          "info",
          `Trying again in ${Math.round(event.delayMs)} ms (try ${event.attempt}): ${event.reason}`,
          { attempt: event.attempt, delayMs: event.delayMs },
        );
      default:
        event satisfies never;
    }
  }

  #rejected({ from, rejection }: Extract<TransferEvent, { type: "rejected" }>): void {
    const { index, id, code, reason } = rejection;
    const most = 10;
    this.#rejections++;
    if (this.#rejections > most && !this.#show.verbose) {
      if (this.#rejections === most + 1) {
        this.line("warning", "more documents were not taken; --verbose or --summary lists them");
      }
      return;
    }
    const which = id === undefined ? `document ${index}` : `document ${index} (_id ${id})`;
    this.line("warning", `${formatNamespace(from)}: ${which} was not taken: ${reason}`, {
      namespace: formatNamespace(from),
      index,
      ...(id === undefined ? {} : { id }),
      ...(code === undefined ? {} : { code }),
    });
  }

  /** Leaves the log file alone from here on: it may be an end of the run. */
  withoutLog(): void {
    this.#logFailed = true;
  }

  /** Takes the drawn lines away; what follows stays. */
  finish(): void {
    this.#erase();
    this.#states.clear();
  }

  #log(level: Level, message: string, fields: Record<string, unknown>): void {
    if (this.#show.logFile === undefined || this.#logFailed) return;
    const line = this.#show.logFormat === "json"
      ? json(level, message, fields)
      : `${new Date().toISOString()} ${level} ${message}\n`;
    try {
      this.#io.appendFile(this.#show.logFile, line);
    } catch {
      // The run is worth more than its log, and the lines are on standard error as well.
      this.#logFailed = true;
      this.line(
        "error",
        `Cannot write the log "${this.#show.logFile}"; the run goes on without it.`,
      );
    }
  }

  #draw(): void {
    const now = this.#io.now();
    if (this.#live) {
      if (now - this.#lastDrawn < REDRAW_MS) return;
      this.#erase();
      const columns = this.#io.columns();
      for (const state of this.#states.values()) {
        this.#io.err(progressLine(state, now, columns, this.#io.noColor) + "\n");
        this.#drawn++;
      }
      this.#lastDrawn = now;
      return;
    }
    const wanted = this.#show.progress !== "never" && !this.#show.quiet;
    if (!wanted || now - this.#lastPlain < PLAIN_MS) return;
    this.#lastPlain = now;
    for (const state of this.#states.values()) {
      this.line("info", progressText(state, now), {
        namespace: state.name,
        ...(state.counts === undefined ? {} : { counts: state.counts }),
      });
    }
  }

  #erase(): void {
    if (this.#drawn > 0) this.#io.err(`\x1b[${this.#drawn}A\x1b[J`);
    this.#drawn = 0;
    this.#lastDrawn = -Infinity;
  }
}

function json(level: Level, message: string, fields: Record<string, unknown>): string {
  return JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }) + "\n";
}
