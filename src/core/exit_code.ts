import { DatahoodError, type ErrorCode } from "./errors.ts";

/** The exit codes of the command line, the one place that says what each means. */
export const EXIT_CODES = {
  /** All done. */
  done: 0,
  /** Any failure that has no code of its own. */
  failure: 1,
  /** The command line or its options cannot mean anything. */
  usage: 2,
  /** The source failed: not there, not readable, corrupt. */
  source: 3,
  /** The target failed: not reachable, not writable, full. */
  target: 4,
  /** Done, but not all: documents were rejected, or something beside them was not carried. */
  rejected: 5,
  /** Two things were compared and differ. */
  different: 6,
  /** A permission is missing. */
  permission: 7,
  /** Ctrl-C (SIGINT). */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

/** Errors whose class alone decides the code; the others go by the end of the run that failed. */
const BY_CODE: Partial<Record<ErrorCode, number>> = {
  usage: EXIT_CODES.usage,
  permission: EXIT_CODES.permission,
  verify: EXIT_CODES.different,
  interrupted: EXIT_CODES.interrupted,
};

/**
 * The exit code of the command line for an error.
 *
 * @param error Whatever was thrown.
 * @returns One of {@linkcode EXIT_CODES}.
 *
 * @example
 * ```ts
 * import { DataError, exitCodeOf, UsageError } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exitCodeOf(new UsageError("Cannot read two sources")), 2);
 * assertEquals(exitCodeOf(new DataError("Cannot read document 3", { stage: "source" })), 3);
 * assertEquals(exitCodeOf(new TypeError("a bug")), 1);
 * ```
 */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof DatahoodError)) return EXIT_CODES.failure;
  const code = BY_CODE[error.code];
  if (code !== undefined) return code;
  if (error.stage === "source") return EXIT_CODES.source;
  if (error.stage === "target") return EXIT_CODES.target;
  return EXIT_CODES.failure;
}
