import { assertEquals, assertRejects } from "@std/assert";
import { deserialize } from "bson";
import { DatahoodError, LoadError, type RawBatch, type Writer } from "../../src/core/mod.ts";
import { type Cut, Proxy } from "./_proxy.ts";
import { integration, type IntegrationOptions } from "./_server.ts";
import { batchOf, hex, storedBytes, withWriter } from "./_write.ts";

const MODES: readonly { where: string; options: IntegrationOptions }[] = [
  { where: "a replica set", options: {} },
  { where: "a standalone", options: { server: { standalone: true } } },
];
const CUTS: readonly Cut[] = ["before", "after"];

/** Writes a batch that fails, and then again. */
async function failThenReplay(writer: Writer, batch: RawBatch, again = batch) {
  const error = await assertRejects(() => writer.write(batch), DatahoodError);
  assertEquals(error.retryable, true, error.message);
  assertEquals(error.stage, "target");
  return await writer.write(again);
}

for (const { where, options } of MODES) {
  for (const cut of CUTS) {
    for (const ids of ["with", "without"]) {
      integration(
        `write() doubles nothing ${ids} _id if the line is cut ${cut} an insert on ${where}`,
        options,
        async ({ server, client, database: db }) => {
          using proxy = new Proxy(server.port);
          const namespace = { db, collection: "cut" };
          const documents = Array.from(
            { length: 50 },
            (_, i) => ids === "with" ? { _id: i, n: i } : { n: i },
          );
          await withWriter({ uri: proxy.uri }, {}, async (writer) => {
            await writer.begin({ namespace, type: "collection" });
            proxy.cutNext("insert", cut);
            const result = await failThenReplay(writer, batchOf(namespace, documents));
            assertEquals([result.inserted, result.unchanged, result.rejected], [50, 0, []]);
            assertEquals(result.idsAdded ?? 0, ids === "with" ? 0 : 50);
            const next = await writer.write(batchOf(namespace, [{ n: 50 }], { seq: 1 }));
            assertEquals(next.inserted, 1);
          });
          const [first, again] = proxy.commands("insert");
          assertEquals(hex(first!.sequences.documents!), hex(again!.sequences.documents!));
          assertEquals(first!.body.txnNumber, again!.body.txnNumber);
          if (first!.body.txnNumber !== undefined) {
            assertEquals(first!.body.lsid, again!.body.lsid);
          }
          const stored = (await storedBytes(client, namespace)).map((each) => deserialize(each).n);
          assertEquals(stored, Array.from({ length: 51 }, (_, i) => i));
        },
      );
    }
  }

  integration(
    `write() sends only what was not acknowledged of a batch of several messages on ${where}`,
    options,
    async ({ server, client, database: db }) => {
      using proxy = new Proxy(server.port);
      const namespace = { db, collection: "several" };
      const text = "x".repeat(900_000);
      const documents = Array.from({ length: 8 }, (_, n) => ({ n, text }));
      await withWriter({ uri: proxy.uri }, {}, async (writer) => {
        const batch = batchOf(namespace, documents);
        await writer.begin({ namespace, type: "collection" });
        proxy.cutNext("insert", "after", 2);
        assertEquals((await failThenReplay(writer, batch)).inserted, 8);
      });
      // Two were acknowledged, the third is sent twice, the fourth once.
      assertEquals(proxy.commands("insert").length, 5);
      assertEquals((await storedBytes(client, namespace)).length, 8);
    },
  );

  integration(
    `write() doubles nothing if two lanes are acknowledged out of order on ${where}`,
    options,
    async ({ server, client, database: db }) => {
      using proxy = new Proxy(server.port);
      const namespace = { db, collection: "lanes" };
      await withWriter({ uri: proxy.uri }, {}, async (writer) => {
        await writer.begin({ namespace, type: "collection" });
        const lane = (lane: number, seq: number) =>
          batchOf(namespace, Array.from({ length: 20 }, (_, i) => ({ lane, seq, i })), {
            lane,
            seq,
            firstIndex: seq * 20,
          });
        const late = lane(0, 0);
        proxy.cutNext("insert", "after");
        await assertRejects(() => writer.write(late), DatahoodError);
        // The other lane goes on meanwhile, in a session of its own.
        const others = await Promise.all([0, 1, 2].map((seq) => writer.write(lane(1, seq))));
        assertEquals(others.map(({ inserted }) => inserted), [20, 20, 20]);
        const replayed = await writer.write(late);
        assertEquals([replayed.inserted, replayed.unchanged], [20, 0]);
        assertEquals((await writer.write(lane(0, 1))).inserted, 20);
      });
      assertEquals((await storedBytes(client, namespace)).length, 100);
    },
  );

  integration(
    `write() of a copy of a lost batch doubles nothing on ${where}`,
    options,
    async ({ server, client, database: db }) => {
      using proxy = new Proxy(server.port);
      const namespace = { db, collection: "copy" };
      const documents = [{ a: 1 }, { a: 2, _id: 5 }, { a: 3 }];
      await withWriter({ uri: proxy.uri }, {}, async (writer) => {
        await writer.begin({ namespace, type: "collection" });
        proxy.cutNext("insert", "after");
        const [batch, copy] = [batchOf(namespace, documents), batchOf(namespace, documents)];
        assertEquals((await failThenReplay(writer, batch, copy)).inserted, 3);
      });
      assertEquals((await storedBytes(client, namespace)).length, 3);
    },
  );

  integration(
    `write() settles conflicts once if the line is cut while it replaces on ${where}`,
    options,
    async ({ server, client, database: db }) => {
      using proxy = new Proxy(server.port);
      const namespace = { db, collection: "replace" };
      await client.db(db).collection<{ _id: number }>("replace").insertMany([{ _id: 1 }, {
        _id: 2,
      }]);
      await withWriter({ uri: proxy.uri }, { onConflict: "replace" }, async (writer) => {
        await writer.begin({ namespace, type: "collection" });
        for (const [seq, cut] of CUTS.entries()) {
          const documents = [{ _id: 1, seq }, { _id: `new${seq}` }, { _id: 2, seq }];
          proxy.cutNext("update", cut);
          const result = await failThenReplay(writer, batchOf(namespace, documents, { seq }));
          assertEquals([result.inserted, result.replaced, result.unchanged], [1, 2, 0]);
        }
      });
      assertEquals(proxy.commands("insert").length, 2);
      assertEquals((await storedBytes(client, namespace)).map((each) => deserialize(each)), [
        { _id: 1, seq: 1 },
        { _id: 2, seq: 1 },
        { _id: "new0" },
        { _id: "new1" },
      ]);
    },
  );
}

integration(
  "write() is retryable by label and code of a failed command",
  { needs: ["failpoints"] },
  async ({ uri, client, database: db }) => {
    const namespace = { db, collection: "codes" };
    const failures: [data: object, retryable: boolean][] = [
      [{ closeConnection: true }, true],
      [{ errorCode: 91, errorLabels: ["RetryableWriteError"] }, true],
      [{ errorCode: 10107 }, true],
      [{ errorCode: 4711, errorLabels: ["RetryableWriteError"] }, true],
      [{ errorCode: 4711, errorLabels: [] }, false],
    ];
    for (const [seq, [data, retryable]] of failures.entries()) {
      await withWriter({ uri }, {}, async (writer) => {
        await writer.begin({ namespace, type: "collection" });
        await client.db("admin").command({
          configureFailPoint: "failCommand",
          mode: { times: 1 },
          data: { failCommands: ["insert"], ...data },
        });
        const batch = batchOf(namespace, [{ seq }], { seq });
        const error = await assertRejects(() => writer.write(batch), DatahoodError);
        assertEquals(error.retryable, retryable, JSON.stringify(data));
        assertEquals((await writer.write(batch)).inserted, 1);
      });
    }
    assertEquals((await storedBytes(client, namespace)).length, failures.length);
  },
);

integration(
  "write() says that documents were written but not confirmed",
  { needs: ["failpoints"] },
  async ({ uri, client, database: db }) => {
    const namespace = { db, collection: "unconfirmed" };
    const fail = (writeConcernError: object) =>
      client.db("admin").command({
        configureFailPoint: "failCommand",
        mode: { times: 1 },
        data: { failCommands: ["insert"], writeConcernError },
      });
    await withWriter({ uri }, {}, async (writer) => {
      await writer.begin({ namespace, type: "collection" });
      await fail({ code: 64, errmsg: "waiting for replication timed out" });
      const batch = batchOf(namespace, [{ _id: 1 }]);
      const error = await assertRejects(() => writer.write(batch), LoadError, "did not confirm");
      assertEquals(error.retryable, false);
      assertEquals((await storedBytes(client, namespace)).length, 1);
      await fail({ code: 91, errmsg: "shutting down" });
      const result = await failThenReplay(writer, batchOf(namespace, [{ _id: 2 }], { seq: 1 }));
      assertEquals(result.inserted, 1);
    });
    assertEquals((await storedBytes(client, namespace)).length, 2);
  },
);
