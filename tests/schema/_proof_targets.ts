import type { KindName } from "../../src/profile/mod.ts";
import type { GenerateContext, SchemaModel } from "../../src/schema/mod.ts";
import { mongooseTells } from "./_mongoose_rule.ts";
import { kindsOf, type Mutant } from "../../src/testing/mod.ts";

/** A generator with options, and which mutants its target's language has any way to tell. */
export interface Target {
  /** The generator's kind. */
  readonly kind: string;
  /** The kind and what is special. */
  readonly name: string;
  /** Options of the generator. */
  readonly options: GenerateContext["options"];
  /** Whether a mutant differs, in the target's own terms, from a right document. */
  tells(mutant: Mutant, model: SchemaModel): boolean;
}

/** Kinds that become one type once they are decoded. */
const ONE_TYPE: readonly (readonly KindName[])[] = [
  ["int", "double", "long"],
  ["string", "symbol"],
  ["code", "codeWithScope"],
];

function familyOf(kind: KindName): KindName {
  return ONE_TYPE.find((family) => family.includes(kind))?.[0] ?? kind;
}

/** A swap within a family is no change for a target that knows families alone. */
function changesFamily({ change, kind, value }: Mutant): boolean {
  if (change !== "swap") return true;
  const families = new Set([...kindsOf(value!)].map(familyOf));
  return !families.has(familyOf(kind!));
}

/** All targets, in the order of the table. */
export const TARGETS: readonly Target[] = [
  { kind: "typescript", name: "typescript", options: {}, tells: changesFamily },
  { kind: "zod", name: "zod", options: {}, tells: changesFamily },
  { kind: "json-schema", name: "json-schema", options: {}, tells: changesFamily },
  {
    kind: "json-schema",
    name: "json-schema canonical",
    options: { ejson: "canonical" },
    tells: () => true,
  },
  { kind: "mongodb-validator", name: "mongodb-validator", options: {}, tells: changesFamily },
  {
    kind: "mongodb-validator",
    name: "mongodb-validator strict",
    options: { strictNumbers: true },
    tells: () => true,
  },
  {
    kind: "mongoose",
    name: "mongoose",
    options: {},
    tells: (mutant, model) => changesFamily(mutant) && mongooseTells(mutant, model),
  },
  { kind: "typeddict", name: "typeddict", options: {}, tells: changesFamily },
  { kind: "pydantic", name: "pydantic", options: {}, tells: changesFamily },
];
