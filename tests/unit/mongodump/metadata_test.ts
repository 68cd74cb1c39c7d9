import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../src/core/mod.ts";
import {
  type DumpMetadata,
  formatDumpMetadata,
  formatPrelude,
  parseDumpMetadata,
  parsePrelude,
} from "../../../src/mongodump/mod.ts";
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
      "a query by a pattern",
      '{"options":{"validator":{"a":{"$regex":"^b"}}},"indexes":[]}',
      '{"options":{"validator":{"a":{"$regex":"^b"}}},"indexes":[]}',
    ],
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

const METADATA =
  '{"options":{"capped":true,"size":{"$numberInt":"4096"}},"indexes":[{"v":{"$numberInt":"2"},' +
  '"key":{"b":{"$numberInt":"1"},"10":{"$numberInt":"-1"}},"name":"b_10","unique":true}],' +
  '"uuid":"b083c5fcf3a54d8aa1b2c3d4e5f60718","collectionName":"a \\"b\\"","type":"collection"}';

Deno.test("parseDumpMetadata() drops nothing of a text of which a byte was changed", () => {
  for (let at = 0; at < METADATA.length; at++) {
    for (const flip of [0x01, 0x02, 0x20]) {
      const code = METADATA.charCodeAt(at) ^ flip;
      const text = METADATA.slice(0, at) + String.fromCharCode(code) + METADATA.slice(at + 1);
      let metadata: DumpMetadata;
      try {
        metadata = parseDumpMetadata(text, "x.metadata.json");
      } catch (error) {
        assert(error instanceof DataError, `byte ${at}: ${error}`);
        continue;
      }
      // What is not known is told of; all else is there as it was written.
      const written = JSON.parse(formatDumpMetadata(metadata));
      // Where it is a number it may be written in another way: 1 as 01.
      const meant = JSON.parse(
        text,
        (key, value) =>
          key === "$numberInt" && /^-?\d+$/.test(value) ? String(Number(value) + 0) : value,
      );
      for (const key of metadata.unknown ?? []) delete meant[key];
      assertEquals(written, meant, `byte ${at} ^ ${flip}: ${text}`);
    }
  }
});

Deno.test("parseDumpMetadata() refuses a text that was cut, wherever it was", () => {
  for (let cut = 1; cut < METADATA.length; cut++) {
    assertThrows(() => parseDumpMetadata(METADATA.slice(0, cut), "x"), DataError, undefined);
  }
});

Deno.test("parsePrelude() gives back what formatPrelude() was given, no version too", () => {
  for (const serverVersion of ["", "8.0.1"]) {
    const prelude = { serverVersion, toolVersion: "datahood 1" };
    assertEquals(parsePrelude(formatPrelude(prelude)), prelude);
  }
  // No restore takes a version that is none.
  assertEquals(
    JSON.parse(formatPrelude({ serverVersion: "", toolVersion: "x" })).ServerVersion,
    "0.0.0",
  );
  assertEquals(parsePrelude("no JSON"), { serverVersion: "", toolVersion: "" });
});
