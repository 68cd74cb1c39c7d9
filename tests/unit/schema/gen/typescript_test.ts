import { assertEquals, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import {
  deserialize,
  type DeserializeOptions,
  Int32,
  Long,
  ObjectId,
  serialize,
  Timestamp,
  UUID,
} from "bson";
import { UsageError } from "../../../../src/core/mod.ts";
import { Profile } from "../../../../src/profile/mod.ts";
import { typescriptGenerator } from "../../../../src/schema/gen/typescript.ts";
import {
  type GenerateContext,
  type InferOptions,
  inferSchemas,
  type SchemaModel,
} from "../../../../src/schema/mod.ts";
import { generatorSamples, testGenerator } from "../../../../src/testing/mod.ts";
import { dataSets } from "../../../schema/data_sets.ts";
import { type Decode, judge } from "../../../schema/judges/typescript.ts";
import { assertFormatted } from "./_formatted.ts";
import { MODEL, PLANS, RECURSIVE } from "./_model.ts";

type Options = GenerateContext["options"];

const ROOT = fromFileUrl(new URL("../../../../", import.meta.url));

function modelOf(
  documents: readonly Uint8Array[],
  collection = "orders",
  options: InferOptions = {},
): SchemaModel {
  const profile = new Profile();
  for (const bytes of documents) profile.addDocument(bytes);
  return inferSchemas([{ namespace: { db: "shop", collection }, profile }], options)[0]!;
}

function textOf(models: SchemaModel | readonly SchemaModel[], options: Options = {}): string {
  const list = "root" in models ? [models] : models;
  return typescriptGenerator.generate(list, { source: "orders.bson", version: "0.1.0", options });
}

/** The types of documents, without the lines above them. */
function typesOf(documents: readonly Record<string, unknown>[], options: Options = {}): string {
  const text = textOf(modelOf(documents.map((one) => serialize(one))), options);
  return text.split("\n").filter((line) => !/^(?:\/\/|import|\/\*\* A document)/.test(line))
    .join("\n").trim();
}

testGenerator({
  generator: typescriptGenerator,
  judge: () => judge(),
  values: { shape: ["bson", "json"] },
  dataSets,
});

Deno.test("`typescriptGenerator` writes a model as it would be written by hand", () => {
  assertEquals(
    textOf(MODEL),
    `// Made by datahood 0.1.0 from 10 documents of orders.bson.
// Edits are lost when it is made again.
import type { ObjectId } from "mongodb";

/** A document of orders. Seen 10 times: each field may be missing in up to 30% (95%). */
export interface Order {
  _id: ObjectId;
  /** Null in 2 of 10 (20%). */
  name: string | null;
  /** In 5 of 10 (50%). */
  note?: string;
  /** In 5 of 10 (50%). Null in 2 of 5 (40%). */
  closed?: Date | null;
  address: OrderAddress;
  payment: OrderPayment;
  /** Keys are dates. */
  stock: Record<string, number>;
  at: [number, number];
  status: "new" | 'so "old"' | (string & {});
}

/** Seen 10 times: each field may be missing in up to 30% (95%). */
export interface OrderAddress {
  "street name": string;
  class: number;
  /** In 5 of 10 (50%). */
  in?: OrderAddress;
}

export type OrderPayment = OrderPaymentCard | OrderPaymentBank;

/** Seen 5 times: each field may be missing in up to 60% (95%). */
export interface OrderPaymentCard {
  kind: "card";
  last4: string;
}

/** Seen 5 times: each field may be missing in up to 60% (95%). */
export interface OrderPaymentBank {
  kind: "bank";
  iban: string;
}
`,
  );
});

Deno.test("`typescriptGenerator` writes types that go back to themselves, through maps too", async () => {
  const documents = PLANS.map((plan) => serialize(plan));
  const text = textOf(RECURSIVE);
  assertEquals(
    await (await judge()).accept(text, RECURSIVE, documents),
    documents.map(() => undefined),
  );
  assertEquals(text.match(/export .*\bForest\b[^}]*}/)?.[0], FOREST);
});

const FOREST = `export interface Forest {
  n: number;
  [key: string]: Forest | Node | number;
}`;

Deno.test("`typescriptGenerator` writes an object without fields as one that has none", () => {
  assertEquals(typesOf([{}, {}]), "export type Order = Record<string, never>;");
  assertEquals(
    typesOf(Array.from({ length: 40 }, () => ({ a: {}, b: [], c: [{}] }))),
    `export interface Order {
  a: Record<string, never>;
  b: unknown[];
  c: Record<string, never>[];
}`,
  );
});

Deno.test("`typescriptGenerator` wraps what is too long for a line as `deno fmt` does", async () => {
  const words = Array.from({ length: 9 }, (_, i) => `${"abcdefghi"[i]}`.repeat(16));
  const document = (i: number) => ({
    _id: i,
    status: words[i % 9],
    list: [words[i % 9], words[(i + 1) % 9]],
    either: i % 2 ? words[i % 9] : null,
    lists: i % 2 ? [words[i % 9]] : null,
    maps: { [new ObjectId(i.toString(16).padStart(24, "0")).toHexString()]: words[i % 9] },
    tuple: [words[i % 9], i, { [words[i % 9]!]: 1 }],
    entry: [words[i % 9], words[(i * 2) % 9], i],
    ["a key that is so long that what stands behind it does not fit on the same line as it"]: {
      nested: i,
    },
  });
  const documents = Array.from({ length: 500 }, (_, i) => serialize(document(i)));
  const model = modelOf(documents);
  const texts = [textOf(model), textOf(MODEL), textOf(RECURSIVE)];
  for (const { namespace, documents } of [...await dataSets(), ...generatorSamples()]) {
    const one = modelOf(documents, namespace.collection);
    texts.push(textOf(one), textOf(one, { shape: "json" }), textOf(one, { promoteValues: false }));
  }
  assertEquals(texts[0]!.includes('    | "aaaaaaaaaaaaaaaa"\n    | "bbbbbbbbbbbbbbbb"'), true);
  assertEquals(texts[0]!.includes("Record<\n    string,\n    | "), true);
  await assertFormatted(texts, ".ts");
});

Deno.test("`typescriptGenerator` follows how the driver decodes", async (t) => {
  const sets = generatorSamples().filter(({ name }) => /kind|absences|numbers|maps/.test(name));
  const decoder = (options: DeserializeOptions): Decode => (bytes) =>
    deserialize(bytes, { validation: { utf8: false }, ...options });
  const cases: readonly (readonly [Options, Decode])[] = [
    [{}, decoder({})],
    [{ promoteValues: false }, decoder({ promoteValues: false })],
    [{ promoteLongs: false }, decoder({ promoteLongs: false })],
    [{ useBigInt64: true }, decoder({ useBigInt64: true })],
    [{ bsonRegExp: true }, decoder({ bsonRegExp: true })],
    [
      { promoteLongs: false, bsonRegExp: true },
      decoder({ promoteLongs: false, bsonRegExp: true }),
    ],
    [{ shape: "json" }, (bytes) => JSON.parse(JSON.stringify(decoder({})(bytes)))],
    [
      { shape: "json", promoteValues: false },
      (bytes) => JSON.parse(JSON.stringify(decoder({ promoteValues: false })(bytes))),
    ],
    [
      { shape: "json", promoteLongs: false, bsonRegExp: true },
      (bytes) =>
        JSON.parse(JSON.stringify(decoder({ promoteLongs: false, bsonRegExp: true })(bytes))),
    ],
  ];
  for (const [options, decode] of cases) {
    await t.step(JSON.stringify(options), async () => {
      const compiler = await judge(decode);
      for (const { name, namespace, documents } of sets) {
        const model = modelOf(documents, namespace.collection);
        const reasons = await compiler.accept(textOf(model, options), model, documents);
        assertEquals(reasons.filter((reason) => reason !== undefined), [], name);
      }
    });
  }
  const document = {
    int: new Int32(1),
    double: 1.5,
    long: Long.fromString("9007199254740993"),
    uuid: new UUID("01234567-89ab-4def-8123-456789abcdef"),
    time: new Timestamp({ t: 1, i: 1 }),
  };
  const lines = (options: Options) => typesOf([document], options).split("\n");
  await t.step("one line each", () => {
    assertEquals(lines({ promoteValues: false }).filter((line) => /^ {2}\w/.test(line)), [
      "  int: Int32;",
      "  double: Double;",
      "  long: Long;",
      "  uuid: UUID;",
      "  time: Timestamp;",
    ]);
    assertEquals(lines({}).includes("  long: number | Long;"), true);
    assertEquals(lines({ useBigInt64: true }).includes("  long: bigint;"), true);
    assertEquals(lines({ shape: "json" }).includes("  time: { $timestamp: string };"), true);
  });
});

Deno.test("`typescriptGenerator` refuses options that the driver or JSON does not allow together", () => {
  for (
    const options of [
      { useBigInt64: true, promoteValues: false },
      { useBigInt64: true, shape: "json" },
      { shape: "bsno" },
    ]
  ) assertThrows(() => textOf(MODEL, options), UsageError, "Cannot use");
});

Deno.test("`typescriptGenerator` writes a module of many collections that `deno check` takes", async () => {
  const collections = [...await dataSets(), ...generatorSamples()].map(
    ({ namespace, documents }) => {
      const profile = new Profile();
      for (const bytes of documents) profile.addDocument(bytes);
      return { namespace, profile };
    },
  );
  const folder = await Deno.makeTempDir({ prefix: "datahood_typescript_" });
  try {
    const path = join(folder, "all.ts");
    await Deno.writeTextFile(path, textOf(inferSchemas(collections)));
    const config = `--config=${join(ROOT, "deno.json")}`;
    const map = `--import-map=${join(ROOT, "npm", "import_map.json")}`;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", config, map, "--no-lock", path],
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr).slice(0, 3000));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
