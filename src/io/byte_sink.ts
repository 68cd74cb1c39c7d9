import { IoError, throwIfInterrupted, UsageError } from "../core/mod.ts";
import { Coalescer } from "./_coalescer.ts";
import type { Destination } from "./_destination.ts";
import { encoderOf } from "./_encoder.ts";
import { existsAlready, PartFile, statOf } from "./_part_file.ts";
import { StreamDestination } from "./_stream_destination.ts";
import { type Compression, parseCompression } from "./compression.ts";
import { fileWriteNeeds } from "./needs.ts";
import { action, type IoContext, translateIoError } from "./translate_error.ts";

/** Bytes go here. */
export interface ByteSink extends AsyncDisposable {
  /** Uncompressed bytes taken so far. */
  readonly bytes: number;
  /** Bytes made of them so far, as they are stored. */
  readonly storedBytes: number;
  /**
   * Takes bytes; they may be reused when it is done. Calls made before that are served in order.
   *
   * @throws {IoError} If the system cannot write them, such as on a full disk.
   * @throws {ClosedPipeError} If nobody reads the pipe any more.
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Makes durable what was taken. Compressed data is ended there, so that what is stored can be read.
   *
   * @returns How many uncompressed bytes are durable.
   */
  sync(): Promise<number>;
  /** Syncs, and puts the file in its place. */
  commit(): Promise<void>;
  /** Gives up: what was there stays as it was. Idempotent, and nothing after `commit`. */
  abort(options?: {
    /** Keep the part file. */
    readonly keepPartial?: boolean;
  }): Promise<void>;
}

/** How to write bytes. */
export interface ByteSinkOptions {
  /** Replace a file that is there. Default `false`. */
  readonly overwrite?: boolean;
  /** As {@linkcode parseCompression} reads it; by the file's extension by default. */
  readonly compress?: string;
  /** Stops the writing; checked at every write. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a file, or standard output, to be written.
 *
 * A file is written as `.<name>.datahood-part` beside its name, under a lock, and takes its name at
 * `commit`; until then what was there is not touched. A device or named pipe is written to directly.
 *
 * @param path The file; `-` is standard output.
 * @param options Whether to replace, how to compress, how to stop.
 * @returns The sink; leaving an `await using` scope before `commit` gives up.
 * @throws {UsageError} If the compression is none that is known.
 * @throws {IoError} If the file exists, is a folder, is written by another run, or the system
 * cannot write it.
 * @throws {PermissionError} If Deno was not allowed to write it.
 *
 * @example
 * ```ts
 * import { openByteSink } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/empty.bson.gz`;
 * await using sink = await openByteSink(path);
 * await sink.write(new Uint8Array([5, 0, 0, 0, 0]));
 * await sink.commit();
 * assertEquals((await Deno.readFile(path)).subarray(0, 2), new Uint8Array([0x1f, 0x8b]));
 * ```
 */
export async function openByteSink(path: string, options: ByteSinkOptions = {}): Promise<ByteSink> {
  const { overwrite = false, compress, signal } = options;
  if (path === "") throw new UsageError("Cannot write a file: its path is empty");
  const compression = parseCompression(compress, path);
  throwIfInterrupted(signal);
  return new Sink(await destinationOf(path, overwrite), compression, signal);
}

/**
 * Asks whether {@linkcode openByteSink} would take a path, and makes nothing.
 *
 * @param path The file; `-` is standard output.
 * @param overwrite Whether a file that is there would be replaced. Default `false`.
 * @throws {IoError} If the file exists, or is a folder.
 * @throws {PermissionError} If Deno was not allowed to look.
 *
 * @example
 * ```ts
 * import { checkByteSink } from "@datahood/cli";
 * import { assertRejects } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await assertRejects(() => checkByteSink(path), Error, "it exists already");
 * await checkByteSink(path, true);
 * ```
 */
export async function checkByteSink(path: string, overwrite = false): Promise<void> {
  const context = contextOf(path);
  if (path === "-") return;
  try {
    await fitFor(context, overwrite);
  } catch (error) {
    throw translateIoError(error, context);
  }
}

function contextOf(path: string): IoContext {
  return { stage: "target", path, needs: fileWriteNeeds(path) };
}

/** What is there, if it may be written. */
async function fitFor(
  context: IoContext,
  overwrite: boolean,
): Promise<Deno.FileInfo | undefined> {
  const { path } = context;
  const there = await statOf(path);
  if (there?.isDirectory || (there === undefined && /[/\\]$/.test(path))) {
    const state = there === undefined ? "it names a folder" : "it is a folder";
    throw new IoError(`${action(context)}: ${state}`, {
      stage: "target",
      hint: "name a file in it",
    });
  }
  if (there?.isFile && !overwrite) throw existsAlready(context);
  return there;
}

async function destinationOf(path: string, overwrite: boolean): Promise<Destination> {
  let context = contextOf(path);
  if (path === "-") return new StreamDestination(context);
  try {
    const there = await fitFor(context, overwrite);
    if (there !== undefined && !there.isFile) {
      return new StreamDestination(context, await Deno.open(path, { write: true }));
    }
    // A link stays a link: the file it leads to is replaced.
    const target = there === undefined ? path : await linkedFile(path);
    // What it takes to write is asked for that file.
    if (target !== path) context = contextOf(target);
    return await PartFile.create(context, target, overwrite);
  } catch (error) {
    throw translateIoError(error, context);
  }
}

async function linkedFile(path: string): Promise<string> {
  return (await Deno.lstat(path)).isSymlink ? await Deno.realPath(path) : path;
}

class Sink implements ByteSink {
  readonly #destination: Destination;
  readonly #out: Coalescer;
  readonly #encoder: ReturnType<typeof encoderOf>;
  readonly #signal: AbortSignal | undefined;
  #bytes = 0;
  #finished = false;
  /** The call before, settled or not; calls run one after another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    destination: Destination,
    compression: Compression,
    signal: AbortSignal | undefined,
  ) {
    this.#destination = destination;
    this.#out = new Coalescer(destination);
    this.#encoder = encoderOf(compression, this.#out);
    this.#signal = signal;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get storedBytes(): number {
    return this.#out.bytes;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      throwIfInterrupted(this.#signal);
      await this.#encoder.write(bytes);
      this.#bytes += bytes.length;
    });
  }

  sync(): Promise<number> {
    return this.#inTurn(async () => {
      await this.#encoder.flush();
      await this.#out.flush();
      await this.#destination.sync();
      return this.#bytes;
    });
  }

  commit(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#encoder.end();
      await this.#out.flush();
      await this.#destination.commit();
      this.#finished = true;
    });
  }

  abort(options: { readonly keepPartial?: boolean } = {}): Promise<void> {
    const { keepPartial = false } = options;
    return this.#inTurn(async () => {
      if (this.#finished) return;
      this.#finished = true;
      try {
        if (keepPartial) {
          await this.#encoder.flush();
          await this.#out.flush();
        }
      } finally {
        this.#encoder.close();
        await this.#destination.abort(keepPartial);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
