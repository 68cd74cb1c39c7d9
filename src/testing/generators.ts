import type { SchemaModel } from "../schema/mod.ts";

/**
 * Says whether what a generator wrote is right, by the tools of its target: a compiler, a validator.
 * Those cost seconds each, so everything is asked for in batches.
 */
export interface GeneratorJudge {
  /** The generator's kind. */
  readonly kind: string;
  /**
   * Compiles each text on its own with the target's strictest tool.
   *
   * @param texts What the generator wrote.
   * @returns For each text what is wrong with it, or `undefined`.
   */
  compile(texts: readonly string[]): Promise<readonly (string | undefined)[]>;
  /**
   * Which documents the schema of one collection refuses.
   *
   * @param text What the generator wrote, for that collection alone.
   * @param model What it was made from.
   * @param documents Raw BSON, whole documents.
   * @returns For each document why it is refused, or `undefined` where it is taken.
   */
  accept(
    text: string,
    model: SchemaModel,
    documents: readonly Uint8Array[],
  ): Promise<readonly (string | undefined)[]>;
  /** At most so many documents a call; of more, a sample at even distances is asked about. */
  readonly maxDocuments?: number;
  /** Ends what it started. */
  [Symbol.asyncDispose]?(): Promise<void>;
}
