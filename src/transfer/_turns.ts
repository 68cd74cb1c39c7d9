import type { OpenCollection } from "./_open_collection.ts";

/** What is to be done for each collection, in order: one does not wait for another. */
export class Turns {
  readonly #turns = new Set<Promise<void>>();
  readonly #onError: (error: unknown) => void;
  #moved: (() => void) | undefined;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** How many are not done. */
  get size(): number {
    return this.#turns.size;
  }

  /** Does something for a collection after what was asked before for it. */
  add(collection: OpenCollection, work: () => Promise<void>): void {
    const turn = collection.turn.then(work).catch(this.#onError).then(() => {
      this.#turns.delete(turn);
      this.#moved?.();
    });
    collection.turn = turn;
    this.#turns.add(turn);
  }

  /** Settles when something was done for some collection. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#moved = resolve);
  }

  /** Settles when all is done. */
  async all(): Promise<void> {
    while (this.#turns.size > 0) await Promise.all(this.#turns);
  }
}
