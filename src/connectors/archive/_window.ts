import { documentLength } from "../../core/mod.ts";

/** Bytes of a stream that lie next to each other, and where reading is. */
export class Window {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffer = new Uint8Array(0);
  /** Offset in the stream of the buffer's first byte. */
  #base = 0;
  #end = 0;
  /** Offset in {@linkcode Window.buffer} of the next byte. */
  at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The bytes; another buffer after each {@linkcode Window.fill} that had to read. */
  get buffer(): Uint8Array {
    return this.#buffer;
  }

  /** Offset in the stream of the next byte. */
  get offset(): number {
    return this.#base + this.at;
  }

  /** How many bytes are there. */
  get left(): number {
    return this.#end - this.at;
  }

  /** Makes sure that so many bytes are there; `false` if the stream ends before. */
  async fill(count: number): Promise<boolean> {
    while (this.left < count) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#add(next.value, count);
    }
    return true;
  }

  /** A new buffer each time: the old one may still be somebody's. */
  #add(chunk: Uint8Array, wanted: number): void {
    const { left } = this;
    const size = left + chunk.length;
    // What is asked for was checked; a long document is put together in one buffer.
    if (this.#buffer.length - this.#end >= chunk.length && left > chunk.length) {
      this.#buffer.set(chunk, this.#end);
      this.#end += chunk.length;
      return;
    }
    const buffer = new Uint8Array(Math.max(size, Math.min(wanted + chunk.length, size * 2)));
    buffer.set(this.#buffer.subarray(this.at, this.#end));
    buffer.set(chunk, left);
    this.#base += this.at;
    this.#buffer = buffer;
    this.#end = size;
    this.at = 0;
  }

  /** The length that stands at the next byte; {@linkcode Window.fill} has made sure of it. */
  length(): number {
    return documentLength(this.#buffer, this.at) | 0;
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
