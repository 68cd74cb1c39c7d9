import { assert, assertEquals } from "@std/assert";
import { Binary, BSONRegExp, Double, Int32, Long, ObjectId, UUID } from "bson";
import { inferSchemas } from "../../../../src/schema/infer/infer.ts";
import type { ObjectModel, ScalarModel } from "../../../../src/schema/model.ts";
import { modelOf, profiled, repeat, types, typesOf } from "./_types.ts";

const hex = (i: number): string => i.toString(16).padStart(24, "0");

function fieldOf(documents: readonly Record<string, unknown>[], key: string) {
  return (modelOf(documents).root as ObjectModel).fields.find((field) => field.key === key)!;
}

Deno.test("`inferSchemas()` tells missing from null from undefined", () => {
  const documents = repeat(40, (i) => ({
    ...(i % 2 ? { missing: 1 } : {}),
    null: i % 4 ? 1 : null,
    ...(i % 2 ? { both: i % 3 ? 1 : null } : {}),
    always: 1,
    never: null,
  }));
  assertEquals(
    types(documents),
    `export interface Order {
  /** In 20 of 40 (50%). */
  missing?: number;
  /** Null in 10 of 40 (25%). */
  null: number | null;
  always: number;
  /** In 20 of 40 (50%). Null in 7 of 20 (35%). */
  both?: number | null;
  never: null;
}`,
  );
});

Deno.test("`inferSchemas()` counts the fields of elements by the elements", () => {
  assertEquals(
    types(repeat(40, (i) => ({ items: [{ a: 1, b: 1 }, { a: 1 }, ...(i % 2 ? [] : [{ a: 2 }])] }))),
    `export interface Order {
  items: OrderItem[];
}

export interface OrderItem {
  a: number;
  /** In 40 of 100 (40%). */
  b?: number;
}`,
  );
});

Deno.test("`inferSchemas()` makes one type of each kind, and leaves out what is rare only if asked", () => {
  const documents = repeat(200, (i) => ({ _id: i, a: i === 7 ? "x" : i === 9 ? [1] : 1 }));
  assertEquals(
    types(documents),
    `export interface Order {
  _id: number;
  a: string | number[] | number;
}`,
  );
  assertEquals(
    types(documents, { minShare: 0.01 }),
    `export interface Order {
  _id: number;
  /**
   * Left out: string in 1 of 200 (0.5%), as where _id is 7. Left out: array in 1 of 200 (0.5%), as
   * where _id is 9.
   */
  a: number;
}`,
  );
});

Deno.test("`inferSchemas()` makes tuples of arrays of one length whose positions differ, and of places", () => {
  const documents = repeat(20, (i) => ({
    entry: ["a", i],
    pair: [i, i],
    list: repeat(i % 3, () => 1),
    none: [],
    loc: [i + 0.5, 2],
    location: { type: "Point", coordinates: [i, 2] },
  }));
  assertEquals(
    types(documents),
    `export interface Order {
  entry: [string, number];
  pair: number[];
  list: number[];
  none: unknown[];
  loc: [number, number];
  location: OrderPoint;
}

export interface OrderPoint {
  type: "Point";
  coordinates: [number, number];
}`,
  );
  assert(types(documents.slice(1)).includes("entry: (string | number)[];"), "19 are too few");
});

Deno.test("`inferSchemas()` keeps kinds of numbers apart, and tells what is not exact", () => {
  const { value } = fieldOf([{ n: new Int32(1) }, { n: Long.fromString("1") }, { n: 1.5 }], "n");
  assertEquals(
    value.types.map((type) => (type as ScalarModel).kind),
    ["double", "int", "long"],
  );
  const [double] = fieldOf([{ n: new Double(2 ** 60) }, { n: NaN }, { n: 0.5 }], "n").value
    .types as [ScalarModel];
  const { unsafe, notFinite, integers, range } = double;
  assertEquals({ unsafe, notFinite, integers, range }, {
    unsafe: 1,
    notFinite: 1,
    integers: 1,
    range: { min: 0.5, max: 2 ** 60 },
  });
});

Deno.test("`inferSchemas()` leaves dates as text what they are, with their format", () => {
  assertEquals(
    types(repeat(20, (i) => ({ at: new Date(i), text: `2024-01-${10 + i}T00:00:00Z` }))),
    `export interface Order {
  at: Date;
  /** Format: dateTime. */
  text: string;
}`,
  );
});

Deno.test("`inferSchemas()` tells ids, UUIDs and other binaries", () => {
  assertEquals(
    types([{
      id: new ObjectId(),
      uuid: new UUID(),
      old: new Binary(new Uint8Array(16), 3),
      bytes: new Binary(new Uint8Array(1)),
      regex: new BSONRegExp("a"),
    }]),
    `export interface Order {
  id: ObjectId;
  uuid: UUID;
  /** Binary: legacy UUID. */
  old: Binary;
  bytes: Binary;
  regex: RegExp;
}`,
  );
});

Deno.test("`inferSchemas()` takes objects whose keys are data as maps", async (t) => {
  const cases: readonly (readonly [string, (i: number) => Record<string, unknown>, string])[] = [
    ["ids", (i) => ({ [hex(i)]: 1, [hex(i + 1)]: 2 }), "Record<string, number>"],
    ["UUIDs", () => ({ [crypto.randomUUID()]: 1 }), "Record<string, number>"],
    ["integers", (i) => ({ [i]: "a", [i + 40]: null }), "Record<string, string | null>"],
    ["dates", (i) => ({ [`2024-01-${10 + i % 20}`]: [i] }), "Record<string, number[]>"],
    ["addresses", (i) => ({ [`user${i}@example.org`]: true }), "Record<string, boolean>"],
    [
      "languages",
      (i) => ({ [["de-DE", "en-GB", "fr-FR"][i % 3]!]: "a" }),
      "Record<string, string>",
    ],
    ["words", (i) => ({ [`w${i}`]: 1.5 }), "Record<string, number>"],
    ["one id", () => ({ [hex(1)]: 1 }), "OrderMap"],
    ["names", (i) => (i % 2 ? { first: 1 } : { second: 2 }), "OrderMap"],
    ["nothing", () => ({}), "Record<string, never>"],
  ];
  for (const [name, map, expected] of cases) {
    await t.step(name, () => {
      const text = types(repeat(60, (i) => ({ map: map(i) })));
      assertEquals(text.match(/^ {2}map: (.*);$/m)?.[1], expected);
    });
  }
  await t.step("with keys that are names", () => {
    assertEquals(
      types(repeat(40, (i) => ({ stock: { total: "all", [hex(i)]: i, [hex(i + 1)]: i } }))),
      `export interface Order {
  /** Keys are ids. */
  stock: OrderStock;
}

export interface OrderStock {
  /** Always "all". */
  total: string;
  [key: string]: number | string;
}`,
    );
  });
  await t.step("of objects, and of maps", () => {
    assertEquals(
      types(repeat(40, (i) => ({
        scores: { [hex(i)]: { points: i }, [hex(i + 1)]: { points: i } },
        data: { [hex(i)]: { [hex(i)]: { a: 1 }, [hex(i + 1)]: { a: 1 } } },
      }))),
      `export interface Order {
  /** Keys are ids. */
  scores: Record<string, OrderScore>;
  /** Keys are ids. */
  data: Record<string, Record<string, OrderData>>;
}

export interface OrderScore {
  points: number;
}

export interface OrderData {
  a: number;
}`,
    );
  });
});

Deno.test("`inferSchemas()` makes enums of strings that are few and repeat", async (t) => {
  const field = (n: number, make: (i: number) => unknown) =>
    types(repeat(n, (i) => ({ s: make(i) }))).match(/^ {2}s: (.*);$/m)?.[1];
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ["two of 60", field(60, (i) => ["a", "b"][i % 2]), '"a" | "b" | (string & {})'],
    ["two of 20", field(20, (i) => ["a", "b"][i % 2]), "string"],
    ["one", field(60, () => "a"), "string"],
    ["one value once", field(200, (i) => i === 0 ? "c" : ["a", "b"][i % 2]), "string"],
    ["long ones", field(60, (i) => ["a", "b".repeat(65)][i % 2]), "string"],
    ["addresses", field(60, (i) => ["a@example.org", "b@example.org"][i % 2]), "string"],
    ["with null", field(60, (i) => ["a", "b", null][i % 3]), '"a" | "b" | (string & {}) | null'],
  ];
  for (const [name, actual, expected] of cases) {
    await t.step(name, () => assertEquals(actual, expected));
  }
  const documents = repeat(60, (i) => ({ s: ["a", "b"][i % 2], one: "x", n: i % 2 }));
  await t.step("closed", () => {
    assertEquals(
      types(documents, { enums: "closed" }),
      'export interface Order {\n  s: "a" | "b";\n  one: "x";\n  n: number;\n}',
    );
  });
  await t.step("none", () => {
    assertEquals(
      types(documents, { enums: "none" }),
      "export interface Order {\n  s: string;\n  one: string;\n  n: number;\n}",
    );
  });
});

Deno.test("`inferSchemas()` tells variants by the field that decides what else is there", () => {
  const event = (i: number) =>
    i % 2 ? { type: "key", code: `k${i}`, at: 1 } : { type: "click", x: i, y: i, at: 1 };
  assertEquals(
    types(repeat(80, (i) => ({ events: [event(i)] }))),
    `export interface Order {
  events: OrderEvent[];
}

export type OrderEvent = OrderEventClick | OrderEventKey;

export interface OrderEventClick {
  type: "click";
  x: number;
  y: number;
  at: number;
}

export interface OrderEventKey {
  type: "key";
  code: string;
  at: number;
}`,
  );
  // Fewer than ten of one, and it is no variant.
  assert(types(repeat(18, (i) => ({ event: event(i) }))).includes("event: OrderEvent;"));
  assert(types(repeat(18, (i) => ({ event: event(i) }))).includes("  x?: number;"));
  // What the tag does not decide.
  const loose = types(repeat(80, (i) => ({ type: i % 2 ? "a" : "b", ...(i % 3 ? { x: 1 } : {}) })));
  assert(loose.includes("  x?: number;"), loose);
});

Deno.test("`inferSchemas()` folds what is recursive", async (t) => {
  await t.step("under one key", () => {
    const comment = (depth: number): unknown => ({
      text: `at ${depth}`,
      ...(depth === 0 ? {} : { replies: [comment(depth - 1), comment(depth - 1)] }),
    });
    assertEquals(
      types(repeat(3, (i) => ({ replies: [comment(i + 1)] }))),
      `export interface Order {
  replies: OrderReply[];
}

export interface OrderReply {
  text: string;
  /** In 11 of 25 (44%). */
  replies?: OrderReply[];
}`,
    );
  });
  await t.step("under two keys", () => {
    const tree = (depth: number): unknown =>
      depth === 0
        ? { value: 1.5 }
        : { value: 1.5, left: tree(depth - 1), ...(depth % 2 ? {} : { right: tree(depth - 1) }) };
    assertEquals(
      types(repeat(40, () => ({ tree: tree(4) }))).replace(/ {2}\/\*\*.*\n/g, ""),
      `export interface Order {
  tree: OrderTree;
}

export interface OrderTree {
  value: number;
  left?: OrderTree;
  right?: OrderTree;
}`,
    );
  });
  await t.step("in maps, and of maps", () => {
    let next = 0;
    const note = (depth: number): unknown => ({
      text: `note ${next++}`,
      ...(depth === 0 ? {} : { notes: [note(depth - 1)] }),
    });
    const folder = (depth: number): unknown => ({
      size: next++,
      files: depth === 0 ? {} : { [hex(next++)]: folder(depth - 1), [hex(next++)]: folder(0) },
    });
    assertEquals(
      types(repeat(40, (i) => ({
        users: { [hex(i)]: { notes: [note(2)] }, [hex(i + 1)]: { notes: [] } },
        files: { [hex(i)]: folder(3), [hex(i + 1)]: folder(1) },
      }))).replace(/ {2}\/\*\*.*\n/g, ""),
      `export interface Order {
  users: Record<string, OrderUser>;
  files: OrderFiles;
}

export interface OrderUser {
  notes: OrderUserNote[];
}

export interface OrderUserNote {
  text: string;
  notes?: OrderUserNote[];
}

export interface OrderFiles {
  [key: string]: OrderFile;
}

export interface OrderFile {
  size: number;
  files: OrderFiles;
}`,
    );
  });
  await t.step("of whole documents", () => {
    const page = (depth: number): Record<string, unknown> => ({
      _id: depth,
      children: depth === 0 ? [] : [page(depth - 1)],
    });
    assertEquals(
      types(repeat(40, (i) => page(i % 4))),
      "export interface Order {\n  _id: number;\n  children: Order[];\n}",
    );
  });
  await t.step("not of what only looks alike", () => {
    assertEquals(
      types(repeat(40, (i) => ({ _id: i, name: `a${i}`, owner: { _id: i, name: `b${i}` } }))),
      `export interface Order {
  _id: number;
  name: string;
  owner: OrderOwner;
}

export interface OrderOwner {
  _id: number;
  name: string;
}`,
    );
  });
});

Deno.test("`inferSchemas()` makes one type of one structure", async (t) => {
  const cases: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    [
      "under one key",
      { a: { url: { x: 1, y: "a" } }, b: { c: { url: { x: 1, y: "b" } } } },
      ["a: OrderA", "b: OrderB", "url: OrderUrl", "c: OrderBC", "url: OrderUrl"],
    ],
    [
      "under keys that end alike",
      { home_address: { city: "a" }, workAddress: { city: "b" } },
      ["home_address: OrderAddress", "workAddress: OrderAddress"],
    ],
    [
      "under the plural of what they are",
      { sizes: { small: { w: 1 }, large: { w: 2 } } },
      ["sizes: OrderSizes", "small: OrderSize", "large: OrderSize"],
    ],
    [
      "not where it is little and has no name",
      { author: { name: "a" }, category: { name: "b" } },
      ["author: OrderAuthor", "category: OrderCategory"],
    ],
    [
      "of five fields, whatever the keys",
      { home: { a: 1, b: 1, c: 1, d: 1, e: 1 }, guest: { a: 1, b: 1, c: 1, d: 1, e: 1 } },
      ["home: OrderHome", "guest: OrderHome"],
    ],
    [
      "of GeoJSON",
      {
        from: { type: "Point", coordinates: [1, 2] },
        way: { type: "LineString", coordinates: [[1, 2], [3, 4]] },
        end: { to: { coordinates: [1, 2], type: "Point" } },
      },
      ["from: OrderPoint", "way: OrderLineString", "end: OrderEnd", "to: OrderPoint"],
    ],
    [
      "not with other kinds",
      { a: { url: { x: 1 } }, b: { url: { x: "1" } } },
      ["a: OrderA", "b: OrderB", "url: OrderAUrl", "url: OrderBUrl"],
    ],
  ];
  for (const [name, document, expected] of cases) {
    await t.step(name, () => {
      const found = types(repeat(40, () => document)).match(/\w+: Order\w*/g);
      assertEquals(found, expected);
    });
  }
  await t.step("with what is missing or null in some", () => {
    const documents = repeat(40, (i) => ({
      a: { user: { name: `a${i}`, age: i } },
      b: { user: i % 2 ? { name: `b${i}`, age: null } : { name: `b${i}`, age: 1 } },
      user: i % 4 ? { name: `c${i}`, age: 1 } : { age: 1 },
    }));
    assertEquals(
      types(documents).match(/export interface OrderUser {[^}]*}/)?.[0],
      `export interface OrderUser {
  /** In 110 of 120 (92%). */
  name?: string;
  /** Null in 20 of 120 (17%). */
  age: number | null;
}`,
    );
  });
  await t.step("counted once, wherever it is", () => {
    const point = { x: 1, y: { z: 1, w: "a" } };
    const root = modelOf(repeat(10, () => ({ a: { p: point }, b: { p: point }, c: [point] })));
    const field = (root.root as ObjectModel).fields[0]!.value.types[0] as ObjectModel;
    const shared = field.fields[0]!.value.types[0] as ObjectModel;
    assertEquals([shared.name, shared.count], ["OrderP", 20]);
    const inner = shared.fields[1]!.value.types[0] as ObjectModel;
    assertEquals([inner.name, inner.count], ["OrderY", 30]);
  });
});

Deno.test("`inferSchemas()` says what looks personal, and keeps no such value", () => {
  const documents = repeat(60, (i) => ({
    phone: ["1", "2"][i % 2],
    contact: `user${i}@example.org`,
    state: ["a", "b"][i % 2],
  }));
  assertEquals(
    types(documents),
    `export interface Order {
  /** Format: int. Perhaps personal. */
  phone: string;
  /** Format: email. Perhaps personal. */
  contact: string;
  state: "a" | "b" | (string & {});
}`,
  );
  const [none] = inferSchemas([profiled(documents, "orders", "none")]);
  assert(typesOf([none!]).includes("  state: string;"));
});

Deno.test("`inferSchemas()` leaves GeoJSON open where only a sample was read", () => {
  const collection = profiled(repeat(5, () => ({ at: { type: "Point", coordinates: [1, 2] } })));
  assert(typesOf(inferSchemas([collection])).includes('  type: "Point";'));
  assert(typesOf(inferSchemas([{ ...collection, of: 100 }])).includes("  type: string;"));
});
