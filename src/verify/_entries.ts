import { SpillFile } from "../io/_spill_file.ts";
import type { DocumentHash } from "./_hash.ts";

/** Words of an entry: hash of the `_id`, number of the pair, hash of the document, its place. */
export const WORDS = 11;
/** Words by which entries are ordered: all but the place. */
const KEY_WORDS = 9;
/** Where the pair stands, and the document's hash. */
export const PAIR = 4, DOCUMENT = 5;
const PLACE = 9;
/** Words that are the same for documents of one `_id` in one pair. */
export const GROUP_WORDS = 5;
/** What an entry takes while it is in memory: itself, and its place in the order. */
export const ENTRY_BYTES = WORDS * 4 + 4;
/** Entries of a block: lists grow by blocks, so that none is ever copied. */
const BLOCK_BITS = 15, BLOCK = 1 << BLOCK_BITS;
/** Entries of the first block: most lists are short. */
const FIRST_BLOCK = 256;
/** Entries that are written at once. */
const CHUNK = 8192;
/** So few are put in order one by one. */
const FEW = 16;
const WORD = 2 ** 32;

/** A walk through entries in order. */
export interface Cursor {
  /** What holds the current entry. */
  readonly words: Int32Array;
  /** Where it begins there. */
  readonly at: number;
  /** Whether there is none any more. */
  readonly isDone: boolean;
  /** Goes to the next; a promise if it has to be read first. */
  advance(): Promise<void> | undefined;
}

/** Documents of one side that may differ, by their hashes alone; in memory, or as sorted runs in a file. */
export class Entries {
  /** How many are in memory. */
  count = 0;
  /** How many entries each run in the file has. */
  readonly #runs: number[] = [];
  readonly #blocks: Int32Array[] = [];
  #file: SpillFile | undefined;
  /** Rooms that are used again for each run: the collector of garbage is slow to see large arrays. */
  #chunk = new Int32Array(0);
  #orderRoom = new Uint32Array(0);
  #endsRoom = new Uint32Array(0);

  /** Takes a document's hash, and where to find it: to be completed by {@linkcode addId}. */
  addDocument({ h1, h2, h3, h4 }: DocumentHash, pair: number, place: number): void {
    const at = atOf(this.count);
    const words = this.#room(at);
    words[at + PAIR] = pair;
    words[at + DOCUMENT] = h1;
    words[at + DOCUMENT + 1] = h2;
    words[at + DOCUMENT + 2] = h3;
    words[at + DOCUMENT + 3] = h4;
    words[at + PLACE] = place / WORD;
    words[at + PLACE + 1] = place | 0;
  }

  /** Completes an entry with the hash of its `_id`. */
  addId({ h1, h2, h3, h4 }: DocumentHash): void {
    const at = atOf(this.count);
    const words = this.#blocks[this.count >>> BLOCK_BITS]!;
    // One `_id` in many collections must not be one place in the order.
    words[at] = h1 ^ Math.imul(words[at + PAIR]!, 0x9e3779b1);
    words[at + 1] = h2;
    words[at + 2] = h3;
    words[at + 3] = h4;
    this.count++;
  }

  #room(at: number): Int32Array {
    const block = this.count >>> BLOCK_BITS;
    const words = this.#blocks[block] ??= new Int32Array(WORDS * (block ? BLOCK : FIRST_BLOCK));
    if (at < words.length) return words;
    const larger = new Int32Array(WORDS * BLOCK);
    larger.set(words);
    return this.#blocks[block] = larger;
  }

  /** Writes what is in memory into a file of the folder, as one sorted run. */
  async spill(folder: string): Promise<void> {
    if (this.count === 0) return;
    this.#file ??= await SpillFile.create(folder);
    if (this.#chunk.length === 0) this.#chunk = new Int32Array(CHUNK * WORDS);
    const chunk = this.#chunk;
    let at = 0;
    for (const index of this.#order()) {
      const from = atOf(index);
      const words = this.#blocks[index >>> BLOCK_BITS]!;
      for (let i = 0; i < WORDS; i++) chunk[at + i] = words[from + i]!;
      at += WORDS;
      if (at < chunk.length) continue;
      await this.#file.append(new Uint8Array(chunk.buffer));
      at = 0;
    }
    await this.#file.append(new Uint8Array(chunk.buffer, 0, at * 4));
    this.#runs.push(this.count);
    this.count = 0;
  }

  /**
   * Begins a walk through all in order. What is in memory joins the file, if there is one.
   *
   * @param bufferBytes About how much to read at once, for all runs together.
   */
  async sorted(folder: string | undefined, bufferBytes: number): Promise<Cursor> {
    if (this.#file === undefined || folder === undefined) {
      return new MemoryCursor(this.#blocks, this.#order());
    }
    await this.spill(folder);
    this.#letGo();
    const room = Math.max(1, Math.floor(bufferBytes / this.#runs.length / (WORDS * 4)));
    const cursors: RunCursor[] = [];
    let offset = 0;
    for (const count of this.#runs) {
      const cursor = new RunCursor(this.#file, offset, count, Math.min(room, count));
      await cursor.advance();
      cursors.push(cursor);
      offset += count * WORDS * 4;
    }
    return new MergedCursor(cursors);
  }

  #letGo(): void {
    this.#blocks.length = 0;
    this.#chunk = new Int32Array(0);
    this.#orderRoom = this.#endsRoom = new Uint32Array(0);
  }

  /** Lets go of all; keeps the room in memory. */
  async clear(): Promise<void> {
    this.count = 0;
    this.#runs.length = 0;
    await this.#file?.close();
    this.#file = undefined;
  }

  /** The entries in memory in order: by the first bits of the hash, then by comparing few. */
  #order(): Uint32Array {
    const { count } = this;
    const bits = Math.max(1, Math.min(20, Math.ceil(Math.log2(count + 1)) - 2));
    const shift = 32 - bits;
    const buckets = (1 << bits) + 1;
    if (this.#endsRoom.length < buckets) this.#endsRoom = new Uint32Array(buckets);
    const ends = this.#endsRoom.subarray(0, buckets).fill(0);
    const firstWord = (index: number) => this.#blocks[index >>> BLOCK_BITS]![atOf(index)]!;
    for (let i = 0; i < count; i++) ends[(firstWord(i) >>> shift) + 1]!++;
    for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!;
    if (this.#orderRoom.length < count) this.#orderRoom = new Uint32Array(count);
    const order = this.#orderRoom.subarray(0, count);
    for (let i = 0; i < count; i++) order[ends[firstWord(i) >>> shift]!++] = i;
    // Each end has moved to where the next bucket begins.
    let begin = 0;
    for (let i = 0; i < ends.length - 1; i++) {
      const end = ends[i]!;
      if (end - begin > FEW) order.subarray(begin, end).sort((x, y) => this.#compare(x, y));
      else this.#insert(order, begin, end);
      begin = end;
    }
    return order;
  }

  #insert(order: Uint32Array, begin: number, end: number): void {
    for (let i = begin + 1; i < end; i++) {
      const one = order[i]!;
      let j = i - 1;
      for (; j >= begin && this.#compare(order[j]!, one) > 0; j--) order[j + 1] = order[j]!;
      order[j + 1] = one;
    }
  }

  #compare(x: number, y: number): number {
    const inX = this.#blocks[x >>> BLOCK_BITS]!, inY = this.#blocks[y >>> BLOCK_BITS]!;
    // Of equal ones the first comes first.
    return compareWords(inX, atOf(x), inY, atOf(y), 0, KEY_WORDS) || x - y;
  }
}

function atOf(index: number): number {
  return (index & BLOCK - 1) * WORDS;
}

/** Compares words of two entries, from one of them to another. */
export function compareWords(
  a: Int32Array,
  atA: number,
  b: Int32Array,
  atB: number,
  from: number,
  to: number,
): number {
  for (let i = from; i < to; i++) {
    const x = a[atA + i]!, y = b[atB + i]!;
    if (x !== y) return x >>> 0 < y >>> 0 ? -1 : 1;
  }
  return 0;
}

/** The place of an entry. */
export function placeOf({ words, at }: Cursor): number {
  return words[at + PLACE]! * WORD + (words[at + PLACE + 1]! >>> 0);
}

class MemoryCursor implements Cursor {
  words: Int32Array;
  at = 0;
  isDone: boolean;
  readonly #blocks: readonly Int32Array[];
  readonly #order: Uint32Array;
  #next = 0;

  constructor(blocks: readonly Int32Array[], order: Uint32Array) {
    this.#blocks = blocks;
    this.#order = order;
    this.words = blocks[0] ?? new Int32Array(0);
    this.isDone = order.length === 0;
    this.advance();
  }

  advance(): undefined {
    if (this.#next === this.#order.length) {
      this.isDone = true;
      return;
    }
    const index = this.#order[this.#next++]!;
    this.words = this.#blocks[index >>> BLOCK_BITS]!;
    this.at = atOf(index);
  }
}

/** A run in a file. */
class RunCursor implements Cursor {
  readonly words: Int32Array;
  at = 0;
  isDone = false;
  readonly #file: SpillFile;
  #offset: number;
  /** Entries that were not read yet. */
  #left: number;
  /** Where the words that were read end. */
  #end = 0;

  constructor(file: SpillFile, offset: number, count: number, room: number) {
    this.#file = file;
    this.#offset = offset;
    this.#left = count;
    this.words = new Int32Array(room * WORDS);
  }

  advance(): Promise<void> | undefined {
    if (this.#end > 0) this.at += WORDS;
    if (this.at < this.#end) return undefined;
    if (this.#left > 0) return this.#fill();
    this.isDone = true;
    return undefined;
  }

  async #fill(): Promise<void> {
    const count = Math.min(this.#left, this.words.length / WORDS);
    const bytes = new Uint8Array(this.words.buffer, 0, count * WORDS * 4);
    await this.#file.read(this.#offset, bytes);
    this.#offset += bytes.length;
    this.#left -= count;
    this.at = 0;
    this.#end = count * WORDS;
  }
}

/** Runs of one file in one order: a heap of them, the one with the first entry on top. */
class MergedCursor implements Cursor {
  readonly #heap: RunCursor[] = [];

  constructor(runs: readonly RunCursor[]) {
    this.#heap = [...runs];
    for (let i = this.#heap.length >> 1; i >= 0; i--) this.#sink(i);
  }

  get words(): Int32Array {
    return this.#heap[0]!.words;
  }

  get at(): number {
    return this.#heap[0]!.at;
  }

  get isDone(): boolean {
    return this.#heap.length === 0;
  }

  advance(): Promise<void> | undefined {
    const wait = this.#heap[0]!.advance();
    if (wait !== undefined) return wait.then(() => this.#settle());
    this.#settle();
    return undefined;
  }

  #settle(): void {
    const heap = this.#heap;
    if (heap[0]!.isDone) {
      const last = heap.pop()!;
      if (heap.length === 0) return;
      heap[0] = last;
    }
    this.#sink(0);
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const one = heap[from];
    if (one === undefined) return;
    let at = from;
    while (true) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, one)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = one;
  }
}

function isBefore(a: RunCursor, b: RunCursor): boolean {
  return compareWords(a.words, a.at, b.words, b.at, 0, KEY_WORDS) < 0;
}
