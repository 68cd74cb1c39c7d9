import type {
  CollectionSummary,
  Counts,
  Issue,
  Namespace,
  RawBatch,
  Rejection,
  TransferSummary,
  WriteResult,
} from "../core/mod.ts";
import { batchBytes } from "../core/mod.ts";
import { type MutableCounts, noCounts } from "../core/_no_counts.ts";

/** How many rejections a summary lists; the others are counted. */
const LISTED = 100;

/** The counts of one collection of a run. */
export class CollectionTally {
  readonly from: Namespace;
  readonly to: Namespace;
  readonly counts: MutableCounts = noCounts();
  idsAdded = 0;
  idsMoved = 0;
  /** What is still to be done. */
  #unfinished: CollectionSummary["unfinished"] = "documents";
  readonly #started = performance.now();
  #ended: number | undefined;

  constructor(from: Namespace, to: Namespace) {
    this.from = from;
    this.to = to;
  }

  read(batch: RawBatch): void {
    this.counts.read += batch.starts.length;
    this.counts.bytesRead += batchBytes(batch);
  }

  acknowledged(result: WriteResult): void {
    const { counts } = this;
    counts.written += result.inserted + result.replaced;
    counts.replaced += result.replaced;
    counts.unchanged += result.unchanged;
    counts.skipped += result.skipped;
    counts.rejected += result.rejected.length;
    counts.bytesWritten += result.bytes;
    this.idsAdded += result.idsAdded ?? 0;
    this.idsMoved += result.idsMoved ?? 0;
  }

  /** Takes note that the target has all documents. */
  wrote(): void {
    this.#unfinished = "end";
  }

  end(): void {
    this.#unfinished = undefined;
    this.#ended = performance.now();
  }

  summary(): CollectionSummary {
    return {
      from: this.from,
      to: this.to,
      counts: { ...this.counts },
      seconds: ((this.#ended ?? performance.now()) - this.#started) / 1000,
      ...(this.#unfinished === undefined ? {} : { unfinished: this.#unfinished }),
    };
  }

  /** What the target did to identifiers, as said at the end. */
  issues(): readonly Issue[] {
    const issues: Issue[] = [];
    const { idsAdded, idsMoved, to: namespace } = this;
    if (idsAdded > 0) {
      const message = `${documents(idsAdded)} given an _id`;
      issues.push({ code: "ids-added", message, level: "info", namespace });
    }
    if (idsMoved > 0) {
      const message = `${documents(idsMoved)} stored with _id moved to the front`;
      issues.push({ code: "ids-moved", message, level: "info", namespace });
    }
    return issues;
  }
}

function documents(count: number): string {
  return count === 1 ? "1 document was" : `${count} documents were`;
}

/** The counts of a run. */
export class RunTally {
  readonly collections: CollectionTally[] = [];
  readonly issues: Issue[] = [];
  readonly #rejections: (Rejection & { from: Namespace })[] = [];
  readonly #started = performance.now();
  retries = 0;

  reject(from: Namespace, rejection: Rejection): void {
    if (this.#rejections.length < LISTED) this.#rejections.push({ ...rejection, from });
  }

  summary(rest: Pick<TransferSummary, "positions" | "peakInFlightBytes">): TransferSummary {
    const counts = noCounts();
    for (const collection of this.collections) {
      for (const key of Object.keys(counts) as (keyof Counts)[]) {
        counts[key] += collection.counts[key];
      }
    }
    return {
      schemaVersion: 1,
      collections: this.collections.map((collection) => collection.summary()),
      counts,
      seconds: (performance.now() - this.#started) / 1000,
      issues: [...this.issues],
      rejections: [...this.#rejections],
      ...rest,
      retries: this.retries,
    };
  }
}
