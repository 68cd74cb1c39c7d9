import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deserialize, Double, Long, serialize } from "bson";
import { LoadError, type OnConflict } from "../../src/core/mod.ts";
import { everyType } from "./_documents.ts";
import { integration } from "./_server.ts";
import { batchOf, storedBytes, withWriter } from "./_write.ts";

const THERE = "a document with its _id is already there, with other content";

const MODES: readonly {
  mode: Exclude<OnConflict, "stop">;
  counts: object;
  stored: unknown[];
}[] = [
  {
    mode: "report",
    counts: { inserted: 1, replaced: 0, unchanged: 1, skipped: 0 },
    stored: [1, 2, 3],
  },
  {
    mode: "skip",
    counts: { inserted: 1, replaced: 0, unchanged: 1, skipped: 1 },
    stored: [1, 2, 3],
  },
  {
    mode: "replace",
    counts: { inserted: 1, replaced: 1, unchanged: 1, skipped: 0 },
    stored: [1, "new", 3],
  },
];

for (const { mode, counts, stored } of MODES) {
  integration(`write() does what onConflict ${mode} says`, async (context) => {
    const { uri, client, db, database } = context;
    const namespace = { db: database, collection: mode };
    await db.collection<{ _id: number; v: number }>(mode).insertMany([{ _id: 1, v: 1 }, {
      _id: 2,
      v: 2,
    }]);
    const documents = [{ _id: 1, v: 1 }, { v: "new", _id: 2 }, { _id: 3, v: 3 }];
    await withWriter({ uri }, { onConflict: mode }, async (writer) => {
      const result = await writer.write(batchOf(namespace, documents, { firstIndex: 100 }));
      const { inserted, replaced, unchanged, skipped, rejected } = result;
      assertEquals({ inserted, replaced, unchanged, skipped }, counts);
      const expected = { index: 101, id: "2", code: 11000, reason: THERE };
      assertEquals(rejected, mode === "report" ? [expected] : []);
    });
    const found = (await storedBytes(client, namespace)).map((each) => deserialize(each));
    assertEquals(found.map(({ v }) => v), stored);
    assertEquals(found.map(({ _id }) => _id), [1, 2, 3]);
  });
}

integration("write() ends the run at a conflict if onConflict is stop", async (context) => {
  const { uri, db, database } = context;
  const namespace = { db: database, collection: "stop" };
  await db.collection<{ _id: number; v?: number }>("stop").insertMany([{ _id: 1 }, {
    _id: 2,
    v: 2,
  }]);
  await withWriter({ uri }, { onConflict: "stop" }, async (writer) => {
    const batch = batchOf(namespace, [{ _id: 1 }, { _id: 2 }], { firstIndex: 7 });
    const error = await assertRejects(() => writer.write(batch), LoadError);
    assertStringIncludes(error.message, "document 8 (_id 2) is already there");
    assertEquals([error.retryable, error.stage], [false, "target"]);
  });
});

integration("write() finds documents of every type of _id unchanged", async (context) => {
  const { uri, client, database } = context;
  const namespace = { db: database, collection: "again" };
  const fixture = deserialize(everyType(1, { deprecated: false }), {
    promoteValues: false,
    bsonRegExp: true,
  });
  // Arrays and patterns cannot be an _id; the others have the same key as one that stays.
  const { _id: _, array: _array, regex: _regex, long: _long, oldBinary: _old, ...values } = fixture;
  const documents = Object.values(values).map((value, n) => serialize({ _id: value, n }));
  await withWriter({ uri }, { onConflict: "stop" }, async (writer) => {
    const first = await writer.write(batchOf(namespace, documents));
    assertEquals(first.rejected, []);
    assertEquals([first.inserted, first.unchanged], [documents.length, 0]);
    const again = await writer.write(batchOf(namespace, documents, { seq: 1 }));
    assertEquals([again.inserted, again.unchanged], [0, documents.length]);
  });
  assertEquals((await storedBytes(client, namespace)).length, documents.length);
});

integration(
  "write() tells an _id of another number type from the same document",
  async (context) => {
    const { uri, client, database } = context;
    const namespace = { db: database, collection: "numbers" };
    await withWriter({ uri }, { onConflict: "replace" }, async (writer) => {
      await writer.write(batchOf(namespace, [{ _id: 1 }]));
      const same = [{ _id: Long.fromNumber(1) }, { _id: new Double(1), a: 1 }];
      const result = await writer.write(batchOf(namespace, same, { seq: 1 }));
      assertEquals([result.unchanged, result.replaced + result.rejected.length], [0, 2]);
    });
    assertEquals((await storedBytes(client, namespace)).length, 1);
  },
);

integration("write() compares thousands of documents that are there", async (context) => {
  const { uri, client, database } = context;
  const namespace = { db: database, collection: "many" };
  const documents = Array.from({ length: 3000 }, (_, _id) => ({ _id, even: _id % 2 }));
  await withWriter({ uri }, {}, async (writer) => {
    await writer.write(batchOf(namespace, documents));
    const changed = documents.map((each) => each._id % 1000 === 7 ? { ...each, even: "no" } : each);
    const result = await writer.write(batchOf(namespace, changed, { seq: 1 }));
    assertEquals([result.unchanged, result.inserted], [2997, 0]);
    assertEquals(result.rejected.map(({ index }) => index), [7, 1007, 2007]);
  });
  assertEquals((await storedBytes(client, namespace)).length, 3000);
});

integration("write() names another unique index without its values", async (context) => {
  const { uri, db, database } = context;
  const namespace = { db: database, collection: "unique" };
  await db.collection("unique").createIndex({ email: 1, year: 1 }, { unique: true });
  for (const [seq, onConflict] of (["report", "skip", "replace"] as const).entries()) {
    await withWriter({ uri }, { onConflict }, async (writer) => {
      const first = { _id: `a${seq}`, email: `secret${seq}`, year: 1 };
      const documents = [first, { ...first, _id: "b" }];
      const result = await writer.write(batchOf(namespace, documents, { seq }));
      assertEquals(result.inserted, 1);
      const [rejection] = result.rejected;
      assertEquals([rejection!.index, rejection!.id, rejection!.code], [1, '"b"', 11000]);
      assertEquals(
        rejection!.reason,
        'the unique index "email_1_year_1" on "email", "year" already has its value',
      );
    });
  }
});

integration("write() says which rules of a validator a document breaks", async (context) => {
  const { uri, db, database } = context;
  const namespace = { db: database, collection: "valid" };
  await db.createCollection("valid", {
    validator: {
      $jsonSchema: {
        required: ["name"],
        properties: {
          age: { bsonType: "int" },
          address: { bsonType: "object", required: ["city"] },
        },
      },
    },
  });
  await withWriter({ uri }, {}, async (writer) => {
    const documents = [
      { _id: 1, name: "x", age: 5 },
      { _id: 2, age: 5 },
      { _id: 3, name: "x", age: "secret" },
      { _id: 4, name: "x", address: {} },
    ];
    const result = await writer.write(batchOf(namespace, documents));
    assertEquals(result.inserted, 1);
    assertEquals(result.rejected.map(({ index, code }) => [index, code]), [
      [1, 121],
      [2, 121],
      [3, 121],
    ]);
    const [missing, type, nested] = result.rejected.map(({ reason }) => reason);
    assertStringIncludes(missing!, "the collection's validator refuses it");
    assertStringIncludes(missing!, '"name" is missing');
    assertStringIncludes(type!, '"age" fails bsonType');
    assertStringIncludes(nested!, '"address.city" is missing');
    assertEquals(JSON.stringify(result).includes("secret"), false);
  });
});

integration("write() rejects what the server refuses, and writes the rest", async (context) => {
  const { uri, client, db, database } = context;
  const namespace = { db: database, collection: "refused" };
  await db.collection("refused").createIndex({ place: "2dsphere" });
  await withWriter({ uri }, {}, async (writer) => {
    const documents = [{ _id: 1 }, { _id: { $a: 1 } }, { _id: 2 }, { _id: 3, place: "secret" }];
    const result = await writer.write(batchOf(namespace, documents));
    assertEquals(result.inserted, 2);
    assertEquals(result.rejected.map(({ index }) => index), [1, 3]);
    for (const { reason } of result.rejected) {
      assertStringIncludes(reason, "the server refuses it");
      assertEquals(reason.includes("secret"), false);
    }
  });
  assertEquals((await storedBytes(client, namespace)).length, 2);
});
