import { DatahoodError } from "../core/mod.ts";

/** When to try again. */
export interface RetryPolicy {
  /** How often at most. */
  readonly retries: number;
  /** The most that the first pause lasts, in milliseconds; it doubles with every try. */
  readonly delayMs: number;
  /** Ends a pause; the last error is thrown then. */
  readonly signal: AbortSignal;
  /** Told before each pause. */
  readonly onRetry: (attempt: number, delayMs: number, error: DatahoodError) => void;
}

const LONGEST_PAUSE_MS = 10_000;

/** Whether an error says that the same may work later. */
export function isRetryable(error: unknown): error is DatahoodError {
  return error instanceof DatahoodError && error.retryable;
}

/** How long to pause before a try: anything up to the doubled delay, so that many do not meet. */
export function pauseMs(attempt: number, delayMs: number, random: number = Math.random()): number {
  return random * Math.min(LONGEST_PAUSE_MS, delayMs * 2 ** (attempt - 1));
}

/** Pauses; `false` if the signal ended it. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (whole: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      resolve(whole);
    };
    const abort = () => end(false);
    const timer = setTimeout(() => end(true), ms);
    signal.addEventListener("abort", abort);
  });
}

/** Does something, again if it fails with a retryable error. */
export async function withRetry<T>(work: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error) || attempt > policy.retries || policy.signal.aborted) throw error;
      const delayMs = pauseMs(attempt, policy.delayMs);
      policy.onRetry(attempt, delayMs, error);
      if (!await pause(delayMs, policy.signal)) throw error;
    }
  }
}
