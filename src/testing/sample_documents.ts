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
  serialize,
  Timestamp,
} from "bson";

/** A document as bytes, and what is special about it. */
export interface SampleDocument {
  /** The BSON type that it holds, by the name the specification gives it. */
  readonly name: string;
  /** The whole document; its `_id` stands first. */
  readonly bytes: Uint8Array;
}

const ID = new Uint8Array([0x5f, 0x69, 0x64, 0]);
const VALUE = new Uint8Array([0x76, 0]);

/** Each type's value, for the types that the BSON library writes. */
const VALUES: Readonly<Record<string, unknown>> = {
  double: new Double(3),
  negativeZero: new Double(-0),
  string: "Zürich \u{1F600} \0 end",
  object: { b: new Int32(1), a: { "": new Int32(2), "with.dot": new Int32(3) } },
  array: [new Int32(1), "two", [new Double(3)]],
  binary: new Binary(new Uint8Array([0, 1, 255]), 0x80),
  uuid: new Binary(new Uint8Array(16).fill(7), 4),
  objectId: new ObjectId("0123456789abcdef01234567"),
  boolean: true,
  date: new Date(-1),
  null: null,
  regex: new BSONRegExp("^a(b|c)$", "im"),
  code: new Code("function () { return 1; }"),
  symbol: new BSONSymbol("s"),
  codeWithScope: new Code("return x", { x: new Int32(1) }),
  int: new Int32(-7),
  timestamp: new Timestamp({ t: 1, i: 2 }),
  emptyTimestamp: new Timestamp({ t: 0, i: 0 }),
  long: Long.fromString("9007199254740993"),
  decimal: Decimal128.fromString("1.10"),
  minKey: new MinKey(),
  maxKey: new MaxKey(),
};

/** Values of types that are out of use, which no library writes any more. */
const RAW_VALUES: Readonly<Record<string, { type: number; bytes: readonly number[] }>> = {
  undefined: { type: 0x06, bytes: [] },
  dbPointer: {
    type: 0x0c,
    bytes: [4, 0, 0, 0, 0x61, 0x2e, 0x62, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  },
};

/**
 * A document of every BSON type as bytes, the ones out of use included. Each has an `_id` that is a
 * different number, first, and the value as `v`.
 *
 * @returns The documents, always the same.
 *
 * @example
 * ```ts
 * import { sampleDocuments } from "@datahood/cli/testing";
 * import { assert } from "@std/assert";
 *
 * assert(sampleDocuments().some(({ name }) => name === "decimal"));
 * ```
 */
export function sampleDocuments(): readonly SampleDocument[] {
  const samples: SampleDocument[] = [];
  for (const [name, value] of Object.entries(VALUES)) {
    const _id = new Int32(samples.length);
    samples.push({ name, bytes: new Uint8Array(serialize({ _id, v: value })) });
  }
  for (const [name, { type, bytes }] of Object.entries(RAW_VALUES)) {
    samples.push({ name, bytes: rawDocument(samples.length, type, bytes) });
  }
  return samples;
}

function rawDocument(id: number, type: number, value: readonly number[]): Uint8Array {
  const length = 4 + 1 + ID.length + 4 + 1 + VALUE.length + value.length + 1;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, length, true);
  bytes.set([0x10, ...ID], 4);
  view.setInt32(9, id, true);
  bytes.set([type, ...VALUE, ...value], 13);
  return bytes;
}

/** Many small documents with an `_id` each, for checks that need several batches. */
export function numberedDocuments(count: number): Uint8Array[] {
  return Array.from(
    { length: count },
    (_, i) =>
      new Uint8Array(serialize({ _id: new Int32(i), text: `document ${i} ${"x".repeat(i % 50)}` })),
  );
}
