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
export interface OutputOptions {
  /** The files that are known before there is something to write: they are begun at once. */
  readonly paths?: readonly string[];
  /** The folder that other files are in; it is made where it is missing. */
  readonly folder?: string;
  /** Replace files too that datahood did not make. Default `false`. */
  readonly overwrite?: boolean;
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
async function refuseForeign(path: string, overwrite: boolean): Promise<void> {
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
 * Files that are written together: all of them, or none if one cannot be. Files that datahood made
 * are replaced, others are not unless `overwrite` says so. What is known to go wrong is told when they
 * are opened, before the work whose result they take.
 */
export class OutputFiles implements AsyncDisposable {
  readonly #overwrite: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #sinks = new Map<string, ByteSink>();
  #madeFolder: string | undefined;

  private constructor({ overwrite = false, signal }: OutputOptions) {
    this.#overwrite = overwrite;
    this.#signal = signal;
  }

  /**
   * Makes the folder, and begins the files that are known. What is there is not touched.
   *
   * @param options Which files, and what may be replaced.
   * @throws {IoError} If a file may not be replaced, or cannot be written.
   */
  static async open(options: OutputOptions): Promise<OutputFiles> {
    const files = new OutputFiles(options);
    const { paths = [], folder } = options;
    try {
      if (folder !== undefined && await makeOutputFolder(folder)) files.#madeFolder = folder;
      for (const path of paths) await files.#begin(path);
      return files;
    } catch (error) {
      await files.abort();
      throw error;
    }
  }

  /**
   * Writes all files, and puts them in their places.
   *
   * @param files Their paths and texts.
   * @throws {IoError} If a file may not be replaced, or cannot be written.
   * @throws {InterruptedError} If the signal came before the first file was in its place.
   */
  async write(files: readonly { readonly path: string; readonly text: string }[]): Promise<void> {
    const encoder = new TextEncoder();
    for (const { path } of files) if (!this.#sinks.has(path)) await this.#begin(path);
    throwIfInterrupted(this.#signal);
    for (const { path, text } of files) {
      const sink = this.#sinks.get(path)!;
      await sink.write(encoder.encode(text));
      await sink.sync();
    }
    // From here on nothing is left that is likely to fail.
    throwIfInterrupted(this.#signal);
    for (const { path } of files) {
      await this.#sinks.get(path)!.commit();
      this.#madeFolder = undefined;
    }
  }

  /** Gives up: what was there stays as it was. Nothing after all was written. */
  async abort(): Promise<void> {
    for (const sink of this.#sinks.values()) await sink.abort();
    if (this.#madeFolder !== undefined) await removeEmptyFolder(this.#madeFolder);
    this.#madeFolder = undefined;
  }

  /** As {@linkcode OutputFiles.abort}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort();
  }

  async #begin(path: string): Promise<void> {
    await refuseForeign(path, this.#overwrite);
    this.#sinks.set(path, await openByteSink(path, { overwrite: true, compress: "none" }));
  }
}
