import {
  type CollectionInfo,
  type Connector,
  type Issue,
  type Namespace,
  type RawBatch,
  UsageError,
} from "../core/mod.ts";
import { definitionDifferences, isDefined } from "./_definitions.ts";
import { DocumentHash, KEY_BYTES } from "./_hash.ts";
import { openSides } from "./_open_sides.ts";
import type { DifferingPair } from "./_pair_search.ts";
import { readSides, type Side } from "./_read.ts";
import { Search } from "./_search.ts";
import { Tally } from "./_tally.ts";
import type {
  DocumentDifferences,
  VerifiedCollection,
  VerifiedSide,
  VerifyOptions,
  VerifyResult,
} from "./result.ts";

/** Buckets that collections read to their end may keep: beyond that they are left few. */
const MOST_BUCKETS = 1 << 20;

/**
 * Compares two places: whether they hold the same collections, with the same documents in any order,
 * options and indexes. Both are read side by side, once; only if documents differ are they read again,
 * to find which. Memory stays the same however much there is, and however much differs.
 *
 * Of the documents of a collection the count, the bytes and a digest are compared: the sum, modulo
 * 2^128, of a keyed hash of 128 bits of each document's exact bytes. A sum takes any order and counts
 * what is there twice, which an exclusive or would not; a shorter hash, or a sum of bytes, would let
 * changes pass that cancel out. The key is random for each run.
 *
 * Options and indexes are compared in their meaning: 1 and 1.0 are one number, the order of the keys of
 * an index counts, what only a server's version says (`v`, `ns`, `uuid`) does not.
 *
 * @param a The first place, taken for what should be; it stays connected.
 * @param b The second place; it stays connected.
 * @param options What to compare, and how much to tell.
 * @returns What was found; plain data. That something differs is no error.
 * @throws {NotFoundError} If a place is not there, or nothing is left of it to compare.
 * @throws {UnsupportedError} If one can only be written.
 * @throws {DataError} If one is corrupt or cut short, with the position.
 * @throws {InterruptedError} If the signal came.
 *
 * @example
 * ```ts
 * import { BsonConnector, verify } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await using a = new BsonConnector({ path: `${folder}/a.bson` });
 * await using b = new BsonConnector({ path: `${folder}/b.bson` });
 * await a.loadData([{ _id: 1, name: "Ada" }, { _id: 2, name: "Grace" }]);
 * await b.loadData([{ _id: 2, name: "Grace" }, { _id: 1, name: "Adah" }]);
 *
 * const { same, collections } = await verify(a, b);
 * assertEquals(same, false);
 * const [found] = collections[0]!.documents!.shown;
 * assertEquals([found?.id, found?.first?.path], ['{"$numberInt":"1"}', "name"]);
 * assertEquals(found?.first?.b, { type: "string", value: '"Adah"' });
 * ```
 */
export async function verify(
  a: Connector,
  b: Connector,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const start = performance.now();
  const { signal, show = 20, key, ignoreIdPosition = false, onEvent } = options;
  const { memoryBytes = 24 * 1024 * 1024, retries = 5 } = options;
  if (!(memoryBytes > 0)) throw new UsageError(`Cannot use ${memoryBytes} bytes of memory`);
  if (!Number.isSafeInteger(show) || show < 0) {
    throw new UsageError(`Cannot show ${show} documents: it is not a whole number from 0`);
  }
  if (key !== undefined && key.length !== KEY_BYTES) {
    throw new UsageError(`Cannot use a key of ${key.length} bytes: it has ${KEY_BYTES}`);
  }
  const hash = new DocumentHash(key ?? crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  const { sides, by } = await openSides(a, b, options);
  const search = new Search({
    hash,
    ignoreIdPosition,
    show,
    memoryBytes,
    tempFolder: options.tempFolder,
    retries,
    signal,
    onEvent,
  });
  const issues: Issue[] = [];
  let pairs: Pair[];
  let found = new Map<string, DocumentDifferences>();
  try {
    await search.open(sides);
    const first = new FirstPass(hash, ignoreIdPosition, search);
    for (const together of search.inTurn(sides)) {
      await readSides(together, first, { pass: 1, retries, signal, onEvent });
    }
    issues.push(...first.issues, ...notPointInTime(sides));
    pairs = first.pairs(sides);
    const differing = new Map<string, DifferingPair>();
    for (const { key, a, b } of pairs) {
      if (a === undefined || b === undefined || !comparable(a, b)) continue;
      if (!sameDocuments(a, b, ignoreIdPosition)) differing.set(key, { a, b });
    }
    const lost = sides.find((side) => search.isLost(side));
    if (differing.size > 0 && lost === undefined) found = await search.find(sides, differing);
    issues.push(...onceIssues(sides, differing.size > 0, lost, found));
  } finally {
    await search.close();
  }
  const collections = pairs.map((pair) => collectionOf(pair, found.get(pair.key), options));
  return {
    schemaVersion: 1,
    a: a.display,
    b: b.display,
    same: collections.every(({ status }) => status === "same"),
    matchedBy: by,
    collections,
    issues,
    seconds: Math.round(performance.now() - start) / 1000,
  };
}

function notPointInTime(sides: readonly Side[]): Issue[] {
  return sides.filter(({ source }) => !source.capabilities.pointInTime).map(({ connector }) => ({
    code: "not-point-in-time",
    message: `"${connector.display}" was read while it could be written to: what is written ` +
      "meanwhile can show as a difference",
    level: "info",
  }));
}

/** What cannot be told of a side that can be read only once. */
function onceIssues(
  sides: readonly Side[],
  differ: boolean,
  lost: Side | undefined,
  found: ReadonlyMap<string, DocumentDifferences>,
): Issue[] {
  if (!differ) return [];
  if (lost !== undefined) {
    return [{
      code: "not-rereadable",
      message: `Which documents differ cannot be told: "${lost.connector.display}" can be read ` +
        "only once, and memory does not hold what is needed of it. Name a folder for it " +
        "(--temp-dir), or put it into a file first",
      level: "warning",
    }];
  }
  const once = sides.find(({ source }) => !source.capabilities.rereadable);
  const untold = [...found.values()].some(({ shown }) =>
    shown.some(({ status, first }) => status === "different" && first === undefined)
  );
  if (once === undefined || !untold) return [];
  return [{
    code: "not-rereadable",
    message:
      `Where some documents differ cannot be told: "${once.connector.display}" can be read ` +
      "only once, and memory holds only some of its documents. Give it more (--memory), or " +
      "put it into a file first",
    level: "info",
  }];
}

/** Two collections that belong together, or one that the other side does not have. */
interface Pair {
  readonly key: string;
  readonly a?: Tally;
  readonly b?: Tally;
  readonly lost?: NonNullable<VerifiedCollection["lost"]>;
}

/** Counts all there is, and makes its digests. */
class FirstPass {
  readonly issues: Issue[] = [];
  readonly #tallies = { a: new Map<string, Tally>(), b: new Map<string, Tally>() };
  readonly #ended = { a: new Set<string>(), b: new Set<string>() };
  readonly #hash: DocumentHash;
  readonly #ignoreIdPosition: boolean;
  readonly #search: Search;
  #buckets = 0;

  constructor(hash: DocumentHash, ignoreIdPosition: boolean, search: Search) {
    this.#hash = hash;
    this.#ignoreIdPosition = ignoreIdPosition;
    this.#search = search;
  }

  begin(side: Side, info: CollectionInfo): void {
    const tallies = this.#tallies[side.name], key = side.key(info.namespace);
    if (tallies.has(key)) return;
    tallies.set(key, new Tally(info, this.#hash, this.#ignoreIdPosition));
  }

  batch(side: Side, batch: RawBatch): Promise<void> | undefined {
    const tally = this.#tallies[side.name].get(side.key(batch.namespace))!;
    const onFirst = this.#search.onFirst(side);
    tally.add(batch, onFirst === undefined ? undefined : (i) => onFirst(batch, i));
    return this.#search.collected(side);
  }

  restart({ name }: Side): (key: string) => boolean {
    const tallies = this.#tallies[name], ended = this.#ended[name];
    for (const key of [...tallies.keys()]) if (!ended.has(key)) tallies.delete(key);
    return (key) => ended.has(key);
  }

  end(side: Side, namespace: Namespace, issues: readonly Issue[]): void {
    this.issues.push(...issues);
    const key = side.key(namespace);
    const tally = this.#tallies[side.name].get(key);
    if (tally === undefined) return;
    tally.end(this.#buckets < MOST_BUCKETS ? 1 << 16 : 1 << 10);
    this.#buckets += tally.buckets;
    this.#ended[side.name].add(key);
    const other = side.name === "a" ? "b" : "a";
    const its = this.#tallies[other].get(key);
    if (its === undefined || !this.#ended[other].has(key)) return;
    if (!sameDocuments(tally, its, this.#ignoreIdPosition)) return;
    this.#buckets -= tally.buckets + its.buckets;
    tally.forget();
    its.forget();
  }

  /** What both sides have, in the order of the first; what only the second has; what is lost. */
  pairs([a, b]: readonly [Side, Side]): Pair[] {
    const ofA = this.#tallies[a.name], ofB = this.#tallies[b.name];
    const keys = new Set([...ofA.keys(), ...ofB.keys(), ...a.lost.keys(), ...b.lost.keys()]);
    return [...keys].map((key) => {
      const inA = ofA.get(key), inB = ofB.get(key);
      const lostA = inA === undefined ? a.lost.get(key) : undefined;
      const lostB = inB === undefined ? b.lost.get(key) : undefined;
      const lost = {
        ...(lostA === undefined ? {} : { a: lostA }),
        ...(lostB === undefined ? {} : { b: lostB }),
      };
      return {
        key,
        ...(inA === undefined ? {} : { a: inA }),
        ...(inB === undefined ? {} : { b: inB }),
        ...(lostA === undefined && lostB === undefined ? {} : { lost }),
      };
    });
  }
}

/** Measurements of a time series and its buckets are of two kinds; where there is none, of none. */
function comparable(a: Tally, b: Tally): boolean {
  return a.documents === 0 || b.documents === 0 ||
    (a.info.buckets ?? false) === (b.info.buckets ?? false);
}

function sameDocuments(a: Tally, b: Tally, idFirst: boolean): boolean {
  return a.documents === b.documents && a.bytes === b.bytes &&
    a.digest(idFirst) === b.digest(idFirst);
}

function sideOf(tally: Tally, idFirst: boolean): VerifiedSide {
  const { namespace, documents, bytes, info } = tally;
  return { namespace, type: info.type, documents, bytes, digest: tally.digest(idFirst) };
}

function collectionOf(
  { a, b, lost }: Pair,
  documents: DocumentDifferences | undefined,
  { ignoreIdPosition = false, ignoreIndexes = false, ignoreOptions = false }: VerifyOptions,
): VerifiedCollection {
  const sides = {
    ...(a === undefined ? {} : { a: sideOf(a, ignoreIdPosition) }),
    ...(b === undefined ? {} : { b: sideOf(b, ignoreIdPosition) }),
  };
  if (a === undefined || b === undefined) {
    const status = a !== undefined ? "missing" : b !== undefined ? "extra" : "lost";
    return {
      status,
      ...sides,
      ...(lost === undefined ? {} : { lost }),
      definitions: "unknown",
      differences: [],
    };
  }
  const known = isDefined(a.info) && isDefined(b.info);
  const isView = a.info.type === "view" || b.info.type === "view";
  const differences = definitionDifferences(a.info, b.info, {
    options: known && (!ignoreOptions || isView),
    indexes: known && !ignoreIndexes && !isView,
  });
  if (!comparable(a, b)) {
    const word = (tally: Tally) => tally.info.buckets ? "buckets" : "measurements";
    differences.push({ of: "type", name: "documents", a: word(a), b: word(b) });
  }
  const same = comparable(a, b) && sameDocuments(a, b, ignoreIdPosition);
  return {
    status: same && differences.length === 0 ? "same" : "different",
    ...sides,
    sameDocuments: same,
    ...(documents === undefined ? {} : { documents }),
    ...(!same && comparable(a, b) && sameDocuments(a, b, true) ? { onlyIdPosition: true } : {}),
    definitions: known ? definitionsBut(ignoreOptions, ignoreIndexes) : "unknown",
    differences,
  };
}

function definitionsBut(
  ignoreOptions: boolean,
  ignoreIndexes: boolean,
): VerifiedCollection["definitions"] {
  if (ignoreOptions) return ignoreIndexes ? "ignored" : "indexes";
  return ignoreIndexes ? "options" : "compared";
}
