import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { EJSON, serialize } from "bson";
import type { CreateCollectionOptions, Db, Document } from "mongodb";
import {
  type CollectionInfo,
  DatahoodError,
  type Issue,
  LoadError,
  type OpenOptions,
  UsageError,
} from "../../src/core/mod.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { integration } from "./_server.ts";
import { batchOf, storedBytes, withWriter } from "./_write.ts";

/** What a source says of the collections of a database. */
async function described(uri: string, database: string): Promise<Map<string, CollectionInfo>> {
  await using source = new MongoConnector({ uri, database });
  const found = new Map<string, CollectionInfo>();
  for await (const info of source.source.describe()) found.set(info.namespace.collection, info);
  return found;
}

/** Begins and ends each collection under its name in another database. */
async function recreate(
  uri: string,
  to: string,
  infos: Iterable<CollectionInfo>,
  open: OpenOptions = {},
): Promise<Issue[]> {
  const issues: Issue[] = [];
  await withWriter({ uri }, open, async (writer) => {
    const named = Array.from(infos, (info) => ({
      ...info,
      namespace: { db: to, collection: info.namespace.collection },
    }));
    for (const info of named) issues.push(...await writer.begin(info));
    for (const { namespace } of named) issues.push(...await writer.end(namespace));
  });
  return issues;
}

/** Options without what belongs to one collection alone. */
async function listed(db: Db): Promise<Map<string, { type: unknown; options: Document }>> {
  const all = await db.listCollections().toArray() as Document[];
  const own = all.filter(({ name }) => !name.startsWith("system."));
  return new Map(own.sort(byName).map(({ name, type, options }) => [name, { type, options }]));
}

async function indexesOf(db: Db, collection: string): Promise<Document[]> {
  return (await db.collection(collection).indexes()).sort(byName);
}

function byName(a: Document, b: Document): number {
  return a.name < b.name ? -1 : 1;
}

const COLLECTIONS: Record<string, CreateCollectionOptions> = {
  plain: {},
  capped: { capped: true, size: 65536, max: 100 },
  validated: {
    validator: { $jsonSchema: { required: ["a"], properties: { a: { bsonType: "int" } } } },
    validationLevel: "moderate",
    validationAction: "warn",
  },
  collated: { collation: { locale: "de", strength: 2 } },
  clustered: { clusteredIndex: { key: { _id: 1 }, unique: true, name: "by id" } },
  series: { timeseries: { timeField: "at", metaField: "of", granularity: "minutes" } },
  shown: { viewOn: "plain", pipeline: [{ $match: { "10": 1, "2": { $exists: true } } }] },
};

integration(
  "begin() carries the options of every kind of collection",
  { needs: ["timeseries"] },
  async ({ uri, client, db, database }) => {
    for (const [name, options] of Object.entries(COLLECTIONS)) {
      await db.createCollection(name, options);
    }
    const copy = client.db(`${database}_copy`);
    try {
      const infos = (await described(uri, database)).values();
      assertEquals(await recreate(uri, copy.databaseName, infos), []);
      assertEquals(await listed(copy), await listed(db));
      for (const name of ["collated", "clustered"]) {
        assertEquals(await indexesOf(copy, name), await indexesOf(db, name));
      }
      // Once more, into what is there: the same options are no issue.
      const again = await recreate(
        uri,
        copy.databaseName,
        (await described(uri, database)).values(),
      );
      assertEquals(again, []);
    } finally {
      await copy.dropDatabase();
    }
  },
);

const INDEXES: readonly { key: Document; options?: Document }[] = [
  { key: { a: 1, b: -1 } },
  { key: { u: 1 }, options: { unique: true, sparse: true } },
  { key: { p: 1 }, options: { partialFilterExpression: { p: { $gt: 5 } } } },
  { key: { c: 1 }, options: { collation: { locale: "fr", strength: 1 } } },
  { key: { place: "2dsphere" } },
  { key: { flat: "2d" }, options: { min: -10, max: 10, bits: 20 } },
  { key: { hidden: 1 }, options: { hidden: true } },
  { key: { h: "hashed" } },
  { key: { "$**": 1 }, options: { name: "wild" } },
  { key: { text: "text" }, options: { weights: { text: 3 }, default_language: "german" } },
];

integration("end() builds every kind of index the server has", async (context) => {
  const { uri, client, db, database } = context;
  await db.createCollection("indexed");
  let known = 0;
  for (const { key, options = {} } of INDEXES) {
    // A kind that this server does not know cannot be there to be copied.
    const made = await db.collection("indexed").createIndex(key, options).catch(() => undefined);
    if (made !== undefined) known++;
  }
  // An object would put the keys that look like numbers in ascending order.
  await db.command({
    createIndexes: "indexed",
    indexes: [{ key: new Map([["10", 1], ["2", -1]]), name: "numbers" }],
  });
  assert(known >= 5, `${known} kinds`);
  const copy = client.db(`${database}_copy`);
  try {
    const infos = (await described(uri, database)).values();
    assertEquals(await recreate(uri, copy.databaseName, infos), []);
    const [from, to] = [await indexesOf(db, "indexed"), await indexesOf(copy, "indexed")];
    assertEquals(to, from);
    assertEquals(to.map(({ key }) => Object.keys(key)), from.map(({ key }) => Object.keys(key)));
  } finally {
    await copy.dropDatabase();
  }
});

integration(
  "end() reports an index that cannot be built, and builds the others",
  async (context) => {
    const { uri, db, database } = context;
    const namespace = { db: database, collection: "partly" };
    const indexes = [
      { v: 2, key: { _id: 1 }, name: "_id_" },
      { v: 1, key: { a: 1 }, name: "a_1", ns: "old.partly", background: true },
      { v: 2, key: { twice: 1 }, name: "twice_1", unique: true },
      { v: 2, key: { odd: "nonsense" }, name: "odd" },
      { v: 0, key: { old: true }, name: "old", dropDups: true, fancy: 1 },
      { v: 2, key: { b: 1 }, name: "b_1" },
    ].map((index) => serialize(index));
    await withWriter({ uri }, {}, async (writer) => {
      await writer.begin({ namespace, type: "collection", indexes });
      await writer.write(batchOf(namespace, [{ twice: "secret" }, { twice: "secret" }]));
      const issues = await writer.end(namespace);
      const said = issues.map(({ code, level, message }) => `${code} ${level} ${message}`);
      assertEquals(said.length, 3, said.join("\n"));
      assertStringIncludes(said[0]!, 'index-not-built warning the index "twice_1"');
      assertStringIncludes(said[0]!, "its values are not unique in the documents");
      assertStringIncludes(said[1]!, 'index-not-built warning the index "odd"');
      assertStringIncludes(said[2]!, 'index-changed warning the index "old"');
      assertStringIncludes(said[2]!, "fancy, key.old");
      assertEquals(said.join().includes("secret"), false);
    });
    const built = (await indexesOf(db, "partly")).map(({ name }) => name);
    assertEquals(built, ["_id_", "a_1", "b_1", "old"]);
  },
);

const METADATA = new URL("../../../shared/data/bson/tweets.metadata.json", import.meta.url);

integration(
  "end() builds the text index of an old dump, or says that it is not",
  async (context) => {
    const { uri, db, database } = context;
    const text = await Deno.readTextFile(METADATA).catch(() => undefined);
    if (text === undefined) {
      Deno.stderr.writeSync(
        new TextEncoder().encode(`skipped: ${METADATA.pathname} is not there\n`),
      );
      return;
    }
    const metadata = EJSON.parse(text, { relaxed: false }) as {
      indexes: Document[];
      options: object;
    };
    const info: CollectionInfo = {
      namespace: { db: database, collection: "tweets" },
      type: "collection",
      options: serialize(metadata.options),
      indexes: metadata.indexes.map((index) => serialize(index)),
    };
    const known = await db.collection("probe").createIndex({ a: "text" }).then(
      () => true,
      () => false,
    );
    const issues = await recreate(uri, database, [info]);
    const names = (await indexesOf(db, "tweets")).map(({ name }) => name);
    if (known) {
      assertEquals([issues, names], [[], ["_id_", "text_text"]]);
    } else {
      assertEquals(issues.map(({ code, level }) => [code, level]), [[
        "index-not-built",
        "warning",
      ]]);
      assertStringIncludes(issues[0]!.message, '"text_text"');
      assertEquals(names, ["_id_"]);
    }
  },
);

integration("end() says aloud what a TTL index deletes", async (context) => {
  const { uri, db, database } = context;
  const indexes = [
    { v: 2, key: { at: 1 }, name: "at_1", expireAfterSeconds: 3600 },
    { v: 2, key: { a: 1 }, name: "a_1" },
  ].map((index) => serialize(index));
  const kinds: [OpenOptions, string[], string[]][] = [
    [{}, ["ttl-index"], ["_id_", "a_1", "at_1"]],
    [{ indexes: "no-ttl" }, ["ttl-left-out"], ["_id_", "a_1"]],
    [{ indexes: "none" }, [], ["_id_"]],
  ];
  for (const [i, [open, codes, names]] of kinds.entries()) {
    const namespace = { db: database, collection: `ttl${i}` };
    await withWriter({ uri }, open, async (writer) => {
      await writer.begin({ namespace, type: "collection", indexes });
      await writer.write(batchOf(namespace, [{ _id: 1, at: new Date("2015-01-01") }]));
      const issues = await writer.end(namespace);
      assertEquals(issues.map(({ code }) => code), codes);
      if (i === 0) assertStringIncludes(issues[0]!.message, "the server deletes them now");
    });
    assertEquals((await indexesOf(db, namespace.collection)).map(({ name }) => name), names);
  }
});

integration("begin() writes into what is there, and says which options differ", async (context) => {
  const { uri, client, db, database } = context;
  const namespace = { db: database, collection: "there" };
  await db.createCollection("there", { validator: { a: 1 }, validationLevel: "off" });
  await db.collection<{ _id: number }>("there").insertOne({ _id: 1 });
  const options = serialize({ validator: { a: 2 }, validationLevel: "off", capped: false });
  await withWriter({ uri }, {}, async (writer) => {
    const issues = await writer.begin({ namespace, type: "collection", options });
    assertEquals(issues.map(({ code, level }) => [code, level]), [["options-differ", "warning"]]);
    assertStringIncludes(issues[0]!.message, ": validator");
    assertEquals(issues[0]!.message.includes("capped"), false);
    assertEquals(await writer.begin({ namespace, type: "collection", options }), []);
    await writer.write(batchOf(namespace, [{ _id: 2 }]));
  });
  assertEquals((await storedBytes(client, namespace)).length, 2);
});

integration("begin() drops what is there if it may, once", async (context) => {
  const { uri, client, db, database } = context;
  const namespace = { db: database, collection: "dropped" };
  await db.createCollection("dropped", { capped: true, size: 4096 });
  await db.collection<{ _id: number }>("dropped").insertOne({ _id: 1 });
  await withWriter({ uri }, { overwrite: true }, async (writer) => {
    const issues = await writer.begin({ namespace, type: "collection" });
    assertEquals(issues.map(({ code, level }) => [code, level]), [["dropped", "info"]]);
    await writer.write(batchOf(namespace, [{ _id: 2 }]));
    assertEquals(await writer.begin({ namespace, type: "collection" }), []);
    const other = { ...namespace, collection: "not there" };
    assertEquals(await writer.begin({ namespace: other, type: "collection" }), []);
  });
  assertEquals((await storedBytes(client, namespace)).length, 1);
  assertEquals((await listed(db)).get("dropped")!.options.capped, undefined);
  assert((await listed(db)).has("not there"));
});

integration("begin() tells a view from a collection", async (context) => {
  const { uri, db, database } = context;
  await db.createCollection("view", { viewOn: "nowhere", pipeline: [] });
  await db.createCollection("kept");
  const options = serialize({ viewOn: "later", pipeline: [] });
  await withWriter({ uri }, {}, async (writer) => {
    const begin = (collection: string, type: CollectionInfo["type"]) =>
      writer.begin({
        namespace: { db: database, collection },
        type,
        ...(type === "view" ? { options } : {}),
      });
    await assertRejects(() => begin("view", "collection"), LoadError, "it is a view");
    assertEquals((await begin("kept", "view")).map(({ code }) => code), ["view-not-carried"]);
    // A view may be there before what it shows.
    assertEquals(await begin("before", "view"), []);
  });
  assertEquals((await listed(db)).get("before"), {
    type: "view",
    options: { viewOn: "later", pipeline: [] },
  });
});

integration("write() keeps the order of a capped collection", async (context) => {
  const { uri, db, database } = context;
  const namespace = { db: database, collection: "ring" };
  const options = serialize({ capped: true, size: 1024 * 1024 });
  await withWriter({ uri }, {}, async (writer) => {
    await writer.begin({ namespace, type: "collection", options });
    const batches = Array.from({ length: 20 }, (_, seq) => {
      const count = seq % 2 === 0 ? 200 : 1;
      return batchOf(namespace, Array.from({ length: count }, (_, i) => ({ seq, i })), { seq });
    });
    await Promise.all(batches.map((batch) => writer.write(batch)));
  });
  const found = await db.collection("ring").find().toArray();
  const order = found.map(({ seq, i }) => seq * 1000 + i);
  assertEquals(order, [...order].sort((a, b) => a - b));
  assertEquals(order.length, 2010);
});

integration(
  "write() writes measurements as they are",
  { needs: ["timeseries"] },
  async ({ uri, db, database }) => {
    const namespace = { db: database, collection: "series" };
    const options = serialize({ timeseries: { timeField: "at", metaField: "of" } });
    await withWriter({ uri }, {}, async (writer) => {
      await writer.begin({ namespace, type: "timeseries", options });
      const documents = Array.from({ length: 10 }, (_, i) => ({
        at: new Date(i * 1000),
        of: i % 2,
        _id: i,
        value: i,
      }));
      const result = await writer.write(batchOf(namespace, documents));
      assertEquals(result.inserted, 10);
      assertEquals(result.idsAdded, undefined);
    });
    assertEquals(await db.collection("series").countDocuments(), 10);
  },
);

integration("openMongoWriter() takes every name that the server takes", async (context) => {
  const { uri, client, database: db } = context;
  const names = [
    "a.b.c",
    "with space",
    "100%",
    "%41",
    "ünï.日本",
    "__proto__",
    "a+b",
    "x/y\\z",
    "t.",
  ];
  await withWriter({ uri }, {}, async (writer) => {
    for (const collection of names) {
      const namespace = { db, collection };
      const indexes = [serialize({ v: 2, key: { a: 1 }, name: "a_1" })];
      await writer.begin({ namespace, type: "collection", indexes });
      for (const seq of [0, 1]) await writer.write(batchOf(namespace, [{ _id: 1 }], { seq }));
      assertEquals(await writer.end(namespace), []);
      assertEquals((await storedBytes(client, namespace)).length, 1);
    }
    for (const collection of ["a$b", ".a", "a\0b"]) {
      const info = { namespace: { db, collection }, type: "collection" } as const;
      const error = await assertRejects(() => writer.begin(info), DatahoodError, "", collection);
      assert(error instanceof UsageError, `${collection}: ${error.message}`);
      assertStringIncludes(error.message, "does not take this name");
    }
  });
});
