import type { Input } from "./_input.ts";

/** One read; large, because each has a fixed price. */
const CHUNK_BYTES = 1024 * 1024;
/** What a small file is read with: a folder may have thousands, and two large pieces each cost more. */
const SMALL_CHUNK_BYTES = 16 * 1024;

/**
 * Gives a file or a pipe in large pieces. Of a file the next piece is read while this one is looked
 * at; a pipe is not read ahead, since what nobody asked for yet could keep the program from ending.
 */
export class ChunkReader {
  readonly #input: Input;
  readonly #chunkBytes: number;
  #buffers: Uint8Array<ArrayBuffer>[] = [];
  #turn = 0;
  #head: Uint8Array = new Uint8Array();
  #ahead: Promise<Uint8Array | null> | undefined;
  #closed = false;

  constructor(input: Input) {
    this.#input = input;
    const { size = CHUNK_BYTES } = input;
    // What a file says of its size is a hint: one that grew, or is none really, is read in more pieces.
    this.#chunkBytes = size <= SMALL_CHUNK_BYTES ? SMALL_CHUNK_BYTES : CHUNK_BYTES;
  }

  /** The first bytes: as many as were asked for, or all there are. `next` gives them again. */
  async head(bytes: number): Promise<Uint8Array> {
    const head = new Uint8Array(bytes);
    head.set(this.#head);
    let have = this.#head.length;
    while (have < bytes) {
      const count = await this.#input.read(head.subarray(have));
      if (count === null) break;
      have += count;
    }
    return this.#head = head.subarray(0, have);
  }

  /** Goes to an offset of a file before anything was asked of `next`; `false` for a pipe. */
  async seek(offset: number): Promise<boolean> {
    if (!await this.#input.seek(offset)) return false;
    this.#head = new Uint8Array();
    return true;
  }

  /** The next piece, valid until the call after this; `null` at the end. */
  async next(): Promise<Uint8Array | null> {
    if (this.#head.length > 0) {
      const head = this.#head;
      this.#head = new Uint8Array();
      this.#readAhead();
      return head;
    }
    const chunk = await (this.#ahead ?? this.#read());
    this.#ahead = undefined;
    if (chunk === null) await this.#input.checkUnchanged();
    else this.#readAhead();
    return chunk;
  }

  /** Lets go, after a read under way. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#ahead?.catch(() => {});
    this.#input.close();
  }

  #readAhead(): void {
    if (this.#input.size === undefined || this.#closed) return;
    this.#ahead = this.#read();
    this.#ahead.catch(() => {}); // Whoever asks for it next is told.
  }

  async #read(): Promise<Uint8Array | null> {
    this.#turn ^= 1;
    const buffer = this.#buffers[this.#turn] ??= new Uint8Array(this.#chunkBytes);
    const count = await this.#input.read(buffer);
    return count === null ? null : buffer.subarray(0, count);
  }
}
