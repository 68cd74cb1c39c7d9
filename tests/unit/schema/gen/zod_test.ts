import { assert, assertEquals, assertThrows } from "@std/assert";
import { Binary, DBRef, deserialize, type DeserializeOptions, Double, serialize } from "bson";
import { UsageError } from "../../../../src/core/mod.ts";
import { Profile } from "../../../../src/profile/mod.ts";
import { zodGenerator } from "../../../../src/schema/gen/zod.ts";
import {
  type GenerateContext,
  type InferOptions,
  inferSchemas,
  type SchemaModel,
} from "../../../../src/schema/mod.ts";
import { generatorSamples, testGenerator } from "../../../../src/testing/mod.ts";
import { document, element, RAW_VALUES } from "../../../fixtures/every_type.ts";
import { dataSets } from "../../../schema/data_sets.ts";
import { type Decode, judge } from "../../../schema/judges/zod.ts";
import { assertFormatted } from "./_formatted.ts";
import { MODEL, NO_PLANS, PLANS, RECURSIVE } from "./_model.ts";
import { changed, CHANGES, ORDERS } from "./_orders.ts";

type Options = GenerateContext["options"];

function modelOf(
  documents: readonly Uint8Array[],
  collection = "orders",
  options: InferOptions = {},
): SchemaModel {
  const profile = new Profile();
  for (const bytes of documents) profile.addDocument(bytes);
  return inferSchemas([{ namespace: { db: "shop", collection }, profile }], options)[0]!;
}

function textOf(model: SchemaModel, options: Options = {}): string {
  return zodGenerator.generate([model], { source: "orders.bson", version: "0.1.0", options });
}

/** Documents as BSON. */
function encode(...documents: readonly Record<string, unknown>[]): Uint8Array[] {
  return documents.map((one) => serialize(one));
}

function decoder(options: DeserializeOptions): Decode {
  return (bytes) => deserialize(bytes, { validation: { utf8: false }, ...options });
}

/** What is refused, and why. */
async function refused(
  text: string,
  documents: readonly Uint8Array[],
  decode?: Decode,
): Promise<string[]> {
  const zod = await judge(decode);
  try {
    const reasons = await zod.accept(text, MODEL, documents);
    return reasons.filter((reason) => reason !== undefined);
  } finally {
    await zod[Symbol.asyncDispose]!();
  }
}

testGenerator({
  generator: zodGenerator,
  judge: () => judge(),
  values: { shape: ["bson", "json"] },
});

const TEXT = `// Made by datahood 0.1.0 from 10 documents of orders.bson.
// Edits are lost when it is made again.
import type { ObjectId } from "mongodb";
import { z } from "zod";

/** A class of the driver's, by the name it gives itself: any copy of the driver will do. */
const bson = <T>(type: string, name = type, test: (value: T) => boolean = () => true) =>
  z.custom<T>(
    (value) => Object.getPrototypeOf(Object(value))?._bsontype === type && test(value as T),
    \`Invalid input: expected \${name}\`,
  );
const objectId = bson<ObjectId>("ObjectId");

export const OrderAddress = z.looseObject({
  "street name": z.string(),
  class: z.int(),
  /** In 5 of 10 (50%). */
  get in(): z.ZodExactOptional<typeof OrderAddress> {
    return z.exactOptional(OrderAddress);
  },
});
export type OrderAddress = z.infer<typeof OrderAddress>;

export const OrderPaymentCard = z.looseObject({
  kind: z.literal("card"),
  last4: z.string(),
});
export type OrderPaymentCard = z.infer<typeof OrderPaymentCard>;

export const OrderPaymentBank = z.looseObject({
  kind: z.literal("bank"),
  iban: z.string(),
});
export type OrderPaymentBank = z.infer<typeof OrderPaymentBank>;

export const OrderPayment = z.discriminatedUnion("kind", [OrderPaymentCard, OrderPaymentBank]);
export type OrderPayment = z.infer<typeof OrderPayment>;

export const Order = z.looseObject({
  _id: objectId,
  /** Null in 2 of 10 (20%). */
  name: z.nullable(z.string()),
  /** In 5 of 10 (50%). */
  note: z.exactOptional(z.string()),
  /** In 5 of 10 (50%). Null in 2 of 5 (40%). */
  closed: z.exactOptional(z.nullable(z.date())),
  address: OrderAddress,
  payment: OrderPayment,
  /** Keys are dates. */
  stock: z.record(z.string(), z.int()),
  at: z.tuple([z.number(), z.int()]),
  /** Seen: "new", 'so "old"'. */
  status: z.string(),
});
export type Order = z.infer<typeof Order>;
`;

Deno.test("zodGenerator writes schemas as people do", () => {
  assertEquals(textOf(MODEL), TEXT);
});

Deno.test("zodGenerator writes text that deno fmt leaves as it is", async () => {
  const texts = [];
  const options = [{}, { closed: true }, { promoteValues: false }, { shape: "json" }];
  const sets = [...await dataSets(), ...generatorSamples()];
  for (const { name, documents, namespace } of sets) {
    // Keys with line ends, and many keys, are not written by people.
    if (/hostile|many|deep/.test(name)) continue;
    const model = modelOf(documents, namespace.collection);
    for (const option of options) texts.push(textOf(model, option));
  }
  await assertFormatted(texts, ".ts");
});

/** Options of the generator, and the decoding that they are for. */
const DECODINGS = {
  default: { options: {}, decode: decoder({}) },
  values: { options: { promoteValues: false }, decode: decoder({ promoteValues: false }) },
  longs: { options: { promoteLongs: false }, decode: decoder({ promoteLongs: false }) },
  bigint: { options: { useBigInt64: true }, decode: decoder({ useBigInt64: true }) },
  bsonRegExp: { options: { bsonRegExp: true }, decode: decoder({ bsonRegExp: true }) },
  json: {
    options: { shape: "json" },
    decode: (bytes: Uint8Array) => JSON.parse(JSON.stringify(decoder({})(bytes))),
  },
} as const satisfies Record<string, { options: Options; decode: Decode }>;
type Decoding = keyof typeof DECODINGS;
const DECODING_NAMES = Object.keys(DECODINGS) as Decoding[];

Deno.test("zodGenerator follows how the driver decodes each kind of value", async (t) => {
  const lines: Record<string, Partial<Record<Decoding, string>>> = {
    double: { default: "z.number()", values: "double", json: "z.number()" },
    string: { default: "z.string()" },
    undefined: { default: "z.undefined()", json: "z.exactOptional(z.never())" },
    objectId: { default: "objectId" },
    true: { default: "z.boolean()" },
    date: { default: "z.date()", json: "z.iso.datetime()" },
    "date beyond JavaScript": { default: "anyDate", json: "z.nullable(z.string())" },
    null: { default: "z.null()" },
    "regex, empty": {
      default: "z.instanceof(RegExp)",
      bsonRegExp: "bsonRegExp",
      json: "z.looseObject({})",
    },
    dbPointer: { default: "dbRef", json: "z.looseObject({ $ref: z.string(), $id: z.unknown() })" },
    code: { default: "code", json: "z.looseObject({ code: z.string() })" },
    "code with scope": { default: "code", json: "z.looseObject({ code: z.string() })" },
    symbol: { default: "z.string()", values: "bsonSymbol", json: "z.string()" },
    int: { default: "z.int()", values: "int32", json: "z.int()" },
    timestamp: { default: "timestamp", json: "z.looseObject({ $timestamp: z.string() })" },
    "long, small": {
      default: "z.union([z.int(), long])",
      values: "long",
      longs: "long",
      bigint: "z.bigint()",
      json: "z.int()",
    },
    "long, the last": {
      default: "z.union([z.int(), long])",
      values: "long",
      longs: "long",
      bigint: "z.bigint()",
      json:
        "z.union([z.int(), z.looseObject({ high: z.int(), low: z.int(), unsigned: z.boolean() })])",
    },
    "decimal 1.50": {
      default: "decimal128",
      json: "z.looseObject({ $numberDecimal: z.string() })",
    },
    minKey: { default: "minKey", json: "z.looseObject({})" },
    maxKey: { default: "maxKey", json: "z.looseObject({})" },
    "double infinity": { default: "anyNumber", values: "double", json: "z.nullable(z.number())" },
    "double NaN with a payload": { default: "anyNumber", values: "double" },
    "binary 0": { default: "binary", json: "z.string()" },
    "binary 4": { default: "uuid", json: "uuid" },
    "array, empty": { default: "z.array(z.unknown())" },
  };
  const values = [...RAW_VALUES, {
    ...RAW_VALUES.find(({ name }) => name === "double -0")!,
    name: "double",
  }];
  for (const [name, expected] of Object.entries(lines)) {
    await t.step(name, async () => {
      const { type, bytes } = values.find((value) => value.name === name)!;
      const one = document(element(type, "v", bytes));
      const model = modelOf([one]);
      for (const name of DECODING_NAMES) {
        const { options, decode } = DECODINGS[name];
        const text = textOf(model, options);
        const line = expected[name] ?? (name === "json" ? undefined : expected.default);
        if (line !== undefined) assert(text.includes(`\n  v: ${line},\n`), `${name}: ${text}`);
        assertEquals(await refused(text, [one], decode), [], `${name}: ${text}`);
      }
    });
  }
});

Deno.test("zodGenerator takes every sample, however the driver decodes", async (t) => {
  for (const name of DECODING_NAMES) {
    const { options, decode } = DECODINGS[name];
    await t.step(name, async () => {
      for (const sample of generatorSamples()) {
        const text = textOf(modelOf(sample.documents, sample.namespace.collection), options);
        assertEquals(await refused(text, sample.documents, decode), [], sample.name);
      }
    });
  }
});

Deno.test("zodGenerator refuses options that contradict each other", () => {
  for (
    const options of [
      { useBigInt64: true, promoteValues: false },
      { useBigInt64: true, shape: "json" },
      { shape: "xml" },
    ]
  ) {
    assertThrows(() => textOf(MODEL, options), UsageError, "Cannot use");
  }
});

Deno.test("zodGenerator takes and refuses what it should of an order", async (t) => {
  const text = textOf(modelOf(ORDERS.documents));
  const zod = await judge();
  for (const change of CHANGES) {
    await t.step(change.name, async () => {
      const [reason] = await zod.accept(text, MODEL, [changed(change)]);
      assertEquals(reason !== undefined, change.refused, reason);
    });
  }
  await zod[Symbol.asyncDispose]!();
});

Deno.test("zodGenerator keeps all of a document when it is parsed", async () => {
  const text = textOf(modelOf(ORDERS.documents)).replace(/^import type .*\n/m, "");
  const documents = ORDERS.documents.map((bytes) => deserialize(bytes));
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, text);
    const { Order } = await import(`file://${path}`);
    for (const one of documents) {
      assertEquals(Order.parse({ ...one, more: 1 }), { ...one, more: 1 });
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("zodGenerator says where a document is wrong", async () => {
  const text = textOf(
    modelOf(encode({ id: new Binary(new Uint8Array(16), 4), list: [{ n: 1.5 }] })),
  );
  assertEquals(await refused(text, encode({ id: "x", list: [{ n: 1 }] })), [
    "id: Invalid input: expected UUID",
  ]);
  assertEquals(
    await refused(text, encode({ id: new Binary(new Uint8Array(16), 4), list: [{ n: "1" }] })),
    ["list.0.n: Invalid input: expected number, received string"],
  );
});

Deno.test("zodGenerator tells a class of the driver's from an object with its name", async () => {
  const text = textOf(modelOf(encode({ id: new Binary(Uint8Array.of(1), 0) })));
  const [reason] = await refused(text, encode({ id: { a: 1 } }), () => ({
    id: { _bsontype: "Binary", sub_type: 0 },
  }));
  assertEquals(reason, "id: Invalid input: expected Binary");
});

Deno.test("zodGenerator takes NaN, infinities and invalid dates only where they were seen", async () => {
  const plain = textOf(modelOf(encode({ n: 1.5, d: new Date(0) })));
  const seen = textOf(modelOf([
    document(
      element(1, "n", serialize({ "": new Double(NaN) }).slice(6, 14)),
      element(9, "d", RAW_VALUES.find(({ name }) => name === "date, the first")!.bytes),
    ),
  ]));
  const odd: Decode = () => ({ n: Infinity, d: new Date(NaN) });
  const one = encode({});
  assertEquals((await refused(plain, one, odd)).length, 1);
  assertEquals((await refused(plain, one, () => ({ n: 1, d: new Date(NaN) }))).length, 1);
  assertEquals(await refused(seen, one, odd), []);
  assertEquals((await refused(seen, one, () => ({ n: "1", d: new Date(0) }))).length, 1);
});

const ONE = element(0x10, "o", Uint8Array.of(1, 0, 0, 0));

Deno.test("zodGenerator tells undefined, null and missing apart", async () => {
  const text = textOf(modelOf([
    document(element(6, "u"), element(10, "n"), element(6, "both"), ONE),
    ...encode({ u: 1, n: 1, both: null }),
  ]));
  const right = { u: undefined, n: null, both: undefined };
  const one = encode({});
  assertEquals(await refused(text, one, () => right), []);
  for (const wrong of [{ n: undefined }, { u: null }, { both: 1 }, { o: undefined }, { o: null }]) {
    assertEquals((await refused(text, one, () => ({ ...right, ...wrong }))).length, 1);
  }
  for (const key of ["u", "n", "both"]) {
    const { [key]: _, ...without } = right as Record<string, unknown>;
    assertEquals((await refused(text, one, () => without)).length, 1, `without ${key}`);
  }
});

Deno.test("zodGenerator knows the references that the driver makes of objects", async () => {
  const always = encode({ a: new DBRef("c", 1 as never) }, { a: new DBRef("c", 2 as never, "d") });
  const text = textOf(modelOf(always));
  assert(text.includes(`export const OrderA = dbRef;`), text);
  assertEquals(await refused(text, always), []);
  const maybe = [...always, ...encode({ a: { $ref: 1 } })];
  assertEquals(await refused(textOf(modelOf(maybe)), maybe), []);
  const never = encode({ a: { $ref: "c", $id: 1, $x: 1 } });
  assert(!textOf(modelOf(never)).includes("dbRef"));
  assertEquals(await refused(textOf(modelOf(never)), never), []);
  assertEquals(
    await refused(textOf(modelOf(always), { shape: "json" }), always, DECODINGS.json.decode),
    [],
  );
});

Deno.test("zodGenerator takes tags that are numbers, and variants where there is no union by tag", async () => {
  const documents = Array.from({ length: 40 }, (_, i) => ({
    shape: i % 2 ? { v: 1, radius: i } : { v: 2, width: i, height: i },
  }));
  const bytes = encode(...documents);
  const model = modelOf(bytes);
  const text = textOf(model);
  assert(text.includes(`z.discriminatedUnion("v", [`), text);
  assert(text.includes("v: z.literal(1),"), text);
  assertEquals((await refused(text, encode({ shape: { v: 1, width: 1, height: 1 } }))).length, 1);
  assertEquals((await refused(text, encode({ shape: { v: 3, width: 1, height: 1 } }))).length, 1);

  const raw = textOf(model, { promoteValues: false });
  const decode = decoder({ promoteValues: false });
  assert(!raw.includes("discriminatedUnion"), raw);
  assertEquals(await refused(raw, bytes, decode), []);
  const wrong = encode({ shape: { v: 1, width: 1, height: 1 } }, { shape: { v: 3, radius: 1 } });
  assertEquals((await refused(raw, wrong, decode)).length, 2);

  const ignored = modelOf(bytes, "orders", { overrides: { "shape.v": { ignore: true } } });
  assertEquals(await refused(textOf(ignored), bytes), []);
});

Deno.test("zodGenerator closes enums and objects where that is asked for", async () => {
  const documents = Array.from({ length: 60 }, (_, i) => ({ status: i % 2 ? "new" : "old" }));
  const bytes = encode(...documents);
  const open = textOf(modelOf(bytes));
  assert(open.includes(`  /** Seen: "new", "old". */\n  status: z.string(),`), open);
  const closed = textOf(
    modelOf(bytes, "orders", { overrides: { status: { enum: "closed" } } }),
    { closed: true },
  );
  assert(closed.includes(`  status: z.literal(["new", "old"]),`), closed);
  assert(closed.includes("z.strictObject({"), closed);
  assertEquals(await refused(closed, bytes), []);
  assertEquals((await refused(closed, encode({ status: "lost" }))).length, 1);
  assertEquals((await refused(closed, encode({ status: "new", more: 1 }))).length, 1);
  assertEquals(await refused(open, encode({ status: "lost", more: 1 })), []);
});

Deno.test("zodGenerator checks the formats of strings where that is asked for", async () => {
  const bytes = encode(...Array.from({ length: 20 }, (_, i) => ({ mail: `a${i}@example.org` })));
  const model = modelOf(bytes);
  assertEquals(await refused(textOf(model), encode({ mail: "none" })), []);
  const text = textOf(model, { enforceFormats: true });
  assertEquals(await refused(text, bytes), []);
  assertEquals((await refused(text, encode({ mail: "none" }))).length, 1);
});

Deno.test("zodGenerator keeps named keys of maps apart from the others", async () => {
  const id = (i: number) => i.toString(16).padStart(24, "0");
  const bytes = encode(
    ...Array.from({ length: 30 }, (_, i) => ({ m: { total: i, [id(i)]: "x", [id(i + 7)]: "y" } })),
  );
  for (const options of [{}, { closed: true }]) {
    const text = textOf(modelOf(bytes), options);
    assert(text.includes("}).catchall(z.string());"), text);
    assertEquals(await refused(text, bytes), []);
    for (const m of [{ total: "1" }, {}, { total: 1, [id(5)]: 5 }]) {
      assertEquals((await refused(text, encode({ m }))).length, 1);
    }
  }
});

Deno.test("zodGenerator gives keys that every object inherits their types", async () => {
  const bytes = encode({ constructor: "x", toString: "y" }, { toString: "z" });
  const text = textOf(modelOf(bytes));
  assertEquals(await refused(text, bytes), []);
  assertEquals((await refused(text, encode({ constructor: 5, toString: "z" }))).length, 1);
  assertEquals((await refused(text, encode({ constructor: "x" }))).length, 1);
});

Deno.test("zodGenerator says that Zod passes over __proto__", async () => {
  const bytes = [document(element(0x10, "__proto__", new Uint8Array(4)))];
  const text = textOf(modelOf(bytes), { closed: true });
  assert(text.includes("Zod does not look at this key."), text);
  assertEquals(await refused(text, bytes), []);
});

Deno.test("zodGenerator gives types whose names it needs itself another name", async () => {
  const model = modelOf(encode({ date: { a: new Date(0) } }), "x", { rootName: "z" });
  const text = textOf(model);
  assert(text.includes("export const z_ ="), text);
  assertEquals(await refused(text, encode({ date: { a: new Date(0) } })), []);
});

Deno.test("zodGenerator takes any plain object where none ever had a field, and nothing else", async () => {
  const documents = encode({ a: {} });
  const text = textOf(modelOf(documents));
  assert(text.includes("  a: z.record(z.string(), z.unknown()),"), text);
  assertEquals(await refused(text, [...documents, ...encode({ a: { b: 1 } })]), []);
  assertEquals((await refused(text, encode({ a: new Date(0) }, { a: [] }))).length, 2);
  const closed = textOf(modelOf(documents), { closed: true });
  assertEquals(await refused(closed, documents), []);
  assertEquals((await refused(closed, encode({ a: { b: 1 } }))).length, 1);
});

Deno.test("zodGenerator has types that hold themselves, in objects, variants and maps", async () => {
  const zod = await judge();
  const options = [{}, { closed: true }, { shape: "json" }, { promoteValues: false }];
  const texts = options.map((options) => textOf(RECURSIVE, options));
  assertEquals(await zod.compile(texts), options.map(() => undefined));
  await assertFormatted(texts, ".ts");
  for (const text of texts.slice(0, -1)) {
    const found = await zod.accept(text, RECURSIVE, encode(...PLANS, ...NO_PLANS));
    assertEquals(found.map((reason) => reason === undefined), [
      ...PLANS.map(() => true),
      ...NO_PLANS.map(() => false),
    ]);
  }
  await zod[Symbol.asyncDispose]!();
});
