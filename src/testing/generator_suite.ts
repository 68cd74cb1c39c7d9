import type { Namespace } from "../core/mod.ts";
import type { Generator } from "../schema/gen/generator.ts";
import type { GeneratorJudge } from "./generators.ts";

/** The name of one check of a generator, by which it can be left out. */
export type GeneratorCheckName =
  | "header"
  | "deterministic"
  | "order"
  | "saved"
  | "stable-names"
  | "option-values"
  | "bad-option"
  | "compiles"
  | "several"
  | "samples"
  | "closed"
  | "enums"
  | "data-sets"
  | "tight";

/** A set of documents of one collection, to hold the generator to. */
export interface GeneratorDataSet {
  /** What it is called. */
  readonly name: string;
  /** The collection. */
  readonly namespace: Namespace;
  /** The documents as raw BSON. */
  readonly documents: readonly Uint8Array[];
}

/** A generator to be tested. */
export interface GeneratorSuite {
  /** The generator. */
  readonly generator: Generator;
  /** Makes what judges its texts. It is made once, for all checks, and let go after them. */
  judge(): Promise<GeneratorJudge> | GeneratorJudge;
  /** Sets of real documents; none by default. */
  dataSets?(): Promise<readonly GeneratorDataSet[]>;
  /** The values of options that take some, by the option's name. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** Checks that cannot hold for this generator, with the reason, which is printed. */
  readonly skip?: Partial<Record<GeneratorCheckName, string>>;
  /** Samples that its target cannot hold, by name, with the reason, which is printed. */
  readonly without?: Readonly<Record<string, string>>;
}
