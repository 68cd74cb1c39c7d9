import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from "bson";
import type { Namespace } from "../core/mod.ts";
import { HOSTILE_KEYS, HOSTILE_VALUES, NOT_UTF8 } from "./_hostile.ts";
import { rawDocument, type RawFields, RawObject, RawValue } from "./_raw_document.ts";

/** Documents of one collection that show one thing that a generator has to get right. */
export interface GeneratorSample {
  /** What they show. */
  readonly name: string;
  /** The collection. */
  readonly namespace: Namespace;
  /** The documents as raw BSON. */
  readonly documents: readonly Uint8Array[];
}

const UNDEFINED = new RawValue(0x06);
const DB_POINTER = new RawValue(
  0x0c,
  Uint8Array.of(4, 0, 0, 0, 0x61, 0x2e, 0x62, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
);
const object = (members: Readonly<Record<string, unknown>>) =>
  new RawObject(Object.entries(members));

/** A value of every kind, and of the subtypes that generators tell apart. */
const KINDS: Readonly<Record<string, unknown>> = {
  double: new Double(1.5),
  string: "text",
  object: object({ inner: 1 }),
  array: [1, "two", null],
  binary: new Binary(Uint8Array.of(1, 2), 0),
  uuid: new UUID("01234567-89ab-4def-8123-456789abcdef"),
  undefined: UNDEFINED,
  objectId: new ObjectId("0123456789abcdef01234567"),
  boolean: true,
  date: new Date(1_700_000_000_123),
  null: null,
  regex: new BSONRegExp("^a/b$", "im"),
  dbPointer: DB_POINTER,
  code: new Code("return 1"),
  symbol: new BSONSymbol("symbol"),
  codeWithScope: new Code("return x", { x: 1 }),
  int: new Int32(7),
  timestamp: new Timestamp({ t: 1, i: 2 }),
  long: Long.fromNumber(8),
  decimal: Decimal128.fromString("1.10"),
  minKey: new MinKey(),
  maxKey: new MaxKey(),
};

/** The documents of a collection, each with an `_id` of its own. */
function collection(
  name: string,
  documents: readonly RawFields[],
  collection = name,
): GeneratorSample {
  return {
    name,
    namespace: { db: "sample", collection },
    documents: documents.map((fields, i) => rawDocument([["_id", new Int32(i)], ...fields])),
  };
}

const repeat = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const fields = (members: Readonly<Record<string, unknown>>): RawFields => Object.entries(members);

function everyKind(): GeneratorSample {
  return collection("every kind", [
    fields(KINDS),
    ...Object.values(KINDS).map((any): RawFields => [["any", any], ["list", [any]]]),
    [["list", Object.values(KINDS)]],
  ]);
}

/** Each of present, missing, null and undefined with each other. */
function absences(): GeneratorSample {
  const states = { present: 1, null: null, undefined: UNDEFINED, missing: undefined } as const;
  const names = Object.keys(states) as (keyof typeof states)[];
  const sets = repeat(15, (i) => names.filter((_, bit) => (i + 1) & (1 << bit)));
  return collection(
    "absences",
    repeat(12, (i): RawFields =>
      sets.flatMap((set): RawFields => {
        const state = set[i % set.length]!;
        return state === "missing" ? [] : [[set.join("_or_"), states[state]]];
      })),
  );
}

function recursion(): GeneratorSample {
  const comment = (depth: number, i: number): RawObject =>
    new RawObject([
      ["text", `comment ${i}`],
      ["likes", depth % 2 === 0 ? 3 : null],
      ["replies", depth === 0 ? [] : repeat(2, (j) => comment(depth - 1, j))],
    ]);
  const node = (depth: number): RawObject =>
    new RawObject([["value", depth], ["next", depth === 0 ? null : node(depth - 1)]]);
  return collection(
    "recursion",
    repeat(6, (i): RawFields => [["replies", [comment(i % 4, i)]], ["next", node(i)]]),
    "comments",
  );
}

function variants(): GeneratorSample {
  const kinds: readonly ((i: number) => RawFields)[] = [
    (i) => [["type", "card"], ["card", object({ number: `${i}`, holder: "Ada" })]],
    (i) => [["type", "bank transfer"], ["iban", `DE${i}`], ["bic", null]],
    () => [["type", 'it\'s "cash"'], ["currency", "EUR"]],
  ];
  const shapes: readonly ((i: number) => RawFields)[] = [
    (i) => [["v", 1], ["radius", i + 0.5]],
    (i) => [["v", -2], ["width", i], ["height", i]],
  ];
  return collection(
    "variants",
    repeat(36, (i): RawFields => [
      ["payment", new RawObject(kinds[i % 3]!(i))],
      ["shapes", [new RawObject(shapes[i % 2]!(i)), new RawObject(shapes[0]!(i))]],
    ]),
    "payments",
  );
}

function maps(): GeneratorSample {
  const hex = (i: number) => new ObjectId(i.toString(16).padStart(24, "0")).toHexString();
  return collection(
    "maps",
    repeat(40, (i): RawFields => [
      ["byId", new RawObject([[hex(i), object({ count: i })], [hex(i + 1), object({ count: 1 })]])],
      [
        "byDay",
        new RawObject([[`2024-01-${String(i % 28 + 1).padStart(2, "0")}`, i % 3 ? i : null]]),
      ],
      ["named", new RawObject([["total", i], [hex(i), "one"], [hex(i + 9), "two"]])],
      ["words", new RawObject(repeat(2, (j) => [`w${"xyz"[j]}${(i * 7919 + j) % 997}q`, 1.5]))],
      ["nested", new RawObject([[String(i), new RawObject([[hex(i), [i]], [hex(i + 1), []]])]])],
      ["sometimes", i % 2 ? new RawObject([]) : new RawObject([["de-DE", "ja"], ["en-GB", "yes"]])],
    ]),
  );
}

function tuples(): GeneratorSample {
  return collection(
    "tuples",
    repeat(24, (i): RawFields => [
      ["entry", [`key ${i}`, i, i % 2 ? null : object({ at: new Date(i) })]],
      ["point", object({ type: "Point", coordinates: [i + 0.5, i % 2 ? 3 : 4.25] })],
      ["location", [i + 0.25, -i - 0.25]],
      ["pairs", [[1, "a"], [2, "b"]]],
    ]),
    "entries",
  );
}

function empty(): GeneratorSample {
  return collection("empty", [
    [["nothing", new RawObject([])], ["none", []], ["lists", [[], []]], ["objects", [
      new RawObject([]),
    ]], ["nulls", [null]]],
    [["nothing", new RawObject([])], ["none", []], ["lists", []], ["objects", []], ["nulls", []]],
    [["nothing", new RawObject([])], ["maybe", new RawObject([])], ["none", []], ["lists", [[]]], [
      "objects",
      [],
    ], ["nulls", [null, null]]],
  ]);
}

function enumsAndFormats(): GeneratorSample {
  const two = (n: number) => String(n).padStart(2, "0");
  return collection(
    "enums and formats",
    repeat(60, (i): RawFields => [
      ["status", ["open", "closed", "on hold"][i % 3]],
      ["level", new Int32([1, 2, 40][i % 3]!)],
      ["mixed", i % 2 ? ["low", "high"][i % 4 >> 1] : new Int32(i % 4)],
      ["uuid", `0123456${i % 10}-89ab-4def-8123-4567${two(i)}abcdef`],
      ["dateTime", `2024-05-${two(i % 28 + 1)}T10:${two(i)}:00${i % 2 ? "Z" : "+02:00"}`],
      ["local", `2024-05-${two(i % 28 + 1)} 10:${two(i)}`],
      ["date", `2024-05-${two(i % 28 + 1)}`],
      ["email", `user${i}@example.org`],
      ["uri", `https://example.org/${i}?q=[a]|b`.replace("|", "-")],
      ["ipv4", `10.0.0.${i}`],
      ["ipv6", `2001:db8::${i}`],
      ["hex24", i.toString(16).padStart(24, "a")],
      ["int", String(i * 7919 - 100)],
      ["base64", btoa(`some bytes ${i} and more`.padEnd(21, ".").slice(0, 21))],
    ]),
    "tickets",
  );
}

function numbers(): GeneratorSample {
  const long = (text: string) => Long.fromString(text);
  const date = (ms: bigint) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, ms, true);
    return new RawValue(0x09, bytes);
  };
  return collection("numbers", [
    fields({
      a: 1,
      b: new Double(1),
      c: long("1"),
      d: NaN,
      e: long("9007199254740993"),
      f: 1,
      g: Decimal128.fromString("NaN"),
      h: date(9_000_000_000_000_000n),
    }),
    fields({
      a: 1.5,
      b: new Double(-0),
      c: 2,
      d: -Infinity,
      e: long("-9223372036854775808"),
      f: long("5"),
      g: Decimal128.fromString("1E+6000"),
      h: new Date(0),
    }),
    fields({
      a: 2,
      b: new Double(1e300),
      c: 2.5,
      d: 0.1,
      e: long("7"),
      f: 1.5,
      g: Decimal128.fromString("0.30"),
      h: new Date(-1),
    }),
  ]);
}

/** Objects in objects, each with keys of its own, and arrays in arrays, as deep as servers take them. */
function deep(): GeneratorSample {
  const nest = (depth: number): RawObject =>
    new RawObject(depth === 96 ? [["end", true]] : [[`level${depth}`, nest(depth + 1)]]);
  const lists = (depth: number): unknown => depth === 0 ? 1 : [lists(depth - 1)];
  return collection("deep", repeat(2, (): RawFields => [["top", nest(0)], ["lists", lists(90)]]));
}

/** More distinct keys than are kept of an object: of a record, and of a map. */
function manyKeys(): GeneratorSample {
  // Words that no class of keys has, each in one document alone.
  const word = (i: number) => `key ${i.toString(36)}`;
  return collection(
    "many keys",
    repeat(60, (i): RawFields => [
      ["always", i],
      ["map", new RawObject(repeat(40, (j) => [word(i * 40 + j), j % 5 ? j : null]))],
      ...repeat(40, (j): readonly [string, unknown] => [
        word(i * 40 + j),
        j % 3 === 0 ? new RawObject([["value", j]]) : `${j}`,
      ]),
    ]),
  );
}

/** References as drivers write them, which some decode as a class of its own, and what looks like them. */
function references(): GeneratorSample {
  const id = new ObjectId("0123456789abcdef01234567");
  const reference = new RawObject([["$ref", "people"], ["$id", id]]);
  return collection(
    "references",
    repeat(12, (i): RawFields => [
      ["author", reference],
      ["editor", new RawObject([["$ref", "people"], ["$id", i], ["$db", "shop"], ["more", 1]])],
      ["list", i % 2 ? [reference, reference] : []],
      ["either", i % 3 ? reference : new RawObject([["name", "Ada"]])],
      ["no id", new RawObject([["$ref", "people"]])],
      ["odd", new RawObject([["$ref", i], ["$id", null]])],
    ]),
    "books",
  );
}

/** Every hostile key: of the document, of an object in it, of an object in an array. */
function hostileKeys(): GeneratorSample {
  const members = (value: unknown): RawFields => HOSTILE_KEYS.map((key) => [key, value]);
  return collection("hostile keys", [
    [
      ...members("text"),
      ["nested", new RawObject(members(1))],
      ["list", [new RawObject(members(null)), new RawObject(members(true))]],
    ],
    [["nested", new RawObject(members(2))], ["list", []]],
  ], 'hostile keys */ ${`\n"');
}

/** Every hostile key as the key of an object, of which types with names are made. */
function hostileNames(): GeneratorSample {
  const object = (i: number): RawFields =>
    HOSTILE_KEYS.map((key) => [key, new RawObject([["a", i], [key, new RawObject([[key, 1]])]])]);
  return collection("hostile names", [object(0), object(1)], "constructor");
}

/** Hostile keys that are data, and hostile values under them. */
function hostileMaps(): GeneratorSample {
  return collection(
    "hostile maps",
    repeat(30, (i): RawFields => [
      [
        "words",
        new RawObject(repeat(3, (j) => {
          const at = i * 3 + j;
          const key = HOSTILE_KEYS[at] ?? `other ${at}`;
          return [key, new RawObject([["value", HOSTILE_VALUES[at % HOSTILE_VALUES.length]]])];
        })),
      ],
    ]),
    "__proto__",
  );
}

/** Hostile values as an enum, and as the tag of variants. */
function hostileValues(): GeneratorSample {
  const few = HOSTILE_VALUES.slice(0, 12);
  return collection(
    "hostile values",
    repeat((HOSTILE_VALUES.length + 1) ** 2, (i): RawFields => {
      const tag = few[i % few.length]!;
      return [
        ["value", HOSTILE_VALUES[i % HOSTILE_VALUES.length]],
        ["tagged", new RawObject([["tag", tag], [`only ${i % few.length}`, i]])],
      ];
    }),
    "values",
  );
}

/** Keys and values that are not UTF-8. */
function notUtf8(): GeneratorSample {
  const text = (bytes: Uint8Array) => {
    const value = new Uint8Array(bytes.length + 5);
    new DataView(value.buffer).setInt32(0, bytes.length + 1, true);
    value.set(bytes, 4);
    return new RawValue(0x02, value);
  };
  return collection("not UTF-8", [
    [["text", text(NOT_UTF8[0]!)], [NOT_UTF8[0]!, 1], [NOT_UTF8[1]!, "one"]],
    [["text", "valid"], [NOT_UTF8[0]!, 2], [NOT_UTF8[1]!, "two"]],
  ]);
}

/**
 * Documents that show all that a generator has to get right: every kind of value; missing, null and
 * undefined; recursion, variants, maps, tuples; objects and arrays with nothing in them; keys and
 * values that mean something in the target's language.
 *
 * @returns The samples, always the same.
 *
 * @example
 * ```ts
 * import { generatorSamples } from "@datahood/cli/testing";
 * import { assert } from "@std/assert";
 *
 * assert(generatorSamples().some(({ name }) => name === "hostile keys"));
 * ```
 */
export function generatorSamples(): readonly GeneratorSample[] {
  return [
    everyKind(),
    absences(),
    recursion(),
    variants(),
    maps(),
    tuples(),
    empty(),
    enumsAndFormats(),
    numbers(),
    deep(),
    manyKeys(),
    references(),
    hostileKeys(),
    hostileNames(),
    hostileMaps(),
    hostileValues(),
    notUtf8(),
  ];
}
