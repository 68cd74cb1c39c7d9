import { serialize } from "bson";
import { Profile, type ProfiledCollection, type ValuesMode } from "../../../../src/profile/mod.ts";
import { typescriptGenerator } from "../../../../src/schema/gen/typescript.ts";
import { inferSchemas } from "../../../../src/schema/infer/infer.ts";
import type { InferOptions } from "../../../../src/schema/infer/options.ts";
import type { SchemaModel } from "../../../../src/schema/model.ts";

/** As many values as wanted, each made of its number. */
export function repeat<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

/** What documents are like. */
export function profiled(
  documents: readonly Record<string, unknown>[],
  collection = "orders",
  values: ValuesMode = "enums",
): ProfiledCollection {
  const profile = new Profile({ values });
  for (const document of documents) {
    profile.addDocument(serialize(document, { ignoreUndefined: true }));
  }
  return { namespace: { db: "shop", collection }, profile };
}

/** The model of documents. */
export function modelOf(
  documents: readonly Record<string, unknown>[],
  options: InferOptions = {},
): SchemaModel {
  return inferSchemas([profiled(documents)], options)[0]!;
}

/** The TypeScript of models, without the lines above the types and what is said of few objects. */
export function typesOf(models: readonly SchemaModel[]): string {
  const context = { source: "orders", version: "0", options: {} };
  return typescriptGenerator.generate(models, context).split("\n")
    .filter((line) => !/^(?:\/\/|import|\/\*\*| \*)/.test(line)).join("\n").trim();
}

/** The TypeScript of documents. */
export function types(
  documents: readonly Record<string, unknown>[],
  options: InferOptions = {},
): string {
  return typesOf([modelOf(documents, options)]);
}
