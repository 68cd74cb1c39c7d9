/**
 * What the tests of both Python generators share: documents to make types of, and a judge.
 *
 * @module
 */
import { Binary, Code, DBRef, Decimal128, Long, ObjectId, serialize, UUID } from "bson";
import { NoPythonError } from "../../../../scripts/python_tools.ts";
import { Profile } from "../../../../src/profile/mod.ts";
import {
  type Generator,
  type InferOptions,
  inferSchemas,
  type SchemaModel,
} from "../../../../src/schema/mod.ts";
import { document, element, RAW_VALUES } from "../../../fixtures/every_type.ts";
import type { PythonJudge } from "../../../schema/judges/_python.ts";

/** A set of documents of one collection. */
export interface DocumentSet {
  readonly name: string;
  readonly documents: readonly Uint8Array[];
  readonly options?: InferOptions;
  readonly collection?: string;
}

/** The model of documents. */
export function modelOf({ documents, options, collection, name }: DocumentSet): SchemaModel {
  const buffer = new Uint8Array(documents.reduce((sum, { length }) => sum + length, 0));
  const starts: number[] = [];
  let at = 0;
  for (const bytes of documents) {
    starts.push(at);
    buffer.set(bytes, at);
    at += bytes.length;
  }
  const namespace = { db: "shop", collection: collection ?? name };
  const profile = new Profile();
  profile.addBatch({
    namespace,
    buffer,
    starts: new Uint32Array(starts),
    firstIndex: 0,
    lane: 0,
    seq: 0,
    after: { v: 1, kind: "test" },
  });
  return inferSchemas([{ namespace, profile }], options)[0]!;
}

/** Documents as BSON. */
export function encode(
  ...documents: readonly (Record<string, unknown> | Map<string, unknown>)[]
): Uint8Array[] {
  return documents.map((document) => serialize(document, { ignoreUndefined: false }));
}

/** The text that a generator makes of one model. */
export function textOf(
  generator: Generator,
  model: SchemaModel,
  options: Record<string, string | boolean> = {},
): string {
  return generator.generate([model], { source: "orders.bson", version: "0.1.0", options });
}

/** A judge, or `undefined` where there is no Python, which is said; a failure if that is required. */
export async function judgeOrSkip(
  make: () => Promise<PythonJudge>,
): Promise<PythonJudge | undefined> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof NoPythonError) || Deno.env.get("RUN_INTEGRATION") === "1") throw error;
    Deno.stderr.writeSync(new TextEncoder().encode(`test skipped: ${error.message}\n`));
    return undefined;
  }
}

/** Keys that code can fall over. */
export const HOSTILE_KEYS: readonly string[] = [
  "__proto__",
  "constructor",
  "",
  " ",
  '"',
  "'",
  '"""',
  "'''",
  "\\",
  "ends with a backslash\\",
  "a\nb",
  "a\rb",
  "a\tb",
  "a\u2028b",

  "\ufeff",
  "\ufeffx",
  "\u202e",
  "*/",
  "`${x}`",
  "# type: ignore",
  "{x}",
  "%s",
  "a b",
  "a-b",
  "a_b",
  "a.b",
  "$ref",
  "$id",
  "$",
  "$$",
  "1",
  "1a",
  "2024-01-01",
  "_",
  "__",
  "___",
  "_x",
  "__x",
  "x_",
  "x__",
  "x",
  "_id",
  "id",
  "id_",
  "__init__",
  "__doc__",
  "__slots__",
  "__annotations__",
  "__class__",
  "__debug__",
  "__pydantic_extra__",
  "model_config",
  "model_fields",
  "model_dump",
  "model_year",
  "model_post_init",
  "json",
  "copy",
  "schema",
  "dict",
  "validate",
  "construct",
  "self",
  "cls",
  "data",
  "class",
  "class_",
  "None",
  "True",
  "match",
  "type",
  "lambda",
  "async",
  "print",
  "int",
  "str",
  "float",
  "bool",
  "list",
  "bytes",
  "object",
  "datetime",
  "ObjectId",
  "Binary",
  "Literal",
  "NotRequired",
  "TypedDict",
  "Field",
  "Maybe",
  "T",
  "_Document",
  "_never_null",
  "Hostile",
  "é",
  "e\u0301",
  "ﬁ",
  "fi",
  "ª",
  "µ",
  "ключ",
  "鍵",
  "עברית",
  "😀",
  "\u{10ffff}",
  "_bsontype",
  "k".repeat(1000),
  "k ".repeat(500),
];

// A map, for an object with a key `_bsontype` or `__proto__` would be something else.
const keyed = (value: (key: string) => unknown) =>
  new Map(HOSTILE_KEYS.map((key) => [key, value(key)]));

function hostile(): Uint8Array[] {
  const date = new Date(0);
  const all = encode(
    keyed(() => 1),
    keyed((key) => key.length % 2 === 0 ? date : [new ObjectId()]),
    keyed((key) => new Map<string, unknown>([[key, key], ["list", [1]], ["datetime", date]])),
    {},
  );
  const tree = encode({ "a b": { "a b": { "a b": { x: 'say "hi"' } }, x: 'say "hi"' } });
  return [...all, ...tree];
}

function events(): Uint8Array[] {
  const documents: Record<string, unknown>[] = [];
  for (let i = 0; i < 30; i++) {
    const inner = { class: "circle", radius: i + 0.5, _id: i, id: i };
    const other = { class: 'squ"are', side: i, label: i % 2 ? "x" : null, _id: i };
    documents.push({ _id: i, type: 1, total: i, shapes: [inner, other] });
    documents.push({ _id: i, type: 2, who: `user ${i}`, shapes: [] });
    documents.push({ _id: i, type: 3, "no name": true, shapes: [other], again: inner });
  }
  return encode(...documents);
}

function maps(): Uint8Array[] {
  const documents: Record<string, unknown>[] = [];
  for (let i = 0; i < 60; i++) {
    const day = `2024-01-${String(1 + i % 28).padStart(2, "0")}`;
    documents.push({
      byDay: { [day]: { count: i, note: i % 3 === 0 ? null : "x" }, "2023-05-05": { count: 1 } },
      byId: { [new ObjectId().toHexString()]: i % 2 ? 1 : "one", total: 5, [day]: 1.5 },
      byHash: { [new ObjectId().toHexString()]: [i], [new ObjectId().toHexString()]: [] },
      nested: { [day]: { [day]: { [day]: i } }, "2023-05-05": {} },
      named: { total: i, "no name": "x", [`2020-02-${day.slice(8)}`]: i + 0.5, [day]: { x: 1 } },
    });
  }
  return encode(...documents);
}

function recursive(): Uint8Array[] {
  const leaf = { name: "leaf", children: [] };
  const comment = { text: "a", "in reply to": { text: "b", "in reply to": { text: "c" } } };
  const node = { name: "n", children: [leaf, { name: "m", children: [leaf, leaf] }] };
  const pair = { left: { right: { left: { right: { left: { n: 1 } }, n: 1 } }, n: 1 } };
  const folder = {
    files: { "2024-01-01": { size: 1, files: { "2024-01-02": { size: 2, files: {} } } } },
  };
  const folders = {
    files: { "2024-01-03": { size: 1, files: {} }, "2024-01-04": { size: 1, files: {} } },
  };
  return encode({ tree: node, comment, pair, folder }, {
    tree: leaf,
    comment: { text: 'x"y' },
    pair: { left: { n: 2 } },
    folder: folders,
  });
}

function shapes(): Uint8Array[] {
  const documents: Record<string, unknown>[] = [];
  for (let i = 0; i < 40; i++) {
    documents.push({
      _id: new ObjectId(),
      pair: [i, "a"],
      loc: [i + 0.5, 2],
      geo: { type: "Point", coordinates: [1.5, 2] },
      empty: {},
      none: null,
      "never filled": [],
      mixed: i % 3 === 0 ? 1 : i % 3 === 1 ? Long.fromNumber(1) : "one",
      number: i % 2 ? 1 : 1.5,
      status: i % 2 ? "new" : 'o"pen\\',
      code: i % 2 ? new Code("f") : "f",
      bytes: i % 2 ? new Binary(new Uint8Array(2), 0) : new Binary(new Uint8Array(2), 5),
      uuid: new UUID(),
      ref: new DBRef("c", new ObjectId()),
      maybeRef: i % 2 ? new DBRef("c", new ObjectId()) : { $id: 1, x: 2 },
      price: Decimal128.fromString("1.5"),
      deep: [[[i, null], []], []],
      ...(i % 2 ? { optional: "x" } : {}),
      ...(i % 4 ? { nullable: i % 3 ? null : 5 } : {}),
      ...(i % 5 ? { onlyNull: null } : {}),
      ...(i % 5 ? { anything: [] } : {}),
      "a list of objects": [{ a: 1 }, { b: i }],
    });
  }
  return encode(...documents);
}

/** A value inside of many. */
function deep(levels: number, around: (value: unknown, level: number) => unknown): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = around(value, level);
  return value;
}

/** An object with many keys. */
function many(keys: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}x`, i % 2 ? "x" : i]));
}

function days(more: (i: number) => Record<string, unknown>): Uint8Array[] {
  return encode(...Array.from({ length: 30 }, (_, i) => ({
    ...more(i),
    [`2024-01-${10 + i % 20}`]: { x: i },
    [`2024-02-${10 + i % 19}`]: { x: i },
  })));
}

function enums(): Uint8Array[] {
  return encode(...Array.from({ length: 2000 }, (_, i) => ({
    s: `a value that is long number ${i % 30}`,
    list: [`v${i % 20}`],
    ...(i % 2 ? { o: `value ${i % 12}`, "odd key": `value ${i % 12}` } : {}),
  })));
}

const CLOSED = { enum: "closed" } as const;

/** Documents of every kind that are hard on a generator. */
export const SETS: readonly DocumentSet[] = [
  {
    name: "every type",
    documents: [
      document(...RAW_VALUES.map(({ type, bytes }, i) => element(type, `v${i}`, bytes))),
    ],
  },
  ...RAW_VALUES.map(({ name, type, bytes }) => ({
    name,
    documents: [
      document(element(type, "value", bytes)),
      document(element(0x04, "list", document(element(type, "0", bytes)))),
    ],
  })),
  { name: "hostile", documents: hostile() },
  { name: "events", documents: events() },
  {
    name: "closed enums",
    documents: shapes(),
    options: { overrides: { status: { enum: "closed" } } },
  },
  { name: "maps", documents: maps() },
  { name: "recursive", documents: recursive() },
  { name: "a document in itself", documents: encode({ a: { a: { a: { a: {} } } } }) },
  { name: "shapes", documents: shapes() },
  {
    name: "deep objects",
    documents: encode({ a: deep(95, (value, level) => ({ [`a${level}`]: value })) }),
  },
  { name: "deep lists", documents: encode({ a: deep(95, (value) => [value]) }) },
  { name: "deep recursion", documents: encode(deep(95, (child) => ({ child, x: 1 })) as never) },
  { name: "many keys", documents: encode(many(900), many(700)) },
  { name: "too many keys", documents: encode(many(5000), { a: many(5000), b: many(10) }) },
  {
    name: "documents that are maps",
    documents: days(() => ({})),
    options: { overrides: { "": { as: "map" } } },
  },
  {
    name: "documents that are maps with an _id",
    documents: days((_id) => ({ _id })),
    options: { overrides: { "": { as: "map" } } },
  },
  {
    name: "long enums",
    documents: enums(),
    options: { overrides: { s: CLOSED, "list[]": CLOSED, o: CLOSED, "odd key": CLOSED } },
  },
  { name: "no fields", documents: encode({}, {}) },
  ...["", "1", "None", "fields", "T", "typed dicts", 'a"""\n\\', "ünïs", "𝒳", "²"].map((
    collection,
  ) => ({
    name: `collection ${JSON.stringify(collection)}`,
    collection,
    documents: encode({ int: { a: 1 }, list: [{ b: { c: 1 } }] }),
  })),
];
