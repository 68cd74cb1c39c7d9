import { basename, dirname, join, resolve } from "@std/path";
import {
  type CollectionDamage,
  type CollectionInfo,
  type CollectionType,
  DataError,
  type DatahoodError,
  formatNamespace,
  IoError,
  type Namespace,
  throwIfInterrupted,
} from "../../core/mod.ts";
import { FileMemory } from "../../io/_file_memory.ts";
import { folderEntries, mayRead, readSmallText } from "../../io/mod.ts";
import {
  accountsOf,
  bucketsOfSeries,
  collectionOfDumpFile,
  databaseNameFault,
  dumpFileName,
  type DumpMetadata,
  parseDumpMetadata,
  parsePrelude,
  type Prelude,
  PRELUDE_FILE,
  seriesOfBuckets,
  typeOfDumped,
} from "../../mongodump/mod.ts";
import { notADump } from "./_elsewhere.ts";
import { type DumpFiles, filesOf, hasCollections } from "./_files.ts";

/** A collection of a dump: where its parts lie. */
export interface DumpedCollection {
  /** What is known of it. */
  readonly info: CollectionInfo;
  /** The file of its documents; absent for a view, or an empty collection of some tools. */
  readonly dataPath?: string;
  /** The file of its options and indexes. */
  readonly metadataPath?: string;
  /** Of a time series: whether that file is of its buckets' collection. */
  readonly ofBuckets: boolean;
  /** Keys of its metadata that are not known. */
  readonly unknown: readonly string[];
  /** What its metadata calls it, where its files have another name: somebody renamed them. */
  readonly otherName?: string;
  /** Why its metadata cannot be read. */
  readonly fault?: DatahoodError;
}

/** What a directory holds. */
export interface DumpLayout {
  /** The collections, by namespace. */
  readonly collections: readonly DumpedCollection[];
  /** Who wrote it; absent where nothing says so: an old dump, or one that was not finished. */
  readonly prelude?: Prelude;
  /** The folders of whose collections no prelude says that they are all there. */
  readonly unsure: readonly string[];
  /** Whether a prelude may lie where Deno was not allowed to look. */
  readonly hidden: boolean;
  /** Preludes of two dumps in one folder. */
  readonly mixed: readonly string[];
  /** The oplog, if there is one. */
  readonly hasOplog: boolean;
  /** Files that do not belong to a dump. */
  readonly foreign: readonly string[];
  /** The files of the collections. */
  readonly files: ReadonlySet<string>;
}

/** How to look at a dump. */
export interface LayoutOptions {
  /** Give collections too whose metadata cannot be read. Default `false`: that fails. */
  readonly damaged?: boolean;
  /** What the files of metadata said before. */
  readonly memory?: MetadataMemory;
  /** Stops it: a dump may have very many files. */
  readonly signal?: AbortSignal | undefined;
}

/** What a file of metadata says. */
interface FoundMetadata {
  /** Whether it says nothing: an empty file stands for what is not known. */
  readonly blank: boolean;
  readonly parsed: DumpMetadata;
}

/** Files of metadata that were read. */
export type MetadataMemory = FileMemory<FoundMetadata>;

const NO_METADATA: FoundMetadata = { blank: true, parsed: parseDumpMetadata("", "") };

/**
 * Looks at a dump: a folder with a folder for each database, or the folder of one database.
 *
 * @param path The folder.
 * @param options What becomes of metadata that cannot be read.
 * @returns What is in it.
 * @throws {NotFoundError} If it is not there, or not a dump; a path that would work is named.
 * @throws {DataError} If a collection is there twice, its metadata cannot be read, or a folder has the
 * name of no database.
 */
export async function readLayout(
  path: string,
  { damaged = false, memory = new FileMemory(), signal }: LayoutOptions = {},
): Promise<DumpLayout> {
  const { root, databases } = await foldersOf(path);
  const isDatabase = hasCollections(root);
  if (isDatabase) {
    // There an oplog is like any other collection, and folders have nothing to do with it.
    if (root.oplog !== undefined) root.data.set("oplog", root.oplog);
    delete root.oplog;
    root.foreign.push(...root.folders.map((name) => join(path, name)));
  } else {
    const nothing = ![...databases.values()].some(hasCollections);
    // A dump of nothing has its prelude all the same.
    if (nothing && root.preludes.length === 0) throw await notADump(path, root);
  }
  const files = pathsOf(databases);
  const collections: DumpedCollection[] = [];
  for (const [folder, files] of databases) {
    if (!hasCollections(files)) continue;
    const db = databaseOf(folder, isDatabase);
    joinSeries(files);
    for (const key of new Set([...files.data.keys(), ...files.metadata.keys()])) {
      throwIfInterrupted(signal);
      const collection = await collectionOf(folder, db, key, files, memory);
      if (collection.fault !== undefined && !damaged) throw collection.fault;
      collections.push(collection);
    }
  }
  // Users and roles first, as in an archive: whether they fit a server is to be known before the rest.
  const name = ({ info: { namespace } }: DumpedCollection) =>
    (accountsOf(namespace) === undefined ? "1" : "0") + formatNamespace(namespace);
  collections.sort((a, b) => name(a) < name(b) ? -1 : 1);
  const all = new Set([root, ...databases.values()]);
  return {
    collections,
    ...await preludesOf(path, root, databases),
    mixed: [...all].flatMap(({ preludes }) => preludes.length > 1 ? preludes : []),
    hasOplog: root.oplog !== undefined,
    foreign: [...all].flatMap(({ foreign }) => foreign),
    files,
  };
}

/** The folders of the databases: the one that is read, or those in it. */
async function foldersOf(
  path: string,
): Promise<{ root: DumpFiles; databases: Map<string, DumpFiles> }> {
  const root = await filesOf(path, true);
  const databases = new Map<string, DumpFiles>();
  if (hasCollections(root)) return { root, databases: databases.set(path, root) };
  for (const name of root.folders) {
    const folder = join(path, name);
    databases.set(folder, await filesOf(folder, false));
  }
  return { root, databases };
}

function pathsOf(databases: ReadonlyMap<string, DumpFiles>): Set<string> {
  return new Set(
    [...databases.values()].flatMap(({ data, metadata }) => [
      ...data.values(),
      ...metadata.values(),
    ]),
  );
}

/**
 * Throws if a dump has got collections since it was looked at: it is being written.
 *
 * @param path The folder.
 * @param files The files that it had.
 * @param wanted Whether a collection is one that was to be read.
 * @param memory What the files of metadata said before.
 * @throws {DataError} If it has more of them now.
 */
export async function checkUnchanged(
  path: string,
  files: ReadonlySet<string>,
  wanted: (namespace: Namespace) => boolean,
  memory: MetadataMemory,
): Promise<void> {
  const now = pathsOf((await foldersOf(path)).databases);
  if (now.isSubsetOf(files)) return;
  const layout = await readLayout(path, { memory });
  for (const { info, dataPath, metadataPath } of layout.collections) {
    const added = [dataPath, metadataPath].find((each) => each !== undefined && !files.has(each));
    if (added === undefined || !wanted(info.namespace)) continue;
    throw new DataError(
      `Cannot read "${path}" as one dump: it changed while it was read; "${added}" is new`,
      {
        stage: "source",
        hint: "somebody writes a dump there; read it again when that is done",
      },
    );
  }
}

/** The database that a folder is of; `""` where somebody gave the folder of one another name. */
function databaseOf(folder: string, alone: boolean): string {
  const db = basename(resolve(folder));
  const fault = databaseNameFault(db);
  if (fault === undefined) return db;
  if (alone) return "";
  throw new DataError(`Cannot read "${folder}": it is called as no database can be: ${fault}`, {
    stage: "source",
    hint: "the folders of a dump are called as its databases are: rename it, or move it elsewhere",
  });
}

/** Who wrote the dump, and of which of its folders that is said. */
async function preludesOf(
  path: string,
  root: DumpFiles,
  databases: ReadonlyMap<string, DumpFiles>,
): Promise<Pick<DumpLayout, "prelude" | "unsure" | "hidden">> {
  let own = root.preludes[0];
  let hidden = false;
  if (own === undefined && databases.has(path)) {
    // The whole dump may have one, in the folder above.
    const above = resolve(path, "..");
    hidden = !await mayRead(above);
    const entries = hidden ? [] : await folderEntries(above, "source") ?? [];
    const found = entries.find(({ name, isFolder }) => !isFolder && name.startsWith(PRELUDE_FILE));
    if (found !== undefined) own = join(above, found.name);
  }
  const written = [...databases].filter(([, files]) => hasCollections(files));
  const some = own ?? written.find(([, { preludes }]) => preludes.length > 0)?.[1].preludes[0];
  return {
    ...(some === undefined ? {} : { prelude: parsePrelude(await readSmallText(some)) }),
    unsure: own !== undefined
      ? []
      : some === undefined
      ? [path]
      : written.flatMap(([folder, { preludes }]) => preludes.length > 0 ? [] : [folder]),
    hidden,
  };
}

/** Puts the buckets of each time series to its metadata, which has its own name. */
function joinSeries(files: DumpFiles): void {
  for (const [key, path] of files.data) {
    const series = seriesOfBuckets(collectionOfDumpFile(key) ?? key);
    if (series === undefined) continue;
    const own = dumpFileName(series);
    if (!files.metadata.has(own)) continue;
    const other = files.data.get(own);
    if (other !== undefined) {
      throw new DataError(`Cannot tell which is meant: "${other}" or "${path}"`, {
        stage: "source",
        hint: `one has the measurements of "${series}", the other its buckets; remove one of them`,
      });
    }
    files.data.delete(key);
    files.data.set(own, path);
    files.buckets.add(own);
  }
}

async function collectionOf(
  folder: string,
  db: string,
  key: string,
  { data, metadata, buckets }: DumpFiles,
  memory: MetadataMemory,
): Promise<DumpedCollection> {
  const dataPath = data.get(key);
  const metadataPath = metadata.get(key);
  const { blank, parsed, fault } = await metadataOf(metadataPath, memory);
  const { options, indexes, uuid, unknown = [], collectionName } = parsed;
  const collection = collectionOfDumpFile(key) ?? collectionName;
  if (collection === undefined) {
    if (fault !== undefined) throw fault;
    throw new DataError(`Cannot tell the collection of "${join(folder, key)}": its name was cut`, {
      stage: "source",
      hint: `its name stands in ${key}.metadata.json, which is ${
        metadataPath === undefined ? "not there" : "of no use"
      }`,
    });
  }
  const namespace = { db, collection };
  const type = typeOfDumped(parsed);
  const damage = fault !== undefined
    ? { lost: "metadata", message: fault.message, path: metadataPath! } as const
    : dataPath === undefined && type !== "view"
    ? withoutDocuments(namespace, type, metadataPath!)
    : undefined;
  return {
    info: {
      namespace,
      type,
      ...(damage === undefined ? {} : { damage }),
      ...(blank ? {} : { indexes }),
      ...(options === undefined ? {} : { options }),
      ...(uuid === undefined ? {} : { uuid }),
    },
    ...(dataPath === undefined ? {} : { dataPath }),
    ...(metadataPath === undefined ? {} : { metadataPath }),
    ofBuckets: buckets.has(key),
    unknown,
    ...(collectionName === undefined || collectionName === collection
      ? {}
      : { otherName: collectionName }),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** What the metadata of a collection says, or why it cannot be read. */
async function metadataOf(
  path: string | undefined,
  memory: MetadataMemory,
): Promise<FoundMetadata & { readonly fault?: DatahoodError }> {
  if (path === undefined) return NO_METADATA;
  try {
    return await memory.of(path, async () => {
      const text = await readSmallText(path);
      return { blank: text.trim() === "", parsed: parseDumpMetadata(text, path) };
    });
  } catch (error) {
    if (!(error instanceof DataError || error instanceof IoError)) throw error;
    return { ...NO_METADATA, fault: error };
  }
}

/** Of all but views mongodump writes documents, if only an empty file: it is missing. */
function withoutDocuments(
  namespace: Namespace,
  type: CollectionType,
  metadataPath: string,
): CollectionDamage {
  const file = basename(metadataPath);
  // The buckets of a time series lie beside its metadata under their own name.
  const prefix = type === "timeseries" ? bucketsOfSeries("") : "";
  const path = join(dirname(metadataPath), prefix + file.replace(".metadata.json", ".bson"));
  return {
    lost: "documents",
    message: `Cannot read the documents of "${formatNamespace(namespace)}": "${path}" is missing`,
    path,
  };
}
