import { pause } from "./_retry.ts";

/** What tells the time, and lets it pass. */
export interface PaceClock {
  /** Milliseconds since some moment. */
  readonly now: () => number;
  /** Settles after some milliseconds, or with `false` once the signal comes. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<boolean>;
}

/** How much may come at once after a while in which nothing came, as a time of the rate. */
const BURST_MS = 1000;
/** Timers of a month and more do not wait at all. */
const LONGEST_PAUSE_MS = 60 * 60 * 1000;

/**
 * A token bucket that is empty at first: bytes go once they are paid for at a rate. It holds a second's
 * worth; what is larger waits for the rest of it.
 */
export class Pace {
  readonly #bytesPerMs: number;
  readonly #clock: PaceClock;
  /** When all that was taken is, or was, paid for; nothing is saved up before the first is. */
  #paidAt: number | undefined;

  constructor(
    bytesPerSecond: number,
    clock: PaceClock = { now: () => performance.now(), pause },
  ) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#clock = clock;
  }

  /**
   * Takes so many bytes out of the bucket; settles once they may go, or when the signal comes.
   *
   * @param bytes How many.
   * @param signal Ends the wait.
   */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const { now, pause } = this.#clock;
    const start = now();
    const paidAt = Math.max(this.#paidAt ?? start, start - BURST_MS) + bytes / this.#bytesPerMs;
    this.#paidAt = paidAt;
    for (let left = paidAt - now(); left > 0; left = paidAt - now()) {
      if (!await pause(Math.min(left, LONGEST_PAUSE_MS), signal)) return;
    }
  }
}
