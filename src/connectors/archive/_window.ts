import { BufferPool } from "../../bson/_buffer_pool.ts";
import { documentLength } from "../../core/mod.ts";

/** Below this a buffer costs more to handle than it holds. */
const LEAST_BYTES = 4096;

/** A buffer and how many batches of it are not released yet. */
interface Lease {
  readonly buffer: Uint8Array<ArrayBuffer>;
  holders: number;
}

/**
 * Bytes of a stream that lie next to each other, and where reading is. They are copied once, into
 * buffers that are used again when all who hold a part of them let go.
 */
export class Window {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #pool = new BufferPool();
  /** What was read last, and how much of it was taken. */
  #chunk = new Uint8Array(0);
  #taken = 0;
  #lease: Lease;
  /** Offset in the stream of the buffer's first byte. */
  #base = 0;
  #end = 0;
  #usual: number;
  /** Offset in {@linkcode Window.buffer} of the next byte. */
  at = 0;

  /** Reads chunks, each valid until the next is asked for, into buffers of so many bytes. */
  constructor(chunks: AsyncIterable<Uint8Array>, bufferBytes: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#usual = Math.max(bufferBytes, LEAST_BYTES);
    this.#lease = { buffer: this.#pool.take(this.#usual), holders: 0 };
  }

  /** The bytes; another buffer after a {@linkcode Window.fill} that did not {@linkcode Window.fits}. */
  get buffer(): Uint8Array {
    return this.#lease.buffer;
  }

  /** Offset in the stream of the next byte. */
  get offset(): number {
    return this.#base + this.at;
  }

  /** How many bytes are there. */
  get left(): number {
    return this.#end - this.at;
  }

  /** Sizes the next buffers. */
  resize(bufferBytes: number): void {
    this.#usual = Math.max(bufferBytes, LEAST_BYTES);
  }

  /** Whether so many bytes have room in this buffer: filling leaves what was found where it is. */
  fits(count: number): boolean {
    return this.at + count <= this.#lease.buffer.length;
  }

  /** Makes sure that so many bytes are there; `false` if the stream ends before. */
  async fill(count: number): Promise<boolean> {
    while (this.left < count) {
      if (this.#end === this.#lease.buffer.length) this.#renew(count);
      if (this.#taken === this.#chunk.length) {
        const next = await this.#chunks.next();
        if (next.done === true) return false;
        this.#chunk = next.value as Uint8Array<ArrayBuffer>;
        this.#taken = 0;
      }
      const { buffer } = this.#lease;
      const bytes = Math.min(this.#chunk.length - this.#taken, buffer.length - this.#end);
      buffer.set(this.#chunk.subarray(this.#taken, this.#taken + bytes), this.#end);
      this.#taken += bytes;
      this.#end += bytes;
    }
    return true;
  }

  /** Takes another buffer, with what is left at its front. */
  #renew(wanted: number): void {
    const { left } = this;
    const old = this.#lease;
    // Twice what really arrived, not what a length claims: a lie allocates nothing.
    const size = Math.max(this.#usual, Math.min(wanted, left * 2));
    const buffer = this.#pool.take(size);
    buffer.set(old.buffer.subarray(this.at, this.#end));
    this.#base += this.at;
    this.#lease = { buffer, holders: 0 };
    this.#end = left;
    this.at = 0;
    if (old.holders === 0) this.#pool.give(old.buffer);
  }

  /** Keeps the buffer for somebody who reads it; gives what lets go of it, once. */
  hold(): () => void {
    const lease = this.#lease;
    lease.holders++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--lease.holders === 0 && lease !== this.#lease) this.#pool.give(lease.buffer);
    };
  }

  /** The length that stands at the next byte; {@linkcode Window.fill} has made sure of it. */
  length(): number {
    return documentLength(this.#lease.buffer, this.at) | 0;
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
