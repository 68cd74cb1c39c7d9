import { documentLength, type RawBatch } from "../core/mod.ts";
import { memberJson } from "./_definitions.ts";
import { compareEntries, Entries, hashId, idOf, keyOf } from "./_entries.ts";
import { firstDifference } from "./_first_difference.ts";
import type { DocumentHash } from "./_hash.ts";
import { readBoth, type ReadBothOptions, type Side } from "./_read.ts";
import { Tally, viewOf, withIdMoved } from "./_tally.ts";
import type { DifferentDocument, DocumentDifferences, FirstDifference } from "./result.ts";

/** What an entry takes: 32 bytes, and about twice that while all are paired. */
const ENTRY_BYTES = 96;
/** If more documents than this may differ, none is kept: the few to be named are read once more. */
const MOST_KEPT = 10_000;
/** What a document that is kept takes beside its bytes. */
const KEPT_BYTES = 1024;
/** A longer `_id` is cut where it is shown. */
const ID_CHARACTERS = 200;

/** What a search is given. */
export interface SearchOptions extends Omit<ReadBothOptions, "pass" | "only"> {
  readonly hash: DocumentHash;
  readonly ignoreIdPosition: boolean;
  /** How many documents of each kind to name. */
  readonly show: number;
  /** About how much memory to use: half of it for documents to be looked into. */
  readonly memoryBytes: number;
}

/** A pair of collections whose documents differ. */
export interface DifferingPair {
  readonly a: Tally;
  readonly b: Tally;
}

/** A document that was found again. */
interface Found {
  readonly index: number;
  readonly id: string | undefined;
  readonly bytes: Uint8Array | undefined;
}

/** A document to be named, by the hashes of it. */
interface Example {
  readonly status: DifferentDocument["status"];
  readonly a?: string;
  readonly b?: string;
}

/** What is looked for in one pair. */
class PairSearch {
  readonly differing: Uint8Array;
  readonly shift: number;
  readonly counts = { missing: 0, extra: 0, different: 0 };
  readonly examples: Example[] = [];
  readonly found = { a: new Map<string, Found>(), b: new Map<string, Found>() };
  readonly entries = { a: new Entries(), b: new Entries() };
  readonly expected: number;

  constructor({ a, b }: DifferingPair) {
    this.differing = Tally.differing(a, b);
    this.shift = 32 - Math.log2(this.differing.length);
    const share = this.differing.reduce((sum, one) => sum + one, 0) / this.differing.length;
    this.expected = share * (a.documents + b.documents);
  }

  takes(h1: number): boolean {
    return this.shift === 32 || this.differing[h1 >>> this.shift] === 1;
  }

  /** Takes out what both sides have; keeps the first of what is left to be named. */
  conclude(show: number): void {
    const { a, b } = this.entries;
    const left = compareEntries(a, b, show);
    const room = (status: Example["status"]) =>
      Math.max(0, show - this.examples.filter((example) => example.status === status).length);
    const { missing, extra, different } = left;
    this.examples.push(
      ...different.slice(0, room("different")).map(([i, j]) => ({
        status: "different" as const,
        a: a.documentKey(i),
        b: b.documentKey(j),
      })),
      ...missing.slice(0, room("missing")).map((i) => ({
        status: "missing" as const,
        a: a.documentKey(i),
      })),
      ...extra.slice(0, room("extra")).map((j) => ({
        status: "extra" as const,
        b: b.documentKey(j),
      })),
    );
    this.counts.missing += left.counts.missing;
    this.counts.extra += left.counts.extra;
    this.counts.different += left.counts.different;
    a.clear();
    b.clear();
  }
}

/**
 * Finds which documents differ, by reading both sides again: once if what may differ fits into memory,
 * else once for each part of it, by the hash of the `_id`, and once more for what is to be named.
 */
export async function searchDifferences(
  sides: readonly [Side, Side],
  pairs: ReadonlyMap<string, DifferingPair>,
  options: SearchOptions,
): Promise<Map<string, DocumentDifferences>> {
  const searches = new Map([...pairs].map(([key, pair]) => [key, new PairSearch(pair)]));
  const total = [...searches.values()].reduce((sum, { expected }) => sum + expected, 0);
  const rounds = Math.max(1, Math.ceil(total * ENTRY_BYTES / options.memoryBytes));
  const keeper = new Keeper(total <= MOST_KEPT, options.memoryBytes / 2);
  let pass = 2;
  for (let round = 0; round < rounds; round++, pass++) {
    await readBoth(sides, {
      batch: (side, batch) => {
        const search = searches.get(side.key(batch.namespace));
        if (search !== undefined) collect(search, side, batch, keeper, { round, rounds }, options);
      },
    }, { ...options, pass, only: (key) => searches.has(key) });
    for (const search of searches.values()) search.conclude(options.show);
  }
  if (!keeper.keeps) await findExamples(sides, searches, pass, options);
  return new Map([...searches].map(([key, search]) => [key, differencesOf(search, options)]));
}

/** Copies of documents, as long as there is room for them; if not, none is kept at all. */
class Keeper {
  keeps: boolean;
  #left: number;

  constructor(keeps: boolean, most: number) {
    this.keeps = keeps;
    this.#left = most;
  }

  /** Whether there is room for a document of so many bytes. */
  take(bytes: number): boolean {
    this.#left -= bytes + KEPT_BYTES;
    if (this.#left < 0) this.keeps = false;
    return this.keeps;
  }
}

interface Part {
  readonly round: number;
  readonly rounds: number;
}

/** Hashes a document as it is compared. */
function hashOf(
  hash: DocumentHash,
  view: DataView,
  buffer: Uint8Array,
  start: number,
  ignoreIdPosition: boolean,
): void {
  const moved = ignoreIdPosition ? withIdMoved(buffer, start) : undefined;
  if (moved === undefined) hash.hash(view, start, start + documentLength(buffer, start));
  else hash.hash(viewOf(moved), 0, moved.length);
}

function collect(
  search: PairSearch,
  side: Side,
  { buffer, starts, firstIndex }: RawBatch,
  keeper: Keeper,
  { round, rounds }: Part,
  { hash, ignoreIdPosition }: SearchOptions,
): void {
  const view = viewOf(buffer);
  const entries = search.entries[side.name], found = search.found[side.name];
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!;
    hashOf(hash, view, buffer, start, ignoreIdPosition);
    const { h1, h2, h3, h4 } = hash;
    if (!search.takes(h1)) continue;
    hashId(hash, buffer, view, start);
    if (rounds > 1 && (hash.h2 >>> 0) % rounds !== round) continue;
    entries.addId(hash);
    entries.addDocument(h1, h2, h3, h4);
    if (!keeper.keeps) {
      found.clear();
    } else if (keeper.take(documentLength(buffer, start))) {
      found.set(keyOf([h1, h2, h3, h4], 0), foundAt(buffer, start, firstIndex + i, true));
    }
  }
}

function foundAt(buffer: Uint8Array, start: number, index: number, whole: boolean): Found {
  // The slice of a Buffer of Node.js would be no copy.
  const bytes = whole
    ? new Uint8Array(buffer.subarray(start, start + documentLength(buffer, start)))
    : undefined;
  return { index, id: shownId(buffer, start), bytes };
}

function shownId(buffer: Uint8Array, start: number): string | undefined {
  const span = idOf(buffer, start);
  if (span === undefined) return undefined;
  try {
    const json = memberJson(buffer, span, false);
    return json.length > ID_CHARACTERS ? `${json.slice(0, ID_CHARACTERS)}…` : json;
  } catch (error) {
    // Not every value that has its place can be written: a text that is no UTF-8.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Reads what is to be named once more, until all of it is found. */
async function findExamples(
  sides: readonly [Side, Side],
  searches: ReadonlyMap<string, PairSearch>,
  pass: number,
  options: SearchOptions,
): Promise<void> {
  const keeper = new Keeper(true, options.memoryBytes / 2);
  const wanted = { a: new Map<string, Map<string, boolean>>(), b: new Map() };
  const missing = { a: 0, b: 0 };
  for (const [key, { examples, found }] of searches) {
    for (const side of ["a", "b"] as const) {
      found[side].clear();
      const keys = new Map<string, boolean>();
      for (const example of examples) {
        const document = example[side];
        if (document !== undefined) keys.set(document, example.status === "different");
      }
      missing[side] += keys.size;
      wanted[side].set(key, keys);
    }
  }
  const { hash, ignoreIdPosition } = options;
  await readBoth(sides, {
    batch: ({ name, key }, { namespace, buffer, starts, firstIndex }) => {
      const keys: Map<string, boolean> | undefined = wanted[name].get(key(namespace));
      const search = searches.get(key(namespace));
      if (search === undefined || keys === undefined) return missing[name] > 0;
      const view = viewOf(buffer);
      for (let i = 0; i < starts.length && missing[name] > 0; i++) {
        hashOf(hash, view, buffer, starts[i]!, ignoreIdPosition);
        if (!search.takes(hash.h1)) continue;
        const document = keyOf([hash.h1, hash.h2, hash.h3, hash.h4], 0);
        const whole = keys.get(document);
        if (whole === undefined || search.found[name].has(document)) continue;
        const keeps = whole && keeper.take(documentLength(buffer, starts[i]!));
        const one = foundAt(buffer, starts[i]!, firstIndex + i, keeps);
        search.found[name].set(document, one);
        missing[name]--;
      }
      return missing[name] > 0;
    },
  }, { ...options, pass, only: (key) => searches.has(key) });
}

function differencesOf(
  { counts, examples, found }: PairSearch,
  { ignoreIdPosition }: SearchOptions,
): DocumentDifferences {
  const shown = examples.map(({ status, a, b }): DifferentDocument => {
    const inA = a === undefined ? undefined : found.a.get(a);
    const inB = b === undefined ? undefined : found.b.get(b);
    const id = inA?.id ?? inB?.id;
    const first = inA?.bytes && inB?.bytes && difference(inA.bytes, inB.bytes, ignoreIdPosition);
    return {
      status,
      ...(id === undefined ? {} : { id }),
      ...(inA === undefined ? {} : { indexA: inA.index }),
      ...(inB === undefined ? {} : { indexB: inB.index }),
      ...(first === undefined ? {} : { first }),
    };
  });
  return { ...counts, shown };
}

function difference(a: Uint8Array, b: Uint8Array, ignoreIdPosition: boolean): FirstDifference {
  const movedA = withIdMoved(a, 0) ?? a, movedB = withIdMoved(b, 0) ?? b;
  if (ignoreIdPosition) return firstDifference(movedA, movedB);
  const found = firstDifference(a, b);
  const same = movedA.length === movedB.length && movedA.every((byte, i) => byte === movedB[i]);
  return same ? { path: "_id", kind: "id-position", offset: found.offset } : found;
}
