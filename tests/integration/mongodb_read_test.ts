import { assert, assertEquals, assertRejects } from "@std/assert";
import { deserialize, type Document, Long, serialize } from "bson";
import { type CollectionInfo, type Position, type RawBatch, UsageError } from "@datahood/cli";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { collect, documentsOf, everyType, insertRaw, namesOf, numbered } from "./_documents.ts";
import { integration } from "./_server.ts";

const ODD_NAMES = [
  "a.b.c",
  "with space",
  "100%",
  "%41",
  "ünï.日本",
  "__proto__",
  "a+b",
  "x/y\\z",
];

integration("MongoConnector gives every BSON type byte for byte", async ({ db, uri, database }) => {
  const documents = [everyType(1, { deprecated: false }), everyType(2, { deprecated: false })];
  await insertRaw(db, "types", documents);
  await using source = new MongoConnector({ uri, database, collection: "types" });
  assertEquals(await documentsOf(source.source.read()), documents);
});

integration(
  "MongoConnector gives deprecated BSON types byte for byte",
  { needs: ["deprecated BSON types"] },
  async ({ db, uri, database }) => {
    const documents = [everyType(1, { deprecated: true })];
    await insertRaw(db, "types", documents);
    await using source = new MongoConnector({ uri, database, collection: "types" });
    assertEquals(await documentsOf(source.source.read()), documents);
  },
);

integration(
  "MongoConnector reads a collection with a $ in its name",
  { needs: ["names with a $"] },
  async ({ db, uri, database }) => {
    await db.collection("dollar$sign").insertOne({});
    await using source = new MongoConnector({ uri, database });
    assertEquals(await namesOf(source.source), ["dollar$sign"]);
    assertEquals((await documentsOf(source.source.read())).length, 1);
  },
);

integration("MongoConnector reads odd collection names", async ({ db, uri, database, test }) => {
  for (const name of ODD_NAMES) await db.collection<{ _id: string }>(name).insertOne({ _id: name });
  await test.step("each on its own", async () => {
    for (const collection of ODD_NAMES) {
      await using source = new MongoConnector({ uri, database, collection });
      const [document] = await documentsOf(source.source.read());
      assertEquals(deserialize(document!), { _id: collection });
    }
  });
  await test.step("all of the database, ordered", async () => {
    await using source = new MongoConnector({ uri, database });
    const items = await collect(source.source.read());
    const begun = items.flatMap((item) => item.type === "begin" ? [item.collection.namespace] : []);
    assertEquals(begun.map(({ collection }) => collection), [...ODD_NAMES].sort());
    assertEquals(items.map(({ type }) => type), ODD_NAMES.flatMap(() => ["begin", "batch", "end"]));
  });
});

integration(
  "MongoConnector numbers batches densely and documents by collection",
  async (context) => {
    const { db, uri, database } = context;
    for (const name of ["a", "b"]) await insertRaw(db, name, numbered(2500, 40));
    await using source = new MongoConnector({ uri, database });
    const batches: RawBatch[] = [];
    for await (const item of source.source.read({ batchDocuments: 600 })) {
      if (item.type === "batch") batches.push(item.batch);
    }
    assertEquals(batches.map(({ seq }) => seq), batches.map((_, i) => i));
    for (const name of ["a", "b"]) {
      let next = 0;
      for (const { namespace, firstIndex, starts } of batches) {
        if (namespace.collection !== name) continue;
        assertEquals(firstIndex, next);
        assert(starts.length <= 600);
        next += starts.length;
      }
      assertEquals(next, 2500);
    }
  },
);

integration("MongoConnector keeps batches near the bytes asked for", async (context) => {
  const { db, uri, database } = context;
  // Small documents first: the size of a reply is guessed from them, and has to be corrected.
  await insertRaw(db, "c", numbered(3000, 10));
  const large = Array.from(
    { length: 60 },
    (_, i) => serialize({ _id: 10_000 + i, t: "y".repeat(200_000) }),
  );
  for (let i = 0; i < 60; i += 20) await insertRaw(db, "c", large.slice(i, i + 20));
  await using source = new MongoConnector({ uri, database, collection: "c" });
  let count = 0;
  for await (const item of source.source.read({ batchBytes: 500_000 })) {
    if (item.type !== "batch") continue;
    const { starts, buffer } = item.batch;
    const first = starts[0]!;
    const last = starts.at(-1)!;
    const end = last + new DataView(buffer.buffer, buffer.byteOffset).getInt32(last, true);
    assert(end - first <= 520_000, `a batch of ${end - first} bytes`);
    count += starts.length;
  }
  assertEquals(count, 3060);
});

integration("MongoConnector describes collections with the server's own bytes", async (context) => {
  const { db, uri, database } = context;
  await db.createCollection("capped", {
    capped: true,
    size: 8192,
    max: Long.fromNumber(7) as never,
  });
  await db.collection("plain").createIndex({ b: -1, a: 1 }, {
    name: "named",
    unique: true,
    partialFilterExpression: { a: { $gt: 5 } },
  });
  await db.collection("plain").insertMany([{ a: 1 }, { a: 2 }]);
  await db.createCollection("seen", { viewOn: "plain", pipeline: [{ $match: { a: 1 } }] });
  await using connector = new MongoConnector({ uri, database });
  const found = new Map<string, CollectionInfo>();
  for await (const info of connector.source.describe()) found.set(info.namespace.collection, info);
  assertEquals([...found.keys()], ["capped", "plain", "seen"]);
  const listed = await db.listCollections({}, { promoteValues: false, nameOnly: false }).toArray();
  for (const { name, options } of listed as { name: unknown; options?: Document }[]) {
    const info = found.get(String(name));
    if (info !== undefined) assertEquals(info.options, new Uint8Array(serialize(options!)));
  }
  const plain = found.get("plain")!;
  assertEquals(plain.type, "collection");
  assertEquals(plain.estimate?.documents, 2);
  const indexes = plain.indexes!.map((bytes) => deserialize(bytes));
  assertEquals(indexes.map(({ name }) => name), ["_id_", "named"]);
  assertEquals(Object.entries(indexes[1]!.key), [["b", -1], ["a", 1]]);
  assertEquals(indexes[1]!.partialFilterExpression, { a: { $gt: 5 } });
  const view = found.get("seen")!;
  assertEquals(view.type, "view");
  assertEquals(deserialize(view.options!).viewOn, "plain");
  assertEquals(view.indexes, undefined);
});

integration("MongoConnector gives a view as its definition, or its documents", async (context) => {
  const { db, uri, database } = context;
  await db.collection("base").insertMany([{ a: 1 }, { a: 2 }]);
  await db.createCollection("seen", { viewOn: "base", pipeline: [{ $match: { a: 1 } }] });
  await using connector = new MongoConnector({ uri, database, collection: "seen" });
  const definition = await collect(connector.source.read());
  assertEquals(definition.map(({ type }) => type), ["begin", "end"]);
  const documents = await documentsOf(connector.source.read({ views: "documents" }));
  assertEquals(documents.map((bytes) => deserialize(bytes).a), [1]);
});

integration(
  "MongoConnector reads a time series as measurements",
  { needs: ["timeseries"] },
  async ({ db, uri, database }) => {
    await db.createCollection("weather", { timeseries: { timeField: "at", metaField: "where" } });
    const at = new Date("2024-05-01T00:00:00Z");
    await db.collection("weather").insertMany([{ at, where: "a", t: 1 }, { at, where: "b", t: 2 }]);
    await using connector = new MongoConnector({ uri, database });
    assertEquals(await namesOf(connector.source), ["weather"]);
    const documents = await documentsOf(connector.source.read());
    assertEquals(documents.map((bytes) => deserialize(bytes).t).sort(), [1, 2]);
    const [begin] = await collect(connector.source.read());
    assert(begin?.type === "begin");
    assertEquals(begin.collection.type, "timeseries");
    assertEquals(deserialize(begin.collection.options!).timeseries.timeField, "at");
  },
);

integration("MongoConnector leaves system collections and databases out", async (context) => {
  const { client, db, uri, database } = context;
  await db.collection("base").insertOne({});
  await db.createCollection("seen", { viewOn: "base", pipeline: [] });
  const other = client.db(`${database}_other`);
  await other.collection("c").insertOne({});
  try {
    await using connector = new MongoConnector({ uri });
    const databases = new Set<string>();
    const names: string[] = [];
    for await (const { namespace } of connector.source.describe()) {
      databases.add(namespace.db);
      if (namespace.db === database) names.push(namespace.collection);
    }
    assertEquals(names, ["base", "seen"]);
    assert(databases.has(`${database}_other`));
    for (const system of ["admin", "config", "local"]) assert(!databases.has(system));
    assertEquals([...databases], [...databases].sort());
  } finally {
    await other.dropDatabase();
  }
});

integration("MongoConnector pushes a query down", async ({ db, uri, database, test }) => {
  await db.collection<{ _id: number; group: number; long: Long }>("c").insertMany(
    Array.from({ length: 50 }, (_, i) => ({ _id: i, group: i % 5, long: Long.fromNumber(i) })),
  );
  await using connector = new MongoConnector({ uri, database, collection: "c" });
  const ids = async (query: Parameters<typeof connector.source.read>[0]) =>
    (await documentsOf(connector.source.read(query))).map((bytes) => deserialize(bytes)._id);
  await test.step("filter", async () => {
    assertEquals(await ids({ query: { filter: { _id: { $lt: 3 } } } }), [0, 1, 2]);
  });
  await test.step("filter by type", async () => {
    assertEquals((await ids({ query: { filter: { long: { $type: "long" } } } })).length, 50);
  });
  await test.step("sort by several keys in their order, skip, limit", async () => {
    const query = { sort: { group: -1, _id: -1 }, skip: 1, limit: 3 };
    assertEquals(await ids({ query }), [44, 39, 34]);
  });
  await test.step("sort by pairs", async () => {
    const sort = [["group", 1], ["_id", -1]] as unknown as Document;
    assertEquals(await ids({ query: { sort, limit: 2 } }), [45, 40]);
  });
  await test.step("a limit larger than a reply", async () => {
    assertEquals((await ids({ query: { limit: 30 }, batchDocuments: 7 })).length, 30);
  });
  await test.step("projection", async () => {
    const [bytes] = await documentsOf(
      connector.source.read({ query: { projection: { group: 1, _id: 0 }, limit: 1 } }),
    );
    assertEquals(deserialize(bytes!), { group: 0 });
  });
  await test.step("an unknown operator is the user's mistake", async () => {
    const filter = { a: { $unknownOperator: 1 } };
    const error = await assertRejects(() => ids({ query: { filter } }), UsageError);
    assertEquals(error.stage, "source");
  });
  await test.step("a negative skip is refused", async () => {
    await assertRejects(() => ids({ query: { skip: -1 } }), UsageError, "skip -1");
  });
});

integration("MongoConnector gives documents as the driver decodes them", async (context) => {
  const { db, uri, database } = context;
  await db.collection<{ _id: number; long: Long; d: number }>("c").insertOne({
    _id: 1,
    long: Long.fromNumber(5),
    d: 1.5,
  });
  await using connector = new MongoConnector({ uri, database, collection: "c" });
  const plain: Document[] = [];
  for await (const document of connector.extractData()) plain.push(document);
  assertEquals(plain, [{ _id: 1, long: 5, d: 1.5 }]);
});

integration("MongoConnector reads many collections", async ({ db, uri, database }) => {
  const names = Array.from({ length: 120 }, (_, i) => `c${String(i).padStart(3, "0")}`);
  for (const name of names) await db.collection(name).insertOne({ name });
  await using connector = new MongoConnector({ uri, database });
  const read = connector.source.read({ include: ({ collection }) => /[05]$/.test(collection) });
  const found = (await documentsOf(read)).map((bytes) => deserialize(bytes).name);
  assertEquals(found, names.filter((name) => /[05]$/.test(name)));
});

integration("MongoConnector starts again after disconnect", async ({ db, uri, database }) => {
  await db.collection("c").insertOne({});
  const connector = new MongoConnector({ uri, database, collection: "c" });
  await connector.disconnect();
  await connector.connect();
  await connector.connect();
  assertEquals((await documentsOf(connector.source.read())).length, 1);
  await connector.disconnect();
  await connector.disconnect();
  assertEquals((await documentsOf(connector.source.read())).length, 1);
  await connector.disconnect();
});

integration(
  "MongoConnector refuses positions that are not its own",
  async ({ db, uri, database, test }) => {
    await db.collection("c").insertOne({});
    await using connector = new MongoConnector({ uri, database, collection: "c" });
    const good = { v: 1, kind: "mongodb", db: database, collection: "c", index: 0, seq: 0 };
    const cases: Record<string, Position> = {
      foreign: { v: 1, kind: "bson", offset: 7 },
      newer: { ...good, v: 2 },
      "without a place": { v: 1, kind: "mongodb" },
      "of a read that cannot be gone on with": { ...good, restart: "all" },
      "not base64": { ...good, id: "%%%" },
      "not a document": { ...good, id: btoa("abcdefgh") },
      "a negative index": { ...good, index: -1, restart: "collection" },
      "of another collection": { ...good, collection: "d", restart: "collection" },
    };
    for (const [name, after] of Object.entries(cases)) {
      await test.step(name, async () => {
        await assertRejects(() => collect(connector.source.read({ after })), UsageError);
      });
    }
  },
);
