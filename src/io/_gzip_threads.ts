/** What zlib gives at once. Larger pieces are memory that most members do not fill. */
export const OUT_BYTES: number = 64 * 1024;
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
  readonly member?: Uint8Array<ArrayBuffer>;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly reason?: string;
}

/** A block that was compressed. */
export interface Compressed {
  /** The member. */
  readonly member: Uint8Array<ArrayBuffer>;
  /** The memory of the block, to be used again. */
  readonly memory: ArrayBuffer;
}

/**
 * Threads that compress, one set for all files that are written at the same time: more of them would be
 * more memory, and no more processors. Whoever uses them leaves in the end, and the last one ends them:
 * a thread that waits keeps the whole program from ending.
 */
export class GzipThreads {
  static #shared: GzipThreads | undefined;
  readonly #threads: Worker[] = [];
  readonly #idle: Worker[] = [];
  /** Where their program is; Bun reads it only when a thread is under way. */
  readonly #source = URL.createObjectURL(new Blob([SOURCE], { type: "text/javascript" }));
  #users = 0;

  private constructor() {
    // The thread that asks is one of them.
    const others = Math.min(navigator.hardwareConcurrency, MOST_THREADS) - 1;
    for (let i = Math.max(others, 1); i > 0; i--) {
      const thread = new Worker(this.#source, { type: "module" });
      this.#threads.push(thread);
      this.#idle.push(thread);
    }
  }

  /** Whether somebody uses them: to join costs nothing then. */
  static get running(): boolean {
    return this.#shared !== undefined;
  }

  /** Takes part in their use; `undefined` where there are none, as in Node.js. */
  static join(): GzipThreads | undefined {
    if (typeof Worker !== "function") return undefined;
    this.#shared ??= new GzipThreads();
    this.#shared.#users++;
    return this.#shared;
  }

  /** Ends the use that {@linkcode GzipThreads.join} began. What was asked for may never come. */
  leave(): void {
    if (--this.#users > 0) return;
    GzipThreads.#shared = undefined;
    for (const thread of this.#threads.splice(0)) thread.terminate();
    this.#idle.length = 0;
    URL.revokeObjectURL(this.#source);
  }

  /** How many there are. */
  get count(): number {
    return this.#threads.length;
  }

  /** Has a block compressed, whose memory is given away; `undefined` if all are at work. */
  compress(bytes: Uint8Array<ArrayBuffer>, level: number): Promise<Compressed> | undefined {
    const thread = this.#idle.pop();
    if (thread === undefined) return undefined;
    return new Promise((resolve, reject) => {
      thread.onmessage = ({ data: { member, bytes, reason } }: MessageEvent<Answer>) => {
        this.#idle.push(thread);
        if (member === undefined) reject(new Error(reason));
        else resolve({ member, memory: bytes!.buffer });
      };
      thread.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      thread.postMessage({ bytes, level }, [bytes.buffer]);
    });
  }
}
