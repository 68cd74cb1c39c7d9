import { DataError, type PermissionNeed } from "../core/mod.ts";
import { openByteSink } from "./byte_sink.ts";
import { openByteSource } from "./byte_source.ts";
import { translateIoError } from "./translate_error.ts";

/** The most that {@linkcode readSmallText} takes: options and indexes of a collection fit many times. */
export const SMALL_TEXT_BYTES: number = 64 * 1024 * 1024;

/** One thing in a folder. */
export interface FolderEntry {
  /** Its name, without the folder. */
  readonly name: string;
  /** Whether it is a folder itself; a link to one is one. */
  readonly isFolder: boolean;
}

/**
 * What reading all of a folder needs to be allowed.
 *
 * @param path The folder.
 * @returns The needs.
 */
export function folderReadNeeds(path: string): PermissionNeed[] {
  return [{ kind: "read", target: path, reason: "read the files of the source folder" }];
}

/**
 * What looking at a folder that files would be written into needs to be allowed.
 *
 * @param path The folder.
 * @returns The needs.
 */
export function folderLookNeeds(path: string): PermissionNeed[] {
  return [{ kind: "read", target: path, reason: "see what is in the target folder" }];
}

/**
 * What writing files into a folder needs to be allowed; they are looked at before they are written.
 *
 * @param path The folder.
 * @returns The needs.
 */
export function folderWriteNeeds(path: string): PermissionNeed[] {
  return [
    ...folderLookNeeds(path),
    { kind: "write", target: path, reason: "write files into the target folder" },
  ];
}

/**
 * What is in a folder, by name.
 *
 * @param path The folder.
 * @param stage Which end of the run it is.
 * @returns Its entries; `undefined` if there is no such folder.
 * @throws {IoError} If it is not a folder, or the system cannot read it.
 */
export async function folderEntries(
  path: string,
  stage: "source" | "target",
): Promise<FolderEntry[] | undefined> {
  const needs = stage === "source" ? folderReadNeeds(path) : folderWriteNeeds(path);
  try {
    const entries: FolderEntry[] = [];
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(path)) {
      const isFolder = isDirectory ||
        (isSymlink && await Deno.stat(`${path}/${name}`).then((s) => s.isDirectory, () => false));
      entries.push({ name, isFolder });
    }
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw translateIoError(error, { stage, path, needs });
  }
}

/**
 * Whether a file or folder beside what was named may be looked at: Deno is not asked for it.
 *
 * @param path The file or folder.
 * @returns Whether the permission was given.
 */
export async function mayRead(path: string): Promise<boolean> {
  return (await Deno.permissions.query({ name: "read", path })).state === "granted";
}

/**
 * Makes a folder, and those above it, where they are not there.
 *
 * @param path The folder.
 * @throws {IoError} If the system cannot make it.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw translateIoError(error, { stage: "target", path, needs: folderWriteNeeds(path) });
  }
}

/**
 * Removes a file of the target, if it is there.
 *
 * @param path The file.
 * @throws {IoError} If the system cannot remove it.
 */
export async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw translateIoError(error, { stage: "target", path, needs: folderWriteNeeds(path) });
  }
}

/**
 * The text of a small file, decompressed.
 *
 * @param path The file.
 * @returns Its text.
 * @throws {NotFoundError} If there is no such file.
 * @throws {DataError} If it is not UTF-8, or larger than {@linkcode SMALL_TEXT_BYTES}.
 */
export async function readSmallText(path: string): Promise<string> {
  await using source = await openByteSource(path);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  let text = "";
  let bytes = 0;
  const refuse = (state: string, cause?: unknown): DataError =>
    new DataError(`Cannot read "${path}": ${state}`, { stage: "source", offset: bytes, cause });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw refuse(`it is not text in UTF-8, from about byte ${bytes} on`, cause);
    }
  };
  for await (const chunk of source.chunks()) {
    text += decode(chunk);
    bytes += chunk.length;
    if (bytes > SMALL_TEXT_BYTES) throw refuse(`it has more than ${SMALL_TEXT_BYTES} bytes`);
  }
  return text + decode();
}

/**
 * Writes a small file, in its place only when it is whole.
 *
 * @param path The file; its extension says how it is compressed.
 * @param text Its text.
 * @param options Whether to replace one that is there.
 * @throws {IoError} If it is there, or the system cannot write it.
 */
export async function writeSmallText(
  path: string,
  text: string,
  options: { readonly overwrite?: boolean; readonly compress?: string } = {},
): Promise<void> {
  await using sink = await openByteSink(path, options);
  await sink.write(new TextEncoder().encode(text));
  await sink.commit();
}
