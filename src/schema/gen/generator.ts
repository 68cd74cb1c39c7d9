import type { OptionSpec } from "../../core/mod.ts";
import type { SchemaModel } from "../model.ts";

/** What every generator is told beside the models. */
export interface GenerateContext {
  /** Where the documents came from, as it may be shown: no secret is in it. */
  readonly source: string;
  /** The version of datahood, for the header. */
  readonly version: string;
  /** The generator's own options by {@linkcode OptionSpec.name}; what is absent has its default. */
  readonly options: Readonly<Record<string, string | boolean>>;
}

/**
 * Makes the text of one file from models: pure, and in an order that only the models decide, so that
 * the same profile always gives the same bytes.
 */
export interface Generator {
  /** The name that `--to` takes. */
  readonly kind: string;
  /** One line for help. */
  readonly summary: string;
  /** The extension of its files, with the dot, such as `.ts` or `.schema.json`. */
  readonly extension: string;
  /** Its options, as data: help, parsing and checks are made from it. */
  readonly options: readonly OptionSpec[];
  /**
   * Makes the text of one file.
   *
   * @param models One for each collection; their type names are different.
   * @param context Where they are from, and the options.
   * @returns The text, with a newline at its end.
   * @throws {UsageError} If options contradict each other or have a value that is none of theirs.
   */
  generate(models: readonly SchemaModel[], context: GenerateContext): string;
}
