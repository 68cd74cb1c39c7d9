import { findJsonError } from "../bson/_json_error.ts";
import { DataError, UsageError, VERSION } from "../core/mod.ts";
import { checksum, lineMarks } from "./_saved_bytes.ts";
import { NotAsSaved, readCollections } from "./_saved_read.ts";
import { type SavedLines, writeCollections } from "./_saved_write.ts";
import type { ProfiledCollection } from "./profile.ts";

/**
 * The version of the file's form. It goes up with any change of what is written, and of what must be
 * the same on both sides of a merge: the caps, the hash of keys, the formats.
 */
const FORM = 1;

/**
 * Writes profiles as the text of a `.profile.json` file. The same profiles give the same bytes,
 * whatever the order in which documents or collections came; every field has a line of its own.
 *
 * The file holds all that a merge needs. Of values it holds what the profiles kept: nothing under
 * `values: "none"`, neither values nor `_id`s.
 *
 * @param collections The profiles, one for each collection.
 * @returns The text, JSON with a line end at its end.
 *
 * @example
 * ```ts
 * import { loadProfiles, Profile, saveProfiles } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const profile = new Profile();
 * profile.addDocument(serialize({ name: "Ada" }));
 * const text = saveProfiles([{ namespace: { db: "shop", collection: "people" }, profile }]);
 *
 * const [loaded] = loadProfiles(text, "people.profile.json");
 * assertEquals(loaded!.profile.documents, 1);
 * assertEquals(saveProfiles([loaded!]), text);
 * ```
 */
export function saveProfiles(collections: readonly ProfiledCollection[]): string {
  const { lines } = writeCollections(inOrder(collections));
  return [
    `{"datahood":"profile","version":${FORM},"by":${JSON.stringify(VERSION)},` +
    '"collections":[',
    ...lines,
    `],"lines":"${lineMarks(lines)}","checksum":"${checksum(lines.join("\n"))}"}`,
    "",
  ].join("\n");
}

/**
 * Reads the text of a `.profile.json` file. What it gives is as the profiles were when saved: more
 * documents can be added, and others merged.
 *
 * The file may have been formatted anew; its content may not have been changed.
 *
 * @param text The text.
 * @param name What to call it in messages, such as its path.
 * @returns The profiles, by database, then collection.
 * @throws {DataError} If it is no profile, ends early, or its content was changed: with the line.
 * @throws {UsageError} If it was made by a newer datahood in a form that this one does not know.
 */
export function loadProfiles(text: string, name: string): ProfiledCollection[] {
  const head = parse(text.replace(/^\uFEFF/, ""), name);
  const { version, by } = head;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
    throw changed(name, `its version is ${JSON.stringify(version)}`);
  }
  if (version > FORM) {
    const made = typeof by === "string" ? ` of datahood ${excerpt(by)}` : "";
    throw new UsageError(
      `Cannot read the profile "${name}": it has version ${version}${made}, and this datahood ` +
        `(${VERSION}) knows version ${FORM}`,
      { hint: "update datahood, or make the profile again with this one" },
    );
  }
  let collections: ProfiledCollection[];
  try {
    collections = readCollections(head.collections);
  } catch (error) {
    if (!(error instanceof NotAsSaved)) throw error;
    const where = error.path === "" ? "" : `, at ${error.path}`;
    throw changed(name, `${error.message}${where}`);
  }
  // What counts is the content: so it is written again, and compared by the sum.
  const saved = writeCollections(collections);
  if (checksum(saved.lines.join("\n")) !== head.checksum) {
    throw changed(name, whatChanged(saved, head.lines));
  }
  return collections;
}

/** By database, then collection, in the order of UTF-16 units. */
function inOrder(collections: readonly ProfiledCollection[]): ProfiledCollection[] {
  return [...collections].sort(({ namespace: a }, { namespace: b }) =>
    compare(a.db, b.db) || compare(a.collection, b.collection)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function parse(text: string, name: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { at, expected } = findJsonError(text);
    const lines = text.slice(0, at).split("\n");
    const where = `line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
    const begun = /^\s*\{\s*"datahood"\s*:\s*"profile"/.test(text);
    if (!begun) throw notOne(name, text.trim() === "" ? "it is empty" : "it is not JSON");
    if (endsIn(text, at)) {
      throw new DataError(
        `Cannot read the profile "${name}": it is cut short, its text ends in ${where}`,
        { hint: "copy it again, or make the profile again" },
      );
    }
    throw changed(name, `${where} is no JSON, ${expected} should be there`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const members = value as Record<string, unknown>;
    if (members.datahood === "profile") return members;
  }
  throw notOne(name, "it is JSON of something else");
}

/** Whether what is left at the error is the begin of a token that would go on. */
function endsIn(text: string, at: number): boolean {
  return /^(?:"(?:[^"\\\n]|\\.)*\\?|[a-z]+|-?[\d.eE+-]*)$/.test(text.slice(at).trimEnd());
}

function notOne(name: string, why: string): DataError {
  return new DataError(`Cannot read "${name}" as a profile: ${why}`, {
    hint: "a profile is made by: datahood schema <source> --save-profile <file>.profile.json",
  });
}

function changed(name: string, what: string): DataError {
  return new DataError(
    `Cannot read the profile "${name}": it was changed after datahood wrote it: ${what}`,
    { hint: "take it back from version control, or make the profile again" },
  );
}

/** The first line that is not what the marks say, told by its path. */
function whatChanged({ lines, paths }: SavedLines, marks: unknown): string {
  if (typeof marks !== "string") return "its marks of lines are gone";
  const now = lineMarks(lines);
  if (now === marks) return "its checksum does not fit";
  let line = 0;
  while (now.slice(2 * line, 2 * line + 2) === marks.slice(2 * line, 2 * line + 2)) line++;
  const path = paths[Math.min(line, paths.length - 1)];
  // The head is the first line of the file.
  return path === undefined ? "its collections are gone" : `line ${line + 2}, ${path}`;
}

function excerpt(text: string): string {
  return text.replace(/[^\w.+-]/g, "").slice(0, 40);
}
