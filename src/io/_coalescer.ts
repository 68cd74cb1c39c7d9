import type { Destination } from "./_destination.ts";

/** One write; small ones cost more than the bytes they carry. */
const WRITE_BYTES = 512 * 1024;

/** Collects small writes into large ones; large ones go through without a copy. */
export class Coalescer {
  readonly #destination: Destination;
  readonly #buffer = new Uint8Array(WRITE_BYTES);
  #have = 0;
  /** Bytes given so far. */
  bytes = 0;

  constructor(destination: Destination) {
    this.#destination = destination;
  }

  /** Writes bytes; the caller may reuse them when it is done. */
  async write(bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.length;
    if (this.#have + bytes.length > this.#buffer.length) await this.flush();
    if (bytes.length >= this.#buffer.length) return await this.#destination.write(bytes);
    this.#buffer.set(bytes, this.#have);
    this.#have += bytes.length;
  }

  /** Passes on what was collected. */
  async flush(): Promise<void> {
    const have = this.#have;
    if (have === 0) return;
    this.#have = 0;
    await this.#destination.write(this.#buffer.subarray(0, have));
  }
}
