import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { serialize } from "bson";
import { ArchiveConnector } from "../../src/connectors/archive/mod.ts";
import { BsonConnector } from "../../src/connectors/bson/mod.ts";
import { DumpConnector } from "../../src/connectors/dump/mod.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { transfer } from "../../src/transfer/mod.ts";
import { verify } from "../../src/verify/mod.ts";
import { exampleBson } from "../cli/_documents.ts";
import { inFolder, runCli } from "../cli/_run_cli.ts";
import { at, fill } from "./_cli.ts";
import { integration } from "./_server.ts";

integration(
  "datahood verify compares a file with a collection, and finds what was changed in it",
  ({ uri, database, db }) =>
    inFolder(async (cwd) => {
      await Deno.writeFile(`${cwd}/a.bson`, exampleBson(500));
      const orders = at(uri, `${database}.orders`);
      assertEquals((await runCli(["transfer", "a.bson", orders], { cwd })).code, 0);
      const same = await runCli(["verify", "a.bson", orders], { cwd });
      assertEquals(same.code, 0, same.err + same.out);
      assertStringIncludes(same.err, "while it could be written to");
      const collection = db.collection("orders");
      const ids = (await collection.find({}, { projection: { _id: 1 } }).toArray())
        .map(({ _id }) => _id);
      await collection.updateOne({ _id: ids[7]! }, { $set: { text: "changed" } });
      await collection.deleteOne({ _id: ids[8]! });
      await collection.insertOne({ _id: "new" as never });
      const other = await runCli(["verify", "a.bson", orders, "--json"], { cwd });
      assertEquals(other.code, 6, other.err);
      const [{ documents }] = JSON.parse(other.out).collections;
      const { missing, extra, different, shown } = documents;
      assertEquals([missing, extra, different], [1, 1, 1]);
      assertEquals(shown[0].id, JSON.stringify({ $oid: String(ids[7]) }));
      assertEquals([shown[0].first.path, shown[0].first.b.value], ["text", '"changed"']);
      assertEquals(shown[1].id, JSON.stringify({ $oid: String(ids[8]) }));
      assertEquals(shown[2].id, '"new"');
    }),
);

integration(
  "verify() tells that a server moved _id to the front, and can let it pass",
  ({ uri, database }) =>
    inFolder(async (cwd) => {
      const path = `${cwd}/a.bson`;
      await Deno.writeFile(path, serialize({ name: "Ada", _id: 1 }));
      await using file = new BsonConnector({ path });
      await using server = new MongoConnector({
        uri,
        database,
        collection: "a",
      });
      await transfer(file, server);
      const { same, collections } = await verify(file, server);
      assertEquals([same, collections[0]?.onlyIdPosition], [false, true]);
      assertEquals(collections[0]?.documents?.shown[0]?.first?.kind, "id-position");
      assert((await verify(file, server, { ignoreIdPosition: true })).same);
    }),
);

integration(
  "verify() says that a database, its dump and its archive are the same, until an index is not",
  ({ uri, database, db }) =>
    inFolder(async (cwd) => {
      await fill(db, "orders", 300, { state: "new" });
      await fill(db, "people", 20, { name: "x" });
      await db.collection("orders").createIndex({ n: 1, state: -1 }, { unique: true });
      await db.createCollection("empty");
      await using server = new MongoConnector({ uri, database });
      await using dump = new DumpConnector({ path: `${cwd}/dump/` });
      await using archive = new ArchiveConnector({ path: `${cwd}/a.archive.gz` });
      await transfer(server, dump);
      await transfer(dump, archive);
      for (const [a, b] of [[server, dump], [dump, archive], [archive, server]] as const) {
        const { same, collections } = await verify(a, b);
        assert(same, JSON.stringify(collections.filter(({ status }) => status !== "same")));
        assertEquals(collections.length, 3);
        for (const { definitions } of collections) assertEquals(definitions, "compared");
      }
      await db.collection("orders").dropIndexes();
      const { same, collections } = await verify(dump, server);
      assert(!same);
      const orders = collections.find(({ a }) => a?.namespace.collection === "orders");
      assertEquals(orders?.sameDocuments, true);
      assertEquals(orders?.differences.map(({ of, name, b }) => [of, name, b]), [
        ["index", "n_1_state_-1", undefined],
      ]);
      assert((await verify(dump, server, { ignoreIndexes: true })).same);
    }),
);
