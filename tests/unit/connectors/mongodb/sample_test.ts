import { assertEquals } from "@std/assert";
import { deserialize, ObjectId, serialize } from "bson";
import {
  Doubles,
  samplePipeline,
  sampleReadPreference,
} from "../../../../src/connectors/mongodb/_sample.ts";
import type { Reply } from "../../../../src/connectors/mongodb/_reply.ts";

function replyOf(documents: readonly object[]): Reply {
  const parts = documents.map((document) => serialize(document));
  const buffer = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  const starts = new Uint32Array(parts.length);
  let at = 0;
  parts.forEach((bytes, i) => {
    starts[i] = at;
    buffer.set(bytes, at);
    at += bytes.length;
  });
  return { buffer, starts, bytes: at, own: true };
}

function documentsOf({ buffer, starts }: Reply): object[] {
  return [...starts].map((start) => {
    const length = new DataView(buffer.buffer, buffer.byteOffset).getInt32(start, true);
    return deserialize(buffer.subarray(start, start + length));
  });
}

Deno.test("Doubles.without() leaves out documents whose _id was there before", () => {
  const doubles = new Doubles();
  const id = new ObjectId();
  const first = [{ _id: 1, n: 1 }, { _id: "1" }, { _id: id }, { _id: 1, n: 2 }, { _id: [1, 2] }];
  assertEquals(documentsOf(doubles.without(replyOf(first))), [
    { _id: 1, n: 1 },
    { _id: "1" },
    { _id: id },
    { _id: [1, 2] },
  ]);
  // Bytes beyond ASCII tell too, and a document without an _id is none that was there.
  const second = [{ _id: id }, { _id: "é" }, { _id: "è" }, { a: 1 }, { a: 1 }, { _id: [1, 2] }];
  assertEquals(documentsOf(doubles.without(replyOf(second))), [
    { _id: "é" },
    { _id: "è" },
    { a: 1 },
    { a: 1 },
  ]);
  const known = doubles.without(replyOf([{ _id: 1 }, { _id: "é" }]));
  assertEquals([known.starts.length, known.bytes], [0, 0]);
  const fresh = replyOf([{ _id: 7 }, { _id: 8 }]);
  assertEquals(doubles.without(fresh), fresh);
});

Deno.test("samplePipeline() picks from what the filter leaves, then orders and reshapes", () => {
  assertEquals(samplePipeline({ sample: 5 }), [{ $sample: { size: 5 } }]);
  assertEquals(
    samplePipeline({
      sample: 5,
      filter: { a: 1 },
      sort: [["b", 1], ["2", -1]] as never,
      projection: { b: 1 },
    }),
    [
      { $match: { a: 1 } },
      { $sample: { size: 5 } },
      { $sort: new Map([["b", 1], ["2", -1]]) },
      { $project: { b: 1 } },
    ],
  );
  assertEquals(samplePipeline({ sample: 5, sort: { b: 1 } }).at(-1), { $sort: { b: 1 } });
});

Deno.test("sampleReadPreference() reads from a secondary unless the address says where", () => {
  assertEquals(sampleReadPreference("mongodb://h/"), { readPreference: "secondaryPreferred" });
  assertEquals(sampleReadPreference("mongodb://h/?readPreference=primary"), {});
  assertEquals(sampleReadPreference("mongodb+srv://h.example.com/?readpreference=nearest"), {});
});
