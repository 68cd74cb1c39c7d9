/** The bytes of batches that are held between source and target. */
export class ByteBudget {
  readonly #limit: number;
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

  take(bytes: number): void {
    this.#held += bytes;
    if (this.#held > this.#peak) this.#peak = this.#held;
  }

  give(bytes: number): void {
    this.#held -= bytes;
    this.wake();
  }

  /** Lets whoever waits look again. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
