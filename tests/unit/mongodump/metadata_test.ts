import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../src/core/mod.ts";
import { formatDumpMetadata, parseDumpMetadata } from "../../../src/mongodump/mod.ts";
import { gunzipSync } from "node:zlib";

const DUMP = new URL("../../../../shared/data/dump-gzip/demo/", import.meta.url);

async function present(): Promise<boolean> {
  return await Deno.stat(DUMP).then(() => true, () => false);
}

Deno.test({
  name: "formatDumpMetadata() gives back what mongodump wrote, byte for byte (../shared/data)",
  ignore: !await present(),
  async fn(t) {
    for await (const { name } of Deno.readDir(DUMP)) {
      if (!name.endsWith(".metadata.json.gz")) continue;
      await t.step(name, async () => {
        const text = gunzipSync(await Deno.readFile(new URL(encodeURIComponent(name), DUMP)))
          .toString();
        assertEquals(formatDumpMetadata(parseDumpMetadata(text, name)), text);
      });
    }
  },
});

Deno.test("parseDumpMetadata() takes what older versions wrote", async (t) => {
  const table: [string, string, string][] = [
    ["nothing", "", '{"indexes":[]}'],
    [
      "relaxed numbers, an index's ns",
      '{"options":{},"indexes":[{"v":1,"key":{"_id":1},"ns":"a.b"}]}',
      '{"indexes":[{"v":{"$numberInt":"1"},"key":{"_id":{"$numberInt":"1"}},"ns":"a.b"}]}',
    ],
    ["no list of indexes", '{"indexes":null}', '{"indexes":[]}'],
    [
      "keys like numbers",
      '{"indexes":[{"key":{"b":1,"10":-1,"2":1}}]}',
      '{"indexes":[{"key":{"b":{"$numberInt":"1"},"10":{"$numberInt":"-1"},"2":{"$numberInt":"1"}}}]}',
    ],
    ["what it does not know", '{"indexes":[],"later":[1]}', '{"indexes":[]}'],
    [
      "a key called __proto__",
      '{"options":{"__proto__":true},"indexes":[]}',
      '{"options":{"__proto__":true},"indexes":[]}',
    ],
  ];
  for (const [name, text, wanted] of table) {
    await t.step(name, () => {
      assertEquals(formatDumpMetadata(parseDumpMetadata(text, "x.metadata.json")), wanted);
    });
  }
});

Deno.test("parseDumpMetadata() refuses what is none, and says where", async (t) => {
  const table: [string, RegExp][] = [
    ['{"indexes":[}', /"x\.metadata\.json" as JSON: .* at column 13/],
    ["[1]", /not a document/],
    ['{"options":1}', /its "options" is not a document/],
    ['{"indexes":{}}', /its "indexes" is not a list/],
    ['{"indexes":[1]}', /not a list of documents/],
    ['{"type":"table"}', /its "type" is not collection or view or timeseries/],
  ];
  for (const [text, message] of table) {
    await t.step(text, () => {
      const error = assertThrows(() => parseDumpMetadata(text, "x.metadata.json"), DataError);
      assertEquals(message.test(error.message), true, error.message);
    });
  }
});
