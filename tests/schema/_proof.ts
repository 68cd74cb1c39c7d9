/**
 * The proof that generated types are right: every judge over every data set.
 *
 * @module
 */
import { VERSION } from "../../src/core/mod.ts";
import { Profile } from "../../src/profile/mod.ts";
import {
  type GenerateContext,
  GENERATORS,
  inferSchemas,
  type SchemaModel,
  validateDocument,
} from "../../src/schema/mod.ts";
import { type GeneratorJudge, type Mutant, mutants } from "../../src/testing/mod.ts";
import type { DataSet } from "./data_sets.ts";
import { type Target, TARGETS } from "./_proof_targets.ts";

/** Mutants of each sort for each data set, at most. */
const MUTANTS = 100;

/** About how many bytes of mutants of a sort there are at most, but for the least number. */
const MUTANT_BYTES = 3_000_000;
const LEAST_MUTANTS = 25;

/** How many of some documents were refused. */
export interface Refusals {
  /** How many there are. */
  readonly count: number;
  /** Of those, the ones that were refused. */
  readonly refused: number;
}

/** What came out for one data set and one target. */
export interface ProofRow {
  /** The data set. */
  readonly set: string;
  /** The target with its options, or `datahood` for its own validator. */
  readonly target: string;
  /** The documents that the types were made from, or a sample of them. */
  readonly documents: Refusals;
  /** Documents without a field that is never missing. */
  readonly drop: Refusals;
  /** Documents with a value of a kind that was never seen at its path. */
  readonly swap: Refusals;
  /** Documents with an unknown field, for types that are closed. */
  readonly add: Refusals;
  /** Mutants that the target has no way to tell from right ones, by the rule of that target. */
  readonly beyond: number;
  /** Why the first document was refused. */
  readonly reason?: string;
  /** The first mutants that were taken, told as `swap of items[].price to null`. */
  readonly taken: readonly string[];
}

/** The share of a row's mutants that was refused; 1 if there are none. */
export function tightness({ drop, swap, add }: ProofRow): number {
  const count = drop.count + swap.count + add.count;
  return count === 0 ? 1 : (drop.refused + swap.refused + add.refused) / count;
}

/** A set with all that its types are proved with. */
export interface Subject {
  /** The set. */
  readonly set: DataSet;
  /** Its schema. */
  readonly model: SchemaModel;
  /** How many of each sort a target is asked about. */
  readonly atMost: number;
  /** Documents made wrong; of swaps twice as many, since some are beyond a target. */
  readonly wrong: Readonly<Record<"drop" | "swap" | "add", readonly Mutant[]>>;
}

/** Makes the schema of a set, and the mutants of its documents, always the same ones. */
function subjectOf(set: DataSet): Subject {
  const profile = new Profile();
  for (const document of set.documents) profile.addDocument(document);
  const [model] = inferSchemas([{ namespace: set.namespace, profile }]);
  const make = (change: Mutant["change"], count: number) =>
    mutants(model!, set.documents, change, { count, seed: set.name });
  const bytes = set.documents.reduce((sum, { length }) => sum + length, 0) / set.documents.length;
  const most = Math.min(MUTANTS, Math.max(LEAST_MUTANTS, Math.floor(MUTANT_BYTES / bytes)));
  return {
    set,
    model: model!,
    atMost: most,
    wrong: {
      drop: make("drop", most),
      swap: make("swap", 2 * most),
      add: make("add", most),
    },
  };
}

/** Proves the definition itself: the validator over raw bytes. It has to refuse every mutant. */
function proveOwn({ set, model, wrong }: Subject): ProofRow {
  const why = (bytes: Uint8Array, closed = false) => {
    const mismatch = validateDocument(model, bytes, 0, { closed });
    return mismatch && `${mismatch.path}: ${mismatch.expected}, not ${mismatch.found}`;
  };
  return rowOf(
    set.name,
    "datahood",
    set.documents.map((bytes) => why(bytes)),
    [
      ...[...wrong.drop, ...wrong.swap].map((mutant): Judged => [mutant, why(mutant.bytes)]),
      ...wrong.add.map((mutant): Judged => [mutant, why(mutant.bytes, true)]),
    ],
    0,
  );
}

/** Proves what a generator writes. */
async function prove(
  target: Target,
  judge: GeneratorJudge,
  { set, model, wrong, atMost }: Subject,
): Promise<ProofRow> {
  const generator = GENERATORS.find(({ kind }) => kind === target.kind)!;
  const text = (options: GenerateContext["options"]) =>
    generator.generate([model], { source: set.name, version: VERSION, options });
  const most = judge.maxDocuments ?? Infinity;
  const open = text(target.options);
  const documents = await judge.accept(open, model, evenly(set.documents, most));
  const judged: Judged[] = [];
  let beyond = 0;
  const ask = async (text: string, changed: readonly Mutant[]) => {
    const reasons = await judge.accept(text, model, changed.map(({ bytes }) => bytes));
    changed.forEach((mutant, i) => judged.push([mutant, reasons[i]]));
  };
  const told = [...wrong.drop, ...wrong.swap].filter((mutant) => target.tells(mutant, model));
  beyond += wrong.drop.length + wrong.swap.length - told.length;
  const chosen = (change: Mutant["change"]) =>
    evenly(told.filter((mutant) => mutant.change === change), Math.min(atMost, most));
  if (told.length > 0) await ask(open, [...chosen("drop"), ...chosen("swap")]);
  if (generator.options.some(({ name }) => name === "closed") && wrong.add.length > 0) {
    const added = wrong.add.filter((mutant) => target.tells(mutant, model));
    beyond += wrong.add.length - added.length;
    await ask(text({ ...target.options, closed: true }), evenly(added, most));
  }
  return rowOf(set.name, target.name, documents, judged, beyond);
}

type Judged = [Mutant, string | undefined];

function rowOf(
  set: string,
  target: string,
  documents: readonly (string | undefined)[],
  judged: readonly Judged[],
  beyond: number,
): ProofRow {
  const count = (reasons: readonly (string | undefined)[]): Refusals => ({
    count: reasons.length,
    refused: reasons.filter((reason) => reason !== undefined).length,
  });
  const of = (change: Mutant["change"]) =>
    count(judged.filter(([mutant]) => mutant.change === change).map(([, reason]) => reason));
  const reason = documents.find((reason) => reason !== undefined);
  return {
    set,
    target,
    documents: count(documents),
    drop: of("drop"),
    swap: of("swap"),
    add: of("add"),
    beyond,
    ...(reason === undefined ? {} : { reason }),
    taken: judged.filter(([, reason]) => reason === undefined).map(([mutant]) => told(mutant)),
  };
}

function told({ change, path, kind, value }: Mutant): string {
  if (kind === undefined) return `${change} of ${path}`;
  const kinds = value!.types.map((type) => type.type === "scalar" ? type.kind : type.type);
  return `${change} of ${path} (${kinds.join(" | ")}) to ${kind}`;
}

function evenly<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  return Array.from({ length: most }, (_, i) => values[Math.floor(i * values.length / most)]!);
}

/** Everything: the own validator, and each target that has a judge. */
export async function* proveAll(
  sets: readonly DataSet[],
  only: (target: Target) => boolean = () => true,
): AsyncGenerator<ProofRow> {
  const subjects = sets.map(subjectOf);
  for (const subject of subjects) yield proveOwn(subject);
  for (const target of TARGETS) {
    if (!only(target) || !GENERATORS.some(({ kind }) => kind === target.kind)) continue;
    const { judge: create } = await import(`./judges/${target.kind}.ts`);
    const judge: GeneratorJudge = await create();
    try {
      for (const subject of subjects) yield await prove(target, judge, subject);
    } finally {
      await judge[Symbol.asyncDispose]?.();
    }
  }
}

/** The rows as a table with columns. */
export function tableOf(rows: readonly ProofRow[]): string {
  const share = ({ count, refused }: Refusals) => count === 0 ? "-" : `${refused}/${count}`;
  const cells = rows.map((row) => [
    row.set,
    row.target,
    String(row.documents.count),
    String(row.documents.refused),
    share(row.drop),
    share(row.swap),
    share(row.add),
    `${(100 * tightness(row)).toFixed(1)}%`,
    String(row.beyond),
  ]);
  const head = [
    "data set",
    "target",
    "documents",
    "refused",
    "drop",
    "swap",
    "add",
    "tight",
    "beyond",
  ];
  const all = [head, ...cells];
  const widths = head.map((_, i) => Math.max(...all.map((line) => line[i]!.length)));
  return all.map((line) =>
    line.map((cell, i) => i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ")
      .trimEnd()
  ).join("\n");
}
