import {
  type Cancellable,
  type Issue,
  type OpenOptions,
  type Position,
  type RawBatch,
  type Target,
  UsageError,
  type Writer,
  type WriteResult,
} from "../core/mod.ts";
import { batchBytes } from "../core/mod.ts";
import { decodeBatch } from "./_decode.ts";
import type { DocumentWriter } from "./base.ts";

/** What a target over documents is made from. */
export interface DocumentTargetHooks {
  kind(): string;
  display(): string;
  connect(options: Cancellable): Promise<void>;
  open(options: OpenOptions): Promise<DocumentWriter> | DocumentWriter;
}

/** A raw target over a connector that takes documents. */
export function documentTarget(hooks: DocumentTargetHooks): Target {
  return {
    capabilities: {
      collections: "one",
      options: false,
      indexes: false,
      views: false,
      sequential: true,
      onConflict: ["report"],
    },
    async open(options: OpenOptions = {}): Promise<Writer> {
      if (options.resume !== undefined) {
        throw new UsageError(`Cannot go on in "${hooks.display()}": it is written from the start`, {
          stage: "target",
        });
      }
      await hooks.connect(options);
      return new DocumentsWriter(hooks, await hooks.open(options));
    },
  };
}

class DocumentsWriter implements Writer {
  readonly #hooks: DocumentTargetHooks;
  readonly #documents: DocumentWriter;
  /** What was acknowledged, so that the same batch again is not written twice. */
  readonly #written = new Map<string, WriteResult>();
  #index = 0;

  constructor(hooks: DocumentTargetHooks, documents: DocumentWriter) {
    this.#hooks = hooks;
    this.#documents = documents;
  }

  begin(): Promise<readonly Issue[]> {
    return Promise.resolve([]);
  }

  async write(batch: RawBatch): Promise<WriteResult> {
    const key = `${batch.lane} ${batch.seq}`;
    const before = this.#written.get(key);
    if (before !== undefined) return before;
    const documents = await decodeBatch(batch, { promoteLongs: true });
    await this.#documents.write(documents);
    this.#index += documents.length;
    const result: WriteResult = {
      inserted: documents.length,
      replaced: 0,
      unchanged: 0,
      skipped: 0,
      rejected: [],
      bytes: batchBytes(batch),
    };
    // A batch comes again only before its lane goes on: the latest of a lane is enough.
    this.#written.delete(`${batch.lane} ${batch.seq - 1}`);
    this.#written.set(key, result);
    return result;
  }

  end(): Promise<readonly Issue[]> {
    return Promise.resolve([]);
  }

  sync(): Promise<Position> {
    return Promise.resolve({ v: 1, kind: this.#hooks.kind(), index: this.#index });
  }

  async commit(): Promise<void> {
    await this.#documents.commit?.();
  }

  async abort(): Promise<void> {
    await this.#documents.abort?.();
  }
}
