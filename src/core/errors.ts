import type { PermissionNeed } from "./permission.ts";
import type { TransferSummary } from "./summary.ts";

/** Which end of a run an error belongs to. */
export type Stage = "source" | "target";

/** What every {@linkcode DatahoodError} may carry. */
export interface DatahoodErrorOptions {
  /** What to do about it, in words that can be pasted or followed. */
  readonly hint?: string;
  /** Which end of the run failed. */
  readonly stage?: Stage;
  /** Whether trying the same again may work. Default `false`. */
  readonly retryable?: boolean;
  /** The error below this one. Its text may hold secrets: it is shown only on request. */
  readonly cause?: unknown;
}

/**
 * The base of all errors that datahood throws on purpose.
 *
 * Messages read `Cannot <action> "<value>": <state>` and hold no secret, no colour and no stack.
 *
 * @example
 * ```ts
 * import { DatahoodError, UsageError } from "@datahood/cli";
 * import { assert } from "@std/assert";
 *
 * assert(new UsageError('Cannot read "x.csv": unknown format') instanceof DatahoodError);
 * ```
 */
export abstract class DatahoodError extends Error {
  /** A stable word for the class of error, for programs. */
  abstract readonly code: ErrorCode;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Which end of the run failed; set later by whoever knows it. */
  stage: Stage | undefined;
  /** What the run did until it failed or was stopped; set by the pipeline. */
  result: TransferSummary | undefined;
  /** Whether trying the same again may work. */
  readonly retryable: boolean;

  /**
   * Creates an error.
   *
   * @param message `Cannot <action> "<value>": <state>`, without a secret.
   * @param options Hint, stage, whether a retry may help, and the cause.
   */
  constructor(message: string, options: DatahoodErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
    this.stage = options.stage;
    this.result = undefined;
    this.retryable = options.retryable ?? false;
  }
}

/** The stable words of {@linkcode DatahoodError.code}. */
export type ErrorCode =
  | "usage"
  | "permission"
  | "connect"
  | "not-found"
  | "unsupported"
  | "data"
  | "load"
  | "io"
  | "verify"
  | "interrupted";

/** The command, its options or their combination cannot mean anything. */
export class UsageError extends DatahoodError {
  /** Always `usage`. */
  override readonly code = "usage";
}

/** The runtime was not given a permission that the job needs. */
export class PermissionError extends DatahoodError {
  /** Always `permission`. */
  override readonly code = "permission";
  /** What is missing, all of it at once. */
  readonly needs: readonly PermissionNeed[];

  /**
   * Creates the error.
   *
   * @param message What cannot be done.
   * @param needs What is missing.
   * @param options Hint, stage and cause.
   */
  constructor(
    message: string,
    needs: readonly PermissionNeed[],
    options: DatahoodErrorOptions = {},
  ) {
    super(message, options);
    this.needs = needs;
  }
}

/** A server cannot be reached, does not let this user in, or was lost. */
export class ConnectError extends DatahoodError {
  /** Always `connect`. */
  override readonly code = "connect";
}

/** The file, database or collection is not there. */
export class NotFoundError extends DatahoodError {
  /** Always `not-found`. */
  override readonly code = "not-found";
}

/** This connector, server or format cannot do what was asked; the message names what would work. */
export class UnsupportedError extends DatahoodError {
  /** Always `unsupported`. */
  override readonly code = "unsupported";
}

/** A file or device failed: it exists already, is full, read-only, locked, or gone. */
export class IoError extends DatahoodError {
  /** Always `io`. */
  override readonly code = "io";
}

/** Where in a source bad data was met. */
export interface DataErrorOptions extends DatahoodErrorOptions {
  /** Byte offset in the uncompressed stream (or as the message says), from 0. */
  readonly offset?: number;
  /** Index of the document, from 0. */
  readonly index?: number;
}

/** The data is not what its format says: cut short, corrupt, or of another format. */
export class DataError extends DatahoodError {
  /** Always `data`. */
  override readonly code = "data";
  /** Byte offset in the uncompressed stream (or as the message says), from 0. */
  readonly offset: number | undefined;
  /** Index of the document, from 0. */
  readonly index: number | undefined;

  /**
   * Creates the error.
   *
   * @param message What is wrong, with the position in words.
   * @param options The position as numbers, hint, stage and cause.
   */
  constructor(message: string, options: DataErrorOptions = {}) {
    super(message, options);
    this.offset = options.offset;
    this.index = options.index;
  }
}

/** The target did not take documents, and the run stopped because of it. */
export class LoadError extends DatahoodError {
  /** Always `load`. */
  override readonly code = "load";
}

/** Two sides that should hold the same do not. */
export class VerifyError extends DatahoodError {
  /** Always `verify`. */
  override readonly code = "verify";
}

/** The user, or the program that called, stopped the run. */
export class InterruptedError extends DatahoodError {
  /** Always `interrupted`. */
  override readonly code = "interrupted";
}

/**
 * Throws {@linkcode InterruptedError} if a signal was aborted.
 *
 * @param signal The caller's signal, if any.
 * @throws {InterruptedError} If it was aborted.
 *
 * @example
 * ```ts
 * import { throwIfInterrupted } from "@datahood/cli";
 * import { assertThrows } from "@std/assert";
 *
 * throwIfInterrupted(undefined);
 * assertThrows(() => throwIfInterrupted(AbortSignal.abort()), Error, "interrupted");
 * ```
 */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    if (signal.reason instanceof InterruptedError) throw signal.reason;
    throw new InterruptedError("The run was interrupted", { cause: signal.reason });
  }
}
