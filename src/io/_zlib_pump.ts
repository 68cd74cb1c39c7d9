import type { Buffer } from "node:buffer";
import type { Transform } from "node:stream";

/** The part of a `node:zlib` stream that is used. */
export type ZlibStream = Transform & { readonly bytesWritten: number };

/** Size of the buffers that come out. */
export const OUT_BYTES: number = 256 * 1024;

/**
 * Drives a `node:zlib` stream by hand: bytes go in and what comes out is given before more is taken,
 * so that neither side piles up, and how much of the input was used is known at any time.
 */
export class ZlibPump {
  readonly #stream: ZlibStream;
  #error: Error | undefined;
  #ended = false;
  #wake: (() => void) | undefined;
  #out: ArrayBufferLike | undefined;

  constructor(stream: ZlibStream) {
    this.#stream = stream;
    const wake = () => this.#wake?.();
    stream.on("readable", wake);
    stream.on("end", () => {
      this.#ended = true;
      wake();
    });
    stream.on("error", (error: Error) => {
      this.#error = error;
      wake();
    });
  }

  /** Bytes of the input that were used. */
  get used(): number {
    return this.#stream.bytesWritten;
  }

  /** Puts bytes in and gives what comes out; the bytes may be reused when it is done. */
  async *feed(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    let taken = false;
    this.#stream.write(bytes, () => {
      taken = true;
      this.#wake?.();
    });
    yield* this.#drain(() => taken);
  }

  /** Says that no more comes, and gives the rest; throws if something is missing. */
  async *finish(): AsyncGenerator<Uint8Array, void, void> {
    this.#stream.end();
    yield* this.#drain(() => false);
  }

  /** Lets go of the memory. */
  close(): void {
    this.#stream.destroy();
    this.#free(undefined);
  }

  /**
   * Frees the buffer before this one at once: zlib is done with it, and so is who asked for more. Left
   * to the garbage collector these are most of the memory in use.
   */
  #free(next: ArrayBufferLike | undefined): void {
    const out = this.#out;
    if (out === next) return;
    // A smaller one may be the pool that many buffers are cut from.
    if (out instanceof ArrayBuffer && out.byteLength >= OUT_BYTES / 2) out.transfer?.(0);
    this.#out = next;
  }

  async *#drain(done: () => boolean): AsyncGenerator<Uint8Array, void, void> {
    while (true) {
      const out = this.#stream.read() as Buffer | null;
      if (out !== null) {
        this.#free(out.buffer);
        // Not as a Buffer, whose slice() would be a view where that of an array is a copy.
        yield new Uint8Array(out.buffer, out.byteOffset, out.length);
      } else if (this.#error !== undefined) {
        throw this.#error;
      } else if (done() || this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => this.#wake = resolve);
        this.#wake = undefined;
      }
    }
  }
}
