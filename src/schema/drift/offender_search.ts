import { findElement, formatId } from "../../bson/mod.ts";
import type { RawBatch } from "../../core/mod.ts";
import { CAPS } from "../../profile/mod.ts";
import { looksPersonalId } from "../../profile/_personal.ts";
import { isFound, type Search, searches } from "./_search.ts";
import { idWords } from "./_words.ts";
import type { Drift } from "./drift.ts";

/**
 * Looks for `_id`s where a profile cannot name them: it keeps those of documents with a kind of value,
 * not of documents without a field, or with one value of many. A source that can be read again is
 * shown to it batch by batch, while {@linkcode OffenderSearch.looking} says so.
 *
 * @example
 * ```ts
 * import { compareProfiles, OffenderSearch, Profile } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const namespace = { db: "shop", collection: "orders" };
 * const profileOf = (documents: Uint8Array[]) => {
 *   const profile = new Profile();
 *   for (const document of documents) profile.addDocument(document);
 *   return [{ namespace, profile }];
 * };
 * const documents = Array.from({ length: 50 }, (_, i) => serialize({ _id: i, total: i }));
 * const changed = documents.with(7, serialize({ _id: 7 }));
 *
 * const search = new OffenderSearch(compareProfiles(profileOf(documents), profileOf(changed)));
 * for (const document of changed) search.addDocument(namespace, document);
 * assertEquals(
 *   search.drifts.map(({ message }) => message),
 *   ['orders.total: missing in 1 of 50 (was always there), _id {"$numberInt":"7"}'],
 * );
 * ```
 */
export class OffenderSearch {
  readonly #drifts: Drift[];
  readonly #open: { readonly at: number; readonly search: Search; readonly ids: string[] }[] = [];

  /**
   * Starts looking.
   *
   * @param drifts What `compareProfiles()` gave.
   */
  constructor(drifts: readonly Drift[]) {
    this.#drifts = [...drifts];
    drifts.forEach((drift, at) => {
      const search = searches.get(drift);
      if (search !== undefined && drift.ids.length === 0) this.#open.push({ at, search, ids: [] });
    });
  }

  /** Whether there is anything left to look for. */
  get looking(): boolean {
    return this.#open.length > 0;
  }

  /** The differences, with the `_id`s that were found so far. */
  get drifts(): readonly Drift[] {
    return this.#drifts;
  }

  /**
   * Looks at all documents of a batch.
   *
   * @param batch The batch; its buffer is not kept.
   * @throws {DataError} If a document is corrupt.
   */
  addBatch(batch: RawBatch): void {
    for (let i = 0; i < batch.starts.length && this.looking; i++) {
      this.#look(batch.namespace, batch.buffer, batch.starts[i]!);
    }
  }

  /**
   * Looks at one document.
   *
   * @param namespace Its collection.
   * @param bytes The document as BSON.
   * @throws {DataError} If it is corrupt.
   */
  addDocument(namespace: RawBatch["namespace"], bytes: Uint8Array): void {
    this.#look(namespace, bytes, 0);
  }

  #look({ db, collection }: RawBatch["namespace"], buffer: Uint8Array, start: number): void {
    for (const one of [...this.#open]) {
      const drift = this.#drifts[one.at]!;
      const { namespace } = drift;
      if (namespace.db !== db || namespace.collection !== collection) continue;
      if (!isFound(buffer, start, one.search)) continue;
      const span = findElement(buffer, start, "_id");
      if (span === undefined) continue;
      if (!one.search.personal && looksPersonalId(buffer, span.valueStart, span.end)) continue;
      one.ids.push(formatId(buffer, span, 120));
      const count = drift.count ?? Infinity;
      const message = `${one.search.base}${idWords(one.ids, count)}`;
      this.#drifts[one.at] = { ...drift, message, ids: [...one.ids] };
      if (one.ids.length === Math.min(CAPS.ids, count)) {
        this.#open.splice(this.#open.indexOf(one), 1);
      }
    }
  }
}
