import { dirname } from "@std/path";
import { IoError } from "../core/mod.ts";
import { type Destination, writeAll } from "./_destination.ts";
import { statOpen } from "./_stat_open.ts";
import { partPath } from "./needs.ts";
import { action, type IoContext, translateIoError } from "./translate_error.ts";

/** How often another run may put its file in place between our opening and locking of the part. */
const LOCK_TRIES = 10;
/** Bytes that are left to the system before the disk is told to take them, while more come. */
const UNSYNCED_BYTES = 16 * 1024 * 1024;

/** A file that is written beside its place, under a lock, and renamed when it is complete. */
export class PartFile implements Destination {
  readonly #context: IoContext;
  readonly #target: string;
  readonly #part: string;
  readonly #overwrite: boolean;
  readonly #file: Deno.FsFile;
  #state: "open" | "closed" | "done" = "open";
  #unsynced = 0;
  /** What was asked of the disk meanwhile; never fails. */
  #syncing: Promise<void> | undefined;
  /** Why the disk did not take it: the system may say so once. */
  #failure: { readonly error: unknown } | undefined;

  private constructor(
    context: IoContext,
    target: string,
    part: string,
    overwrite: boolean,
    file: Deno.FsFile,
  ) {
    this.#context = context;
    this.#target = target;
    this.#part = part;
    this.#overwrite = overwrite;
    this.#file = file;
  }

  /**
   * Begins a part file. One that a crashed run left is replaced; one that a run holds is not.
   *
   * @param target The file, its links followed.
   */
  static async create(context: IoContext, target: string, overwrite: boolean): Promise<PartFile> {
    const part = partPath(target);
    try {
      const file = await lock(context, part);
      try {
        await file.truncate(0);
      } catch (error) {
        file.close();
        throw error;
      }
      return new PartFile(context, target, part, overwrite, file);
    } catch (error) {
      throw translateIoError(error, context);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure.error;
      await writeAll(this.#file, bytes);
    } catch (error) {
      throw translateIoError(error, this.#context);
    }
    this.#unsynced += bytes.length;
    if (this.#unsynced >= UNSYNCED_BYTES && this.#syncing === undefined) this.#syncAhead();
  }

  /** Else all of a large file would wait for the disk at its end. */
  #syncAhead(): void {
    this.#unsynced = 0;
    this.#syncing = this.#file.sync()
      .catch((error) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#syncing = undefined);
  }

  async sync(): Promise<void> {
    try {
      await this.#syncing;
      if (this.#failure !== undefined) throw this.#failure.error;
      await this.#file.sync();
    } catch (error) {
      throw translateIoError(error, this.#context);
    }
  }

  async commit(): Promise<void> {
    await this.sync();
    try {
      const old = await statOf(this.#target);
      if (old !== undefined && !this.#overwrite) throw existsAlready(this.#context);
      if (old !== undefined && old.mode !== null && Deno.build.os !== "windows") {
        // The new file may be read by whoever could read the old one. Not ours: as it is then.
        await Deno.chmod(this.#part, old.mode & 0o777).catch(() => {});
      }
      // Renamed while the lock is held: nobody can begin a part of that name in between.
      await Deno.rename(this.#part, this.#target);
      this.#state = "done";
      this.#file.close();
    } catch (error) {
      throw translateIoError(error, this.#context);
    }
    await syncFolder(dirname(this.#target));
  }

  async abort(keepPartial: boolean): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "closed";
    await this.#syncing;
    try {
      if (keepPartial) await this.#file.sync();
      else await Deno.remove(this.#part);
    } catch (error) {
      // Already gone is what was wanted; anything else is told, the file is closed all the same.
      if (!(error instanceof Deno.errors.NotFound)) throw translateIoError(error, this.#context);
    } finally {
      this.#file.close();
    }
  }
}

/** The error for a target that is there and was not to be replaced. */
export function existsAlready(context: IoContext): IoError {
  return new IoError(`${action(context)}: it exists already`, {
    stage: "target",
    hint: "replace it with --overwrite, or write to another file",
  });
}

/** What is known of a file, or `undefined` if there is none. */
export async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Opens the part file and takes its lock. */
async function lock(context: IoContext, part: string): Promise<Deno.FsFile> {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const file = await Deno.open(part, { read: true, write: true, create: true });
    try {
      if (!await file.tryLock(true)) {
        file.close();
        break;
      }
      // The run that held it may have renamed or removed it: then this is no part file any more.
      const there = await statOf(part);
      if (there !== undefined) {
        const { ino } = await statOpen(file, part);
        if (ino === null || ino === there.ino) return file;
      }
      file.close();
    } catch (error) {
      file.close();
      throw error;
    }
  }
  throw new IoError(`${action(context)}: another run is writing it`, {
    stage: "target",
    hint: `wait for that run to end; it holds "${part}"`,
  });
}

/** Makes a rename durable where the folder may be read; elsewhere the system does it in its time. */
async function syncFolder(folder: string): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "read", path: folder });
  if (state !== "granted") return;
  try {
    using handle = await Deno.open(folder, { read: true });
    await handle.sync();
  } catch {
    // Windows and some file systems cannot; the file itself is synced.
  }
}
