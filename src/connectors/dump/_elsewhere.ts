import { dirname, join, resolve } from "@std/path";
import { NotFoundError } from "../../core/mod.ts";
import { folderEntries, mayRead } from "../../io/mod.ts";
import { type DumpFiles, filesOf, hasCollections } from "./_files.ts";

/** How far above and below a folder is looked for the one that was meant. */
const LEVELS = 4;
/** How many folders are looked into at most: somebody may have named a whole disk. */
const FOLDERS = 1000;
/** How many of those that would work are named. */
const NAMED = 3;

/**
 * The error for a folder that is no dump. Where a folder above or below it is one, it is named.
 *
 * @param path The folder.
 * @param files What is in it.
 * @returns The error.
 */
export async function notADump(path: string, files: DumpFiles): Promise<NotFoundError> {
  const not = (state: string, hint: string) =>
    new NotFoundError(`Cannot read "${path}" as a dump: ${state}`, { stage: "source", hint });
  const is = "a dump is a folder with a folder for each database, as mongodump writes it";
  const isEmpty = (await folderEntries(path, "source"))?.length === 0;
  const { level, found } = await below(path, files);
  if (found.length > 0) {
    const more = found.length > NAMED ? ` or one of ${found.length - NAMED} more` : "";
    const names = found.slice(0, NAMED).map((each) => `"${each}"`).join(" or ");
    return not(`it is ${folders(level)} too high`, `did you mean ${names}${more}?`);
  }
  const archive = files.foreign.find((each) => /\.archive(\.gz|\.zst)?$/.test(each));
  if (archive !== undefined) {
    return not("it has an archive in it, which is one file", `did you mean "${archive}"?`);
  }
  let parent = resolve(path);
  for (let level = 1; level <= LEVELS && dirname(parent) !== parent; level++) {
    parent = dirname(parent);
    if (await isDatabase(parent)) {
      const state = `${isEmpty ? "it is empty, and " : "it is "}${folders(level)} too low`;
      return not(state, `did you mean "${parent}"?`);
    }
  }
  return not(isEmpty ? "the folder is empty" : "it has no .bson files in it", is);
}

function folders(count: number): string {
  return count === 1 ? "one folder" : `${count} folders`;
}

/** The dumps below a folder that are nearest to it, and how far they are. */
async function below(path: string, root: DumpFiles): Promise<{ level: number; found: string[] }> {
  const found: string[] = [];
  let looked = 0;
  let at = root.folders.map((name) => join(path, name));
  for (let level = 1; level <= LEVELS && found.length === 0; level++) {
    const next: string[] = [];
    for (const folder of at) {
      const inner = await foldersIn(folder);
      for (const each of inner) {
        if (++looked > FOLDERS) return { level, found };
        if (await isDatabase(each)) {
          found.push(folder);
          break;
        }
      }
      next.push(...inner);
    }
    if (found.length > 0) return { level, found };
    at = next;
  }
  return { level: LEVELS, found };
}

/** What cannot be looked into is not what was meant. */
async function foldersIn(path: string): Promise<string[]> {
  const entries = await folderEntries(path, "source").catch(() => undefined) ?? [];
  return entries.flatMap(({ name, isFolder }) => isFolder ? [join(path, name)] : []);
}

async function isDatabase(path: string): Promise<boolean> {
  if (!await mayRead(path)) return false;
  return await filesOf(path, false).then(hasCollections, () => false);
}
