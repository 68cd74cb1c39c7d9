import { assert, assertEquals, assertThrows } from "@std/assert";
import { Binary, Int32, Long, ObjectId, serialize, UUID } from "bson";
import fc from "fast-check";
import { DataError } from "../../../src/core/mod.ts";
import { Profile } from "../../../src/profile/mod.ts";
import {
  type InferOptions,
  inferSchemas,
  type ObjectModel,
  type ScalarModel,
  type SchemaModel,
  validateDocument,
} from "../../../src/schema/mod.ts";
import {
  rawDocument,
  type RawFields,
  RawObject,
  RawValue,
} from "../../../src/testing/_raw_document.ts";
import { generatorSamples } from "../../../src/testing/mod.ts";

const namespace = { db: "test", collection: "things" };
const UNDEFINED = new RawValue(0x06);

function modelOf(documents: readonly Uint8Array[], options: InferOptions = {}): SchemaModel {
  const profile = new Profile();
  for (const document of documents) profile.addDocument(document);
  return inferSchemas([{ namespace, profile }], options)[0]!;
}

const raw = (...fields: RawFields) => rawDocument(fields);
const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** A model by hand, of one field `a`. */
function fieldModel(scalar: Partial<ScalarModel>): SchemaModel {
  const type = { type: "scalar", kind: "string", count: 1, ...scalar } as ScalarModel;
  const value = { types: [type], nulls: 0, undefineds: 0, total: 1, outliers: [] };
  const field = { key: "a", value, optional: false, count: 1, of: 1 };
  const root: ObjectModel = {
    type: "object",
    name: "Thing",
    path: "",
    count: 1,
    fields: [field],
    open: false,
  };
  return { root, namespace, documents: 1 };
}

Deno.test("validateDocument() takes each document that the model was made from", async (t) => {
  for (const { name, documents } of generatorSamples()) {
    await t.step(name, () => {
      const model = modelOf(documents);
      for (const document of documents) {
        assertEquals(validateDocument(model, document), undefined);
        assertEquals(validateDocument(model, document, 0, { closed: true }), undefined);
      }
    });
  }
});

Deno.test("validateDocument() takes each of any documents that the model was made from", () => {
  const value = fc.anything({
    maxDepth: 3,
    values: [
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.date({ noInvalidDate: true }),
    ],
    key: fc.string().filter((key) => !key.includes("\0")),
  }).filter((value) => value !== undefined);
  const document = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), value);
  fc.assert(fc.property(fc.array(document, { minLength: 1, maxLength: 8 }), (values) => {
    const documents = values.map((value) => new Uint8Array(serialize(value)));
    const model = modelOf(documents);
    for (const bytes of documents) {
      assertEquals(validateDocument(model, bytes, 0, { closed: true }), undefined);
    }
  }));
});

Deno.test("validateDocument() tells path, what is allowed and what is found", async (t) => {
  const comment = (replies: readonly RawObject[]) =>
    new RawObject([["text", "hi"], ["replies", [...replies]]]);
  const hex = (i: number) => i.toString(16).padStart(24, "0");
  const base = times(30, (i) =>
    raw(
      ["_id", new Int32(i)],
      ["name", "Ada"],
      ["age", i % 2 ? new Int32(i) : null],
      ["gone", UNDEFINED],
      ...(i % 3 ? [["maybe", i % 3 === 1 ? true : 1.5]] as RawFields : []),
      ["sub", new RawObject([["x", 1]])],
      ["list", times(i % 3, (j) => j % 2 ? "one" : 1)],
      ["none", []],
      ["pair", [`key ${i}`, i]],
      ["map", new RawObject([["total", 1], [hex(i), "a"], [hex(i + 1), "b"]])],
      ["shape", new RawObject(i % 2 ? [["t", "c"], ["r", 1]] : [["t", "q"], ["w", 1], ["h", 2]])],
      ["replies", [comment([comment([])])]],
      ["uuid", new UUID("01234567-89ab-4def-8123-456789abcdef")],
      ["a.b", new RawObject([["", 1]])],
    ));
  const model = modelOf(base);
  const fields: RawFields = [
    ["_id", new Int32(99)],
    ["name", "Bob"],
    ["age", new Int32(1)],
    ["gone", UNDEFINED],
    ["sub", new RawObject([["x", 2]])],
    ["list", []],
    ["none", ["anything"]],
    ["pair", ["a", 1]],
    ["map", new RawObject([["total", 2]])],
    ["shape", new RawObject([["t", "c"], ["r", 3]])],
    ["replies", []],
    ["uuid", new UUID("01234567-89ab-4def-8123-456789abcdef")],
    ["a.b", new RawObject([["", 1]])],
  ];
  const change = (key: string, value: unknown): RawFields =>
    fields.map(([k, v]) => k === key ? [k, value] : [k, v]);
  const shape = (...members: RawFields) => change("shape", new RawObject(members));
  const cases: [string, RawFields, string, string, string][] = [
    [
      "a field that is missing",
      fields.filter(([key]) => key !== "name"),
      "name",
      "string",
      "nothing",
    ],
    ["another kind", change("name", 1), "name", "string", "int"],
    ["a long for an int", change("age", Long.fromNumber(1)), "age", "int | null", "long"],
    ["null", change("name", null), "name", "string", "null"],
    ["undefined for null", change("age", UNDEFINED), "age", "int | null", "undefined"],
    ["null for undefined", change("gone", null), "gone", "undefined", "null"],
    ["another kind of a union", [...fields, ["maybe", "x"]], "maybe", "double | boolean", "string"],
    ["a field of an object", change("sub", new RawObject([["x", "1"]])), "sub.x", "int", "string"],
    ["a missing one in it", change("sub", new RawObject([])), "sub.x", "int", "nothing"],
    ["an array for an object", change("sub", [1]), "sub", "object", "array"],
    ["an element", change("list", [1, "a", null]), "list[2]", "string | int", "null"],
    ["a tuple's length", change("pair", ["a"]), "pair", "2 elements", "1"],
    ["a tuple that is too long", change("pair", ["a", 1, 2]), "pair", "2 elements", "3"],
    ["a tuple's position", change("pair", [1, "a"]), "pair[0]", "string", "int"],
    [
      "a map's value",
      change("map", new RawObject([["total", 1], ["k", 1]])),
      "map.k",
      "string",
      "int",
    ],
    ["a map's name", change("map", new RawObject([["k", "v"]])), "map.total", "int", "nothing"],
    ["a variant's field", shape(["t", "q"], ["w", 1]), "shape.h", "int", "nothing"],
    [
      "a field of a variant, the tag last",
      shape(["r", "1"], ["t", "c"]),
      "shape.r",
      "int",
      "string",
    ],
    ["an unknown tag", shape(["t", "z"]), "shape.t", '"c" | "q"', 'string "z"'],
    ["a tag of another kind", shape(["t", 1]), "shape.t", '"c" | "q"', "int 1"],
    ["no tag", shape(["r", 1]), "shape.t", '"c" | "q"', "nothing"],
    [
      "deep in what is recursive",
      change("replies", [
        comment([comment([comment([comment([new RawObject([["text", "x"]])])])])]),
      ]),
      "replies[0].replies[0].replies[0].replies[0].replies[0].replies",
      "array",
      "nothing",
    ],
    [
      "another subtype",
      change("uuid", new Binary(new Uint8Array(16), 0)),
      "uuid",
      "binary 4",
      "binary 0",
    ],
    ["odd keys", change("a.b", new RawObject([["", "x"]])), '"a.b".""', "int", "string"],
  ];
  assertEquals(validateDocument(model, rawDocument(fields), 0, { closed: true }), undefined);
  for (const [name, changed, path, expected, found] of cases) {
    await t.step(name, () => {
      const mismatch = validateDocument(model, rawDocument(changed));
      // Which variant comes first depends on how many there are.
      if (mismatch !== undefined) mismatch.expected = sorted(mismatch.expected);
      assertEquals(mismatch, { path, expected: sorted(expected), found });
    });
  }
});

function sorted(text: string): string {
  return text.split(" | ").sort().join(" | ");
}

Deno.test("validateDocument() refuses unknown fields only if closed, and not where some were too many", () => {
  const model = modelOf([raw(["a", 1], ["sub", new RawObject([["x", 1]])])]);
  const outer = raw(["a", 1], ["sub", new RawObject([["x", 1]])], ["b", "new"]);
  const inner = raw(["a", 1], ["sub", new RawObject([["x", 1], ["y.z", 2]])]);
  assertEquals(validateDocument(model, outer), undefined);
  assertEquals(validateDocument(model, outer, 0, { closed: true }), {
    path: "b",
    expected: "no other field",
    found: "string",
  });
  assertEquals(validateDocument(model, inner, 0, { closed: true })?.path, 'sub."y.z"');
  const open: SchemaModel = { ...model, root: { ...model.root as ObjectModel, open: true } };
  assertEquals(validateDocument(open, outer, 0, { closed: true }), undefined);
});

Deno.test("validateDocument() holds to an enum only if it is closed", () => {
  const values = [{ value: "x", count: 2 }, { value: "y", count: 1 }];
  const closed = fieldModel({ values, closed: true });
  assertEquals(validateDocument(fieldModel({ values }), raw(["a", "z"])), undefined);
  assertEquals(validateDocument(closed, raw(["a", "y"])), undefined);
  assertEquals(validateDocument(closed, raw(["a", "z"])), {
    path: "a",
    expected: '"x" | "y"',
    found: 'string "z"',
  });
  const long = "z".repeat(1000);
  assertEquals(validateDocument(closed, raw(["a", long]))?.found, "string");
  const ints = fieldModel({ kind: "int", values: [{ value: -1, count: 1 }], closed: true });
  assertEquals(validateDocument(ints, raw(["a", new Int32(-1)])), undefined);
  assertEquals(validateDocument(ints, raw(["a", new Int32(1)]))?.found, "int 1");
});

Deno.test("validateDocument() refuses what was left out as an outlier", () => {
  const documents = times(100, (i) => raw(["v", i === 7 ? "seven" : new Int32(i)]));
  const model = modelOf(documents, { minShare: 0.05 });
  assertEquals(validateDocument(model, documents[8]!), undefined);
  assertEquals(validateDocument(model, documents[7]!), {
    path: "v",
    expected: "int",
    found: "string",
  });
});

Deno.test("validateDocument() takes what lies too deep to be known, and keys that come twice", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 210; i++) deep = new RawObject([["a", deep]]);
  const document = raw(["a", deep]);
  assertEquals(validateDocument(modelOf([document]), document), undefined);
  const twice = raw(["a", 1], ["a", "one"]);
  const model = modelOf([twice, raw(["b", 1])]);
  assertEquals(validateDocument(model, twice, 0, { closed: true }), undefined);
  assertEquals(validateDocument(model, raw(["a", 1], ["a", null]))?.found, "null");
  // A field that is there twice is not two fields that are there.
  const two = modelOf([raw(["a", 1], ["b", 1])]);
  assertEquals(validateDocument(two, raw(["a", 1], ["a", 1]))?.path, "b");
});

Deno.test("validateDocument() reads at an offset, and tells of corrupt bytes", () => {
  const document = raw(["a", new ObjectId()]);
  const model = modelOf([document]);
  const buffer = new Uint8Array(document.length + 6).fill(0xff);
  buffer.set(document, 3);
  assertEquals(validateDocument(model, buffer, 3), undefined);
  const corrupt = document.slice();
  corrupt[4] = 0x42;
  assertThrows(() => validateDocument(model, corrupt), DataError, "no type");
  assert(validateDocument(model, raw(["a", 1])) !== undefined);
});
