import {
  throwIfInterrupted,
  type TransferEvent,
  type TransferSummary,
  UsageError,
} from "../core/mod.ts";
import type { PipelineStep } from "./step.ts";

/** Which step of which pipeline something is about. */
export interface StepPlace {
  /** The pipeline's name. */
  readonly pipeline: string;
  /** The step's name. */
  readonly step: string;
}

/** What a step did. */
export interface StepResult {
  /** The step's name. */
  readonly name: string;
  /** What it did. */
  readonly summary: TransferSummary;
}

/** What a pipeline did. */
export interface PipelineResult {
  /** The pipeline's name. */
  readonly name: string;
  /** Whether only the sources were read. */
  readonly dryRun: boolean;
  /** Each step, in order. */
  readonly steps: readonly StepResult[];
}

/** How to run pipelines. */
export interface PipelineRunOptions {
  /** Read the sources only, and count. Default `false`. */
  readonly dryRun?: boolean;
  /** Stops the run. */
  readonly signal?: AbortSignal;
  /** Told what happens, and in which step. */
  readonly onEvent?: (event: TransferEvent, place: StepPlace) => void;
  /** Told what each step did, once it is done. */
  readonly onStep?: (result: StepResult, place: StepPlace) => void;
}

/** What a {@linkcode Pipeline} is made with. */
export interface PipelineOptions {
  /** What it is called, in results and errors. */
  readonly name: string;
  /** What it does, in order; names are different. */
  readonly steps: readonly PipelineStep[];
}

/**
 * Steps that are done one after another; the first that fails ends it.
 *
 * @example
 * ```ts
 * import { BsonConnector, BSONExporter, Pipeline, TransferStep } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * const path = `${directory}/orders.bson`;
 * await using orders = new BsonConnector({ path });
 * await orders.loadData([{ _id: 1 }, { _id: 2 }]);
 *
 * const nightly = new Pipeline({
 *   name: "nightly",
 *   steps: [
 *     new BSONExporter({ name: "gzip", source: { path }, path: `${path}.gz` }),
 *     new TransferStep({
 *       name: "zstd",
 *       source: { path: `${path}.gz` },
 *       target: { path: `${path}.zst` },
 *     }),
 *   ],
 * });
 * const { steps } = await nightly.run();
 * assertEquals(steps.map(({ name, summary }) => [name, summary.counts.written]), [
 *   ["gzip", 2],
 *   ["zstd", 2],
 * ]);
 * ```
 */
export class Pipeline {
  /** What it is called. */
  readonly name: string;
  /** What it does, in order. */
  readonly steps: readonly PipelineStep[];

  /**
   * Makes a pipeline; opens nothing.
   *
   * @param options Its name and steps.
   * @throws {UsageError} If a name is empty, or two steps have the same.
   */
  constructor({ name, steps }: PipelineOptions) {
    if (name.trim() === "") throw new UsageError("Cannot make a pipeline: its name is empty");
    const names = new Set<string>();
    for (const step of steps) {
      if (names.has(step.name)) {
        throw new UsageError(
          `Cannot make pipeline "${name}": two steps are called "${step.name}"`,
          { hint: "give each step a name of its own" },
        );
      }
      names.add(step.name);
    }
    this.name = name;
    this.steps = [...steps];
  }

  /**
   * Does all steps, in order. A dry run reads each step's source alone and counts, as it is now:
   * what an earlier step would write is not there yet.
   *
   * @param options Whether for real, how to stop it, who is told.
   * @returns What each step did.
   * @throws {DatahoodError} What the first step that failed threw, with its name in the message and
   * what it did until then as `result`.
   */
  async run(options: PipelineRunOptions = {}): Promise<PipelineResult> {
    const { dryRun = false, signal, onEvent, onStep } = options;
    const results: StepResult[] = [];
    for (const step of this.steps) {
      const place = { pipeline: this.name, step: step.name };
      try {
        throwIfInterrupted(signal);
        const summary = await step.run({
          dryRun,
          ...(signal === undefined ? {} : { signal }),
          ...(onEvent === undefined ? {} : { onEvent: (event) => onEvent(event, place) }),
        });
        results.push({ name: step.name, summary });
      } catch (error) {
        throw named(error, place);
      }
      onStep?.(results.at(-1)!, place);
    }
    return { name: this.name, dryRun, steps: results };
  }
}

/** The same error, of the same class, whose message says where it happened. */
function named(error: unknown, { pipeline, step }: StepPlace): unknown {
  if (error instanceof Error) {
    const where = `Cannot run step "${step}" of pipeline "${pipeline}": `;
    // A signal's reason is one object for whoever listens to it, and may come by here twice.
    // And the runtime's own, an AbortError, cannot be changed: it stays what it is.
    if (!error.message.startsWith(where)) Reflect.set(error, "message", where + error.message);
  }
  return error;
}

/**
 * Runs pipelines, one after another; the first step that fails ends it.
 *
 * @param pipelines The pipelines, in order.
 * @param options Whether for real, how to stop it, who is told.
 * @returns What each pipeline did.
 * @throws {DatahoodError} As {@linkcode Pipeline.run} does.
 *
 * @example
 * ```ts
 * import { BsonConnector, BSONExporter, Pipeline, runPipelines } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/orders.bson`;
 * await using orders = new BsonConnector({ path });
 * await orders.loadData([{ _id: 1 }, { _id: 2 }]);
 *
 * const gzip = new BSONExporter({ name: "gzip", source: { path }, path: `${path}.gz` });
 * const nightly = new Pipeline({ name: "nightly", steps: [gzip] });
 *
 * const [dry] = await runPipelines([nightly], { dryRun: true });
 * assertEquals(dry?.steps[0]?.summary.counts.read, 2);
 * const [done] = await runPipelines([nightly]);
 * assertEquals(done?.steps[0]?.summary.counts.written, 2);
 * ```
 */
export async function runPipelines(
  pipelines: readonly Pipeline[],
  options: PipelineRunOptions = {},
): Promise<readonly PipelineResult[]> {
  const results: PipelineResult[] = [];
  for (const pipeline of pipelines) results.push(await pipeline.run(options));
  return results;
}
