import { gzipSync, zstdCompressSync } from "node:zlib";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  batchDocument,
  DataError,
  IoError,
  NotFoundError,
  type Position,
  type RawBatch,
  type ReadOptions,
  UnsupportedError,
  UsageError,
} from "../../../../src/core/mod.ts";
import { BsonConnector, fileNamespace } from "../../../../src/connectors/bson/mod.ts";
import { bsonDescriptor } from "../../../../src/connectors/bson/descriptor.ts";
import { transfer } from "../../../../src/transfer/mod.ts";
import {
  concat,
  document,
  element,
  everyTypeDocuments,
  everyTypeFile,
  int32,
} from "../../../fixtures/every_type.ts";
import { fileOf, readAll, temporaryFolder } from "../../io/_files.ts";

interface Outcome {
  readonly documents: Uint8Array[];
  readonly positions: Position[];
  readonly error?: unknown;
}

async function read(path: string, options: ReadOptions = {}): Promise<Outcome> {
  const documents: Uint8Array[] = [];
  const positions: Position[] = [];
  try {
    for await (const item of new BsonConnector({ path }).source.read(options)) {
      if (item.type !== "batch") continue;
      const { batch } = item;
      for (let i = 0; i < batch.starts.length; i++) documents.push(batchDocument(batch, i).slice());
      positions.push(batch.after);
      batch.release?.();
    }
    return { documents, positions };
  } catch (error) {
    return { documents, positions, error };
  }
}

Deno.test("BsonConnector carries every type, byte for byte, through every compression", async () => {
  await using folder = await temporaryFolder();
  const bytes = everyTypeFile();
  const from = await fileOf(folder.path, "every.bson", bytes);
  for (const name of ["a.bson", "a.bson.gz", "a.bson.zst"]) {
    await using source = new BsonConnector({ path: from });
    await using target = new BsonConnector({ path: `${folder.path}/${name}` });
    const { counts } = await transfer(source, target);
    assertEquals(counts.written, everyTypeDocuments().length);
    assertEquals(await readAll(`${folder.path}/${name}`), { bytes });
  }
});

Deno.test("BsonConnector goes on after any of its positions", async () => {
  await using folder = await temporaryFolder();
  const all = everyTypeDocuments().map(({ bytes }) => bytes);
  const bytes = everyTypeFile();
  for (const stored of [bytes, gzipSync(bytes), zstdCompressSync(bytes)]) {
    const path = await fileOf(folder.path, "x.bson", stored);
    const { documents, positions } = await read(path, { batchDocuments: 5 });
    assertEquals(documents, all);
    for (const [i, after] of positions.entries()) {
      const rest = await read(path, { after: JSON.parse(JSON.stringify(after)) });
      assertEquals(rest.documents, all.slice((i + 1) * 5));
    }
  }
  const path = `${folder.path}/x.bson`;
  for (const after of [{ v: 2, kind: "bson", offset: 0, index: 0 }, { v: 1, kind: "x" }]) {
    assert((await read(path, { after })).error instanceof UsageError);
  }
});

Deno.test("BsonConnector says what a file is that is not BSON", async (t) => {
  await using folder = await temporaryFolder();
  const text = (value: string) => new TextEncoder().encode(value);
  const table: [string, Uint8Array, string][] = [
    ["JSON", text('{"_id": 1, "name": "Ada"}\n'), "it looks like JSON text"],
    [
      "gzip of JSON",
      gzipSync(text('[{"_id": 1}]')),
      "it looks like JSON text, compressed with gzip",
    ],
    ["CSV", text("id,name\n1,Ada\n2,Bob\n"), "it looks like CSV text"],
    ["a text", text("Dear reader, hello."), "it looks like"],
    [
      "an archive",
      concat([0x6d, 0xe2, 0x99, 0x81], int32(90)),
      "it looks like a mongodump archive",
    ],
    ["gzip twice", gzipSync(gzipSync(text("x"))), "it looks like gzip, compressed with gzip"],
    ["SQLite", text("SQLite format 3\0 and more"), "it looks like a SQLite database"],
  ];
  for (const [name, bytes, message] of table) {
    await t.step(name, async () => {
      const { error } = await read(await fileOf(folder.path, "x.bson", bytes));
      assert(error instanceof DataError);
      assert(error.message.includes(`x.bson" as BSON: ${message}`), error.message);
      assert(error.hint !== undefined);
    });
  }
  // What looks like nothing else is told as it is.
  const { error } = await read(await fileOf(folder.path, "x.bson", concat(int32(50), [3, 1, 0])));
  assert(error instanceof DataError && error.message.includes("document 0 at byte 0"));
});

Deno.test("BsonConnector gives all documents before a damage, with its index", async () => {
  await using folder = await temporaryFolder();
  const good = document(element(16, "a", int32(1)));
  const bytes = concat(good, good, good.subarray(0, 7));
  for (
    const stored of [bytes, gzipSync(bytes), gzipSync(concat(good, good, good)).subarray(0, -3)]
  ) {
    const path = await fileOf(folder.path, "x.bson", stored);
    const { documents, error } = await read(path);
    assert(error instanceof DataError, `${error}`);
    assertEquals(documents.length, error.index);
    assertEquals(documents, Array.from(documents, () => good));
    assert(error.hint?.includes("documents before"), error.hint);
    assertEquals(error.stage, "source");
  }
  assertEquals(await read(await fileOf(folder.path, "e.bson", new Uint8Array())), {
    documents: [],
    positions: [],
  });
});

Deno.test("BsonConnector refuses what a file cannot do", async () => {
  await using folder = await temporaryFolder();
  const path = await fileOf(folder.path, "x.bson", new Uint8Array());
  const connector = new BsonConnector({ path });
  const { error } = await read(path, { query: { limit: 1 } });
  assert(error instanceof UsageError && error.message.includes("Cannot use limit"), `${error}`);
  assertThrows(() => new BsonConnector({ path, compress: "lz4" }), UsageError);
  const resume = { v: 1, kind: "bson" };
  await assertRejects(() => connector.target.open({ resume, overwrite: true }), UnsupportedError);
  await assertRejects(
    () => connector.target.open({ onConflict: "skip", overwrite: true }),
    UsageError,
  );
  const writer = await connector.target.open({ overwrite: true });
  await writer.begin({ namespace: { db: "s", collection: "a" }, type: "collection" });
  await assertRejects(
    () => writer.begin({ namespace: { db: "s", collection: "b" }, type: "collection" }),
    UsageError,
    "a BSON file holds one collection",
  );
  await writer.abort();
});

Deno.test("BsonConnector says what of a collection it does not keep", async () => {
  await using folder = await temporaryFolder();
  const writer = await new BsonConnector({ path: `${folder.path}/x.bson` }).target.open();
  const index = (name: string) =>
    document(
      element(2, "name", concat(int32(name.length + 1), new TextEncoder().encode(name), [0])),
    );
  const issues = await writer.begin({
    namespace: { db: "s", collection: "a" },
    type: "collection",
    options: document(element(8, "capped", [1])),
    indexes: [index("_id_"), index("a_1")],
  });
  await writer.abort();
  assertEquals(issues.map(({ code }) => code), ["options-not-carried", "indexes-not-carried"]);
});

Deno.test("BsonConnector writes only documents, where a batch has gaps", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/x.bson`;
  const [a, b] = [document(element(10, "a")), document(element(16, "b", int32(2)))];
  const writer = await new BsonConnector({ path }).target.open();
  const namespace = { db: "", collection: "x" };
  const result = await writer.write({
    namespace,
    buffer: concat([9, 9], a, b, [7, 7, 7], a, [1]),
    starts: new Uint32Array([2, 2 + a.length, 5 + a.length + b.length]),
    firstIndex: 0,
    lane: 0,
    seq: 0,
    after: { v: 1, kind: "x" },
  });
  assertEquals([result.inserted, result.bytes], [3, 2 * a.length + b.length]);
  assertEquals(await writer.sync(), {
    v: 1,
    kind: "bson",
    offset: result.bytes,
    storedBytes: result.bytes,
  });
  await writer.commit();
  assertEquals(await Deno.readFile(path), concat(a, b, a));
});

Deno.test("BsonConnector writes every part of a batch that was cut, and none of them twice", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/x.bson`;
  const [a, b] = [document(element(16, "a", int32(1))), document(element(16, "b", int32(2)))];
  const part = (bytes: Uint8Array, firstIndex: number): RawBatch => ({
    namespace: { db: "", collection: "x" },
    buffer: bytes,
    starts: new Uint32Array([0]),
    firstIndex,
    lane: 0,
    seq: 0,
    after: { v: 1, kind: "x" },
  });
  const writer = await new BsonConnector({ path }).target.open();
  for (const batch of [part(a, 0), part(a, 0), part(b, 1), part(b, 1)]) {
    assertEquals((await writer.write(batch)).inserted, 1);
  }
  await writer.commit();
  assertEquals(await Deno.readFile(path), concat(a, b));
});

Deno.test("fileNamespace() is the collection that mongodump named the file after", () => {
  for (
    const [path, collection] of [
      ["a/orders.bson", "orders"],
      ["orders.bson.gz", "orders"],
      ["orders.2024.BSON.zst", "orders.2024"],
      ["with+space+and+%C3%A9%2F%C3%BC.bson.gz", "with space and é/ü"],
      ["100%.bson", "100%"],
      [".bson", ".bson"],
      ["-", "stdin"],
    ] as const
  ) assertEquals(fileNamespace(path), { db: "", collection });
});

Deno.test("bsonDescriptor makes a connector with the permissions it states", async () => {
  const address = { kind: "bson", display: "a.bson", path: "a.bson", collection: "c" };
  for (const role of ["source", "target"] as const) {
    await using connector = await bsonDescriptor.create(address, { role, compress: "gzip" });
    assertEquals(bsonDescriptor.permissions(address, { role }), connector.permissions(role));
  }
});

Deno.test("BsonConnector names the file that a mistyped one may mean", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeFile(`${folder.path}/tweets.bson`, document());
  await Deno.mkdir(`${folder.path}/twets.bson.d`);
  const hintOf = async (name: string): Promise<string | undefined> => {
    const { source } = new BsonConnector({ path: `${folder.path}/${name}` });
    const error = await assertRejects(() => Array.fromAsync(source!.read()), NotFoundError);
    return error.hint;
  };
  assertEquals(await hintOf("twets.bson"), `did you mean "${join(folder.path, "tweets.bson")}"?`);
  assertEquals(await hintOf("x.gz"), "look at the spelling and the folder you are in");
  assertEquals(await hintOf("none/x.gz"), "look at the spelling and the folder you are in");
});

Deno.test("BsonConnector says that a path is a folder, at both ends", async () => {
  await using folder = await temporaryFolder();
  const { source, target } = new BsonConnector({ path: folder.path });
  await assertRejects(() => Array.fromAsync(source!.read()), IoError, "it is a folder");
  await assertRejects(() => target!.open(), IoError, "it is a folder");
});

Deno.test("BsonConnector says that a view's documents do not make a view", async () => {
  await using folder = await temporaryFolder();
  const writer = await new BsonConnector({ path: `${folder.path}/v.bson` }).target.open();
  const namespace = { db: "shop", collection: "v" };
  const options = document(element(2, "viewOn", concat(int32(2), new Uint8Array([0x61, 0]))));
  const [issue] = await writer.begin({ namespace, type: "view", options });
  await writer.abort();
  assert(issue?.message.endsWith("a BSON file holds its documents, not that it is a view"));
});
