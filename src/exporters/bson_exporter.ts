import type { TransferSummary } from "../core/mod.ts";
import type { TransferOptions } from "../transfer/mod.ts";
import type { ConnectorOrOptions } from "./_end.ts";
import { type PipelineStep, type StepRunOptions, TransferStep } from "./step.ts";

/** What a {@linkcode BSONExporter} is made with. */
export interface BSONExporterOptions {
  /** Where documents come from: one collection. */
  readonly source: ConnectorOrOptions;
  /** The file to write; `-` is standard output. */
  readonly path: string;
  /** How to compress it, such as `gzip` or `zstd:3`. By default the extension decides. */
  readonly compress?: string;
  /** What it is called in a pipeline. Default: `export to <path>`. */
  readonly name?: string;
  /** What to move, and how. */
  readonly options?: TransferOptions;
}

/**
 * Exports a collection into a BSON file, byte for byte as the source gives it.
 *
 * @example
 * ```ts
 * import { BsonConnector, BSONExporter } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await using people = new BsonConnector({ path: `${directory}/people.bson` });
 * await people.loadData([{ _id: 1, name: "Ada" }]);
 *
 * // From a server: source: { uri: "mongodb://localhost", database: "hr", collection: "people" }
 * const exporter = new BSONExporter({ source: people, path: `${directory}/copy.bson.gz` });
 * assertEquals((await exporter.export({ dryRun: true })).counts.read, 1);
 * assertEquals((await exporter.export()).counts.written, 1);
 * ```
 */
export class BSONExporter implements PipelineStep {
  /** What it is called in a pipeline. */
  readonly name: string;
  readonly #step: TransferStep;

  /**
   * Makes an exporter; opens nothing.
   *
   * @param options The source and the file.
   * @throws {UsageError} If the source is nothing that a connector is made from.
   */
  constructor({ source, path, compress, name, options }: BSONExporterOptions) {
    this.name = name ?? `export to ${path}`;
    this.#step = new TransferStep({
      name: this.name,
      source,
      target: { path, ...(compress === undefined ? {} : { compress }) },
      ...(options === undefined ? {} : { options }),
    });
  }

  /**
   * Exports, or with `dryRun` reads the source alone and counts.
   *
   * @param options Whether for real, how to stop it, who is told.
   * @returns What was done.
   * @throws {IoError} If the file exists and `overwrite` is not set in the transfer's options.
   * @throws {DatahoodError} As {@linkcode transfer} does.
   */
  export(options: StepRunOptions = {}): Promise<TransferSummary> {
    return this.#step.run(options);
  }

  /**
   * The same as {@linkcode BSONExporter.export}, so that it can be a step of a pipeline.
   *
   * @param options Whether for real, how to stop it, who is told.
   * @returns What was done.
   */
  run(options: StepRunOptions = {}): Promise<TransferSummary> {
    return this.export(options);
  }
}
