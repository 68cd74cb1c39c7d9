import { DatahoodError, exitCodeOf, PermissionError, UsageError } from "../../core/mod.ts";
import { type CliIo, outIfRead } from "../_io.ts";
import { summaryJson } from "./summary.ts";

/** An error as the JSON output has it. */
export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly stage?: string;
  readonly [detail: string]: unknown;
}

/** The parts of an error that programs may rely on. */
export function errorToJson(error: unknown): ErrorJson {
  if (!(error instanceof DatahoodError)) {
    return { code: "failure", message: messageOf(error) };
  }
  const { offset, index } = error as { offset?: number; index?: number };
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.stage === undefined ? {} : { stage: error.stage }),
    ...(offset === undefined ? {} : { offset }),
    ...(index === undefined ? {} : { index }),
    ...(error instanceof PermissionError ? { needs: error.needs } : {}),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** With the full stop that most messages of the library leave out. */
function sentence(text: string): string {
  return /[.?!…]$/.test(text) ? text : `${text}.`;
}

/** An error as a person reads it: what cannot be done, and what to do about it. */
export function errorToText(error: unknown, verbose: boolean): string {
  const lines: string[] = [];
  if (error instanceof DatahoodError) {
    lines.push(sentence(error.message));
    if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  } else if (error instanceof Deno.errors.NotCapable) {
    lines.push(error.message);
  } else {
    lines.push(`Cannot go on: ${messageOf(error)}`);
    // What the system says, such as that a disk is full, is no defect.
    const system = /^E[A-Z]+$/.test(String((error as { code?: unknown } | undefined)?.code));
    if (!verbose && !system) {
      lines.push("hint: this is a defect of datahood; --verbose shows where");
    }
  }
  // What was typed wrong has no place in the code that is worth a look.
  if (verbose && error instanceof Error && !(error instanceof UsageError)) {
    if (error.stack !== undefined) lines.push(error.stack);
    for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
      lines.push(`caused by ${cause.stack ?? cause.message}`);
    }
  }
  return lines.join("\n") + "\n";
}

/** The result of a command that did not begin: with the keys that it has when it fails later. */
function withoutResult(words: readonly string[], exitCode: number): Record<string, unknown> {
  if (words[0] !== "transfer") return { schemaVersion: 1, seconds: 0, issues: [], exitCode };
  const dryRun = words.includes("--dry-run");
  return summaryJson(
    { source: null, target: null, dryRun, plan: [], issues: [], exitCode },
    undefined,
  );
}

/**
 * Tells of an error that ended a command before it had an own way to tell.
 *
 * @returns The exit code.
 */
export function reportError(error: unknown, args: readonly string[], io: CliIo): number {
  const code = exitCodeOf(error);
  const end = args.indexOf("--");
  const words = end < 0 ? args : args.slice(0, end);
  if (words.includes("--json")) {
    const result = { ...withoutResult(words, code), error: errorToJson(error) };
    outIfRead(io, JSON.stringify(result) + "\n");
  }
  const text = errorToText(error, words.includes("--verbose"));
  const format = words.indexOf("--log-format");
  const json = words.includes("--log-format=json") || (format >= 0 && words[format + 1] === "json");
  io.err(
    json
      ? JSON.stringify({ time: new Date().toISOString(), level: "error", ...errorToJson(error) }) +
        "\n"
      : text,
  );
  return code;
}
