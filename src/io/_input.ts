import { beforeAbort } from "../core/_before_abort.ts";
import { DataError, IoError, throwIfInterrupted } from "../core/mod.ts";
import { statOpen } from "./_stat_open.ts";
import { fileReadNeeds } from "./needs.ts";
import { action, type IoContext, translateIoError } from "./translate_error.ts";

/** The part of an open file that is used, so that a pipe fits too. */
interface Readable {
  read(into: Uint8Array): Promise<number | null>;
  close(): void;
}

/** An open file or pipe, with the system's errors translated. */
export class Input {
  /** Size of a file when it was opened; `undefined` for a pipe. */
  readonly size: number | undefined;
  readonly #context: IoContext;
  readonly #readable: Readable;
  readonly #file: Deno.FsFile | undefined;
  readonly #opened: Deno.FileInfo | undefined;
  readonly #signal: AbortSignal | undefined;

  private constructor(
    context: IoContext,
    readable: Readable,
    file: Deno.FsFile | undefined,
    opened: Deno.FileInfo | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#context = context;
    this.#readable = readable;
    this.#file = file;
    this.#opened = opened;
    this.#signal = signal;
    this.size = opened?.size;
  }

  /** Opens a path, `-` for standard input. */
  static async open(path: string, signal?: AbortSignal): Promise<Input> {
    const context: IoContext = { stage: "source", path, needs: fileReadNeeds(path) };
    if (path === "-") {
      const readable: Readable = { read: (into) => Deno.stdin.read(into), close() {} };
      return new Input(context, readable, undefined, undefined, signal);
    }
    let file: Deno.FsFile | undefined;
    try {
      file = await Deno.open(path, { read: true });
      const info = await statOpen(file, path);
      if (info.isDirectory) {
        throw new IoError(`${action(context)}: it is a folder`, {
          stage: "source",
          hint: "name a file in it",
        });
      }
      const regular = info.isFile;
      return new Input(
        context,
        file,
        regular ? file : undefined,
        regular ? info : undefined,
        signal,
      );
    } catch (error) {
      file?.close();
      throw translateIoError(error, context);
    }
  }

  /** Reads what is there, at most what fits; `null` at the end. */
  async read(into: Uint8Array): Promise<number | null> {
    throwIfInterrupted(this.#signal);
    try {
      const reading = this.#readable.read(into);
      // A file answers at once; a pipe may never.
      return await (this.#file === undefined ? beforeAbort(reading, this.#signal) : reading);
    } catch (error) {
      throw translateIoError(error, this.#context);
    }
  }

  /** Goes to an offset of a file; `false` for a pipe, which cannot. */
  async seek(offset: number): Promise<boolean> {
    if (this.#file === undefined) return false;
    try {
      await this.#file.seek(offset, Deno.SeekMode.Start);
      return true;
    } catch (error) {
      throw translateIoError(error, this.#context);
    }
  }

  /** Throws if a file is not what it was when it was opened. */
  async checkUnchanged(): Promise<void> {
    const before = this.#opened;
    if (before === undefined || this.#file === undefined) return;
    const now = await statOpen(this.#file, this.#context.path);
    if (now.size === before.size && now.mtime?.getTime() === before.mtime?.getTime()) return;
    const how = now.size === before.size
      ? "it was written to"
      : `it had ${before.size} bytes and has ${now.size} now`;
    throw new DataError(`${action(this.#context)}: it changed while it was read; ${how}`, {
      stage: "source",
      hint: "what was read is not one state of the file; read it again when nobody writes to it",
    });
  }

  /** Lets go. */
  close(): void {
    this.#readable.close();
  }
}
