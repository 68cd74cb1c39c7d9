import { DatahoodError, InterruptedError, type TransferSummary } from "../core/mod.ts";

/** The error of a run that failed, with what was done until then. */
export function explain(
  error: unknown,
  signal: AbortSignal | undefined,
  summary: () => TransferSummary,
): unknown {
  let shown = error;
  if (signal?.aborted && !(error instanceof InterruptedError)) {
    shown = signal.reason instanceof InterruptedError
      ? signal.reason
      : new InterruptedError("The run was interrupted", { cause: error });
  }
  if (shown instanceof DatahoodError) shown.result ??= summary();
  return shown;
}
