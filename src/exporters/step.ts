import type { TransferEvent, TransferSummary } from "../core/mod.ts";
import { UsageError } from "../core/mod.ts";
import { countSource, transfer, type TransferOptions } from "../transfer/mod.ts";
import { checkEnd, type ConnectorOrOptions, withEnd } from "./_end.ts";

/** How to run a step. */
export interface StepRunOptions {
  /** Read the source only, and count; the target is not even looked at. Default `false`. */
  readonly dryRun?: boolean;
  /** Stops the run. */
  readonly signal?: AbortSignal;
  /** Told what happens while it goes on. */
  readonly onEvent?: (event: TransferEvent) => void;
}

/** A part of a {@linkcode Pipeline}. */
export interface PipelineStep {
  /** What it is called, in results and errors. */
  readonly name: string;
  /**
   * Does it.
   *
   * @param options Whether for real, how to stop it, who is told.
   * @returns What was done.
   */
  run(options?: StepRunOptions): Promise<TransferSummary>;
}

/** What a {@linkcode TransferStep} is made with. */
export interface TransferStepOptions {
  /** What it is called, in results and errors. */
  readonly name: string;
  /** Where documents come from. */
  readonly source: ConnectorOrOptions;
  /** Where they go. */
  readonly target: ConnectorOrOptions;
  /** What to move, and how. */
  readonly options?: TransferOptions;
}

/**
 * One transfer with a name, that can be run for real or dry.
 *
 * @example
 * ```ts
 * import { BsonConnector, TransferStep } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await using orders = new BsonConnector({ path: `${directory}/orders.bson` });
 * await orders.loadData([{ _id: 1 }, { _id: 2 }]);
 *
 * const step = new TransferStep({
 *   name: "compress orders",
 *   source: orders,
 *   target: { path: `${directory}/orders.bson.zst` },
 * });
 * assertEquals((await step.run({ dryRun: true })).counts.read, 2);
 * assertEquals((await step.run()).counts.written, 2);
 * ```
 */
export class TransferStep implements PipelineStep {
  /** What it is called. */
  readonly name: string;
  readonly #source: ConnectorOrOptions;
  readonly #target: ConnectorOrOptions;
  readonly #options: TransferOptions;

  /**
   * Makes a step; opens nothing.
   *
   * @param options Its name, both ends, and how to transfer.
   * @throws {UsageError} If the name is empty, or an end is nothing that a connector is made from.
   */
  constructor({ name, source, target, options = {} }: TransferStepOptions) {
    if (name.trim() === "") throw new UsageError("Cannot make a step: its name is empty");
    checkEnd(source, "source");
    checkEnd(target, "target");
    this.name = name;
    this.#source = source;
    this.#target = target;
    this.#options = options;
  }

  /**
   * Transfers, or with `dryRun` reads the source alone.
   *
   * @param options Whether for real, how to stop it, who is told.
   * @returns What was done; after a dry run only `read` and `bytesRead` are not 0.
   * @throws {DatahoodError} As {@linkcode transfer} does.
   */
  async run(options: StepRunOptions = {}): Promise<TransferSummary> {
    const { dryRun = false, ...told } = options;
    return await withEnd(
      this.#source,
      (source) =>
        dryRun ? countSource(source, { ...this.#options, ...told }) : withEnd(
          this.#target,
          (target) => transfer(source, target, { ...this.#options, ...told }),
        ),
    );
  }
}
