import { assertEquals, assertThrows } from "@std/assert";
import { deserialize, serialize } from "bson";
import fc from "fast-check";
import { UsageError } from "@datahood/cli";
import { fromPosition, toPosition } from "../../../../src/connectors/mongodb/_position.ts";
import { batchSizeFor } from "../../../../src/connectors/mongodb/_estimate.ts";
import { pluck, rawField } from "../../../../src/connectors/mongodb/_raw.ts";
import { valuesOf } from "../../../../src/connectors/mongodb/_values.ts";
import { splitReply } from "../../../../src/connectors/mongodb/_split.ts";

const namespace = { db: "shop", collection: "a.b" };

Deno.test("toPosition() survives JSON", () => {
  const id = new Uint8Array(serialize({ _id: "x".repeat(20_000) }));
  const position = toPosition({ namespace, index: 7, seq: 3, id, restart: false });
  assertEquals(fromPosition(JSON.parse(JSON.stringify(position)), "d"), {
    namespace,
    index: 7,
    seq: 3,
    id,
    restart: false,
  });
});

Deno.test("fromPosition() starts a collection again that has no order", () => {
  const position = toPosition({ namespace, index: 7, seq: 3, id: undefined, restart: false });
  const { index, seq, id } = fromPosition(position, "d");
  assertEquals([index, seq, id], [0, 3, undefined]);
});

Deno.test("fromPosition() refuses what it did not make", () => {
  const good = toPosition({
    namespace,
    index: 7,
    seq: 3,
    id: serialize({ _id: 1 }),
    restart: false,
  });
  const bad = [
    { ...good, kind: "bson" },
    { ...good, v: 2 },
    { ...good, db: "" },
    { ...good, seq: 1.5 },
    { ...good, id: "AAAA" },
    { ...good, restart: "some" },
    toPosition({ namespace, index: 7, seq: 3, id: undefined, restart: true }),
  ];
  for (const position of bad) assertThrows(() => fromPosition(position, "d"), UsageError);
});

Deno.test("pluck() and valuesOf() keep a value's bytes", () => {
  const keys = fc.string().filter((key) => !key.includes("\0"));
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.string(),
      fc.double(),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.array(fc.tuple(keys, tie("value")), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    ),
  })).value;
  fc.assert(fc.property(value, (_id) => {
    const bytes = serialize(new Map<string, unknown>([["before", 1], ["_id", _id], ["after", 2]]));
    const one = pluck(bytes, 0, "_id")!;
    assertEquals(one, new Uint8Array(serialize(new Map([["_id", _id]]))));
    assertEquals(new Uint8Array(serialize(valuesOf(one))), one);
  }));
});

Deno.test("rawField() copies a document and nothing else", () => {
  const bytes = serialize({ a: 1, options: { capped: true } });
  const options = rawField(bytes, "options")!;
  bytes.fill(0);
  assertEquals(deserialize(options), { capped: true });
  assertEquals(rawField(serialize({ options: 1 }), "options"), undefined);
  assertEquals(rawField(serialize({}), "options"), undefined);
});

Deno.test("splitReply() cuts by bytes and by documents", () => {
  const lengths = [10, 10, 300, 10, 10, 10];
  const starts = new Uint32Array(lengths.length);
  const buffer = new Uint8Array(400);
  let at = 3;
  lengths.forEach((length, i) => {
    starts[i] = at;
    new DataView(buffer.buffer).setInt32(at, length, true);
    at += length + 2;
  });
  const reply = { buffer, starts, bytes: 350, own: true };
  const cut = (limits: { batchBytes?: number; batchDocuments?: number }) =>
    [...splitReply(reply, limits)].map((part) => part.starts.length);
  assertEquals(cut({}), [6]);
  assertEquals(cut({ batchDocuments: 4 }), [4, 2]);
  assertEquals(cut({ batchBytes: 50 }), [2, 1, 3]);
  assertEquals(cut({ batchBytes: 1 }), [1, 1, 1, 1, 1, 1]);
  assertEquals(
    [...splitReply({ buffer, starts: new Uint32Array(0), bytes: 0, own: true }, {})],
    [],
  );
});

Deno.test("batchSizeFor() stays between one document and many", () => {
  assertEquals(batchSizeFor(380), 2069);
  assertEquals(batchSizeFor(16 * 1024 * 1024), 1);
  assertEquals(batchSizeFor(5), 16_384);
  assertEquals(batchSizeFor(100, 1000), 10);
  assertEquals(batchSizeFor(100, undefined, 3), 3);
});
