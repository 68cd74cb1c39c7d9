/** The bytes of batches that are held between source and target. */
export class ByteBudget {
  readonly #limit: number;
  readonly #holders = new Map<Uint8Array, number>();
  #held = 0;
  #peak = 0;
  #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The most that was held at one moment. */
  get peak(): number {
    return this.#peak;
  }

  /** Whether as many bytes more can be held. One batch always can: there is nothing to wait for. */
  hasRoom(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#limit;
  }

  /** Settles when bytes were given back, after which {@linkcode hasRoom} may say otherwise. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /**
   * Notes that a batch is held. Batches that were cut out of one reply share its bytes, which are
   * counted once.
   *
   * @returns How many bytes more are held.
   */
  take(buffer: Uint8Array): number {
    const holders = this.#holders.get(buffer) ?? 0;
    this.#holders.set(buffer, holders + 1);
    if (holders > 0) return 0;
    this.#held += buffer.byteLength;
    if (this.#held > this.#peak) this.#peak = this.#held;
    return buffer.byteLength;
  }

  /** Notes that a batch is held no more. */
  give(buffer: Uint8Array): void {
    const holders = this.#holders.get(buffer)! - 1;
    if (holders > 0) {
      this.#holders.set(buffer, holders);
      return;
    }
    this.#holders.delete(buffer);
    this.#held -= buffer.byteLength;
    this.wake();
  }

  /** Lets whoever waits look again. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
