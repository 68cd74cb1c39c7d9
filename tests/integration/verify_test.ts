import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { serialize } from "bson";
import type { Db } from "mongodb";
import { ArchiveConnector } from "../../src/connectors/archive/mod.ts";
import { BsonConnector } from "../../src/connectors/bson/mod.ts";
import { DumpConnector } from "../../src/connectors/dump/mod.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { transfer } from "../../src/transfer/mod.ts";
import {
  type DifferentDocument,
  type VerifiedCollection,
  verify,
  type VerifyOptions,
} from "../../src/verify/mod.ts";
import { exampleBson } from "../cli/_documents.ts";
import { inFolder, runCli } from "../cli/_run_cli.ts";
import { at, fill } from "./_cli.ts";
import { mongoTools, runTool } from "./_mongo_tools.ts";
import { Proxy } from "./_proxy.ts";
import { integration, serverHas } from "./_server.ts";

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
      assertEquals(shown[0].id, { $oid: String(ids[7]) });
      assertEquals([shown[0].first.path, shown[0].first.b.value], ["text", "changed"]);
      assertEquals(shown[1].id, { $oid: String(ids[8]) });
      assertEquals(shown[2].id, "new");
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

/** Every kind of collection that verify has to take for what it is. */
async function makeKinds(db: Db): Promise<string[]> {
  const rows = Array.from({ length: 90 }, (_, n) => ({ _id: n as never, n, text: `t${n}` }));
  await db.createCollection("capped", { capped: true, size: 65536, max: 100 });
  await db.createCollection("clustered", {
    clusteredIndex: { key: { _id: 1 }, unique: true, name: "by id" },
  });
  await db.createCollection("collated", { collation: { locale: "de", strength: 2 } });
  await db.createCollection("checked", { validator: { n: { $gte: 0 } } });
  for (const name of ["many", "capped", "clustered", "collated", "checked"]) {
    await db.collection(name).insertMany(rows);
  }
  await db.collection("many").createIndex({ n: 1 }, { unique: true });
  await db.collection("many").createIndex({ text: -1, n: 1 }, {
    partialFilterExpression: { n: { $gt: 5 } },
  });
  await db.createCollection("view", { viewOn: "many", pipeline: [{ $match: { n: { $gt: 3 } } }] });
  await db.createCollection("empty");
  const names = ["capped", "checked", "clustered", "collated", "empty", "many", "view"];
  if (!serverHas("timeseries")) return names;
  await db.createCollection("weather", { timeseries: { timeField: "t", metaField: "m" } });
  await db.collection("weather").insertMany(
    Array.from({ length: 20 }, (_, n) => ({ t: new Date(n * 1000), m: n % 3, n })),
  );
  await db.createCollection("calm", { timeseries: { timeField: "t" } });
  return ["calm", ...names, "weather"];
}

integration(
  "datahood verify says that every kind of collection is the same in a server and its dumps",
  ({ uri, database, db }) =>
    inFolder(async (cwd) => {
      const names = await makeKinds(db);
      const server = at(uri, database);
      const places = [server, "ours/", "ours.archive"];
      for (const target of places.slice(1)) {
        assertEquals((await runCli(["transfer", server, target], { cwd })).code, 0);
      }
      if (mongoTools !== undefined) {
        const args = ["--uri", uri, "--db", database];
        await runTool(mongoTools.mongodump, [...args, "--out", `${cwd}/theirs`]);
        await runTool(mongoTools.mongodump, [...args, "--gzip", `--archive=${cwd}/theirs.archive`]);
        places.push("theirs/", "theirs.archive");
      }
      for (const [i, a] of places.entries()) {
        const b = places[(i + 1) % places.length]!;
        const { code, out, err } = await runCli(["verify", a, b, "--json"], { cwd });
        assertEquals(code, 0, `${a} and ${b}: ${out}${err}`);
        const { collections } = JSON.parse(out);
        assertEquals(
          collections.map(({ a }: VerifiedCollection) => a?.namespace.collection).toSorted(),
          names,
        );
      }
      // Through a pipe, with nothing left in the folder for what memory does not hold.
      const stdin = await Deno.readFile(`${cwd}/${places.at(-1)}`);
      await Deno.mkdir(`${cwd}/big`);
      const options = ["--format-b", "archive", "--memory", "1KiB", "--temp-dir", "big", "--json"];
      const piped = await runCli(["verify", server, "-", ...options], { cwd, stdin });
      assertEquals(piped.code, 0, piped.out + piped.err);
      await db.collection("checked").deleteOne({ n: 7 });
      await db.collection("checked").updateOne({ n: 9 }, { $set: { text: "changed" } });
      const other = await runCli(["verify", server, "-", ...options], { cwd, stdin });
      assertEquals(other.code, 6, other.err);
      const found = JSON.parse(other.out).collections.filter(
        ({ status }: VerifiedCollection) => status === "different",
      );
      assertEquals(found.length, 1);
      const { missing, extra, different, shown } = found[0].documents;
      assertEquals([missing, extra, different], [0, 1, 1]);
      assertEquals(
        shown.map(({ status, id }: DifferentDocument) => [status, id]),
        [["different", { $numberInt: "9" }], ["extra", { $numberInt: "7" }]],
      );
      assertEquals(await Array.fromAsync(Deno.readDir(`${cwd}/big`)), []);
    }),
);

integration(
  "verify() reads again what a lost connection broke off, in both passes",
  ({ server, database, db }) =>
    inFolder(async (cwd) => {
      const documents = Array.from({ length: 6000 }, (_, n) => ({
        _id: n as never,
        n,
        text: "x".repeat(500),
      }));
      for (const name of ["a", "b", "c"]) await db.collection(name).insertMany(documents);
      using proxy = new Proxy(server.port);
      await using source = new MongoConnector({ uri: proxy.uri, database });
      await using dump = new DumpConnector({ path: `${cwd}/dump/` });
      await transfer(source, dump);
      await db.collection("b").updateOne({ n: 4321 }, { $set: { text: "changed" } });
      for (const options of [{}, { memoryBytes: 1, tempFolder: cwd }] as VerifyOptions[]) {
        const retries: number[] = [];
        let cut = 0;
        const { same, collections } = await verify(dump, source, {
          ...options,
          onEvent(event) {
            if (event.type === "retry") retries.push(event.pass);
            else if (event.side === "b" && event.pass === cut + 1 && cut < 2) {
              // In the middle of the first collection of each pass.
              cut++;
              proxy.cutNext("getMore", "before", 1);
            }
          },
        });
        assertEquals(same, false);
        assertEquals(retries, [1, 2]);
        assertEquals(collections.map(({ status }) => status), ["same", "different", "same"]);
        const { missing, extra, different, shown } = collections[1]!.documents!;
        assertEquals([missing, extra, different], [0, 0, 1]);
        assertEquals([shown[0]?.id, shown[0]?.indexB], ['{"$numberInt":"4321"}', 4321]);
        assertEquals(shown[0]?.first?.path, "text");
      }
    }),
);

integration(
  "datahood verify goes on when a server fails over, and says so",
  { needs: ["failpoints"] },
  ({ uri, database, db, client }) =>
    inFolder(async (cwd) => {
      await fill(db, "orders", 6000, { text: "x".repeat(500) });
      const orders = at(uri, `${database}.orders`);
      assertEquals((await runCli(["transfer", orders, "a.bson"], { cwd })).code, 0);
      const failOver = (times: number) =>
        client.db("admin").command({
          configureFailPoint: "failCommand",
          mode: { times },
          // PrimarySteppedDown, to this program alone.
          data: { appName: "datahood", failCommands: ["getMore"], errorCode: 189 },
        });
      await failOver(2);
      const { code, out, err } = await runCli(["verify", "a.bson", orders], { cwd });
      assertEquals(code, 0, out + err);
      assertStringIncludes(err, "Trying again in ");
      await failOver(1);
      const once = await runCli(["verify", "a.bson", orders, "--retries", "0"], { cwd });
      assertEquals(once.code, 3, once.out);
    }),
);
