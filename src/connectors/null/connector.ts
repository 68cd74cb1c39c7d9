import {
  batchBytes,
  type Issue,
  type LoadOptions,
  type LoadResult,
  type OpenOptions,
  type PermissionNeed,
  type Position,
  type RawBatch,
  type Target,
  throwIfInterrupted,
  type Writer,
  type WriteResult,
} from "../../core/mod.ts";
import { BaseConnector } from "../base.ts";

/**
 * A target that counts documents and drops them: to see how many there are, or how fast they come.
 *
 * @example
 * ```ts
 * import { NullConnector } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * await using nowhere = new NullConnector();
 * const result = await nowhere.loadData([{ _id: 1 }, { _id: 2 }]);
 * assertEquals(result.inserted, 2);
 * ```
 */
export class NullConnector extends BaseConnector {
  /** Always `null`. */
  override readonly kind = "null";
  /** Always `null:`. */
  override readonly display = "null:";
  /** Takes all and keeps nothing. */
  override readonly target: Target = {
    capabilities: {
      collections: "many",
      options: true,
      indexes: true,
      // Definitions have no documents to count: a view's documents are taken instead.
      views: false,
      sequential: false,
      onConflict: ["report", "skip", "stop", "replace"],
    },
    open: ({ signal }: OpenOptions = {}): Promise<Writer> => {
      throwIfInterrupted(signal);
      return Promise.resolve(new NullWriter());
    },
  };

  /**
   * What it needs to be allowed.
   *
   * @returns Nothing.
   */
  override permissions(): readonly PermissionNeed[] {
    return [];
  }

  /**
   * Counts documents.
   *
   * @param data The documents.
   * @param options How to stop it; the rest changes nothing here.
   * @returns How many there were, as inserted.
   */
  override loadData(
    data: AsyncIterable<object> | Iterable<object>,
    options: LoadOptions = {},
  ): Promise<LoadResult> {
    return super.loadData(data, { namespace: { db: "", collection: this.kind }, ...options });
  }
}

const NONE: readonly Issue[] = [];

class NullWriter implements Writer {
  #documents = 0;

  begin(): Promise<readonly Issue[]> {
    return Promise.resolve(NONE);
  }

  write(batch: RawBatch): Promise<WriteResult> {
    const inserted = batch.starts.length;
    this.#documents += inserted;
    return Promise.resolve({
      inserted,
      replaced: 0,
      unchanged: 0,
      skipped: 0,
      rejected: [],
      bytes: batchBytes(batch),
    });
  }

  end(): Promise<readonly Issue[]> {
    return Promise.resolve(NONE);
  }

  sync(): Promise<Position> {
    return Promise.resolve({ v: 1, kind: "null", documents: this.#documents });
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  abort(): Promise<void> {
    return Promise.resolve();
  }
}
