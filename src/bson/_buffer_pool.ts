/** At most this many bytes wait for reuse; the rest is left to the garbage collector. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/** Buffers that were given back, so that memory stays flat however much flows through. */
export class BufferPool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #keptBytes = 0;

  /** Gives a buffer of at least so many bytes; its content is whatever was there before. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    // The newest first: it is the likeliest to still be in a cache of the processor.
    for (let i = this.#free.length - 1; i >= 0; i--) {
      const buffer = this.#free[i]!;
      if (buffer.length < bytes) continue;
      this.#free.splice(i, 1);
      this.#keptBytes -= buffer.length;
      return buffer;
    }
    return new Uint8Array(bytes);
  }

  /** Takes a buffer back. One that was transferred to a worker meanwhile has no bytes: dropped. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length === 0 || this.#keptBytes + buffer.length > MAX_KEPT_BYTES) return;
    this.#free.push(buffer);
    this.#keptBytes += buffer.length;
  }
}
