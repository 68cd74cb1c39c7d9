import { bsonToJson, elements } from "../bson/mod.ts";
import {
  type CollectionInfo,
  type CollectionType,
  type Connector,
  DataError,
  documentLength,
  formatNamespace,
  type Issue,
  type Namespace,
  NotFoundError,
  type Origin,
  type Source,
  throwIfInterrupted,
  UnsupportedError,
} from "../core/mod.ts";
import { accountsOf, hideCredentials } from "../mongodump/mod.ts";

/** How many documents of a collection of a live server are looked at, where not all are. */
export const LIVE_DOCUMENTS: number = 1000;

/** How to look into a source. */
export interface InspectOptions {
  /** Only these collections; all by default. */
  readonly include?: (namespace: Namespace) => boolean;
  /**
   * Read every document, so that counts are exact and damage is found. By default a live server is
   * only asked what it has, and everything else is read.
   */
  readonly all?: boolean;
  /** How many documents of each collection to keep, from its start. Default 0. */
  readonly show?: number;
  /** Told each of these as it passes, as relaxed Extended JSON; they are not kept then. */
  readonly onShown?: (namespace: Namespace, json: string) => void;
  /** Told each document as it passes; its bytes are not kept, those of users' passwords not told. */
  readonly onDocument?: (namespace: Namespace, buffer: Uint8Array, start: number) => void;
  /** Told when more of a collection was read. */
  readonly onProgress?: (namespace: Namespace, documents: number, bytes: number) => void;
  /** Stops it; checked once a batch. */
  readonly signal?: AbortSignal;
}

/** An index, as people look for it. */
export interface InspectedIndex {
  /** Its name. */
  readonly name: string;
  /** Its keys as relaxed Extended JSON, in their order. */
  readonly key: string;
  /** What else it is: `unique`, `sparse`, `expireAfterSeconds` and the like, as Extended JSON. */
  readonly options: string;
}

/** What is known of a collection. */
export interface InspectedCollection {
  /** Its name. */
  readonly namespace: Namespace;
  /** What it is. */
  readonly type: CollectionType;
  /** How many documents; absent where nobody says. */
  readonly documents?: number;
  /** Bytes of BSON. */
  readonly bytes?: number;
  /** Bytes of its longest document, where all were read. */
  readonly longest?: number;
  /** Whether the counts are of every document, read to the end; else they are the source's own estimate. */
  readonly exact: boolean;
  /** Whether it was read up to what is wrong: the counts are of what came before that. */
  readonly cut?: boolean;
  /** `false` where reading did not come to it: the source is damaged before it. */
  readonly read?: false;
  /** The options it was created with as relaxed Extended JSON. */
  readonly options?: string;
  /** Its indexes; absent where the source knows none. */
  readonly indexes?: readonly InspectedIndex[];
  /** Its UUID as 32 hex digits. */
  readonly uuid?: string;
  /**
   * The first documents as relaxed Extended JSON, if they were asked for and nobody was told them as
   * they passed; no credentials of users.
   */
  readonly shown: readonly string[];
}

/** What is wrong with a source. */
export interface Damage {
  /** In one sentence, with the position. */
  readonly message: string;
  /** Offset of the first byte that is wrong, in the uncompressed stream. */
  readonly offset?: number;
  /** Index of the document. */
  readonly index?: number;
  /** What to do about it. */
  readonly hint?: string;
  /** Whether a file of documents is not there at all. */
  readonly missing?: boolean;
}

/** What is in a source. */
export interface Inspection {
  /** Version of this layout. */
  readonly schemaVersion: 1;
  /** The source as it may be shown. */
  readonly source: string;
  /** Who wrote it. */
  readonly origin: Origin;
  /** The collections, in the source's order. */
  readonly collections: readonly InspectedCollection[];
  /** Whether nothing says that all of it is there: a dump without its prelude, which comes last. */
  readonly unsure?: boolean;
  /** What is wrong with it, none if nothing is; what is counted is what came before that. */
  readonly damages: readonly Damage[];
  /** What the source noticed. */
  readonly issues: readonly Issue[];
}

/** What is shown is read by people. */
const RELAXED = { relaxed: true } as const;

interface Tally {
  info: CollectionInfo;
  documents: number;
  bytes: number;
  longest: number;
  /** Whether it began and ended where all was to be read. */
  begun: boolean;
  ended: boolean;
  readonly shown: string[];
  /** How many documents are wrong inside, and what is wrong with the first one. */
  wrong: number;
  firstWrong?: Damage;
}

/**
 * Looks into a source in one pass: which collections, how many documents and bytes, which options and
 * indexes, and whether it is whole. Writes nothing, needs no server for files, dumps and archives.
 *
 * @param connector The source; it stays connected.
 * @param options What to look at, and how closely.
 * @returns What is in it. Damage is told, not thrown, with what came before it.
 * @throws {NotFoundError} If there is no such source.
 * @throws {UnsupportedError} If it can only be written.
 * @throws {InterruptedError} If the signal came.
 *
 * @example
 * ```ts
 * import { BsonConnector, inspectSource } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * await using people = new BsonConnector({ path: `${await Deno.makeTempDir()}/people.bson` });
 * await people.loadData([{ _id: 1, name: "Ada" }, { _id: 2, name: "Grace" }]);
 *
 * const { collections, damages } = await inspectSource(people, { show: 1 });
 * assertEquals(collections[0]?.documents, 2);
 * assertEquals(collections[0]?.shown, ['{"_id":1,"name":"Ada"}']);
 * assertEquals(damages, []);
 * ```
 */
export async function inspectSource(
  connector: Connector,
  options: InspectOptions = {},
): Promise<Inspection> {
  const { source, display } = connector;
  if (source === undefined) {
    throw new UnsupportedError(`Cannot look into "${display}": it can only be written`, {
      stage: "source",
    });
  }
  const { include, onDocument, signal, show = 0 } = options;
  const asking = signal === undefined ? {} : { signal };
  await connector.connect(asking);
  const tallies = new Map<string, Tally>();
  for await (const info of source.describe({ ...asking, sizes: true, damaged: true })) {
    if (include !== undefined && !include(info.namespace)) continue;
    tallies.set(formatNamespace(info.namespace), newTally(info));
  }
  if (tallies.size === 0 && include !== undefined) {
    throw new NotFoundError(`Cannot find a collection in "${display}" that is asked for`, {
      stage: "source",
      hint: "leave out what chooses collections, to see all of them",
    });
  }
  const issues: Issue[] = [];
  const origin = await source.origin?.(asking) ?? {};
  // A live server knows its counts, and reading all of it is what nobody expects of a look.
  const reads = options.all ??
    (source.capabilities.pointInTime || show > 0 || onDocument !== undefined);
  const damages = [
    ...[...tallies.values()].flatMap(({ info: { damage } }) =>
      damage === undefined ? [] : [{
        message: damage.message,
        ...(damage.lost === "documents" ? { missing: true } : {}),
      }]
    ),
    ...reads ? await readAll(connector, tallies, issues, options) : [],
    ...[...tallies.values()].flatMap(wrongInside),
  ];
  return {
    schemaVersion: 1,
    source: display,
    origin,
    collections: [...tallies.values()].map((tally) =>
      collectionOf(tally, reads && damages.length > 0)
    ),
    ...(issues.some(({ code }) => code === "no-prelude") ? { unsure: true } : {}),
    damages,
    // What is damage is no mere warning.
    issues: issues.filter(({ code }) => code !== "documents-missing"),
  };
}

/** Whether it is of users; a file alone does not say its database. */
function hasCredentials({ db, collection }: Namespace): boolean {
  const accounts = accountsOf({ db: db === "" ? "admin" : db, collection });
  return accounts?.part === "users";
}

function newTally(info: CollectionInfo): Tally {
  return {
    info,
    documents: 0,
    bytes: 0,
    longest: 0,
    begun: false,
    ended: false,
    shown: [],
    wrong: 0,
  };
}

/**
 * Reads every document, or of a server only those that are shown; gives what is wrong. Where each
 * collection is a file of its own, those behind a damaged one are read all the same.
 */
async function readAll(
  { source }: Connector,
  tallies: Map<string, Tally>,
  issues: Issue[],
  options: InspectOptions,
): Promise<Damage[]> {
  const { rereadable, interleaved } = source!.capabilities;
  const { include = () => true } = options;
  const said = new Set<string>();
  const hear = (issue: Issue) => {
    if (!said.has(issue.message)) issues.push(issue);
    said.add(issue.message);
  };
  const damages: Damage[] = [];
  let left: ReadonlySet<string> | undefined;
  while (left === undefined || left.size > 0) {
    const error = await readSome(source!, tallies, hear, {
      ...options,
      include: (namespace) => include(namespace) && (left?.has(formatNamespace(namespace)) ?? true),
    });
    if (error === undefined) break;
    const { message, offset, index, hint } = error;
    // A file that is none of its kind has nothing that could be told.
    if (interleaved === undefined && error.index === 0 && error.cause instanceof DataError) {
      throw error;
    }
    damages.push({
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(offset === undefined ? {} : { offset }),
      ...(index === undefined ? {} : { index }),
    });
    const next = new Set(
      [...tallies].flatMap(([name, { begun, ended }]) => begun || ended ? [] : [name]),
    );
    // What stands before all collections is met by every read.
    const stuck = next.size === (left?.size ?? tallies.size);
    if (!rereadable || interleaved === "as stored" || stuck) break;
    left = next;
  }
  return damages;
}

async function readSome(
  source: Source,
  tallies: Map<string, Tally>,
  hear: (issue: Issue) => void,
  options: InspectOptions,
): Promise<DataError | undefined> {
  const { include, onDocument, onProgress, onShown, show = 0, signal } = options;
  const whole = options.all ?? source.capabilities.pointInTime;
  const items = source.read({
    // What a view gives is counted, as where it is read to be copied; a file has none of it.
    views: "documents",
    damaged: true,
    ...(include === undefined ? {} : { include }),
    ...(whole
      ? {}
      : { query: { limit: Math.max(show, onDocument === undefined ? 0 : LIVE_DOCUMENTS) } }),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    for await (const item of items) {
      throwIfInterrupted(signal);
      const namespace = item.type === "begin"
        ? item.collection.namespace
        : item.type === "end"
        ? item.namespace
        : item.batch.namespace;
      const name = formatNamespace(namespace);
      let tally = tallies.get(name);
      if (item.type === "end") {
        for (const issue of item.issues ?? []) hear(issue);
        // What is left out as a whole ends without having begun.
        if (tally !== undefined) tally.ended = whole && tally.info.damage?.lost !== "documents";
        continue;
      }
      if (tally === undefined) {
        const info = item.type === "begin" ? item.collection : { namespace, type: "collection" };
        tallies.set(name, tally = newTally(info as CollectionInfo));
      }
      tally.begun = whole;
      if (item.type === "begin") continue;
      const { buffer, starts, release } = item.batch;
      const secret = hasCredentials(namespace);
      for (const start of starts) {
        const length = documentLength(buffer, start);
        const shows = tally.documents++ < show;
        tally.bytes += length;
        if (length > tally.longest) tally.longest = length;
        if (!shows && onDocument === undefined) continue;
        try {
          // What a password could be guessed from is nothing to look at.
          const [bytes, at] = secret ? [hideCredentials(buffer, start), 0] : [buffer, start];
          if (shows) {
            const json = bsonToJson(bytes, at, RELAXED);
            if (onShown === undefined) tally.shown.push(json);
            else onShown(namespace, json);
          }
          onDocument?.(namespace, bytes, at);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          // Its length says where the next one is.
          addWrong(tally, error);
        }
      }
      release?.();
      onProgress?.(namespace, tally.documents, tally.bytes);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return error;
  }
}

/** Notes that the document that was counted last is wrong inside. */
function addWrong(tally: Tally, { message }: DataError): void {
  const index = tally.documents - 1;
  tally.wrong++;
  tally.firstWrong ??= {
    message: `Cannot look into document ${index} of "${formatNamespace(tally.info.namespace)}", ` +
      `it is damaged: ${message}`,
    index,
  };
}

function wrongInside({ wrong, firstWrong }: Tally): Damage[] {
  if (firstWrong === undefined) return [];
  const others = wrong === 1 ? "" : `; ${wrong - 1} more are damaged`;
  return [{ ...firstWrong, message: firstWrong.message + others }];
}

function collectionOf(
  { info, documents, bytes, longest, begun, ended, shown }: Tally,
  stopped: boolean,
): InspectedCollection {
  const { namespace, type, options, indexes, uuid, estimate = {} } = info;
  const counts = begun ? { documents, bytes, longest } : {
    ...(estimate.documents === undefined ? {} : { documents: estimate.documents }),
    ...(estimate.bytes === undefined ? {} : { bytes: estimate.bytes }),
  };
  return {
    namespace,
    type,
    ...counts,
    exact: ended,
    ...(begun && !ended ? { cut: true } : {}),
    ...(stopped && !begun && !ended && info.damage === undefined ? { read: false as const } : {}),
    ...(options === undefined || options.length <= 5
      ? {}
      : { options: bsonToJson(options, 0, RELAXED) }),
    ...(indexes === undefined ? {} : { indexes: indexes.map(indexOf) }),
    ...(uuid === undefined ? {} : { uuid }),
    shown,
  };
}

const decoder = new TextDecoder();
/** Members of an index that are told elsewhere, or say nothing. */
const SHOWN_APART: ReadonlySet<string> = new Set(["name", "key", "v", "ns"]);

function indexOf(index: Uint8Array): InspectedIndex {
  let name = "", key = "{}";
  const rest: string[] = [];
  for (const { type, start, keyStart, keyEnd, valueStart, end } of elements(index, 0)) {
    const member = decoder.decode(index.subarray(keyStart, keyEnd));
    if (member === "name" && type === 2) {
      name = decoder.decode(index.subarray(valueStart + 4, end - 1));
    }
    if (member === "key" && type === 3) key = bsonToJson(index, valueStart, RELAXED);
    if (!SHOWN_APART.has(member)) rest.push(onlyElement(index, start, end));
  }
  return { name, key, options: `{${rest.join(",")}}` };
}

/** One element as a member of a JSON object. */
function onlyElement(bytes: Uint8Array, start: number, end: number): string {
  const document = new Uint8Array(4 + end - start + 1);
  new DataView(document.buffer).setInt32(0, document.length, true);
  document.set(bytes.subarray(start, end), 4);
  return bsonToJson(document, 0, RELAXED).slice(1, -1);
}
