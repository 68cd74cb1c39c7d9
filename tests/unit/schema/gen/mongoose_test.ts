import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { serialize } from "bson";
import mongoose, { Schema } from "mongoose";
import { Profile } from "../../../../src/profile/mod.ts";
import { isUsableKey } from "../../../../src/schema/gen/_mongoose_keys.ts";
import { mongooseGenerator } from "../../../../src/schema/gen/mongoose.ts";
import {
  type GenerateContext,
  type InferOptions,
  inferSchemas,
  type SchemaModel,
} from "../../../../src/schema/mod.ts";
import { generatorSamples } from "../../../../src/testing/mod.ts";
import { dataSets } from "../../../schema/data_sets.ts";
import { decode, judge, loadModel } from "../../../schema/judges/mongoose.ts";
import { assertFormatted } from "./_formatted.ts";
import { MODEL, NO_PLANS, PLANS, RECURSIVE } from "./_model.ts";
import { changed, CHANGES, ORDERS } from "./_orders.ts";

type Options = GenerateContext["options"];

function modelOf(documents: readonly Uint8Array[], options: InferOptions = {}): SchemaModel {
  const profile = new Profile();
  for (const bytes of documents) profile.addDocument(bytes);
  return inferSchemas([{ namespace: { db: "shop", collection: "orders" }, profile }], options)[0]!;
}

function textOf(models: readonly SchemaModel[], options: Options = {}): string {
  const context = { source: "orders.bson", version: "0.1.0", options };
  return mongooseGenerator.generate(models, context);
}

/** For each document why it is refused. */
async function reasonsOf(text: string, documents: readonly Uint8Array[]) {
  const mongooseJudge = await judge();
  try {
    return await mongooseJudge.accept(text, MODEL, documents);
  } finally {
    await mongooseJudge[Symbol.asyncDispose]!();
  }
}

Deno.test("mongooseGenerator writes what people write by hand", () => {
  const text = textOf([MODEL]);
  assert(text.startsWith("// Made by datahood 0.1.0 from 10 documents of orders.bson.\n"));
  const at = text.indexOf("export const OrderSchema");
  assertEquals(
    text.slice(at),
    `export const OrderSchema = new Schema({
  /** Null in 2 of 10 (20%). */
  name: { type: String, required: presentOrNull("name") },
  /** In 5 of 10 (50%). */
  note: String,
  /** In 5 of 10 (50%). Null in 2 of 5 (40%). */
  closed: Date,
  address: { type: OrderAddressSchema, required: true },
  payment: { type: OrderPaymentSchema, required: true },
  /** Keys are data: date. */
  stock: { type: Map, required: true, of: Number },
  at: {
    type: [Number],
    required: true,
    default: undefined,
    validate: tuple(fits(["number"]), fits(["number"])),
  },
  status: { type: String, required: present("status") },
}, { collection: "orders", versionKey: false, minimize: false });
export type Order = InferSchemaType<typeof OrderSchema>;

export const OrderModel = mongoose.model("Order", OrderSchema);
`,
  );
  assertStringIncludes(
    text,
    `}, { _id: false });
OrderAddressSchema.add({
  /** In 5 of 10 (50%). */
  in: OrderAddressSchema,
});
`,
  );
});

Deno.test("mongooseGenerator has a type for each kind, or checks it", () => {
  const { documents } = generatorSamples().find(({ name }) => name === "every kind")!;
  const text = textOf([modelOf(documents)]);
  for (
    const [key, type] of Object.entries({
      double: "Number",
      string: "String",
      binary: "Buffer",
      uuid: "Schema.Types.UUID",
      objectId: "Schema.Types.ObjectId",
      boolean: "Boolean",
      date: "Date",
      symbol: "String",
      int: "Number",
      long: "Number",
      decimal: "Schema.Types.Decimal128",
      regex: '{ type: Schema.Types.Mixed, validate: fits(["RegExp"]) }',
      timestamp: '{ type: Schema.Types.Mixed, validate: fits(["Timestamp"]) }',
      code: '{ type: Schema.Types.Mixed, validate: fits(["Code"]) }',
      minKey: '{ type: Schema.Types.Mixed, validate: fits(["MinKey"]) }',
    })
  ) assertStringIncludes(text, `\n  ${key}: ${type},\n`);
});

Deno.test("mongooseGenerator tells unions, enums, and integers that no number holds", () => {
  const documents = Array.from({ length: 40 }, (_, i) =>
    serialize({
      either: i % 2 ? i : `text ${i}`,
      mixed: i % 2 ? [i] : `text ${i}`,
      status: ["new", "sent"][i % 2],
      big: 2n ** 60n,
    }));
  const text = textOf([modelOf(documents, { enums: "closed" })]);
  assertMatch(text, /type: Schema\.Types\.Union, required: true, of: \[String, Number\]/);
  assertStringIncludes(text, 'validate: fits(["string", "array"])');
  assertStringIncludes(text, 'status: { type: String, required: true, enum: ["new", "sent"] }');
  assertStringIncludes(text, "big: { type: BigInt, required: true }");
});

Deno.test("mongooseGenerator throws at other fields where it is told to", async () => {
  const documents = [serialize({ a: 1, b: { c: 1 } })];
  const other = [serialize({ a: 1, b: { c: 1 }, d: 1 }), serialize({ a: 1, b: { c: 1, d: 1 } })];
  const model = modelOf(documents);
  assertEquals(await reasonsOf(textOf([model]), other), [undefined, undefined]);
  for (const reason of await reasonsOf(textOf([model], { closed: true }), other)) {
    assertMatch(reason ?? "", /`d` is not in schema|StrictModeError/);
  }
});

Deno.test("mongooseGenerator checks formats where it is told to", async () => {
  const documents = Array.from(
    { length: 30 },
    (_, i) => serialize({ day: `2024-01-${10 + i % 9}` }),
  );
  const wrong = [serialize({ day: "yesterday" })];
  const model = modelOf(documents);
  assertEquals(await reasonsOf(textOf([model]), wrong), [undefined]);
  assertEquals(
    (await reasonsOf(textOf([model], { enforceFormats: true }), documents))[0],
    undefined,
  );
  const [reason] = await reasonsOf(textOf([model], { enforceFormats: true }), wrong);
  assertStringIncludes(reason ?? "", "`day` is invalid");
});

Deno.test("mongooseGenerator takes orders, and refuses wrong ones", async (t) => {
  const text = textOf([modelOf(ORDERS.documents)]);
  const taken = await reasonsOf(text, ORDERS.documents);
  assertEquals(taken.filter((reason) => reason !== undefined), []);
  // To Mongoose an integer is a number, and null is as good as missing.
  const blind = /^a fraction where|^null where it may|^a tag with another/;
  const changes = CHANGES.filter(({ name }) => !blind.test(name));
  const reasons = await reasonsOf(text, changes.map(changed));
  for (const [i, { name, refused }] of changes.entries()) {
    await t.step(name, () => assertEquals(reasons[i] !== undefined, refused, reasons[i]));
  }
});

Deno.test("mongooseGenerator writes recursive schemas", async () => {
  const text = textOf([RECURSIVE]);
  const right = await reasonsOf(text, PLANS.map((one) => serialize(one)));
  assertEquals(right.filter((reason) => reason !== undefined), []);
  const wrong = await reasonsOf(text, NO_PLANS.map((one) => serialize(one)));
  // What refers to a type further up is an object of any kind.
  assertEquals(wrong.map((reason) => reason !== undefined), [true, false, true, true, false]);
});

Deno.test("isUsableKey() knows all members that Mongoose needs itself", async (t) => {
  const names = new Set<string>();
  const Probe = mongoose.model("Probe", new Schema({ list: [new Schema({ x: String })] }));
  const probe = new Probe({ list: [{ x: "x" }] });
  for (const start of [probe, probe.list[0]!]) {
    let at: object | null = start;
    while (at !== null && at !== Object.prototype) {
      Object.getOwnPropertyNames(at).forEach((name) => names.add(name));
      at = Object.getPrototypeOf(at);
    }
  }
  assert(names.size > 100);
  for (const key of names) {
    if (!isUsableKey(key) || /^(?:_id|list)$/.test(key)) continue;
    await t.step(key, async () => {
      const options = { _id: false, suppressReservedKeysWarning: true } as const;
      const inner = new Schema({ [key]: { type: String, required: true }, n: Number }, options);
      const schema = new Schema(
        { [key]: { type: String, required: true }, in: inner, list: [inner] },
        { suppressReservedKeysWarning: true },
      );
      mongoose.deleteModel("Probe");
      const Model = mongoose.model("Probe", schema);
      const value = { [key]: "x", in: { [key]: "x" }, list: [{ [key]: "x" }] };
      const document = new Model(value);
      await document.validate();
      const { _id, ...back } = document.toObject() as Record<string, unknown>;
      assertEquals(JSON.stringify(back), JSON.stringify(value));
      const missing = await new Model({ in: {}, list: [{}] }).validate().then(
        () => undefined,
        (e) => e,
      );
      assertEquals(Object.keys(missing.errors).length, 3);
    });
  }
});

Deno.test("mongooseGenerator loses nothing of real documents", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "datahood_mongoose_" });
  try {
    let count = 0;
    for (const { name, documents } of await dataSets()) {
      if (name === "own/every type") continue;
      await t.step(name, async () => {
        const path = join(folder, `${count++}.ts`);
        await Deno.writeTextFile(path, textOf([modelOf(documents)], { closed: true }));
        const Model = await loadModel(path);
        const { EJSON } = mongoose.mongo.BSON;
        for (const bytes of documents.slice(0, 100)) {
          const document = decode(bytes);
          for (const one of [new Model(document), Model.hydrate(decode(bytes))]) {
            await one.validate();
            const back = one.toBSON();
            // Mongoose may put the _id elsewhere; so does the server, in front.
            assertEquals(
              JSON.parse(EJSON.stringify(back)),
              JSON.parse(EJSON.stringify(document)),
            );
          }
        }
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("mongooseGenerator formats as deno fmt does", async () => {
  const models = generatorSamples().map(({ documents }) => modelOf(documents));
  await assertFormatted(
    [
      ...models.map((model) => textOf([model])),
      textOf([MODEL, RECURSIVE], { closed: true, enforceFormats: true }),
    ],
    ".ts",
  );
});
