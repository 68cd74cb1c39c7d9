import { basename, dirname, join, normalize, resolve } from "@std/path";
import { type CollectionInfo, DataError, formatNamespace, NotFoundError } from "../../core/mod.ts";
import { folderEntries, type FolderEntry, readSmallText } from "../../io/mod.ts";
import {
  collectionOfDumpFile,
  dumpFileName,
  type DumpMetadata,
  parseDumpMetadata,
  parsePrelude,
  type Prelude,
  seriesOfBuckets,
  typeOfDumped,
} from "../../mongodump/mod.ts";

/** A collection of a dump: where its parts lie. */
export interface DumpedCollection {
  /** What is known of it. */
  readonly info: CollectionInfo;
  /** The file of its documents; absent for a view, or an empty collection of some tools. */
  readonly dataPath?: string;
  /** Of a time series: whether that file is of its buckets' collection. */
  readonly ofBuckets: boolean;
  /** Keys of its metadata that are not known. */
  readonly unknown: readonly string[];
  /** Whether it has no metadata: its options and indexes are not known. */
  readonly bare: boolean;
}

/** What a directory holds. */
export interface DumpLayout {
  /** The collections, by namespace. */
  readonly collections: readonly DumpedCollection[];
  /** Who wrote it; absent where nothing says so: an old dump, or one that was not finished. */
  readonly prelude?: Prelude;
  /** The oplog, if there is one. */
  readonly hasOplog: boolean;
  /** Files that do not belong to a dump. */
  readonly foreign: readonly string[];
}

const DATA = /^(.+)\.bson(\.gz|\.zst)?$/;
const METADATA = /^(.+)\.metadata\.json(\.gz|\.zst)?$/;
const PRELUDE = /^prelude\.json(\.gz|\.zst)?$/;

/** The files of one folder, sorted by what they are. */
interface Files {
  readonly data: Map<string, string>;
  readonly metadata: Map<string, string>;
  /** Those of `data` that are the buckets of a time series. */
  readonly buckets: Set<string>;
  prelude?: string;
  oplog?: string;
  readonly foreign: string[];
  readonly folders: string[];
}

/**
 * Looks at a dump: a folder with a folder for each database, or the folder of one database.
 *
 * @param path The folder.
 * @returns What is in it.
 * @throws {NotFoundError} If it is not there, or not a dump; a path that would work is named.
 * @throws {DataError} If a collection is there twice, or its metadata cannot be read.
 */
export async function readLayout(path: string): Promise<DumpLayout> {
  const root = sort(await entriesOf(path), path, true);
  const databases = new Map<string, Files>();
  for (const name of root.folders) {
    databases.set(name, sort(await entriesOf(join(path, name)), join(path, name), false));
  }
  const isDatabase = root.data.size + root.metadata.size > 0;
  if (isDatabase) {
    // The folder of a database, whose name is the database's. There an oplog is like any other.
    if (root.oplog !== undefined) put(root.data, "oplog", root.oplog);
    delete root.oplog;
    root.foreign.push(...root.folders.map((name) => join(path, name)));
    databases.clear();
    databases.set("", root);
  } else if (![...databases.values()].some(({ data, metadata }) => data.size + metadata.size > 0)) {
    throw await notADump(path, root);
  }
  const collections: DumpedCollection[] = [];
  const foreign = isDatabase ? [] : [...root.foreign];
  let preludePath = root.prelude;
  for (const [name, files] of databases) {
    const folder = isDatabase ? path : join(path, name);
    const db = isDatabase ? basename(resolve(path)) : name;
    foreign.push(...files.foreign);
    preludePath ??= files.prelude;
    joinSeries(files);
    for (const key of new Set([...files.data.keys(), ...files.metadata.keys()])) {
      collections.push(await collectionOf(folder, db, key, files));
    }
  }
  const name = ({ info }: DumpedCollection) => formatNamespace(info.namespace);
  collections.sort((a, b) => name(a) < name(b) ? -1 : 1);
  return {
    collections,
    ...(preludePath === undefined
      ? {}
      : { prelude: parsePrelude(await readSmallText(preludePath)) }),
    hasOplog: root.oplog !== undefined,
    foreign,
  };
}

async function entriesOf(path: string): Promise<FolderEntry[]> {
  let entries: FolderEntry[] | undefined;
  try {
    entries = await folderEntries(path, "source");
  } catch (error) {
    const isFile = (error as { cause?: { code?: unknown } }).cause?.code === "ENOTDIR";
    if (!isFile) throw error;
    throw new NotFoundError(`Cannot read "${path}" as a dump: it is a file`, {
      stage: "source",
      hint: `Did you mean its folder, "${dirname(normalize(path))}/"?`,
      cause: error,
    });
  }
  if (entries !== undefined) return entries;
  throw new NotFoundError(`Cannot read "${path}": there is no such folder`, {
    stage: "source",
    hint: "Look at the spelling and the folder you are in.",
  });
}

function sort(entries: readonly FolderEntry[], folder: string, isRoot: boolean): Files {
  const files: Files = {
    data: new Map(),
    metadata: new Map(),
    buckets: new Set(),
    foreign: [],
    folders: [],
  };
  for (const { name, isFolder } of entries) {
    const path = join(folder, name);
    if (isFolder) {
      if (isRoot) files.folders.push(name);
      else files.foreign.push(path);
      continue;
    }
    const data = DATA.exec(name)?.[1], metadata = METADATA.exec(name)?.[1];
    if (PRELUDE.test(name)) files.prelude = path;
    else if (isRoot && name === "oplog.bson") files.oplog = path;
    else if (metadata !== undefined) put(files.metadata, metadata, path);
    else if (data !== undefined) put(files.data, data, path);
    // Part files and what the system leaves behind are not worth a word.
    else if (!name.startsWith(".")) files.foreign.push(path);
  }
  return files;
}

function put(files: Map<string, string>, key: string, path: string): void {
  const other = files.get(key);
  if (other !== undefined) {
    throw new DataError(`Cannot tell which is meant: "${other}" or "${path}"`, {
      stage: "source",
      hint: "Two dumps were written into one folder; remove one of the files.",
    });
  }
  files.set(key, path);
}

/** Puts the buckets of each time series to its metadata, which has its own name. */
function joinSeries(files: Files): void {
  for (const [key, path] of files.data) {
    const series = seriesOfBuckets(collectionOfDumpFile(key) ?? key);
    if (series === undefined) continue;
    const own = dumpFileName(series);
    if (!files.metadata.has(own)) continue;
    const other = files.data.get(own);
    if (other !== undefined) {
      throw new DataError(`Cannot tell which is meant: "${other}" or "${path}"`, {
        stage: "source",
        hint: `One has the measurements of "${series}", the other its buckets; remove one of them.`,
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
  { data, metadata, buckets }: Files,
): Promise<DumpedCollection> {
  const dataPath = data.get(key);
  const metadataPath = metadata.get(key);
  const parsed: DumpMetadata = metadataPath === undefined
    ? { indexes: [] }
    : parseDumpMetadata(await readSmallText(metadataPath), metadataPath);
  const collection = parsed.collectionName ?? collectionOfDumpFile(key);
  if (collection === undefined) {
    throw new DataError(`Cannot tell the collection of "${join(folder, key)}": its name was cut`, {
      stage: "source",
      hint: `Its name stands in ${key}.metadata.json, which is not there.`,
    });
  }
  const { options, indexes, uuid, unknown = [] } = parsed;
  return {
    info: {
      namespace: { db, collection },
      type: typeOfDumped(parsed),
      ...(metadataPath === undefined ? {} : { indexes }),
      ...(options === undefined ? {} : { options }),
      ...(uuid === undefined ? {} : { uuid }),
    },
    ...(dataPath === undefined ? {} : { dataPath }),
    ofBuckets: buckets.has(key),
    bare: metadataPath === undefined,
    unknown,
  };
}

/** A folder that is none: one of its own folders may be. */
async function notADump(path: string, root: Files): Promise<NotFoundError> {
  for (const name of root.folders) {
    const below = sort(await entriesOf(join(path, name)), join(path, name), true);
    for (const inner of below.folders) {
      const files = sort(await entriesOf(join(path, name, inner)), join(path, name, inner), false);
      if (files.data.size + files.metadata.size === 0) continue;
      return new NotFoundError(`Cannot read "${path}" as a dump: it is one folder too high`, {
        stage: "source",
        hint: `Did you mean "${join(path, name)}"?`,
      });
    }
  }
  return new NotFoundError(`Cannot read "${path}" as a dump: it has no .bson files in it`, {
    stage: "source",
    hint: "a dump is a folder with a folder for each database, as mongodump writes it",
  });
}
