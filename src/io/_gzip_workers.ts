import { gzipSync } from "node:zlib";
import type { Coalescer } from "./_coalescer.ts";
import type { Encoder } from "./_encoder.ts";
import { GzipThreads, OUT_BYTES } from "./_gzip_threads.ts";

/**
 * Bytes that become one member. Fixed, so that the output is the same however many threads there are;
 * large enough that a member costs next to nothing.
 */
const BLOCK_BYTES = 512 * 1024;
/** Blocks that are compressed on this thread before others are started, which takes longer than these. */
const ALONE = 6;

/** gzip as many members, one for each block, compressed by several threads at once. */
export class GzipWorkers implements Encoder {
  readonly #level: number;
  readonly #out: Coalescer;
  #block = new Uint8Array(BLOCK_BYTES);
  #have = 0;
  #blocks = 0;
  #threads: GzipThreads | undefined;
  /** Members to come, in the order of their blocks. */
  readonly #coming: Promise<Uint8Array>[] = [];
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  constructor(level: number, out: Coalescer) {
    this.#level = level;
    this.#out = out;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(bytes.length - at, BLOCK_BYTES - this.#have);
      this.#block.set(bytes.subarray(at, at + count), this.#have);
      this.#have += count;
      at += count;
      if (this.#have === BLOCK_BYTES) await this.#send();
    }
  }

  async flush(): Promise<void> {
    if (this.#have > 0) await this.#send();
    while (this.#coming.length > 0) await this.#take();
  }

  async end(): Promise<void> {
    // A stream of no bytes is one empty member.
    if (this.#blocks === 0 && this.#have === 0) await this.#send();
    await this.flush();
    this.close();
  }

  close(): void {
    this.#threads?.leave();
    this.#threads = undefined;
    // Nobody waits for these any more; those whose thread is gone never come.
    this.#coming.length = 0;
  }

  async #send(): Promise<void> {
    const block: Uint8Array<ArrayBuffer> = this.#block.subarray(0, this.#have);
    this.#have = 0;
    if (this.#blocks++ >= ALONE || GzipThreads.running) this.#threads ??= GzipThreads.join();
    const threads = this.#threads;
    if (threads === undefined) return await this.#out.write(this.#gzip(block));
    const compressed = threads.compress(block, this.#level);
    if (compressed === undefined) {
      // All are at work: so is this one, instead of waiting.
      this.#coming.push(Promise.resolve(this.#gzip(block)));
      while (this.#coming.length > threads.count) await this.#take();
      return;
    }
    const member = compressed.then(({ member, memory }) => {
      this.#spare.push(new Uint8Array(memory));
      return member;
    });
    // It is looked at when it is its turn; until then a failure is not an unhandled one.
    member.catch(() => {});
    this.#coming.push(member);
    this.#block = this.#spare.pop() ?? new Uint8Array(BLOCK_BYTES);
  }

  #gzip(block: Uint8Array): Uint8Array {
    return gzipSync(block, { level: this.#level, chunkSize: OUT_BYTES });
  }

  /** Writes the member that is next, once it is there. */
  async #take(): Promise<void> {
    const member = await this.#coming.shift()!;
    await this.#out.write(member);
    // Left to the garbage collector these are most of the memory in use.
    if (member.byteLength === member.buffer.byteLength) {
      (member.buffer as ArrayBuffer).transfer?.(0);
    }
  }
}
