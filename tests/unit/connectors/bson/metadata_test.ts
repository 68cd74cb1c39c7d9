import { assertEquals, assertRejects } from "@std/assert";
import {
  BsonConnector,
  type CollectionInfo,
  DataError,
  formatDumpMetadata,
  jsonToBson,
} from "@datahood/cli";
import { metadataPaths } from "../../../../src/connectors/bson/_metadata.ts";

const bsonOf = (json: string) => jsonToBson(json, "the test");
const INDEX = bsonOf('{"v":2,"key":{"at":1},"name":"at_1"}');
const OPTIONS = bsonOf('{"capped":true,"size":{"$numberInt":"4096"}}');
const TEXT = formatDumpMetadata({
  indexes: [INDEX],
  options: OPTIONS,
  uuid: "00112233445566778899aabbccddeeff",
  collectionName: "orders",
  type: "collection",
});

/** What is known of a file, before it is read and as it is read. */
async function infosOf(path: string, metadata?: boolean): Promise<CollectionInfo[]> {
  await using file = new BsonConnector({ path, ...(metadata === undefined ? {} : { metadata }) });
  await file.connect();
  const infos = await Array.fromAsync(file.source.describe());
  for await (const item of file.source.read()) {
    if (item.type === "begin") infos.push(item.collection);
  }
  assertEquals(infos.length, 2);
  return infos;
}

async function inFolder(test: (file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "datahood_metadata_" });
  try {
    await test(`${folder}/orders.bson`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("metadataPaths() says where mongodump puts the metadata of a file", () => {
  assertEquals(metadataPaths("dump/shop/orders.bson"), ["dump/shop/orders.metadata.json"]);
  const either = ["a.b.metadata.json.gz", "a.b.metadata.json"];
  assertEquals(metadataPaths("a.b.bson.gz"), either);
  assertEquals(metadataPaths("orders.bson.zst"), ["orders.metadata.json"]);
  for (const none of ["-", "orders", ".bson", "orders.bson.bak"]) {
    assertEquals(metadataPaths(none), [], none);
  }
});

Deno.test("BsonConnector reads options and indexes from the metadata beside its file", () =>
  inFolder(async (path) => {
    await Deno.writeFile(path, bsonOf('{"_id":1}'));
    await Deno.writeTextFile(path.replace(".bson", ".metadata.json"), TEXT);
    for (const info of await infosOf(path, true)) {
      assertEquals(info.indexes, [INDEX]);
      assertEquals(info.options, OPTIONS);
      assertEquals(info.uuid, "00112233445566778899aabbccddeeff");
      assertEquals(info.namespace, { db: "", collection: "orders" });
    }
    for (const info of await infosOf(path)) assertEquals(info.indexes, undefined);
  }));

Deno.test("BsonConnector takes a file without metadata, with an empty one or that of a view, as documents", () =>
  inFolder(async (path) => {
    await Deno.writeFile(path, bsonOf('{"_id":1}'));
    const beside = path.replace(".bson", ".metadata.json");
    const view = formatDumpMetadata({ indexes: [], options: OPTIONS, type: "view" });
    for (const text of [undefined, "", view]) {
      if (text !== undefined) await Deno.writeTextFile(beside, text);
      for (const info of await infosOf(path, true)) {
        assertEquals([info.type, info.indexes, info.options], ["collection", undefined, undefined]);
      }
    }
    await Deno.writeTextFile(beside, TEXT.slice(0, -5));
    await assertRejects(() => infosOf(path, true), DataError, "orders.metadata.json");
  }));

Deno.test("BsonConnector needs to be allowed to read metadata only where it is asked for", () => {
  const needs = (metadata: boolean, role: "source" | "target") =>
    new BsonConnector({ path: "a.bson", metadata }).permissions(role).map(({ target }) => target);
  assertEquals(needs(true, "source"), ["a.bson", "a.metadata.json"]);
  assertEquals(needs(false, "source"), ["a.bson"]);
  assertEquals(needs(true, "target"), needs(false, "target"));
});
