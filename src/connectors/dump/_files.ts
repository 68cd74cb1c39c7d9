import { dirname, join, normalize } from "@std/path";
import { DataError, NotFoundError } from "../../core/mod.ts";
import { folderEntries } from "../../io/mod.ts";

const DATA = /^(.+)\.bson(\.gz|\.zst)?$/;
const METADATA = /^(.+)\.metadata\.json(\.gz|\.zst)?$/;
const PRELUDE = /^prelude\.json(\.gz|\.zst)?$/;

/** The files of one folder of a dump, sorted by what they are. */
export interface DumpFiles {
  /** Documents, by the name of the file without its extensions. */
  readonly data: Map<string, string>;
  /** Options and indexes, by the same name. */
  readonly metadata: Map<string, string>;
  /** Those of `data` that are the buckets of a time series. */
  readonly buckets: Set<string>;
  /** The preludes: one, or one of each compression where two dumps met. */
  readonly preludes: string[];
  /** The oplog: only the top of a dump has one. */
  oplog?: string;
  /** What does not belong to a dump. */
  readonly foreign: string[];
  /** Names of the folders in it. */
  readonly folders: string[];
}

/**
 * Sorts what is in a folder.
 *
 * @param folder The folder.
 * @param isRoot Whether it is the one that is read, and not one in it.
 * @returns What is in it.
 * @throws {NotFoundError} If it is not there, or not a folder.
 * @throws {DataError} If a file is there twice, compressed and not.
 */
export async function filesOf(folder: string, isRoot: boolean): Promise<DumpFiles> {
  const files: DumpFiles = {
    data: new Map(),
    metadata: new Map(),
    buckets: new Set(),
    preludes: [],
    foreign: [],
    folders: [],
  };
  for (const { name, isFolder } of await entriesOf(folder)) {
    const path = join(folder, name);
    if (isFolder) {
      if (isRoot) files.folders.push(name);
      else files.foreign.push(path);
      continue;
    }
    const data = DATA.exec(name)?.[1], metadata = METADATA.exec(name)?.[1];
    if (PRELUDE.test(name)) files.preludes.push(path);
    else if (isRoot && name === "oplog.bson") files.oplog = path;
    else if (metadata !== undefined) put(files.metadata, metadata, path);
    else if (data !== undefined) put(files.data, data, path);
    // Part files and what the system leaves behind are not worth a word.
    else if (!name.startsWith(".")) files.foreign.push(path);
  }
  return files;
}

/** Whether a folder has collections in it. */
export function hasCollections({ data, metadata }: DumpFiles): boolean {
  return data.size + metadata.size > 0;
}

async function entriesOf(path: string) {
  try {
    const entries = await folderEntries(path, "source");
    if (entries !== undefined) return entries;
  } catch (error) {
    const isFile = (error as { cause?: { code?: unknown } }).cause?.code === "ENOTDIR";
    if (!isFile) throw error;
    throw new NotFoundError(`Cannot read "${path}" as a dump: it is a file`, {
      stage: "source",
      hint: `did you mean its folder, "${dirname(normalize(path))}/"?`,
      cause: error,
    });
  }
  throw new NotFoundError(`Cannot read "${path}": there is no such folder`, {
    stage: "source",
    hint: "look at the spelling and the folder you are in",
  });
}

function put(files: Map<string, string>, key: string, path: string): void {
  const other = files.get(key);
  if (other !== undefined) {
    throw new DataError(`Cannot tell which is meant: "${other}" or "${path}"`, {
      stage: "source",
      hint: "two dumps were written into one folder: take away the files of one of them, such as " +
        "all that end in .gz",
    });
  }
  files.set(key, path);
}
