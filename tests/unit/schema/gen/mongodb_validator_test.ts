import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../../src/core/mod.ts";
import { type KindName, Profile } from "../../../../src/profile/mod.ts";
import { mongodbValidatorGenerator } from "../../../../src/schema/gen/mongodb_validator.ts";
import {
  type GenerateContext,
  type InferOptions,
  inferSchemas,
  type ScalarModel,
  type SchemaModel,
} from "../../../../src/schema/mod.ts";
import { generatorSamples } from "../../../../src/testing/mod.ts";
import { serialize } from "bson";
import { mismatchOf, problemOf } from "../../../schema/judges/_bson_schema.ts";
import { schemasOf } from "../../../schema/judges/mongodb-validator.ts";
import { assertFormatted } from "./_formatted.ts";
import { MODEL, NO_PLANS, optional, PLANS, RECURSIVE, TEXT, value } from "./_model.ts";
import { changed, CHANGES, ORDERS } from "./_orders.ts";

type Options = GenerateContext["options"];

function textOf(models: readonly SchemaModel[], options: Options = {}): string {
  const context = { source: "orders.bson", version: "0.1.0", options };
  return mongodbValidatorGenerator.generate(models, context);
}

function modelOf(documents: readonly Uint8Array[], options: InferOptions = {}): SchemaModel {
  const profile = new Profile();
  for (const bytes of documents) profile.addDocument(bytes);
  return inferSchemas([{ namespace: { db: "shop", collection: "orders" }, profile }], options)[0]!;
}

function objectModel(root: SchemaModel["root"]): SchemaModel {
  return { ...MODEL, root };
}

/** The schema of a document with one field, of that field. */
function schemaOf(types: Parameters<typeof value>[0], options: Options = {}, nulls = 0): unknown {
  const model = objectModel({
    type: "object",
    name: "Order",
    path: "",
    count: 100,
    open: false,
    fields: [{ key: "x", value: value(types, nulls), optional: false, count: 10, of: 10 }],
  });
  const { $jsonSchema } = JSON.parse(textOf([model], options));
  const { description: _, ...schema } = $jsonSchema.properties.x;
  return schema;
}

const scalar = (kind: ScalarModel["kind"], more: Partial<ScalarModel> = {}): ScalarModel => ({
  type: "scalar",
  kind,
  count: 10,
  ...more,
});

Deno.test("mongodbValidatorGenerator writes a validator that a server takes as it is", () => {
  const { $jsonSchema, ...others } = JSON.parse(textOf([MODEL]));
  assertEquals(others, {});
  assertEquals(problemOf($jsonSchema), undefined);
  assertEquals($jsonSchema.title, "Order");
  assert($jsonSchema.description.startsWith("Made by datahood 0.1.0 from 10 documents"));
  assertEquals($jsonSchema.required, [
    "_id",
    "name",
    "address",
    "payment",
    "stock",
    "at",
    "status",
  ]);
  const { name, closed, payment, stock, at } = $jsonSchema.properties;
  assertEquals(name, { description: "Null in 2 of 10 (20%).", bsonType: ["string", "null"] });
  assertEquals(closed.bsonType, ["date", "null"]);
  const tags = payment.anyOf.map((one: { properties: { kind: unknown } }) => one.properties.kind);
  assertEquals(tags, [
    { bsonType: "string", enum: ["card"] },
    { bsonType: "string", enum: ["bank"] },
  ]);
  const number = { bsonType: ["double", "int", "long"] };
  assertEquals(stock.additionalProperties, number);
  assertEquals(at, {
    bsonType: "array",
    items: [number, number],
    additionalItems: false,
    minItems: 2,
  });
});

Deno.test("mongodbValidatorGenerator names kinds as $type does", async (t) => {
  const names: Readonly<Partial<Record<KindName, unknown>>> = {
    string: "string",
    double: ["double", "int", "long"],
    int: ["double", "int", "long"],
    long: ["double", "int", "long"],
    decimal: "decimal",
    binary: "binData",
    objectId: "objectId",
    boolean: "bool",
    date: "date",
    regex: "regex",
    dbPointer: "dbPointer",
    code: "javascript",
    symbol: "symbol",
    codeWithScope: "javascriptWithScope",
    timestamp: "timestamp",
    minKey: "minKey",
    maxKey: "maxKey",
  };
  for (const [kind, bsonType] of Object.entries(names)) {
    await t.step(kind, () => {
      const schema = schemaOf([scalar(kind as ScalarModel["kind"])]);
      assertEquals(schema, { bsonType });
      assertEquals(problemOf(schema), undefined);
    });
  }
  await t.step("strictNumbers", () => {
    for (const kind of ["int", "long", "double"] as const) {
      assertEquals(schemaOf([scalar(kind)], { strictNumbers: true }), { bsonType: kind });
    }
  });
});

Deno.test("mongodbValidatorGenerator joins kinds that have no keywords in common", () => {
  assertEquals(schemaOf([TEXT, scalar("decimal")], {}, 1), {
    bsonType: ["string", "decimal", "null"],
  });
  const list = { type: "array", count: 5, element: value([TEXT]), minLength: 0, maxLength: 1 };
  assertEquals(schemaOf([list as never, TEXT], {}, 1), {
    bsonType: ["array", "string", "null"],
    items: { bsonType: "string" },
  });
  const few = { closed: true, values: [{ value: "a", count: 5 }, { value: "b", count: 5 }] };
  assertEquals(schemaOf([scalar("string", few)], {}, 1), {
    bsonType: ["string", "null"],
    enum: ["a", "b", null],
  });
  assertEquals(schemaOf([scalar("string", few), scalar("date")], {}, 1), {
    anyOf: [{ bsonType: "string", enum: ["a", "b"] }, { bsonType: ["date", "null"] }],
  });
  assertEquals(schemaOf([scalar("string", { ...few, closed: false })]), { bsonType: "string" });
  assertEquals(schemaOf([]), { bsonType: ["object", "array"] }, "what lies too deep to be known");
});

Deno.test("mongodbValidatorGenerator checks formats where it is told to", () => {
  const uuid = scalar("string", { format: "uuid" });
  assertEquals(schemaOf([uuid]), { bsonType: "string" });
  const { pattern } = schemaOf([uuid], { enforceFormats: true }) as { pattern: string };
  assert(new RegExp(pattern).test("01234567-89ab-4def-8123-456789abcdef"));
  assert(!new RegExp(pattern).test("none"));
});

Deno.test("mongodbValidatorGenerator lists _id where no other fields are allowed", () => {
  const model = objectModel({
    type: "object",
    name: "Order",
    path: "",
    count: 100,
    open: false,
    fields: [optional("note", [TEXT])],
  });
  const { $jsonSchema } = JSON.parse(textOf([model], { closed: true }));
  assertEquals($jsonSchema.additionalProperties, false);
  assertEquals($jsonSchema.properties._id, {});
  assertEquals($jsonSchema.required, undefined);
});

Deno.test("mongodbValidatorGenerator gives the command, or several", () => {
  const command = JSON.parse(textOf([MODEL], { collMod: true }));
  assertEquals(Object.keys(command), [
    "collMod",
    "validator",
    "validationLevel",
    "validationAction",
  ]);
  assertEquals([command.collMod, command.validationLevel, command.validationAction], [
    "orders",
    "moderate",
    "warn",
  ]);
  const { $jsonSchema } = JSON.parse(textOf([MODEL]));
  assertEquals(command.validator, { $jsonSchema });
  const commands = JSON.parse(textOf([MODEL, RECURSIVE], { collMod: true }));
  assertEquals(commands.map(({ collMod }: { collMod: string }) => collMod), ["orders", "plans"]);
  assertEquals(Object.keys(JSON.parse(textOf([MODEL, RECURSIVE]))), ["orders", "plans"]);
  const elsewhere = { ...RECURSIVE, namespace: { db: "garden", collection: "orders" } };
  assertEquals(Object.keys(JSON.parse(textOf([MODEL, elsewhere]))), [
    "shop.orders",
    "garden.orders",
  ]);
});

Deno.test("mongodbValidatorGenerator reads keys with dots by patterns", () => {
  const document = serialize({ "a.b": 1, "": 2, "a[.]": 3, constructor: 4 });
  const proto = serialize(JSON.parse('{"__proto__": "x"}'));
  const [schema] = schemasOf(textOf([modelOf([document, proto])], { closed: true }));
  assertEquals(Object.keys(schema!.patternProperties as object), [
    "^a\\.b$",
    "^$",
    "^a\\[\\.\\]$",
  ]);
  assert(Object.hasOwn(schema!.properties as object, "__proto__"));
  assertEquals(mismatchOf(schema!, document), undefined);
  assert(mismatchOf(schema!, serialize({ "a.b": "text" })) !== undefined);
  assert(mismatchOf(schema!, serialize({ axb: 1 })) !== undefined);
  assert(mismatchOf(schema!, serialize(JSON.parse('{"__proto__": 1}'))) !== undefined);
});

Deno.test("mongodbValidatorGenerator follows recursion as deep as documents are", async (t) => {
  const tree = (depth: number): Record<string, unknown> => ({
    name: `node ${depth}`,
    children: depth === 0 ? [] : [tree(depth - 1)],
  });
  const documents = [0, 1, 2, 3, 4, 5].map((depth) => serialize(tree(depth)));
  const model = modelOf(documents);
  assert(model.depth !== undefined);
  const [schema] = schemasOf(textOf([model]));
  for (const document of documents) assertEquals(mismatchOf(schema!, document), undefined);
  const wrong = tree(5);
  let node = wrong;
  while ((node.children as unknown[]).length > 0) {
    node = (node.children as Record<string, unknown>[])[0]!;
  }
  node.name = 1;
  assert(mismatchOf(schema!, serialize(wrong)) !== undefined);
  assertEquals(mismatchOf(schema!, serialize(tree(9))), undefined, "deeper ones are open");
  await t.step("and some levels where that is not known", () => {
    const [plans] = schemasOf(textOf([RECURSIVE]));
    for (const plan of PLANS) assertEquals(mismatchOf(plans!, serialize(plan)), undefined);
    for (const plan of NO_PLANS) assert(mismatchOf(plans!, serialize(plan)) !== undefined);
  });
  await t.step("but never without end", () => {
    const text = textOf([{ ...RECURSIVE, depth: 100 }]);
    assert(text.length < 16 * 1024 * 1024, `${text.length} characters`);
    assertEquals(schemasOf(text).map((schema) => problemOf(schema)), [undefined]);
  });
});

Deno.test("mongodbValidatorGenerator refuses what no server takes", () => {
  const fields = Array.from({ length: 20_000 }, (_, i) => optional("k".repeat(900) + i, [TEXT]));
  const root = { type: "object", name: "Order", path: "", count: 10, open: false, fields } as const;
  assertThrows(() => textOf([objectModel(root)]), UsageError, 'a validator of "shop.orders"');
});

Deno.test("mongodbValidatorGenerator takes orders, and refuses wrong ones", async (t) => {
  const [schema] = schemasOf(textOf([modelOf(ORDERS.documents)]));
  for (const document of ORDERS.documents) assertEquals(mismatchOf(schema!, document), undefined);
  for (const change of CHANGES) {
    // Numbers are of one kind, as drivers send them.
    if (change.name === "a fraction where there are integers") continue;
    await t.step(change.name, () => {
      const reason = mismatchOf(schema!, changed(change));
      assertEquals(reason !== undefined, change.refused, reason);
    });
  }
});

Deno.test("mongodbValidatorGenerator formats as deno fmt does", async () => {
  const models = generatorSamples().map(({ documents }) => modelOf(documents));
  await assertFormatted(
    [
      ...models.map((model) => textOf([model])),
      textOf([MODEL, RECURSIVE], { collMod: true, closed: true }),
      textOf([MODEL, RECURSIVE]),
    ],
    ".json",
  );
});
