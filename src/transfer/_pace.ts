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
 * A token bucket: bytes go at a rate. What is larger than the bucket goes at once, and those that
 * follow wait until it is paid for.
 */
export class Pace {
  readonly #bytesPerMs: number;
  readonly #clock: PaceClock;
  /** When the bucket is, or was, empty: all that went is paid for. */
  #paidAt: number;

  constructor(
    bytesPerSecond: number,
    clock: PaceClock = { now: () => performance.now(), pause },
  ) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#clock = clock;
    this.#paidAt = clock.now();
  }

  /**
   * Takes so many bytes out of the bucket; settles once they may go, or when the signal comes.
   *
   * @param bytes How many.
   * @param signal Ends the wait.
   */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const { now, pause } = this.#clock;
    const from = Math.max(this.#paidAt, now() - BURST_MS);
    this.#paidAt = from + bytes / this.#bytesPerMs;
    for (let left = from - now(); left > 0; left = from - now()) {
      if (!await pause(Math.min(left, LONGEST_PAUSE_MS), signal)) return;
    }
  }
}
