import { IoError, throwIfInterrupted } from "../core/mod.ts";
import {
  type ByteSink,
  makeOutputFolder,
  openByteSink,
  pathKind,
  readHead,
  removeEmptyFolder,
} from "../io/mod.ts";
import { GENERATED_MARK } from "./gen/_share.ts";

/** Bytes in which the mark of a generated file stands. */
const HEAD_BYTES = 2048;
/** Lines in which it stands. */
const HEAD_LINES = 10;

/** How files are written. */
export interface WriteFilesOptions {
  /** Replace files too that datahood did not make. Default `false`. */
  readonly overwrite?: boolean;
  /** The folder that they are in, if it is to be made where it is missing. */
  readonly folder?: string;
  /** Stops it: nothing is written then. */
  readonly signal?: AbortSignal;
}

/** Whether the begin of a file says that datahood made it: types, or a profile. */
function isOurs(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head);
  const lines = text.split("\n", HEAD_LINES).join("\n");
  return lines.includes(`${GENERATED_MARK} `) || /^\s*\{\s*"datahood"\s*:\s*"profile"/.test(text);
}

/**
 * Makes sure that a file may be written: it is not there, or datahood made it.
 *
 * @param path The file.
 * @param overwrite Whether any file may be replaced.
 * @throws {IoError} If it may not, or is a folder.
 */
export async function refuseForeign(path: string, overwrite: boolean): Promise<void> {
  if (path === "-") return;
  if (await pathKind(path) !== "file" || overwrite) return;
  const head = await readHead(path, HEAD_BYTES);
  if (head === undefined || isOurs(head)) return;
  throw new IoError(`Cannot write "${path}": it exists already, and datahood did not make it.`, {
    stage: "target",
    hint: "--overwrite replaces it; or write to another file",
  });
}

/**
 * Writes files: all of them, or none if one cannot be written. Files that datahood made are replaced,
 * others are not unless `overwrite` says so.
 *
 * @param files The files.
 * @param options What may be replaced, and how to stop it.
 * @throws {IoError} If a file may not be replaced, or the system cannot write one.
 */
export async function writeFiles(
  files: readonly { readonly path: string; readonly text: string }[],
  options: WriteFilesOptions = {},
): Promise<void> {
  const { overwrite = false, folder, signal } = options;
  for (const { path } of files) await refuseForeign(path, overwrite);
  const made = folder !== undefined && await makeOutputFolder(folder);
  const sinks: ByteSink[] = [];
  let done = false;
  try {
    const encoder = new TextEncoder();
    for (const { path, text } of files) {
      const sink = await openByteSink(path, { overwrite: true, compress: "none" });
      sinks.push(sink);
      await sink.write(encoder.encode(text));
    }
    for (const sink of sinks) await sink.sync();
    // From here on nothing is left that is likely to fail.
    throwIfInterrupted(signal);
    for (const sink of sinks) await sink.commit();
    done = true;
  } finally {
    for (const sink of sinks) await sink.abort();
    if (made && !done) await removeEmptyFolder(folder);
  }
}
