import { assert, assertEquals, assertThrows } from "@std/assert";
import { ObjectId, serialize } from "bson";
import { UsageError } from "../../../../src/core/mod.ts";
import { Profile } from "../../../../src/profile/mod.ts";
import { jsonSchemaGenerator } from "../../../../src/schema/gen/json_schema.ts";
import {
  type GenerateContext,
  type InferOptions,
  inferSchemas,
  type SchemaModel,
} from "../../../../src/schema/mod.ts";
import { generatorSamples, testGenerator } from "../../../../src/testing/mod.ts";
import { document, element, RAW_VALUES } from "../../../fixtures/every_type.ts";
import { dataSets } from "../../../schema/data_sets.ts";
import { extendedJson } from "../../../schema/judges/_extended_json.ts";
import { judge } from "../../../schema/judges/json-schema.ts";
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
  return jsonSchemaGenerator.generate([model], {
    source: "orders.bson",
    version: "0.1.0",
    options,
  });
}

function encode(...documents: readonly Record<string, unknown>[]): Uint8Array[] {
  return documents.map((one) => serialize(one));
}

/** What is refused, and why. */
async function refused(text: string, documents: readonly Uint8Array[]): Promise<string[]> {
  const ajv = await judge();
  const reasons = await ajv.accept(text, MODEL, documents);
  return reasons.filter((reason) => reason !== undefined);
}

testGenerator({
  generator: jsonSchemaGenerator,
  judge,
  values: { ejson: ["relaxed", "canonical"] },
});

const TEXT = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$comment": "Made by datahood 0.1.0 from 10 documents of orders.bson. Edits are lost when it is made again. For documents as relaxed Extended JSON v2.",
  "title": "Order",
  "$ref": "#/$defs/Order",
  "$defs": {
    "Order": {
      "type": "object",
      "properties": {
        "_id": { "$ref": "#/$defs/bson.ObjectId" },
        "name": { "description": "Null in 2 of 10 (20%).", "type": ["string", "null"] },
        "note": { "description": "In 5 of 10 (50%).", "type": "string" },
        "closed": {
          "description": "In 5 of 10 (50%). Null in 2 of 5 (40%).",
          "anyOf": [{ "$ref": "#/$defs/bson.Date" }, { "type": "null" }]
        },
        "address": { "$ref": "#/$defs/OrderAddress" },
        "payment": { "$ref": "#/$defs/OrderPayment" },
        "stock": {
          "description": "Keys are dates.",
          "type": "object",
          "additionalProperties": { "type": "integer" }
        },
        "at": {
          "type": "array",
          "prefixItems": [{ "type": "number" }, { "type": "integer" }],
          "items": false,
          "minItems": 2
        },
        "status": { "type": "string", "examples": ["new", "so \\"old\\""] }
      },
      "required": ["_id", "name", "address", "payment", "stock", "at", "status"]
    },
    "OrderAddress": {
      "type": "object",
      "properties": {
        "street name": { "type": "string" },
        "class": { "type": "integer" },
        "in": { "description": "In 5 of 10 (50%).", "$ref": "#/$defs/OrderAddress" }
      },
      "required": ["street name", "class"]
    },
    "OrderPayment": {
      "description": "Told apart by \\"kind\\".",
      "anyOf": [{ "$ref": "#/$defs/OrderPaymentCard" }, { "$ref": "#/$defs/OrderPaymentBank" }]
    },
    "OrderPaymentCard": {
      "type": "object",
      "properties": { "kind": { "const": "card" }, "last4": { "type": "string" } },
      "required": ["kind", "last4"]
    },
    "OrderPaymentBank": {
      "type": "object",
      "properties": { "kind": { "const": "bank" }, "iban": { "type": "string" } },
      "required": ["kind", "iban"]
    },
    "bson.Date": {
      "type": "object",
      "properties": {
        "$date": {
          "anyOf": [
            {
              "type": "string",
              "pattern": "^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\dT\\\\d\\\\d:\\\\d\\\\d:\\\\d\\\\d(?:\\\\.\\\\d{1,9})?Z$",
              "format": "date-time"
            },
            {
              "type": "object",
              "properties": { "$numberLong": { "type": "string", "pattern": "^-?\\\\d{1,19}$" } },
              "required": ["$numberLong"],
              "additionalProperties": false
            }
          ]
        }
      },
      "required": ["$date"],
      "additionalProperties": false
    },
    "bson.ObjectId": {
      "type": "object",
      "properties": { "$oid": { "type": "string", "pattern": "^[\\\\da-fA-F]{24}$" } },
      "required": ["$oid"],
      "additionalProperties": false
    }
  }
}
`;

Deno.test("jsonSchemaGenerator writes schemas as people do", () => {
  assertEquals(textOf(MODEL), TEXT);
});

Deno.test("jsonSchemaGenerator writes text that deno fmt leaves as it is", async () => {
  const texts = [];
  for (const { documents, namespace } of [...await dataSets(), ...generatorSamples()]) {
    const model = modelOf(documents, namespace.collection);
    for (const options of [{}, { ejson: "canonical", closed: true }]) {
      texts.push(textOf(model, options));
    }
  }
  await assertFormatted(texts, ".json");
});

Deno.test("jsonSchemaGenerator takes each kind of value in its own form alone", async (t) => {
  const valid = RAW_VALUES.filter(({ invalidText }) => !invalidText);
  // What has one form, so that a schema for the one has to take the other.
  const family = (name: string, canonical: boolean) => {
    const kind = name.split(/[ ,]/)[0]!;
    if (/^(true|false)$/.test(kind)) return "boolean";
    if (kind === "binary") return name === "binary 4" ? "uuid" : kind;
    if (kind === "code") return name;
    if (canonical || !/^(int|long|double)$/.test(kind)) return kind;
    return /infinity|NaN/.test(name) ? "not finite" : /int$|long/.test(name) ? "integer" : "number";
  };
  // The form of these may be that of another: an integer is a number, any object is an object.
  const takes = (one: string, other: string) =>
    one === other || (one === "number" && other === "integer") ||
    (one === "integer" && other === "number") ||
    (one === "not finite" && /number|int/.test(other)) ||
    one === "object" || (one === "binary" && other === "uuid");
  for (const ejson of ["relaxed", "canonical"]) {
    for (const { name, type, bytes } of valid) {
      await t.step(`${name}, ${ejson}`, async () => {
        const one = document(element(type, "v", bytes));
        const text = textOf(modelOf([one]), { ejson });
        assertEquals(await refused(text, [one]), []);
        const mine = family(name, ejson === "canonical");
        const others = valid.filter((other) =>
          !takes(mine, family(other.name, ejson === "canonical")) && other.type !== type
        );
        const wrong = others.map(({ type, bytes }) => document(element(type, "v", bytes)));
        assertEquals((await refused(text, wrong)).length, wrong.length, text);
      });
    }
  }
});

Deno.test("jsonSchemaGenerator takes every sample and set as canonical Extended JSON", async () => {
  for (const { name, documents, namespace } of [...await dataSets(), ...generatorSamples()]) {
    const text = textOf(modelOf(documents, namespace.collection), { ejson: "canonical" });
    assertEquals(await refused(text, documents), [], name);
  }
});

Deno.test("jsonSchemaGenerator takes and refuses what it should of an order", async (t) => {
  for (const ejson of ["relaxed", "canonical"]) {
    const text = textOf(modelOf(ORDERS.documents), { ejson });
    for (const change of CHANGES) {
      // The canonical form tells a fraction that has none from an int; the driver does not.
      if (ejson === "canonical" && change.name.startsWith("an integer where")) continue;
      await t.step(`${change.name}, ${ejson}`, async () => {
        const [reason] = await refused(text, [changed(change)]);
        assertEquals(reason !== undefined, change.refused, reason);
      });
    }
  }
});

Deno.test("jsonSchemaGenerator takes fields with the names of Extended JSON as fields", async () => {
  const documents = encode(
    { a: { $oid: 5 }, b: { $date: { x: 1 } }, c: { $ref: "c", $id: 1 } },
    { a: { $oid: 6 }, b: { $date: { x: 2 } }, c: { $ref: "c", $id: 2, $db: "d" } },
  );
  const text = textOf(modelOf(documents), { closed: true });
  assertEquals(await refused(text, documents), []);
  const right = { a: { $oid: 5 }, b: { $date: { x: 1 } }, c: { $ref: "c", $id: 1 } };
  for (const wrong of [{ a: { $oid: "x" } }, { b: { $date: 1 } }, { c: { $ref: 1, $id: 1 } }]) {
    assertEquals((await refused(text, encode({ ...right, ...wrong }))).length, 1);
  }
});

Deno.test("jsonSchemaGenerator tells undefined, null and missing apart", async () => {
  const of = (...elements: Uint8Array[]) => document(...elements);
  const [undefinedU, nullU] = [element(6, "u"), element(10, "u")];
  const one = (key: string) => element(0x10, key, Uint8Array.of(1, 0, 0, 0));
  const text = textOf(modelOf([of(undefinedU, one("o")), of(one("u"))]));
  assertEquals(await refused(text, [of(undefinedU), of(one("u"), one("o"))]), []);
  const wrong = [
    of(nullU),
    of(one("o")),
    of(one("u"), element(10, "o")),
    of(one("u"), element(6, "o")),
  ];
  assertEquals((await refused(text, wrong)).length, wrong.length);
});

Deno.test("jsonSchemaGenerator closes enums and objects where that is asked for", async () => {
  const bytes = encode(
    ...Array.from({ length: 60 }, (_, i) => ({ status: i % 2 ? "new" : "old", n: i % 3 })),
  );
  const overrides = { status: { enum: "closed" } } as const;
  for (const ejson of ["relaxed", "canonical"]) {
    const open = textOf(modelOf(bytes), { ejson });
    assert(open.includes(`"status": { "type": "string", "examples": ["new", "old"] }`), open);
    const closed = textOf(modelOf(bytes, "orders", { overrides }), { closed: true, ejson });
    assertEquals(await refused(closed, bytes), []);
    assertEquals((await refused(closed, encode({ status: "lost", n: 1 }))).length, 1);
    assertEquals((await refused(closed, encode({ status: "new", n: 1, more: 1 }))).length, 1);
    assertEquals(await refused(open, encode({ status: "lost", n: 1, more: 1 })), []);
  }
});

Deno.test("jsonSchemaGenerator has tags that are numbers in either form", async () => {
  const documents = Array.from({ length: 40 }, (_, i) => ({
    shape: i % 2 ? { v: 1, radius: i } : { v: 2, width: i, height: i },
  }));
  const bytes = encode(...documents);
  const wrong = encode({ shape: { v: 1, width: 1, height: 1 } }, { shape: { v: 3, radius: 1 } });
  for (const ejson of ["relaxed", "canonical"]) {
    const text = textOf(modelOf(bytes), { ejson });
    assert(text.includes(`Told apart by \\"v\\".`), text);
    assertEquals(await refused(text, bytes), []);
    assertEquals((await refused(text, wrong)).length, 2);
  }
});

Deno.test("jsonSchemaGenerator notes formats, and checks them where that is asked for", async () => {
  const bytes = encode(...Array.from({ length: 20 }, (_, i) => ({
    id: `0000000${i % 10}-0000-4000-8000-000000000000`,
    when: `2024-01-01 10:${10 + i}`,
  })));
  const model = modelOf(bytes);
  const wrong = encode({ id: "none", when: "2024-01-01 10:10" });
  const late = encode({ id: "00000000-0000-4000-8000-000000000000", when: "today" });
  const noted = textOf(model);
  assert(noted.includes(`"type": "string", "format": "uuid"`), noted);
  assertEquals(await refused(noted, [...bytes, ...late]), []);
  const checked = textOf(model, { enforceFormats: true });
  assertEquals(await refused(checked, bytes), []);
  assertEquals((await refused(checked, [...wrong, ...late])).length, 2);
});

Deno.test("jsonSchemaGenerator has keys that JavaScript has too", async () => {
  const key = (key: string, value = 1) => element(0x10, key, Uint8Array.of(value, 0, 0, 0));
  const text = (key: string) => element(2, key, Uint8Array.of(2, 0, 0, 0, 0x61, 0));
  const documents = [
    document(key("__proto__"), key("constructor"), key("toString")),
    document(key("__proto__"), key("toString")),
  ];
  for (const closed of [false, true]) {
    const schema = textOf(modelOf(documents), { closed });
    assertEquals(await refused(schema, documents), []);
    const wrong = [
      document(text("__proto__"), key("toString")),
      document(key("__proto__"), text("constructor"), key("toString")),
      document(key("__proto__"), text("toString")),
      document(key("__proto__")),
    ];
    assertEquals((await refused(schema, wrong)).length, wrong.length);
  }
});

Deno.test("jsonSchemaGenerator takes documents of each collection in one schema", async () => {
  const sets = [encode({ _id: 1, a: "x" }), encode({ _id: "y", b: true })];
  const models = inferSchemas(sets.map((documents, i) => {
    const profile = new Profile();
    for (const bytes of documents) profile.addDocument(bytes);
    return { namespace: { db: "shop", collection: ["apples", "pears"][i]! }, profile };
  }));
  const text = jsonSchemaGenerator.generate(models, { source: "x", version: "1", options: {} });
  assert(
    text.includes(`"anyOf": [{ "$ref": "#/$defs/Apple" }, { "$ref": "#/$defs/Pear" }],`),
    text,
  );
  assertEquals(await refused(text, sets.flat()), []);
  assertEquals((await refused(text, encode({ _id: 1, b: true }))).length, 1);
});

Deno.test("jsonSchemaGenerator refuses a form that is none", () => {
  assertThrows(() => textOf(MODEL, { ejson: "legacy" }), UsageError, "Cannot use Extended JSON");
});

Deno.test("extendedJson() writes what the specification says", () => {
  const value = (name: string, canonical: boolean) => {
    const { type, bytes } = RAW_VALUES.find((value) => value.name === name)!;
    return extendedJson(document(element(type, "v", bytes)), canonical).slice(5, -1);
  };
  assertEquals(value("double 3, not an int", true), `{"$numberDouble":"3.0"}`);
  assertEquals(value("double 3, not an int", false), "3.0");
  assertEquals(value("date before 1970", false), `{"$date":{"$numberLong":"-1"}}`);
  assertEquals(value("date", false), `{"$date":"2023-11-14T22:13:20.123Z"}`);
  assertEquals(value("long, the last", false), "9223372036854775807");
  assertEquals(value("undefined", false), `{"$undefined":true}`);
  assertEquals(
    value("timestamp", true),
    `{"$timestamp":{"t":1700000000,"i":7}}`,
  );
});

Deno.test("jsonSchemaGenerator tells an object without a sure field from other values", async () => {
  const documents = encode({ a: { x: 1 }, b: {} }, { a: {}, b: {} });
  const text = textOf(modelOf(documents));
  assertEquals(
    await refused(text, [...documents, ...encode({ a: { "": 1, y: 2 }, b: { z: 1 } })]),
    [],
  );
  const wrong = encode({ a: new Date(0), b: {} }, { a: {}, b: new ObjectId() });
  assertEquals((await refused(text, wrong)).length, wrong.length);
});

Deno.test("jsonSchemaGenerator has types that hold themselves, in objects, variants and maps", async () => {
  for (const options of [{}, { closed: true }, { ejson: "canonical" }]) {
    const text = textOf(RECURSIVE, options);
    assertEquals(await refused(text, encode(...PLANS)), []);
    assertEquals((await refused(text, encode(...NO_PLANS))).length, NO_PLANS.length, text);
    await assertFormatted([text], ".json");
  }
});
