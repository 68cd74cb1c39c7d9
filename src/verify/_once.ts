import { documentLength } from "../core/mod.ts";
import type { DocumentHash } from "./_hash.ts";
import { IdLog } from "./_id_log.ts";
import { hashKey, Keeper, type Known, knownAt } from "./_known.ts";

/** What is collected of a side that can be read only once, while it is read. */
export class Once {
  readonly ids = new IdLog();
  /** The first documents that the other side seems to lack, by pair and hash. */
  readonly known = new Map<number, Map<string, Known>>();
  readonly #keeper: Keeper;
  /** Whether there was no room for all. */
  isLost = false;

  constructor(memoryBytes: number) {
    this.#keeper = new Keeper(memoryBytes / 4);
  }
  /** Keeps a copy of a document that was just hashed, if there is room for it. */
  keep(pair: number, hash: DocumentHash, buffer: Uint8Array, start: number, index: number): void {
    if (!this.#keeper.take(documentLength(buffer, start))) return;
    const ofPair = this.known.get(pair) ?? new Map<string, Known>();
    this.known.set(pair, ofPair);
    ofPair.set(hashKey(hash), knownAt(buffer, start, index, true));
  }

  /** Gives all memory up: there was no room for what is needed. */
  async lose(): Promise<void> {
    this.isLost = true;
    this.known.clear();
    await this.ids.clear();
  }
}
