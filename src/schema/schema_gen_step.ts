import {
  type Connector,
  type Counts,
  DataError,
  formatNamespace,
  type TransferEvent,
  type TransferSummary,
  UsageError,
} from "../core/mod.ts";
import { noCounts } from "../core/_no_counts.ts";
import type { ProfiledCollection } from "../profile/mod.ts";
import { saveProfiles } from "../profile/saved.ts";
import { GENERATORS } from "./gen/all.ts";
import type { InferOptions } from "./infer/options.ts";
import { foundPlace, meantPlace } from "./output_place.ts";
import { profileSource, type ProfileSourceOptions } from "./profile_source.ts";
import { schemaFiles, type SchemaTarget } from "./schema_files.ts";
import { OutputFiles } from "./output_files.ts";

/** What a {@linkcode SchemaGenStep} is made with. */
export interface SchemaGenStepOptions {
  /** What it is called in a pipeline. Default: `types to ` and the output. */
  readonly name?: string;
  /** Where the documents are; it stays connected. */
  readonly source: Connector;
  /**
   * Where the types go: a file; a folder, with a slash at its end or if it is there, with a file for
   * each collection; with several targets else the begin of their files' names.
   */
  readonly output: string;
  /** The languages. Default TypeScript alone. */
  readonly targets?: readonly SchemaTarget[];
  /** What is read, and how much of it. */
  readonly profile?: Omit<ProfileSourceOptions, "signal" | "onEvent">;
  /** How types are inferred. */
  readonly infer?: InferOptions;
  /** A file for the profile, whose name ends in `.profile.json`. None by default. */
  readonly saveProfile?: string;
  /** Replace files too that datahood did not make. Default `false`. */
  readonly overwrite?: boolean;
}

/** What a {@linkcode SchemaGenStep} did. */
export interface SchemaGenSummary extends TransferSummary {
  /** The files that were written; none in a dry run. */
  readonly files: readonly string[];
}

/** How to run the step: as any step of a pipeline. */
export interface SchemaGenRunOptions {
  /** Read the source and make the types, but write nothing. Default `false`. */
  readonly dryRun?: boolean;
  /** Stops the run. */
  readonly signal?: AbortSignal;
  /** Told what happens while it goes on. */
  readonly onEvent?: (event: TransferEvent) => void;
}

/**
 * Types from the documents of a source, as a step of a `Pipeline`. All files are written, or none.
 *
 * @example
 * ```ts
 * import { BsonConnector, BSONExporter, Pipeline, SchemaGenStep } from "@datahood/cli";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await using orders = new BsonConnector({ path: `${directory}/orders.bson` });
 * await orders.loadData([{ _id: 1, total: 9.5 }, { _id: 2, total: 7 }]);
 *
 * const nightly = new Pipeline({
 *   name: "nightly",
 *   steps: [
 *     new BSONExporter({ source: orders, path: `${directory}/orders.bson.gz` }),
 *     new SchemaGenStep({ source: orders, output: `${directory}/order.ts` }),
 *   ],
 * });
 * const { steps } = await nightly.run();
 * assertEquals(steps[1]!.summary.counts.read, 2);
 * assertStringIncludes(await Deno.readTextFile(`${directory}/order.ts`), "interface Order {");
 * ```
 */
export class SchemaGenStep {
  /** What it is called in a pipeline. */
  readonly name: string;
  readonly #options: SchemaGenStepOptions;
  readonly #targets: readonly SchemaTarget[];

  /**
   * Makes a step; opens nothing.
   *
   * @param options The source, the targets and where they go.
   * @throws {UsageError} If the name, the output or the list of targets is empty, or the profile's
   * name ends otherwise.
   */
  constructor(options: SchemaGenStepOptions) {
    const { output, name = `types to ${output}`, saveProfile } = options;
    const { targets = [{ generator: GENERATORS[0]! }] } = options;
    if (name.trim() === "") throw new UsageError("Cannot make a step: its name is empty");
    if (output === "") throw new UsageError(`Cannot make step "${name}": its output is empty`);
    if (targets.length === 0) throw new UsageError(`Cannot make step "${name}": it has no targets`);
    if (saveProfile?.endsWith(".profile.json") === false) {
      throw new UsageError(
        `Cannot save a profile as "${saveProfile}": its name must end in .profile.json`,
      );
    }
    this.name = name;
    this.#options = options;
    this.#targets = targets;
  }

  /**
   * Profiles the source and writes the types.
   *
   * @param options Whether for real, how to stop it, who is told.
   * @returns What was read, and the files; of the counts what was read, and the bytes of the files.
   * @throws {UsageError} If the output's name is that of a file of another language.
   * @throws {DataError} If there are no documents.
   * @throws {IoError} If a file may not be replaced, or cannot be written.
   * @throws {DatahoodError} As {@linkcode profileSource} does.
   */
  async run(options: SchemaGenRunOptions = {}): Promise<SchemaGenSummary> {
    const { dryRun = false, signal, onEvent } = options;
    const { source, output, profile = {}, infer = {}, saveProfile, overwrite } = this.#options;
    const tally = new Tally();
    const place = await foundPlace(meantPlace(output, this.#targets), this.#targets);
    const collections = await profileSource(source, {
      ...profile,
      ...(signal === undefined ? {} : { signal }),
      onEvent(event) {
        tally.event(event);
        onEvent?.(event);
      },
    });
    if (collections.every(({ profile }) => profile.documents === 0)) {
      throw new DataError(`Cannot make types of "${source.display}": it has no documents`, {
        stage: "source",
      });
    }
    const files = [
      ...saveProfile === undefined ? [] : [{ path: saveProfile, text: saveProfiles(collections) }],
      ...schemaFiles(collections, this.#targets, place, infer),
    ];
    if (dryRun) return tally.summary(collections, []);
    await using outputs = await OutputFiles.open({
      ...(overwrite === undefined ? {} : { overwrite }),
      ...(place.holds === "folder" ? { folder: place.path } : {}),
      ...(signal === undefined ? {} : { signal }),
    });
    await outputs.write(files);
    return tally.summary(collections, files);
  }
}

/** What was read, put together from what was told. */
class Tally {
  readonly #start = performance.now();
  readonly #begun = new Map<string, number>();
  readonly #ended = new Map<string, { readonly counts: Counts; readonly seconds: number }>();
  readonly #issues: TransferSummary["issues"][number][] = [];
  #retries = 0;

  event(event: TransferEvent): void {
    const now = performance.now();
    switch (event.type) {
      case "begin":
        this.#begun.set(formatNamespace(event.from), now);
        break;
      case "end": {
        const name = formatNamespace(event.from);
        const seconds = (now - (this.#begun.get(name) ?? now)) / 1000;
        this.#ended.set(name, { counts: event.counts, seconds });
        break;
      }
      case "issue":
        this.#issues.push(event.issue);
        break;
      case "retry":
        this.#retries++;
    }
  }

  summary(
    collections: readonly ProfiledCollection[],
    files: readonly { readonly path: string; readonly text: string }[],
  ): SchemaGenSummary {
    const done = collections.flatMap(({ namespace }) => {
      const ended = this.#ended.get(formatNamespace(namespace));
      return ended === undefined ? [] : [{ from: namespace, to: namespace, ...ended }];
    });
    const sum = (key: keyof Counts) => done.reduce((all, { counts }) => all + counts[key], 0);
    const encoder = new TextEncoder();
    return {
      schemaVersion: 1,
      collections: done,
      counts: {
        ...noCounts(),
        read: sum("read"),
        bytesRead: sum("bytesRead"),
        bytesWritten: files.reduce((all, { text }) => all + encoder.encode(text).length, 0),
      },
      seconds: (performance.now() - this.#start) / 1000,
      issues: this.#issues,
      rejections: [],
      positions: [],
      peakInFlightBytes: 0,
      retries: this.#retries,
      files: files.map(({ path }) => path),
    };
  }
}
