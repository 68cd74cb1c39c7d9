import { join, toFileUrl } from "@std/path";
import mongoose, { type Model, Schema } from "mongoose";
import type { GeneratorJudge } from "../../../src/testing/generators.ts";
import { checkTypes } from "./_deno_check.ts";

/** A model of documents of which nothing is known. */
type AnyModel = Model<Record<string, unknown>>;
type Cast = (value: unknown) => unknown;
type Caster = { cast(caster?: Cast | false): Cast };

const { String, Number, Boolean, Date, ObjectId, Decimal128, BigInt, UUID, Array } = Schema.Types;

/**
 * Judges schemas of Mongoose: `deno check` compiles them, and a model made from them says which decoded
 * documents it takes, without a connection.
 *
 * Mongoose makes values what they should be where it can, such as the number 1 of the text "1": it is
 * told not to, for it would take nearly everything.
 */
export async function judge(): Promise<GeneratorJudge> {
  const folder = await Deno.makeTempDir({ prefix: "datahood_mongoose_" });
  const restore = stopCasting();
  let count = 0;
  const write = async (text: string): Promise<string> => {
    const path = join(folder, `schema_${count++}.ts`);
    await Deno.writeTextFile(path, text);
    return path;
  };
  return {
    kind: "mongoose",
    maxDocuments: 1000,
    async compile(texts) {
      return await checkTypes(await Promise.all(texts.map(write)));
    },
    async accept(text, _model, documents) {
      const model = await loadModel(await write(text));
      const reasons: (string | undefined)[] = [];
      for (const bytes of documents) reasons.push(await refusal(model, decode(bytes)));
      return reasons;
    },
    async [Symbol.asyncDispose]() {
      restore();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A document as the driver gives it to Mongoose, but for text that is not UTF-8. */
export function decode(bytes: Uint8Array): Record<string, unknown> {
  return mongoose.mongo.BSON.deserialize(bytes, { validation: { utf8: false } });
}

/** Why a model refuses a document. */
export async function refusal(
  model: AnyModel,
  document: Record<string, unknown>,
): Promise<string | undefined> {
  try {
    await new model(document).validate();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : `${error}`;
  }
}

/**
 * The one model of a generated module.
 *
 * @param path The module's file.
 */
export async function loadModel(path: string): Promise<AnyModel> {
  // Not by deleteModel(): it fails with some names of collections.
  for (const name of mongoose.modelNames()) delete mongoose.models[name];
  await import(toFileUrl(path).href);
  const [name] = mongoose.modelNames();
  return mongoose.model<Record<string, unknown>>(name!);
}

/** Makes all types take only values that are of them; the result undoes it. */
function stopCasting(): () => void {
  const undo: (() => void)[] = [];
  const set = (type: unknown, caster: (before: Cast) => Cast | false) => {
    const { cast } = type as Caster;
    const before = cast.call(type);
    cast.call(type, caster(before));
    undo.push(() => cast.call(type, before));
  };
  for (const type of [String, Number, Boolean, Date, ObjectId, Decimal128]) set(type, () => false);
  const only = (test: (value: unknown) => boolean) => (before: Cast): Cast => (value) => {
    if (value === null || value === undefined || test(value)) return before(value);
    throw new Error("a value of another type");
  };
  const { UUID: Uuid } = mongoose.mongo.BSON;
  set(BigInt, only((value) => typeof value !== "string" && !(value instanceof globalThis.String)));
  set(UUID, only((value) => value instanceof Uuid));
  const arrays = Array as unknown as { options: { castNonArrays: boolean } };
  arrays.options.castNonArrays = false;
  undo.push(() => arrays.options.castNonArrays = true);
  return () => undo.forEach((one) => one());
}
