import { SpillFile } from "../io/_spill_file.ts";
import { idOf, shownId } from "./_id.ts";

/** What an `_id` takes beside its bytes: the index of its document, and a length. */
const HEAD_BYTES = 8 + 4;
/** A longer `_id` is not kept. */
const MOST_BYTES = 1024;
const CHUNK_BYTES = 1 << 18;

/** The `_id`s of documents that can be read only once: one after another, in memory or in a file. */
export class IdLog {
  /** Bytes that are in memory. */
  bytes = 0;
  readonly #chunks: Uint8Array[] = [];
  /** Where the first chunk in memory begins. */
  #first = 0;
  #file: SpillFile | undefined;
  /** Bytes of the last chunk that are taken. */
  #taken = CHUNK_BYTES;

  /** Adds the `_id` of a document; tells where it is. */
  add(buffer: Uint8Array, start: number, index: number): number {
    const span = idOf(buffer, start);
    const length = span === undefined ? 0 : span.end - span.start;
    const kept = length > MOST_BYTES ? 0 : length;
    if (this.#taken + HEAD_BYTES + kept > CHUNK_BYTES) {
      this.#chunks.push(new Uint8Array(CHUNK_BYTES));
      this.#taken = 0;
      this.bytes += CHUNK_BYTES;
    }
    const chunk = this.#chunks.at(-1)!, at = this.#taken;
    const view = new DataView(chunk.buffer, at);
    view.setFloat64(0, index, true);
    view.setInt32(8, kept, true);
    if (kept > 0) chunk.set(buffer.subarray(span!.start, span!.end), at + HEAD_BYTES);
    this.#taken += HEAD_BYTES + kept;
    return this.#first + (this.#chunks.length - 1) * CHUNK_BYTES + at;
  }

  /** Writes all chunks but the last into a file of the folder. */
  async spill(folder: string): Promise<void> {
    while (this.#chunks.length > 1) {
      this.#file ??= await SpillFile.create(folder);
      await this.#file.append(this.#chunks.shift()!);
      this.#first += CHUNK_BYTES;
      this.bytes -= CHUNK_BYTES;
    }
  }

  /** The index of the document, and its `_id` as it is shown. */
  async read(place: number): Promise<{ readonly index: number; readonly id: string | undefined }> {
    const at = place - this.#first;
    let chunk = this.#chunks[Math.floor(at / CHUNK_BYTES)];
    let from = at % CHUNK_BYTES;
    if (at < 0) {
      // None goes over the end of a chunk.
      from = place % CHUNK_BYTES;
      chunk = new Uint8Array(Math.min(HEAD_BYTES + MOST_BYTES, CHUNK_BYTES - from));
      await this.#file!.read(place, chunk);
      from = 0;
    }
    const view = new DataView(chunk!.buffer, chunk!.byteOffset + from);
    const length = view.getInt32(8, true);
    const document = new Uint8Array(4 + length + 1);
    new DataView(document.buffer).setInt32(0, document.length, true);
    document.set(chunk!.subarray(from + HEAD_BYTES, from + HEAD_BYTES + length), 4);
    return { index: view.getFloat64(0, true), id: shownId(document, 0) };
  }

  /** Lets go of all. */
  async clear(): Promise<void> {
    this.#chunks.length = 0;
    this.#taken = CHUNK_BYTES;
    this.bytes = this.#first = 0;
    await this.#file?.close();
    this.#file = undefined;
  }
}
