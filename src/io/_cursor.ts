import type { ChunkReader } from "./_chunk_reader.ts";

const NOTHING = new Uint8Array();

/** A place in the bytes of a reader, for formats with headers that may be cut by a chunk's end. */
export class Cursor {
  readonly #reader: ChunkReader;
  #chunk: Uint8Array = NOTHING;
  #ended = false;
  /** How many bytes were passed. */
  offset = 0;

  constructor(reader: ChunkReader) {
    this.#reader = reader;
  }

  /** The bytes at hand, at least one; none at the end. Valid until the next call that waits. */
  async rest(): Promise<Uint8Array> {
    while (this.#chunk.length === 0 && !this.#ended) {
      const next = await this.#reader.next();
      if (next === null) this.#ended = true;
      else this.#chunk = next;
    }
    return this.#chunk;
  }

  /** Passes bytes that are at hand. */
  pass(count: number): void {
    this.#chunk = this.#chunk.subarray(count);
    this.offset += count;
  }

  /** A copy of the next few bytes, which are passed; fewer at the end. */
  async take(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    let have = 0;
    while (have < count) {
      const rest = await this.rest();
      if (rest.length === 0) break;
      const part = rest.subarray(0, count - have);
      bytes.set(part, have);
      have += part.length;
      this.pass(part.length);
    }
    return bytes.subarray(0, have);
  }

  /** Passes so many bytes; `false` if there are fewer. */
  async skip(count: number): Promise<boolean> {
    while (count > 0) {
      const rest = await this.rest();
      if (rest.length === 0) return false;
      const part = Math.min(rest.length, count);
      count -= part;
      this.pass(part);
    }
    return true;
  }

  /** Passes everything up to and with the next 0; `false` if there is none. */
  async skipText(): Promise<boolean> {
    while (true) {
      const rest = await this.rest();
      if (rest.length === 0) return false;
      const end = rest.indexOf(0);
      this.pass(end < 0 ? rest.length : end + 1);
      if (end >= 0) return true;
    }
  }
}
