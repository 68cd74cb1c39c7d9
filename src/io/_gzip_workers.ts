import { gzipSync } from "node:zlib";
import type { Coalescer } from "./_coalescer.ts";
import type { Encoder } from "./_encoder.ts";
import { OUT_BYTES } from "./_zlib_pump.ts";

/**
 * Bytes that become one member. Fixed, so that the output is the same however many threads there are;
 * large enough that a member costs next to nothing.
 */
const BLOCK_BYTES = 512 * 1024;
/** Blocks that are compressed on this thread before others are started, which takes longer than these. */
const ALONE = 6;
/** More threads than these wait for the one that writes their output. */
const MOST_THREADS = 4;

/** What a thread does: bytes come, a member goes back. */
const SOURCE = `import { gzipSync } from "node:zlib";
self.onmessage = ({ data: { bytes, level } }) => {
  try {
    const member = new Uint8Array(gzipSync(bytes, { level, chunkSize: ${OUT_BYTES} }));
    self.postMessage({ member, bytes }, [member.buffer, bytes.buffer]);
  } catch (error) {
    self.postMessage({ reason: String(error) });
  }
};`;

/** What a thread answers: the member, and the block's buffer for the next one. */
interface Answer {
  readonly member?: Uint8Array;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly reason?: string;
}

/** gzip as many members, one for each block, compressed by several threads at once. */
export class GzipWorkers implements Encoder {
  readonly #level: number;
  readonly #out: Coalescer;
  #block = new Uint8Array(BLOCK_BYTES);
  #have = 0;
  #blocks = 0;
  readonly #idle: Worker[] = [];
  readonly #threads: Worker[] = [];
  /** Members to come, in the order of their blocks. */
  readonly #coming: Promise<Uint8Array>[] = [];
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  /** Where the threads' program is; Bun reads it only when a thread is under way. */
  #source: string | undefined;

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
    // A thread that waits keeps the whole program from ending.
    this.close();
  }

  close(): void {
    for (const thread of this.#threads.splice(0)) thread.terminate();
    this.#idle.length = 0;
    if (this.#source !== undefined) URL.revokeObjectURL(this.#source);
    this.#source = undefined;
    // Those whose thread is gone never come.
    for (const member of this.#coming.splice(0)) member.catch(() => {});
  }

  async #send(): Promise<void> {
    const block: Uint8Array<ArrayBuffer> = this.#block.subarray(0, this.#have);
    this.#have = 0;
    if (this.#blocks++ < ALONE || !this.#start()) {
      return await this.#out.write(this.#gzip(block));
    }
    const thread = this.#idle.pop();
    if (thread === undefined) {
      // All are at work: so is this one, instead of waiting.
      this.#coming.push(Promise.resolve(this.#gzip(block)));
      while (this.#coming.length > this.#threads.length) await this.#take();
      return;
    }
    this.#coming.push(this.#compress(thread, block));
    this.#block = this.#spare.pop() ?? new Uint8Array(BLOCK_BYTES);
  }

  #gzip(block: Uint8Array): Uint8Array {
    return gzipSync(block, { level: this.#level, chunkSize: OUT_BYTES });
  }

  /** Starts the threads, once; `false` where there are none, as in Node.js. */
  #start(): boolean {
    if (this.#threads.length > 0) return true;
    if (typeof Worker !== "function") return false;
    const url = URL.createObjectURL(new Blob([SOURCE], { type: "text/javascript" }));
    // This thread is one of them.
    const others = Math.min(navigator.hardwareConcurrency, MOST_THREADS) - 1;
    for (let i = Math.max(others, 1); i > 0; i--) {
      const thread = new Worker(url, { type: "module" });
      this.#threads.push(thread);
      this.#idle.push(thread);
    }
    this.#source = url;
    return true;
  }

  #compress(thread: Worker, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      thread.onmessage = ({ data: { member, bytes, reason } }: MessageEvent<Answer>) => {
        this.#idle.push(thread);
        if (bytes !== undefined) this.#spare.push(new Uint8Array(bytes.buffer));
        if (member !== undefined) resolve(member);
        else reject(new Error(reason));
      };
      thread.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      thread.postMessage({ bytes, level: this.#level }, [bytes.buffer]);
    });
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
