import {
  Binary,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  ObjectId,
  serialize,
  Timestamp,
} from "bson";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  bsonToJson,
  findElement,
  formatId,
  jsonToBson,
  parseExtendedJson,
  parseExtendedJsonDocument,
} from "../../../src/bson/mod.ts";
import { findJsonError } from "../../../src/bson/_json_error.ts";
import { DataError, UsageError } from "../../../src/core/mod.ts";
import { RAW_VALUES } from "../../fixtures/every_type.ts";
import { document, element } from "./_documents.ts";

Deno.test("parseExtendedJson() keeps types", () => {
  const table: [string, unknown][] = [
    ["1", new Int32(1)],
    ["5000000000", Long.fromString("5000000000")],
    ["1.5", new Double(1.5)],
    ['{"$numberDouble": "3"}', new Double(3)],
    ['{"$numberLong": "3"}', Long.fromInt(3)],
    ['{"$numberDecimal": "1.50"}', Decimal128.fromString("1.50")],
    ['{"$oid": "507f1f77bcf86cd799439011"}', new ObjectId("507f1f77bcf86cd799439011")],
    ['{"$timestamp": {"t": 1, "i": 2}}', new Timestamp({ t: 1, i: 2 })],
    ['{"$date": "2020-01-01T00:00:00Z"}', new Date("2020-01-01T00:00:00Z")],
    ['{"$date": {"$numberLong": "-1"}}', new Date(-1)],
    ['"x"', "x"],
    ["null", null],
  ];
  for (const [text, value] of table) assertEquals(parseExtendedJson(text, "it"), value, text);
  const binary = parseExtendedJson('{"$binary": {"base64": "AQI=", "subType": "05"}}', "it");
  assert(binary instanceof Binary);
  assertEquals([binary.sub_type, binary.length()], [5, 2]);
});

Deno.test("parseExtendedJson() says where a text is not JSON, and what was due", async (t) => {
  const table: [string, string][] = [
    ["", "the text ends at column 1, where a value should be"],
    ["{name: 1}", '"name: 1}" is at column 2, where a key in double quotes should be'],
    ['{"a":1,}', '"}" is at column 8, where a key in double quotes should be'],
    ['{"a" 1}', '"1}" is at column 6, where a ":" behind the key should be'],
    ["[1, 2", 'the text ends at column 6, where "," or "]" should be'],
    ['{"a":[1}', '"}" is at column 8, where "," or "]" should be'],
    ['{"a": 01}', '"1}" is at column 8, where "," or "}" should be'],
    ["{'a': 1}", `"'a': 1}" is at column 2, where a key in double quotes should be`],
    ['{"a": "x}', '""x}" is at column 7, where a text that ends in a double quote should be'],
    ['{"a": 1} {', '"{" is at column 10, where the end of the text should be'],
    ['{\n  "a": 1,\n  b: 2\n}', '"b: 2 }" is at line 3, column 3, where a key'],
    ["undefined", '"undefined" is at column 1, where a value should be'],
  ];
  for (const [text, message] of table) {
    await t.step(text === "" ? "nothing" : text, () => {
      const error = assertThrows(() => parseExtendedJson(text, "--filter"), UsageError, message);
      assert(error.message.startsWith("Cannot read --filter as JSON: "));
      assert(error.hint !== undefined);
    });
  }
});

Deno.test("findJsonError() ends where JSON.parse refuses, for any damage", () => {
  const damaged = fc.tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom("", "x", ",", "}", "]", '"', ":", "{"),
  );
  fc.assert(
    fc.property(damaged, ([json, where, insert]) => {
      const at = where % json.length;
      const text = json.slice(0, at) + insert + json.slice(at + 1);
      try {
        JSON.parse(text);
      } catch {
        const { at } = findJsonError(text);
        assert(at >= 0 && at <= text.length);
        // What is before it begins some JSON text, so it is not refused for another place.
        const position = /position (\d+)/.exec(String(errorOf(text)))?.[1];
        if (position !== undefined) assert(at <= Number(position), `${at} of ${text}`);
      }
    }),
    { numRuns: 1000 },
  );
});

function errorOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

Deno.test("parseExtendedJson() refuses types that are written wrong", () => {
  const table = [
    '{"$oid": "zz"}',
    '{"a": {"$numberLong": "x"}}',
    '{"a": [{"$date": "yesterday"}]}',
    '{"$numberDecimal": "x"}',
  ];
  for (const text of table) {
    assertThrows(() => parseExtendedJson(text, "--filter"), UsageError, "as Extended JSON");
  }
});

Deno.test("parseExtendedJsonDocument() takes documents alone", () => {
  assertEquals(parseExtendedJsonDocument('{"b": 1, "a": {"$gt": 2}}', "--filter"), {
    b: new Int32(1),
    a: { $gt: new Int32(2) },
  });
  for (const text of ["[1]", "1", "null", '"x"', '{"$oid": "507f1f77bcf86cd799439011"}']) {
    assertThrows(() => parseExtendedJsonDocument(text, "--filter"), UsageError, "not a document");
  }
});

Deno.test("formatId() writes canonical Extended JSON", () => {
  const id = (value: unknown): string => {
    const bytes = serialize({ a: 1, _id: value });
    return formatId(bytes, findElement(bytes, 0, "_id")!);
  };
  assertEquals(id(new Int32(7)), '{"$numberInt":"7"}');
  assertEquals(id(new Double(3)), '{"$numberDouble":"3.0"}');
  assertEquals(id(Long.fromInt(7)), '{"$numberLong":"7"}');
  assertEquals(id(new ObjectId("507f1f77bcf86cd799439011")), '{"$oid":"507f1f77bcf86cd799439011"}');
  assertEquals(id("é"), '"é"');
  assertEquals(id({ x: 1, y: null }), '{"x":{"$numberInt":"1"},"y":null}');
  assertEquals(id("x".repeat(300)), `"${"x".repeat(198)}…`);
  assertEquals(id("😀".repeat(300)), `"${"😀".repeat(99)}…`);
  assertEquals(id("x".repeat(30_000)), "(type 2, 30005 bytes)");
});

Deno.test("formatId() has a text for every value, also for what cannot be decoded", () => {
  for (const { name, type, bytes } of RAW_VALUES) {
    const it = document(element(type, "_id", bytes));
    const text = formatId(it, findElement(it, 0, "_id")!);
    assert(text.length > 0 && text.length <= 200, name);
  }
  // The walk takes a nested document as it is; the library does not.
  const damaged = document(element(3, "_id", document(element(0x20, "x"))));
  assertEquals(formatId(damaged, findElement(damaged, 0, "_id")!), "(type 3, 8 bytes)");
});

Deno.test("bsonToJson() refuses a value that is wrong inside, with where it lies", () => {
  const twoAsBoolean = serialize({ a: 1, b: true });
  twoAsBoolean[twoAsBoolean.length - 2] = 2;
  const scope = serialize({ a: 1, c: new Code("x", { n: 1 }) });
  scope[scope.lastIndexOf(0x10)] = 0x99;
  for (const bytes of [twoAsBoolean, scope]) {
    const error = assertThrows(() => bsonToJson(bytes), DataError, "is damaged");
    assertEquals(error.offset, 4 + 7);
    assert(error.cause instanceof Error);
  }
});

Deno.test("jsonToBson() takes texts and keys that begin with any character", () => {
  for (
    const text of ["\u0001", "\u0001x", '"\u0001":', "\\u0001", "\\", '\\"\u0001'].map((t) =>
      JSON.stringify(t)
    )
  ) {
    const json = `{"a":${text},${text}:{"$symbol":${text}}}`;
    assertEquals(bsonToJson(jsonToBson(json, "the test")), json);
  }
});
