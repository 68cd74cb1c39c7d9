import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BSONSymbol, Decimal128 } from "bson";
import { type Issue, UsageError } from "../../../../src/core/mod.ts";
import { parseOverrides } from "../../../../src/schema/infer/overrides.ts";
import { modelOf, repeat, types } from "./_types.ts";

const DOCUMENTS = repeat(60, (i) => ({
  _id: i,
  status: ["new", "paid"][i % 2],
  level: i % 3,
  price: "1.50",
  items: [{ price: i, address: { city: "a", zip: `${i}` } }],
  address: { city: "b", zip: `${i}` },
  names: { en: "a", de: "b" },
  byDay: { [`2024-01-${10 + i % 20}`]: i },
  legacy: { x: 1 },
  "a.b": { c: 1 },
  note: i % 2 ? "a" : i,
}));

/** The TypeScript of the documents, as the file of overrides has it. */
function overridden(overrides: Record<string, unknown>): string {
  return types(DOCUMENTS, { overrides: parseOverrides(JSON.stringify(overrides), "o.json") });
}

function line(overrides: Record<string, unknown>, key: string): string | undefined {
  return overridden(overrides).match(new RegExp(`^ {2}${key}\\??: (.*);$`, "m"))?.[1];
}

Deno.test("`inferSchemas()` does at a path what an override says", async (t) => {
  const cases: readonly (readonly [Record<string, unknown>, string, string | undefined])[] = [
    [{}, "status", '"new" | "paid" | (string & {})'],
    [{ status: { enum: "closed" } }, "status", '"new" | "paid"'],
    [{ status: { enum: "none" } }, "status", "string"],
    [{ price: "enum" }, "price", '"1.50" | (string & {})'],
    [{ level: { enum: "closed" } }, "level", "0 | 1 | 2"],
    [{ level: { enum: "open" } }, "level", "number"],
    [{ names: "map" }, "names", 'Record<string, "a" | "b" | (string & {})>'],
    [{ byDay: "record" }, "byDay", "OrderByDay"],
    [{ legacy: "ignore" }, "legacy", undefined],
    [{ legacy: { name: "Old" } }, "legacy", "Old"],
    [{ '"a.b"': { name: "Dotted" } }, '"a.b"', "Dotted"],
    [{ price: { type: "decimal" } }, "price", "Decimal128"],
    [{ price: { type: "string|null" } }, "price", "string | null"],
    [{ note: { type: "string" } }, "note", "string"],
    [{ legacy: { type: "object | array" } }, "legacy", "OrderLegacy | unknown[]"],
    [{ price: { type: "object" } }, "price", "Record<string, unknown>"],
    [{ "items[].price": { type: "long" } }, "price", "string"],
    [{ "byDay.*": { type: "double|date" } }, "byDay", "Record<string, number | Date>"],
    [{ "": { name: "Purchase" } }, "address", "PurchaseAddress"],
  ];
  for (const [overrides, key, expected] of cases) {
    await t.step(JSON.stringify(overrides), () => assertEquals(line(overrides, key), expected));
  }
  await t.step("in an array", () => {
    const text = overridden({ "items[].price": { type: "long" } });
    assert(/interface OrderItem {\n {2}price: number \| Long;/.test(text), text);
  });
  await t.step("of one of two places that have one structure", () => {
    const text = overridden({ "items[].address.zip": { type: "int" } });
    assert(/interface OrderItemAddress {[^}]*zip: number;/.test(text), text);
    assert(/interface OrderAddress {[^}]*zip: string;/.test(text), text);
  });
  await t.step("a name of one of two places is that of both", () => {
    assertEquals(
      overridden({ "items[].address": { name: "Place" } }).match(/: Place;/g)?.length,
      1,
    );
    assertEquals(overridden({ address: { name: "Place" } }).match(/: Place;/g)?.length, 1);
  });
});

Deno.test("`inferSchemas()` refuses an override of a path that is not there, and names one near it", () => {
  const error = assertThrows(
    () => overridden({ "items[].pirce": { type: "int" } }),
    UsageError,
    'Cannot override "items[].pirce": no document has anything there',
  );
  assertEquals(error.hint, "near it: items[].price");
  const other = assertThrows(() => overridden({ "x.y.zip": "ignore" }), UsageError);
  assertEquals(other.hint, "near it: address.zip, items[].address.zip");
  for (const path of ["constructor", "__proto__", "qqqqqqqqqq"]) {
    const far = assertThrows(
      () => modelOf(DOCUMENTS, { overrides: parseOverrides(`{"${path}": "map"}`, "o.json") }),
      UsageError,
    );
    assertEquals(far.hint, "a path is such as customer.name, items[].price or scores.*");
  }
});

Deno.test("`inferSchemas()` refuses a name that two types would have", () => {
  for (
    const overrides of [
      { legacy: { name: "Same" }, names: { name: "Same" } },
      { legacy: { name: "Date" } },
    ]
  ) assertThrows(() => overridden(overrides), UsageError, "Cannot call the type at");
});

Deno.test("`parseOverrides()` says what is wrong, and where", async (t) => {
  const cases: readonly (readonly [string, string, string?])[] = [
    [
      '{\n "a": "map",',
      'Cannot read the overrides "o.json" as JSON: the text ends at line 2, column 13, where a key ' +
      "in double quotes should be.",
      'such as {"items[].price"',
    ],
    ["{a: 1}", 'Cannot read the overrides "o.json" as JSON: "a: 1}" is at column 2, where a key'],
    ["[]", "it is not a JSON object"],
    ['{"a": 1}', 'Cannot use the override of "a" in "o.json": it is neither an object nor a word'],
    ['{"a": "mpa"}', '"mpa" is no word that it takes', "it takes map, record, enum or ignore"],
    ['{"a": {"nmae": "X"}}', 'it has no "nmae"', 'did you mean "name"?'],
    ['{"a": {"qqqqq": "X"}}', 'it has no "qqqqq"', "it takes as, enum, name, type or ignore"],
    ['{"a": {"as": "list"}}', '"as" is "list"', "it takes map or record"],
    ['{"a": {"enum": true}}', '"enum" is true', "it takes open, closed or none"],
    ['{"a": {"name": "1 x"}}', 'the name "1 x" is no identifier'],
    ['{"items[0].price": "map"}', 'the override of "items[0].price" in "o.json": it is no path'],
    ['{"a..b": "map"}', "it is no path"],
    ['{"a.": "map"}', "it is no path"],
    ['{"a": {"name": "$x"}}', 'the name "$x" is no identifier'],
    ['{"a": {"type": "string|text"}}', '"text" is no kind of BSON value'],
    ['{"a": {"ignore": "yes"}}', '"ignore" is "yes"', "it takes true or false"],
  ];
  for (const [text, message, hint] of cases) {
    await t.step(text, () => {
      const error = assertThrows(() => parseOverrides(text, "o.json"), UsageError, message);
      if (hint !== undefined) assertStringIncludes(error.hint!, hint);
    });
  }
  await t.step("and takes what is right", () => {
    assertEquals(
      parseOverrides('\ufeff{"a": {"type": "int | null", "enum": "closed"}, "b": "map"}', "o.json"),
      { a: { type: ["int", "null"], enum: "closed" }, b: { as: "map" } },
    );
    const paths = ["", "*", "a.*", "*.b[][].c", '"a.b"[]', '""', '"a\\"b".c', "ключ", "a b"];
    const text = JSON.stringify(Object.fromEntries(paths.map((path) => [path, "map"])));
    assertEquals(Object.keys(parseOverrides(text, "o.json")), paths);
  });
});

Deno.test("`inferSchemas()` tells of an override that has no effect", async (t) => {
  const none = (member: string, path: string, why: string) => [
    `the override "${member}" of "${path}" has no effect: ${why}`,
  ];
  const cases: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
    [{ status: "enum", names: "map", legacy: { name: "Old" }, note: "ignore" }, []],
    [{ level: { enum: "closed" }, "items[]": { name: "Item" }, price: { type: "decimal" } }, []],
    [{ "": { name: "Order", as: "record" }, "items[].price": { ignore: true, enum: "none" } }, []],
    [{ names: "enum" }, none("enum", "names", "neither strings nor ints are there")],
    [{ amount: "enum" }, none("enum", "amount", "neither strings nor ints are there")],
    [{ symbol: { enum: "closed" } }, []],
    // Of the kinds that it is to have, none is one of those.
    [
      { status: { type: "decimal", enum: "closed" } },
      none("enum", "status", "neither strings nor ints are there"),
    ],
    [{ note: { type: "int", enum: "closed" } }, []],
    [
      { legacy: { type: "string", name: "Old" }, "legacy.x": { type: "long" } },
      [
        ...none(
          "name",
          "legacy",
          "no object is there, and only objects have a type of their own",
        ),
        ...none("type", "legacy.x", "it is left out"),
      ],
    ],
    [{ status: "map" }, none("as", "status", "no object is there")],
    [
      { items: { name: "Item" } },
      none("name", "items", "no object is there, and only objects have a type of their own"),
    ],
    [{ "items[]": "ignore" }, none("ignore", "items[]", "only a field can be left out")],
    [{ "": { type: "string" } }, none("type", "", "the document itself is always an object")],
    [{ zip: "enum" }, none("enum", "zip", "its values are too many, or were not kept")],
    // Below what is left out there is nothing.
    [
      { legacy: "ignore", "legacy.x": { type: "long" } },
      none("type", "legacy.x", "it is left out"),
    ],
  ];
  for (const [overrides, messages] of cases) {
    await t.step(JSON.stringify(overrides), () => {
      const issues: Issue[] = [];
      const found = parseOverrides(JSON.stringify(overrides), "o.json");
      types(WIDE, { overrides: found, onIssue: (issue) => issues.push(issue) });
      assertEquals(issues.map(({ message }) => message), messages);
      for (const { code, level } of issues) {
        assertEquals([code, level], ["override-without-effect", "warning"]);
      }
    });
  }
});

/** With texts that are too many to be known. */
const WIDE = repeat(3000, (i) => ({
  ...DOCUMENTS[i % DOCUMENTS.length],
  zip: `zip ${i}`,
  amount: Decimal128.fromString("1.50"),
  symbol: new BSONSymbol(i % 2 ? "a" : "b"),
}));
