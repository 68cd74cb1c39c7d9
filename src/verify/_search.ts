import { documentLength, type RawBatch } from "../core/mod.ts";
import { SpillFile } from "../io/_spill_file.ts";
import { type Alone, nameAlone } from "./_alone.ts";
import { type Cursor, DOCUMENT, Entries, ENTRY_BYTES, PAIR } from "./_entries.ts";
import type { Example } from "./_examples.ts";
import type { DocumentHash } from "./_hash.ts";
import { hashId } from "./_id.ts";
import { HashFilter } from "./_hash_filter.ts";
import { difference, hashKey, Keeper, type Known, knownAt } from "./_known.ts";
import { mergeSides } from "./_merge.ts";
import { Once } from "./_once.ts";
import { type DifferingPair, PairSearch } from "./_pair_search.ts";
import { type ReadOptions, readSides, type Side } from "./_read.ts";
import { viewOf, withIdMoved } from "./_tally.ts";
import type { DifferentDocument, DocumentDifferences } from "./result.ts";

/** If more documents than this may differ, none is kept: the few to be named are read once more. */
const MOST_KEPT = 10_000;
/** More documents of one `_id` than this are counted, not named. */
const MOST_OF_ONE_ID = 20_000;
/** What is read at once while sorted runs are merged, for each side. */
const MERGE_BYTES = 4 * 1024 * 1024;

/** What a search is given. */
export interface SearchOptions extends Omit<ReadOptions, "pass" | "only"> {
  readonly hash: DocumentHash;
  readonly ignoreIdPosition: boolean;
  /** How many documents of each kind to name. */
  readonly show: number;
  /** About how much memory to use. */
  readonly memoryBytes: number;
  /** Where to keep what does not fit. */
  readonly tempFolder: string | undefined;
}

/** Which part of all is looked at. */
interface Part {
  readonly round: number;
  readonly rounds: number;
}

/**
 * Finds which documents differ, by the hashes of their `_id`s and of themselves. Both sides are read
 * again for that, but for one that can be read only once: its entries are collected while it is read.
 *
 * With a folder for it, what does not fit into memory goes there as sorted runs, and is merged. Without
 * one no right to write is needed and no disk: then both sides are read again once for each part of
 * them, by the hash of the `_id`, and what can be read only once has to fit. Of two million documents
 * that all differ, 760 MB a side, runs take 3 readings, 176 MB of disk and 6 s of a processor, parts 10
 * readings and 14 s; of ten times as many it is 3 readings and 79. Both stay below 150 MB.
 */
export class Search {
  readonly #options: SearchOptions;
  readonly #entries = { a: new Entries(), b: new Entries() };
  readonly #once: { a?: Once; b?: Once } = {};
  readonly #numbers = new Map<string, number>();
  #searches: ReadonlyMap<string, PairSearch> = new Map();
  #byNumber: readonly (PairSearch | undefined)[] = [];
  /** What the other side has, if it was read before the one that can be read only once. */
  #filter: HashFilter | undefined;

  constructor(options: SearchOptions) {
    this.#options = options;
  }

  /** Makes sure that the folder can be written to, before hours have gone by. */
  async open(sides: readonly Side[]): Promise<void> {
    const { tempFolder, memoryBytes } = this.#options;
    if (tempFolder !== undefined) await (await SpillFile.create(tempFolder)).close();
    for (const { name, source } of sides) {
      if (!source.capabilities.rereadable) this.#once[name] = new Once(memoryBytes);
    }
  }

  /**
   * Which sides to read together, and which after them. A pipe waits for a file: then it is known of
   * most of its documents that the other side lacks them, and a copy of those can be kept. It does not
   * wait for a server, which may take so long that the program at its other end is given up.
   */
  inTurn(sides: readonly Side[]): readonly (readonly Side[])[] {
    const once = sides.filter(({ name }) => this.#once[name] !== undefined);
    const other = sides.filter(({ name }) => this.#once[name] === undefined);
    const waits = once.length === 1 && other[0]!.source.capabilities.pointInTime;
    if (!waits) return [sides];
    this.#filter = new HashFilter();
    return [other, once];
  }

  /** Lets go of all memory and files. */
  async close(): Promise<void> {
    for (const side of ["a", "b"] as const) {
      await this.#entries[side].clear();
      await this.#once[side]?.ids.clear();
    }
  }

  /** What to do with documents of a side when they are read for the first time, if anything. */
  onFirst(side: Side): ((batch: RawBatch, i: number) => void) | undefined {
    const { hash } = this.#options;
    const once = this.#once[side.name], filter = this.#filter;
    if (once?.isLost === false) return (batch, i) => this.#collect(side, once, batch, i);
    return once !== undefined || filter === undefined ? undefined : () => filter.add(hash);
  }

  /** Sides of which it could not be kept what they have. */
  isLost({ name }: Side): boolean {
    return this.#once[name]?.isLost === true;
  }

  /** Collects a document that was just hashed, of a side that can be read only once. */
  #collect(side: Side, once: Once, batch: RawBatch, i: number): void {
    const { hash } = this.#options;
    const { buffer, firstIndex } = batch;
    const start = batch.starts[i]!, index = firstIndex + i;
    const pair = this.#numberOf(side.key(batch.namespace));
    const entries = this.#entries[side.name];
    entries.addDocument(hash, pair, once.ids.add(buffer, start, index));
    if (this.#filter?.lacks(hash) ?? true) once.keep(pair, hash, buffer, start, index);
    hashId(hash, buffer, viewOf(buffer), start);
    entries.addId(hash);
  }

  /** Writes out what was collected, if it is too much by now. */
  collected({ name }: Side): Promise<void> | undefined {
    const once = this.#once[name];
    if (once === undefined || once.isLost) return undefined;
    const entries = this.#entries[name];
    const { tempFolder, memoryBytes } = this.#options;
    const bytes = entries.count * ENTRY_BYTES + once.ids.bytes;
    if (bytes <= memoryBytes / 2) return undefined;
    return (async () => {
      if (tempFolder !== undefined) {
        await entries.spill(tempFolder);
        return await once.ids.spill(tempFolder);
      }
      await once.lose();
      this.#entries[name] = new Entries();
    })();
  }

  /** Finds what differs in pairs of collections. */
  async find(
    sides: readonly Side[],
    pairs: ReadonlyMap<string, DifferingPair>,
  ): Promise<Map<string, DocumentDifferences>> {
    const { show, memoryBytes, tempFolder } = this.#options;
    this.#filter = undefined;
    const again = sides.filter(({ name }) => this.#once[name] === undefined);
    const alone = new Map<string, Alone>();
    for (const [key, { a, b }] of pairs) {
      const side = a.documents === 0 ? "b" : "a", other = side === "a" ? b : a;
      if (other.documents > 0 || !again.some(({ name }) => name === side)) continue;
      alone.set(key, { side, documents: (side === "a" ? a : b).documents });
    }
    let pass = 2;
    const named = await nameAlone(again, alone, { ...this.#options, pass });
    if (alone.size === pairs.size) return named;
    if (alone.size > 0) pass++;
    this.#searches = new Map(
      [...pairs].filter(([key]) => !alone.has(key))
        .map(([key, pair]) => [key, new PairSearch(pair, show)]),
    );
    const searches = this.#searches;
    const byNumber: (PairSearch | undefined)[] = [];
    for (const [key, search] of searches) byNumber[this.#numberOf(key)] = search;
    this.#byNumber = byNumber;
    let total = 0;
    for (const { name } of again) {
      for (const { expected } of searches.values()) total += expected[name];
    }
    const room = again.length === sides.length ? memoryBytes : memoryBytes / 2;
    const rounds = tempFolder !== undefined ? 1 : Math.ceil(total * ENTRY_BYTES / room) || 1;
    let keeps = total <= MOST_KEPT && rounds === 1;
    for (let round = 0; round < rounds; round++, pass++) {
      keeps = await this.#collectAgain(again, { round, rounds }, { pass, keeps });
      await this.#merge({ round, rounds });
    }
    if (!keeps) await this.#readExamples(again, pass);
    return new Map([...named, ...await this.#result()]);
  }

  #numberOf(key: string): number {
    const found = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, found);
    return found;
  }

  /** Collects what may differ; tells whether a copy of all of it is at hand. */
  async #collectAgain(
    again: readonly Side[],
    { round, rounds }: Part,
    { pass, keeps }: { readonly pass: number; readonly keeps: boolean },
  ): Promise<boolean> {
    let all = keeps;
    const { hash, memoryBytes, tempFolder } = this.#options;
    // What was written makes room again: more memory would only make fewer runs.
    const most = memoryBytes / 4 / ENTRY_BYTES;
    const keepers = { a: new Keeper(memoryBytes / 4), b: new Keeper(memoryBytes / 4) };
    for (const { name } of again) await this.#entries[name].clear();
    await readSides(again, {
      batch: (side, { namespace, buffer, starts, firstIndex }) => {
        const key = side.key(namespace);
        const search = this.#searches.get(key);
        if (search === undefined) return;
        const entries = this.#entries[side.name], known = search.known[side.name];
        const view = viewOf(buffer), number = this.#numberOf(key);
        for (let i = 0; i < starts.length; i++) {
          const start = starts[i]!;
          this.#hash(view, buffer, start);
          if (!search.takes(hash.h1)) continue;
          entries.addDocument(hash, number, firstIndex + i);
          const document = keeps ? hashKey(hash) : "";
          hashId(hash, buffer, view, start);
          if (rounds > 1 && (hash.h2 >>> 0) % rounds !== round) continue;
          entries.addId(hash);
          if (!keeps) continue;
          const whole = keepers[side.name].take(documentLength(buffer, start));
          all &&= whole;
          known.set(document, knownAt(buffer, start, firstIndex + i, whole));
        }
        if (tempFolder !== undefined && entries.count > most) return entries.spill(tempFolder);
      },
      restart: async ({ name }) => {
        keepers[name] = new Keeper(memoryBytes / 4);
        await this.#entries[name].clear();
        for (const { known } of this.#searches.values()) known[name].clear();
        return () => false;
      },
    }, { ...this.#options, pass, only: (key) => this.#searches.has(key) });
    return all;
  }

  async #merge({ round, rounds }: Part): Promise<void> {
    const { tempFolder, signal, show } = this.#options;
    const cursors: Cursor[] = [];
    for (const entries of [this.#entries.a, this.#entries.b]) {
      cursors.push(await entries.sorted(tempFolder, MERGE_BYTES));
    }
    await mergeSides(cursors[0]!, cursors[1]!, {
      // What was collected of all documents is narrowed to what may differ only here.
      takes: ({ words, at }, side) =>
        this.#once[side] === undefined ||
        this.#byNumber[words[at + PAIR]!]?.takes(words[at + DOCUMENT]!) === true &&
          (rounds === 1 || (words[at + 1]! >>> 0) % rounds === round),
      mostKept: Math.min(2 * show, MOST_OF_ONE_ID),
      signal,
      onGroup: (pair, a, b) => this.#byNumber[pair]!.found.add(a, b),
    });
  }

  /** Hashes a document as it is compared. */
  #hash(view: DataView, buffer: Uint8Array, start: number): void {
    const { hash, ignoreIdPosition } = this.#options;
    const moved = ignoreIdPosition ? withIdMoved(buffer, start) : undefined;
    if (moved === undefined) hash.hash(view, start, start + documentLength(buffer, start));
    else hash.hash(viewOf(moved), 0, moved.length);
  }

  /** Reads what is to be named once more, until all of it is found. */
  async #readExamples(again: readonly Side[], pass: number): Promise<void> {
    const { hash, memoryBytes } = this.#options;
    const keepers = { a: new Keeper(memoryBytes / 4), b: new Keeper(memoryBytes / 4) };
    const wanted = new Map<string, Map<string, boolean>>();
    const left = { a: 0, b: 0 };
    for (const [key, { found, known }] of this.#searches) {
      for (const { name } of again) {
        known[name].clear();
        const documents = new Map<string, boolean>();
        for (const example of found.examples) {
          const one = example[name];
          if (one !== undefined) documents.set(one.document, example.status === "different");
        }
        left[name] += documents.size;
        wanted.set(`${name} ${key}`, documents);
      }
    }
    const reading = again.filter(({ name }) => left[name] > 0);
    await readSides(reading, {
      batch: ({ name, key }, { namespace, buffer, starts, firstIndex }) => {
        const search = this.#searches.get(key(namespace));
        const documents = wanted.get(`${name} ${key(namespace)}`);
        if (search === undefined || documents === undefined) return left[name] > 0;
        const view = viewOf(buffer);
        for (let i = 0; i < starts.length && left[name] > 0; i++) {
          this.#hash(view, buffer, starts[i]!);
          if (!search.takes(hash.h1)) continue;
          const document = hashKey(hash);
          const whole = documents.get(document);
          if (whole === undefined || search.known[name].has(document)) continue;
          const keeps = whole && keepers[name].take(documentLength(buffer, starts[i]!));
          search.known[name].set(document, knownAt(buffer, starts[i]!, firstIndex + i, keeps));
          left[name]--;
        }
        return left[name] > 0;
      },
      // What was found already was found.
      restart: () => () => false,
    }, { ...this.#options, pass, only: (key) => this.#searches.has(key) });
  }

  async #result(): Promise<Map<string, DocumentDifferences>> {
    const result = new Map<string, DocumentDifferences>();
    for (const [key, search] of this.#searches) {
      const shown: DifferentDocument[] = [];
      for (const example of search.found.examples) {
        shown.push(await this.#named(example, search, this.#numberOf(key)));
      }
      result.set(key, { ...search.found.counts, shown });
    }
    return result;
  }

  async #named(
    example: Example,
    { known }: PairSearch,
    pair: number,
  ): Promise<DifferentDocument> {
    const at = async (side: "a" | "b"): Promise<Known | undefined> => {
      const place = example[side];
      if (place === undefined) return undefined;
      const once = this.#once[side];
      if (once === undefined) return known[side].get(place.document);
      const kept = once.known.get(pair)?.get(place.document);
      return { ...await once.ids.read(place.place), bytes: kept?.bytes };
    };
    const [a, b] = [await at("a"), await at("b")];
    const id = a?.id ?? b?.id;
    const first = a?.bytes && b?.bytes &&
      difference(a.bytes, b.bytes, this.#options.ignoreIdPosition);
    return {
      status: example.status,
      ...(id === undefined ? {} : { id }),
      ...(a === undefined ? {} : { indexA: a.index }),
      ...(b === undefined ? {} : { indexB: b.index }),
      ...(first === undefined ? {} : { first }),
    };
  }
}
