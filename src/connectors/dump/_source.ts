import { frameDocuments } from "../../bson/mod.ts";
import {
  type Cancellable,
  type CollectionInfo,
  type Issue,
  type Origin,
  type ReadOptions,
  type Source,
  type SourceItem,
  throwIfInterrupted,
  UsageError,
} from "../../core/mod.ts";
import { openByteSource } from "../../io/mod.ts";
import { type DumpSelection, leftOut } from "../../mongodump/mod.ts";
import { type DumpedCollection, type DumpLayout, readLayout } from "./_layout.ts";

/** Reads a dump, one collection after another, by name. */
export class DumpSource implements Source {
  readonly #path: string;
  readonly #selection: DumpSelection;

  /** What a dump can do. */
  readonly capabilities: Source["capabilities"] = {
    rereadable: true,
    resumable: false,
    ordered: true,
    fidelity: "bytes",
    query: [],
    pointInTime: true,
  };

  constructor(path: string, selection: DumpSelection) {
    this.#path = path;
    this.#selection = selection;
  }

  /** The collections that are read. */
  async *describe(options: Cancellable = {}): AsyncGenerator<CollectionInfo, void, void> {
    const { collections } = await readLayout(this.#path);
    for (const collection of collections) {
      throwIfInterrupted(options.signal);
      if (leftOut(collection.info.namespace, this.#selection) !== undefined) continue;
      yield await withEstimate(collection);
    }
  }

  /** Who wrote it. */
  async origin(): Promise<Origin> {
    return (await readLayout(this.#path)).prelude ?? {};
  }

  /** Reads all that is asked for. */
  async *read(options: ReadOptions = {}): AsyncGenerator<SourceItem, void, void> {
    const { include, partition, after, query = {}, batchBytes, batchDocuments, signal } = options;
    this.#refuse(query, partition !== undefined || after !== undefined);
    const layout = await readLayout(this.#path);
    const issues = this.#issuesOf(layout);
    let seq = 0;
    for (const collection of layout.collections) {
      throwIfInterrupted(signal);
      const { info, dataPath, bare } = collection;
      const { namespace } = info;
      const why = leftOut(namespace, this.#selection);
      if (why !== undefined) {
        if (!issues.some(({ code }) => code === why.code)) issues.push(why);
        continue;
      }
      if (include !== undefined && !include(namespace)) continue;
      yield { type: "begin", collection: await withEstimate(collection) };
      if (bare) {
        issues.push({
          code: "no-metadata",
          message: `"${dataPath}" has no metadata beside it: its options and indexes are not known`,
          level: "info",
          namespace,
        });
      }
      if (dataPath !== undefined) {
        await using bytes = await openByteSource(dataPath, signal === undefined ? {} : { signal });
        const batches = frameDocuments(bytes.chunks(), {
          name: dataPath,
          ...(batchBytes === undefined ? {} : { batchBytes }),
          ...(batchDocuments === undefined ? {} : { batchDocuments }),
          ...(signal === undefined ? {} : { signal }),
        });
        for await (const { buffer, starts, firstIndex, endOffset, release } of batches) {
          throwIfInterrupted(signal);
          yield {
            type: "batch",
            batch: {
              namespace,
              buffer,
              starts,
              firstIndex,
              lane: 0,
              seq: seq++,
              after: { v: 1, kind: "dump", offset: endOffset },
              ...(release === undefined ? {} : { release }),
            },
          };
        }
      }
      yield { type: "end", namespace, issues: issues.splice(0) };
    }
  }

  #issuesOf({ prelude, hasOplog, foreign }: DumpLayout): Issue[] {
    const issues: Issue[] = [];
    if (hasOplog) issues.push(leftOut({ db: "", collection: "oplog" }, this.#selection)!);
    if (prelude === undefined) {
      issues.push({
        code: "no-prelude",
        message: `"${this.#path}" has no prelude.json, which is written last: it was made by ` +
          "mongodump before 100.12, or is not complete",
        level: "info",
      });
    }
    if (foreign.length > 0) {
      const more = foreign.length > 3 ? ` and ${foreign.length - 3} more` : "";
      issues.push({
        code: "foreign-files",
        message: `Not a part of a dump, and left out: ${foreign.slice(0, 3).join(", ")}${more}`,
        level: "info",
      });
    }
    return issues;
  }

  #refuse(query: object, positioned: boolean): void {
    const [part] = Object.entries(query).filter(([, value]) => value !== undefined);
    if (part !== undefined) {
      throw new UsageError(`Cannot use ${part[0]} on "${this.#path}": a dump is read as it is`, {
        hint: "Filter, projection, sort, skip and limit work on a MongoDB source.",
      });
    }
    if (positioned) {
      throw new UsageError(`Cannot read a part of "${this.#path}": a dump has no partitions`);
    }
  }
}

/** A collection with the size of its file, where that says how much there is to read. */
async function withEstimate({ info, dataPath }: DumpedCollection): Promise<CollectionInfo> {
  if (dataPath === undefined) return { ...info, estimate: { documents: 0, bytes: 0 } };
  await using bytes = await openByteSource(dataPath);
  const { storedBytes, compression } = bytes;
  if (storedBytes === undefined) return info;
  const estimate = compression === "none" ? { bytes: storedBytes } : { storedBytes };
  return { ...info, estimate };
}
