import { assert, assertEquals, assertRejects } from "@std/assert";
import { deserialize, serialize, Timestamp } from "bson";
import { UsageError } from "../../src/core/mod.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { everyType, numbered } from "./_documents.ts";
import { Proxy, type SeenCommand } from "./_proxy.ts";
import { integration } from "./_server.ts";
import { batchOf, hex, storedBytes, withWriter } from "./_write.ts";

for (const standalone of [false, true]) {
  const server = standalone ? { standalone } : {};
  const where = standalone ? "a standalone" : "a replica set";

  integration(
    `openMongoWriter() sends every BSON type as its bytes to ${where}`,
    { server },
    async ({ server, client, database: db }) => {
      using proxy = new Proxy(server.port);
      const namespace = { db, collection: "types" };
      const documents = [
        everyType(2, { deprecated: false }),
        serialize({
          _id: new Timestamp(0n),
          t: new Timestamp(0n),
          n: new Map([["10", 1], ["2", 1]]),
        }),
        everyType(1, { deprecated: true }),
      ];
      await withWriter({ uri: proxy.uri }, {}, async (writer) => {
        await writer.begin({ namespace, type: "collection" });
        const result = await writer.write(batchOf(namespace, documents));
        assertEquals(result, {
          inserted: 3,
          replaced: 0,
          unchanged: 0,
          skipped: 0,
          rejected: [],
          bytes: documents.reduce((sum, { length }) => sum + length, 0),
        });
        assertEquals(await writer.end(namespace), []);
        assertEquals(await writer.sync(), { v: 1, kind: "mongodb" });
      });
      const [{ body, sequences }] = proxy.commands("insert") as [SeenCommand];
      assertEquals(body.bypassEmptyTsReplacement, true);
      assertEquals(hex(sequences.documents!), documents.map(hex).join(""));
      // Not every server keeps the types that no driver makes any more.
      const stored = (await storedBytes(client, namespace)).map(hex);
      assertEquals(stored.slice(0, 2), documents.slice(0, 2).map(hex));
    },
  );
}

integration("openMongoWriter() adds and moves _id, and counts both", async (context) => {
  const { uri, client, database: db } = context;
  const namespace = { db, collection: "ids" };
  await withWriter({ uri }, {}, async (writer) => {
    const documents = [{ _id: 1 }, { a: 1 }, { b: 2, _id: 3 }, {}, { _id: 4, x: { _id: 1 } }];
    const result = await writer.write(batchOf(namespace, documents));
    assertEquals([result.inserted, result.idsAdded, result.idsMoved], [5, 2, 1]);
  });
  const stored = (await storedBytes(client, namespace)).map((bytes) => deserialize(bytes));
  assertEquals(stored.map((each) => Object.keys(each)[0]), ["_id", "_id", "_id", "_id", "_id"]);
  assertEquals(stored[2], { _id: 3, b: 2 });
  assertEquals(stored[1]!._id._bsontype, "ObjectId");
  assert(stored[1]!._id.toHexString() < stored[3]!._id.toHexString());
});

integration("openMongoWriter() leaves out the gaps between documents", async (context) => {
  const { uri, client, database: db } = context;
  const namespace = { db, collection: "gaps" };
  const documents = numbered(500, 100);
  await withWriter({ uri }, {}, async (writer) => {
    const result = await writer.write(batchOf(namespace, documents, { gap: 7 }));
    assertEquals(result.inserted, 500);
  });
  assertEquals((await storedBytes(client, namespace)).map(hex), documents.map(hex));
});

integration("openMongoWriter() splits a batch into messages of about 2 MB", async (context) => {
  const { server, client, database: db } = context;
  using proxy = new Proxy(server.port);
  const namespace = { db, collection: "split" };
  const documents = [...numbered(500, 10_000), serialize({ _id: "large", text: "x".repeat(5e6) })];
  await withWriter({ uri: proxy.uri }, {}, async (writer) => {
    const result = await writer.write(batchOf(namespace, documents));
    assertEquals(result.inserted, 501);
  });
  const sizes = proxy.commands("insert").map(({ sequences }) => sequences.documents!.length);
  assertEquals(sizes.length, 4);
  assert(sizes.slice(0, 3).every((size) => size <= 2 * 1024 * 1024), `${sizes}`);
  assertEquals((await storedBytes(client, namespace)).length, 501);
});

integration("openMongoWriter() rejects a document over the server's limit", async (context) => {
  const { uri, client, database: db } = context;
  const namespace = { db, collection: "large" };
  const limit = 16 * 1024 * 1024;
  const large = serialize({ _id: "big", text: "x".repeat(limit) });
  await withWriter({ uri }, {}, async (writer) => {
    const documents = [{ _id: 1 }, large, { _id: 2 }];
    const result = await writer.write(batchOf(namespace, documents, { firstIndex: 10 }));
    assertEquals(result.inserted, 2);
    assertEquals(result.rejected, [{
      index: 11,
      id: '"big"',
      code: 10334,
      reason: `it has ${large.length} bytes, and the server takes at most ${limit}`,
    }]);
  });
  assertEquals((await storedBytes(client, namespace)).length, 2);
});

integration("openMongoWriter() asks for a write concern in every command", async (context) => {
  const { server, database: db } = context;
  const concerns: [options: string, expected: object][] = [
    ["", { w: "majority" }],
    ["&w=1", { w: 1 }],
    ["&w=1&journal=true&wtimeoutMS=5000", { w: 1, wtimeout: 5000, j: true }],
    ["&journal=true", { w: "majority", j: true }],
  ];
  for (const [options, expected] of concerns) {
    using proxy = new Proxy(server.port);
    const namespace = { db, collection: "concern" };
    await withWriter({ uri: proxy.uri + options }, { onConflict: "replace" }, async (writer) => {
      const indexes = [serialize({ v: 2, key: { a: 1 }, name: "a_1" })];
      await writer.begin({ namespace, type: "collection", indexes });
      await writer.write(batchOf(namespace, [{ _id: 1, options }]));
      await writer.write(batchOf(namespace, [{ _id: 1, options: 0 }], { seq: 1 }));
      await writer.end(namespace);
    });
    for (const name of ["insert", "update", "createIndexes"]) {
      const commands = proxy.commands(name);
      assert(commands.length > 0, name);
      for (const { body } of commands) {
        assertEquals(deserialize(serialize(body.writeConcern)), expected, name);
      }
    }
  }
});

integration("openMongoWriter() refuses w=0", async ({ uri }) => {
  await using connector = new MongoConnector({ uri: `${uri}?w=0` });
  await assertRejects(
    () => connector.target.open(),
    UsageError,
    "with w=0 no write is acknowledged",
  );
});

integration("openMongoWriter() sends numbers to a replica set only", async (context) => {
  const { server, database: db } = context;
  using proxy = new Proxy(server.port);
  const namespace = { db, collection: "numbers" };
  const write = async (options: string) => {
    await withWriter({ uri: proxy.uri + options }, {}, async (writer) => {
      for (let seq = 0; seq < 3; seq++) await writer.write(batchOf(namespace, [{}], { seq }));
    });
    return proxy.commands("insert").slice(-3).map(({ body }) => body);
  };
  const sent = await write("");
  assertEquals(new Set(sent.map(({ lsid }) => lsid.id.toString("hex"))).size, 1);
  const numbers = sent.map(({ txnNumber }) => txnNumber.toBigInt() as bigint);
  assertEquals(numbers, [numbers[0]!, numbers[0]! + 1n, numbers[0]! + 2n]);
  assertEquals((await write("&retryWrites=false")).map(({ txnNumber }) => txnNumber), [
    undefined,
    undefined,
    undefined,
  ]);
});
