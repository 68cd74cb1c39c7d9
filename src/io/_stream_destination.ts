import { type Destination, writeAll } from "./_destination.ts";
import { type IoContext, translateIoError } from "./translate_error.ts";

/** Standard output, a pipe or a device: written as it comes, with no place to take in the end. */
export class StreamDestination implements Destination {
  readonly #context: IoContext;
  /** `undefined` for standard output, which stays open. */
  readonly #file: Deno.FsFile | undefined;
  #closed = false;

  constructor(context: IoContext, file?: Deno.FsFile) {
    this.#context = context;
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await writeAll(this.#file ?? Deno.stdout, bytes);
    } catch (error) {
      throw translateIoError(error, this.#context);
    }
  }

  /** A stream keeps nothing; what was written is out of reach. */
  sync(): Promise<void> {
    return Promise.resolve();
  }

  commit(): Promise<void> {
    if (!this.#closed) this.#file?.close();
    this.#closed = true;
    return Promise.resolve();
  }

  abort(): Promise<void> {
    return this.commit();
  }
}
