import {
  type CollectionDamage,
  type CollectionInfo,
  type Connector,
  type Counts,
  DataError,
  DatahoodError,
  formatNamespace,
  type Issue,
  type Namespace,
  NotFoundError,
  type Query,
  type RawBatch,
  type ReadOptions,
  type Source,
  type SourceItem,
  throwIfInterrupted,
  type TransferEvent,
  UnsupportedError,
  UsageError,
} from "../core/mod.ts";
import { noCounts } from "../core/_no_counts.ts";
import { Profile, type ProfiledCollection, type ValuesMode } from "../profile/mod.ts";
import { isRetryable, pause, pauseMs } from "../transfer/_retry.ts";
import { DocumentSample } from "./sample.ts";

/** Up to so many documents a server's collection is read whole. */
const WHOLE = 100_000;
/** Of a larger one so many are read. */
const SAMPLE = 10_000;
const RETRY_DELAY_MS = 200;

/** How to profile a source. */
export interface ProfileSourceOptions {
  /** Only these collections; all by default. */
  readonly include?: (namespace: Namespace) => boolean;
  /** Only these documents; a source refuses what it cannot do itself. */
  readonly query?: Query;
  /**
   * At most so many documents of a collection, picked so that each has the same chance: at random by
   * a server, of a file always the same ones.
   */
  readonly sample?: number;
  /** Read everything. By default a server's collection of more than 100,000 documents is sampled. */
  readonly all?: boolean;
  /** Which values the profiles keep. Default `enums`. */
  readonly values?: ValuesMode;
  /** How often a read that a server broke off is tried again. Default 5. */
  readonly retries?: number;
  /** Stops it; checked once a batch. */
  readonly signal?: AbortSignal;
  /** Told what happens. Names are the same at both ends; of the counts only what is read grows. */
  readonly onEvent?: (event: TransferEvent) => void;
}

/**
 * Profiles the documents of a source: reads it once, from the buffers it gives.
 *
 * Files are read whole. Of a server, a collection of up to 100,000 documents is read whole, of a
 * larger one 10,000 that the server picks at random; `all` and `sample` say otherwise. Then
 * {@linkcode ProfiledCollection.of} says of how many. A view is read only if nothing else is.
 *
 * @param connector The source; it stays connected.
 * @param options What to read, how much of it, and which values to keep.
 * @returns A profile for each collection, the empty ones too, in the source's order.
 * @throws {UsageError} If `sample` and `all` are both given, or the source cannot do the query.
 * @throws {NotFoundError} If there is no collection, or none that `include` leaves.
 * @throws {DataError} If the source holds what is no BSON, with the position.
 * @throws {UnsupportedError} If the source cannot be read.
 * @throws {InterruptedError} If the signal came.
 *
 * @example
 * ```ts
 * import { BsonConnector, inferSchemas, profileSource } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * await using people = new BsonConnector({ path: `${await Deno.makeTempDir()}/people.bson` });
 * await people.loadData([{ _id: 1, name: "Ada" }, { _id: 2, name: "Bob", age: 7 }]);
 *
 * const collections = await profileSource(people);
 * assertEquals(collections.map(({ profile }) => profile.documents), [2]);
 * assertEquals(inferSchemas(collections)[0]!.root.name, "Person");
 * ```
 */
export async function profileSource(
  connector: Connector,
  options: ProfileSourceOptions = {},
): Promise<ProfiledCollection[]> {
  try {
    return await new SourceProfiler(connector, options).run();
  } catch (error) {
    if (error instanceof DatahoodError) error.stage ??= "source";
    throw error;
  }
}

/** A collection, how much of it is read, and what came of that. */
class Lane {
  readonly info: CollectionInfo;
  readonly key: string;
  /** Documents that the source itself picks; all if `undefined`. */
  readonly picked: number | undefined;
  /** Documents after which it turns out to be too large to be read whole. */
  readonly most: number;
  profile: Profile;
  sample: DocumentSample | undefined;
  documents = 0;
  bytes = 0;
  /** How many there are, as the source says when it is read. */
  there: number | undefined;
  /** How many were met before it turned out to be too large. */
  least = 0;
  done = false;
  tooLarge = false;

  constructor(info: CollectionInfo, values: ValuesMode, plan: {
    picked?: number | undefined;
    kept?: number | undefined;
    most?: number;
  }) {
    this.info = info;
    this.key = formatNamespace(info.namespace);
    this.picked = plan.picked;
    this.most = plan.most ?? Infinity;
    this.profile = new Profile({ values });
    this.sample = plan.kept === undefined ? undefined : new DocumentSample(plan.kept);
  }

  get counts(): Counts {
    return { ...noCounts(), read: this.documents, bytesRead: this.bytes };
  }

  add(batch: RawBatch): void {
    this.documents += batch.starts.length;
    if (this.sample !== undefined) {
      this.sample.add(batch);
      for (const start of batch.starts) {
        this.bytes += new DataView(batch.buffer.buffer, batch.buffer.byteOffset).getInt32(
          start,
          true,
        );
      }
      return;
    }
    this.profile.addBatch(batch);
    this.bytes = this.profile.bytes;
  }
}

class SourceProfiler {
  readonly #connector: Connector;
  readonly #source: Source;
  readonly #options: ProfileSourceOptions;
  readonly #values: ValuesMode;
  readonly #pushDown: boolean;

  constructor(connector: Connector, options: ProfileSourceOptions) {
    const { sample, all, query, values = "enums" } = options;
    if (connector.source === undefined) {
      throw new UnsupportedError(
        `Cannot read from "${connector.display}": it can only be written.`,
      );
    }
    if (sample !== undefined && !(Number.isSafeInteger(sample) && sample > 0)) {
      throw new UsageError(`Cannot sample ${sample} documents: it is no whole number from 1.`);
    }
    if (all === true && (sample ?? query?.sample) !== undefined) {
      throw new UsageError(
        "Cannot read all documents and a sample of them: it is one or the other.",
      );
    }
    this.#connector = connector;
    this.#source = connector.source;
    this.#options = options;
    this.#values = values;
    this.#pushDown = connector.source.capabilities.query.includes("sample");
  }

  async run(): Promise<ProfiledCollection[]> {
    const { signal } = this.#options;
    await this.#connector.connect(signal === undefined ? {} : { signal });
    const lanes = (await this.#find()).map((info) => this.#plan(info));
    // What is read whole comes in one pass: a pipe has no second.
    const whole = lanes.filter(({ picked, most }) => picked === undefined && most === Infinity);
    if (whole.length > 0) await this.#read(whole, undefined);
    for (const [index, lane] of lanes.entries()) {
      if (whole.includes(lane)) continue;
      await this.#read([lane], lane.picked);
      if (!lane.tooLarge) continue;
      const again = new Lane(lane.info, this.#values, { picked: SAMPLE });
      again.least = lane.documents;
      lanes[index] = again;
      await this.#read([again], SAMPLE);
    }
    return lanes.map((lane) => this.#result(lane));
  }

  async #find(): Promise<CollectionInfo[]> {
    const { include, signal, onEvent } = this.#options;
    const found: CollectionInfo[] = [];
    const names: string[] = [];
    const lost: CollectionDamage[] = [];
    const asking = signal === undefined ? {} : { signal };
    for await (const info of this.#source.describe({ ...asking, damaged: true })) {
      const { namespace, damage } = info;
      const taken = include === undefined || include(namespace);
      if (damage?.lost !== "documents") {
        names.push(formatNamespace(namespace));
        if (taken) found.push(info);
      } else if (taken) {
        lost.push(damage);
        const message = `"${damage.path}" is missing: "${formatNamespace(namespace)}" is left out`;
        const issue: Issue = { code: "documents-missing", level: "warning", message, namespace };
        onEvent?.({ type: "issue", issue });
      }
    }
    const [first] = lost;
    if (found.length === 0 && first !== undefined) {
      throw new DataError(first.message, {
        stage: "source",
        hint: `if the collection was empty, an empty file "${first.path}" says so`,
      });
    }
    const { display } = this.#connector;
    if (names.length === 0) throw new NotFoundError(`Cannot find a collection at "${display}".`);
    if (found.length === 0) {
      const more = names.length > 5 ? ", …" : "";
      throw new NotFoundError(
        `Cannot find a collection at "${display}" among those that are taken.`,
        { hint: `there are ${names.slice(0, 5).join(", ")}${more}` },
      );
    }
    const collections = found.filter(({ type }) => type !== "view");
    if (collections.length === 0 && found.length === 1) return found;
    const views = found.filter(({ type }) => type === "view");
    for (const { namespace } of views) {
      const issue: Issue = {
        code: "view-left-out",
        level: "info",
        namespace,
        message: `${formatNamespace(namespace)} is a view: it is read only if it is named alone.`,
      };
      onEvent?.({ type: "issue", issue });
    }
    if (collections.length === 0) {
      throw new NotFoundError(`Cannot read "${display}": there are only views.`, {
        hint: `name one of them: ${
          views.map(({ namespace }) => formatNamespace(namespace)).join(", ")
        }`,
      });
    }
    return collections;
  }

  #plan(info: CollectionInfo): Lane {
    const { query = {}, all = false } = this.#options;
    const sample = this.#options.sample ?? query.sample;
    const { documents } = info.estimate ?? {};
    const lane = (plan: ConstructorParameters<typeof Lane>[2]) =>
      new Lane(info, this.#values, plan);
    if (!this.#pushDown) return lane({ kept: sample });
    // A filter may leave less than there is; the server finds out.
    if (sample !== undefined) {
      const fits = documents !== undefined && documents <= sample;
      return lane(fits ? {} : { picked: sample });
    }
    // Who says which part it is means all of that.
    if (all || query.limit !== undefined || query.skip !== undefined) return lane({});
    if (documents === undefined) return lane({ most: WHOLE });
    return lane(documents <= WHOLE ? {} : { picked: SAMPLE });
  }

  async #read(lanes: readonly Lane[], picked: number | undefined): Promise<void> {
    const { retries = 5, signal, onEvent } = this.#options;
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#pass(lanes.filter(({ done }) => !done), picked);
      } catch (error) {
        const again = isRetryable(error) && this.#source.capabilities.rereadable &&
          attempt <= retries && signal?.aborted !== true;
        if (!again) throw error;
        const delayMs = pauseMs(attempt, RETRY_DELAY_MS);
        onEvent?.({ type: "retry", attempt, delayMs, reason: error.message });
        if (!await pause(delayMs, signal ?? new AbortController().signal)) throw error;
        // What was profiled of a collection cannot be taken out again: it begins anew.
        for (const lane of lanes) if (!lane.done) this.#restart(lane);
      }
    }
  }

  #restart(lane: Lane): void {
    lane.profile = new Profile({ values: this.#values });
    const size = this.#options.sample ?? this.#options.query?.sample;
    if (lane.sample !== undefined) lane.sample = new DocumentSample(size!);
    lane.documents = lane.bytes = 0;
  }

  /** Reads collections once, the next batch on its way while one is looked at. */
  async #pass(lanes: readonly Lane[], picked: number | undefined): Promise<void> {
    const items = this.#source.read(this.#readOptions(lanes, picked));
    const byName = new Map(lanes.map((lane) => [lane.key, lane]));
    let next = items.next();
    try {
      while (true) {
        const { done, value } = await next;
        if (done) return;
        next = items.next();
        // A failure is told when its turn comes.
        next.catch(() => {});
        if (!this.#take(value, byName)) return;
      }
    } finally {
      const late = await next.catch(() => undefined);
      if (late?.done === false && late.value.type === "batch") late.value.batch.release?.();
      await items.return();
    }
  }

  #readOptions(lanes: readonly Lane[], picked: number | undefined): ReadOptions {
    const { signal } = this.#options;
    const { sample: _, ...query } = this.#options.query ?? {};
    const asked: Query = picked === undefined ? query : { ...query, sample: picked };
    const wanted = new Set(lanes.map(({ key }) => key));
    return {
      include: (namespace) => wanted.has(formatNamespace(namespace)),
      views: "documents",
      ...(Object.keys(asked).length === 0 ? {} : { query: asked }),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  /** Takes what the source gave; `false` if no more of it is wanted. */
  #take(item: SourceItem, lanes: ReadonlyMap<string, Lane>): boolean {
    const { signal, onEvent } = this.#options;
    const namespace = item.type === "begin"
      ? item.collection.namespace
      : item.type === "batch"
      ? item.batch.namespace
      : item.namespace;
    const lane = lanes.get(formatNamespace(namespace));
    if (lane === undefined) return true;
    const from = namespace;
    switch (item.type) {
      case "begin": {
        const { documents, bytes } = item.collection.estimate ?? {};
        lane.there = documents;
        const expected = lane.picked === undefined
          ? documents
          : Math.min(lane.picked, documents ?? Infinity);
        onEvent?.({
          type: "begin",
          from,
          to: from,
          ...(expected === undefined ? {} : { documents: expected }),
          ...(bytes === undefined || lane.picked !== undefined ? {} : { bytes }),
        });
        return true;
      }
      case "batch":
        try {
          throwIfInterrupted(signal);
          lane.add(item.batch);
        } catch (error) {
          throw this.#named(error);
        } finally {
          item.batch.release?.();
        }
        onEvent?.({ type: "progress", from, counts: lane.counts });
        lane.tooLarge = lane.documents > lane.most;
        if (lane.tooLarge) onEvent?.({ type: "end", from, counts: lane.counts });
        return !lane.tooLarge;
      case "end":
        for (const issue of item.issues ?? []) onEvent?.({ type: "issue", issue });
        try {
          lane.sample?.giveTo(lane.profile);
        } catch (error) {
          throw this.#named(error);
        }
        lane.done = true;
        onEvent?.({ type: "end", from, counts: lane.counts });
        return true;
    }
  }

  /** A profile knows which document is corrupt, not of what. */
  #named(error: unknown): unknown {
    if (!(error instanceof DataError) || !/^Cannot read document \d/.test(error.message)) {
      return error;
    }
    const { display } = this.#connector;
    const name = display === "-" ? "standard input" : `"${display}"`;
    const { offset, index, stage } = error;
    return new DataError(error.message.replace(/^(Cannot read document \d+)/, `$1 of ${name}`), {
      ...(offset === undefined ? {} : { offset }),
      ...(index === undefined ? {} : { index }),
      ...(stage === undefined ? {} : { stage }),
      cause: error,
    });
  }

  #result(lane: Lane): ProfiledCollection {
    const { namespace } = lane.info;
    const { profile, picked, there, least } = lane;
    const seen = profile.documents;
    // Fewer than were asked for are all there are, whatever an estimate says: but for doubles.
    const whole = picked !== undefined && seen < picked &&
      this.#options.query?.filter !== undefined;
    const of = picked === undefined
      ? lane.sample?.seen ?? seen
      : whole
      ? seen
      : Math.max(there ?? lane.info.estimate?.documents ?? 0, least);
    return { namespace, profile, ...(of > seen ? { of } : {}) };
  }
}
