import { join } from "@std/path";
import { DatahoodError, type PermissionNeed } from "../core/mod.ts";
import { writeAll } from "./_destination.ts";
import { translateIoError } from "./translate_error.ts";

/** What a folder needs to be allowed for files of what does not fit into memory. */
export function spillNeeds(folder: string): PermissionNeed[] {
  const reason = "keep what does not fit into memory";
  return [
    { kind: "read", target: folder, reason },
    { kind: "write", target: folder, reason },
  ];
}

/**
 * A file for what does not fit into memory: it is written to its end first, then read anywhere. Its
 * name is taken away as soon as it is open, where the system allows that: then nothing is left of it
 * whatever ends the process. Elsewhere it is removed when it is closed.
 */
export class SpillFile {
  /** How many bytes it has. */
  length = 0;
  readonly #file: Deno.FsFile;
  readonly #folder: string;
  /** Its path, while it has one. */
  #path: string | undefined;
  #isClosed = false;

  private constructor(file: Deno.FsFile, folder: string, path: string) {
    this.#file = file;
    this.#folder = folder;
    this.#path = path;
  }

  /**
   * Makes one in a folder that is there.
   *
   * @throws {IoError} If the system cannot.
   */
  static async create(folder: string): Promise<SpillFile> {
    const path = join(folder, `.datahood-${crypto.randomUUID()}`);
    try {
      // A new file, of its owner only: whoever else may write to the folder can put nothing in its place.
      const how = { read: true, write: true, createNew: true, mode: 0o600 };
      const spill = new SpillFile(await Deno.open(path, how), folder, path);
      await spill.#remove();
      return spill;
    } catch (error) {
      throw failed(error, path, folder);
    }
  }

  /** Adds bytes at the end. */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      await writeAll(this.#file, bytes);
      this.length += bytes.length;
    } catch (error) {
      throw failed(error, this.#folder, this.#folder);
    }
  }

  /** Fills `into` from an offset on; all of it was written. Nothing is added after the first read. */
  async read(offset: number, into: Uint8Array): Promise<void> {
    try {
      await this.#file.seek(offset, Deno.SeekMode.Start);
      for (let rest = into; rest.length > 0;) {
        const count = await this.#file.read(rest);
        if (count === null) throw new Error("it was cut short");
        rest = rest.subarray(count);
      }
    } catch (error) {
      throw failed(error, this.#folder, this.#folder);
    }
  }

  /** Closes it, and removes what is left of it. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
    await this.#remove();
  }

  async #remove(): Promise<void> {
    if (this.#path === undefined) return;
    try {
      await Deno.remove(this.#path);
      this.#path = undefined;
    } catch {
      // Not every system takes a name from an open file.
    }
  }
}

/** It belongs to no end of the run. */
function failed(error: unknown, path: string, folder: string): Error {
  const told = translateIoError(error, { stage: "target", path, needs: spillNeeds(folder) });
  if (told instanceof DatahoodError) told.stage = undefined;
  return told;
}
