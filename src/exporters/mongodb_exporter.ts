import type { MongoConnector, MongoConnectorOptions } from "../connectors/mongodb/mod.ts";
import type { TransferSummary } from "../core/mod.ts";
import type { TransferOptions } from "../transfer/mod.ts";
import type { ConnectorOrOptions } from "./_end.ts";
import { type PipelineStep, type StepRunOptions, TransferStep } from "./step.ts";

/** What a {@linkcode MongoDBExporter} is made with. */
export interface MongoDBExporterOptions {
  /** Where documents come from. */
  readonly source: ConnectorOrOptions;
  /** The collection, database or server that they go to. */
  readonly target: MongoConnector | MongoConnectorOptions;
  /** What it is called in a pipeline. Default: `export to MongoDB`. */
  readonly name?: string;
  /** What to move, and how. */
  readonly options?: TransferOptions;
}

/**
 * Exports documents into MongoDB. From another MongoDB a collection's options and indexes come too.
 *
 * @example A dry run reads the source alone: no server is needed for it
 * ```ts
 * import { BsonConnector, MongoDBExporter } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/people.bson`;
 * await using people = new BsonConnector({ path });
 * await people.loadData([{ _id: 1, name: "Ada" }, { _id: 2, name: "Grace" }]);
 *
 * const exporter = new MongoDBExporter({
 *   source: { path },
 *   target: { uri: "mongodb://localhost:27017", database: "hr", collection: "people" },
 * });
 * const summary = await exporter.export({ dryRun: true });
 * assertEquals([summary.counts.read, summary.counts.written], [2, 0]);
 * ```
 */
export class MongoDBExporter implements PipelineStep {
  /** What it is called in a pipeline. */
  readonly name: string;
  readonly #step: TransferStep;

  /**
   * Makes an exporter; connects to nothing.
   *
   * @param options The source and the target.
   * @throws {UsageError} If an end is nothing that a connector is made from.
   */
  constructor({ source, target, name, options = {} }: MongoDBExporterOptions) {
    this.name = name ?? "export to MongoDB";
    this.#step = new TransferStep({
      name: this.name,
      source,
      target,
      // A dry run counts what would be written: of a view that is its definition, no documents.
      options: { views: "definition", ...options },
    });
  }

  /**
   * Exports, or with `dryRun` reads the source alone and counts.
   *
   * @param options Whether for real, how to stop it, who is told.
   * @returns What was done.
   * @throws {ConnectError} If a server cannot be reached.
   * @throws {DatahoodError} As {@linkcode transfer} does.
   */
  export(options: StepRunOptions = {}): Promise<TransferSummary> {
    return this.#step.run(options);
  }

  /**
   * The same as {@linkcode MongoDBExporter.export}, so that it can be a step of a pipeline.
   *
   * @param options Whether for real, how to stop it, who is told.
   * @returns What was done.
   */
  run(options: StepRunOptions = {}): Promise<TransferSummary> {
    return this.export(options);
  }
}
