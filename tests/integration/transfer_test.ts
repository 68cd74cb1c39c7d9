import { assert, assertEquals, assertRejects } from "@std/assert";
import { serialize } from "bson";
import { BsonConnector } from "../../src/connectors/bson/mod.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { ConnectError, InterruptedError, UsageError } from "../../src/core/mod.ts";
import { BSONExporter, MongoDBExporter, Pipeline } from "../../src/exporters/mod.ts";
import { transfer } from "../../src/transfer/mod.ts";
import { Proxy } from "./_proxy.ts";
import { integration, type IntegrationContext, type IntegrationOptions } from "./_server.ts";

const COUNT = 600;

/** A BSON file of documents, with or without `_id`, in a directory of its own. */
async function withFile(
  ids: "with" | "without",
  work: (path: string, directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/in.bson`;
    await using file = new BsonConnector({ path });
    await file.loadData(
      Array.from({ length: COUNT }, (_, n) => ({
        ...(ids === "with" ? { _id: n } : {}),
        n,
        text: "x".repeat(n % 200),
      })),
    );
    await work(path, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function numbersIn({ db }: IntegrationContext, collection: string): Promise<number[]> {
  const documents = await db.collection(collection).find().sort({ n: 1 }).toArray();
  return documents.map(({ n }) => n);
}

const ALL = Array.from({ length: COUNT }, (_, n) => n);

integration(
  "transfer() moves a file through MongoDB and back, byte for byte",
  (context) =>
    withFile("with", async (path, directory) => {
      const { uri, database } = context;
      await using file = new BsonConnector({ path });
      await using collection = new MongoConnector({ uri, database, collection: "through" });
      const there = await transfer(file, collection, { batchBytes: 10_000 });
      assertEquals([there.counts.read, there.counts.written], [COUNT, COUNT]);
      assertEquals(there.collections[0]?.to, { db: database, collection: "through" });
      assertEquals(there.positions.length, 1);
      await using copy = new BsonConnector({ path: `${directory}/out.bson` });
      const back = await transfer(collection, copy, { batchBytes: 10_000, resumable: true });
      assertEquals(back.counts.bytesWritten, there.counts.bytesRead);
      assertEquals(await Deno.readFile(`${directory}/out.bson`), await Deno.readFile(path));
      assert(back.issues.some(({ code }) => code === "not-point-in-time"));
    }),
);

integration(
  "transfer() again counts what is there as unchanged",
  (context) =>
    withFile("with", async (path) => {
      const { uri, database } = context;
      await using file = new BsonConnector({ path });
      await using collection = new MongoConnector({ uri, database, collection: "again" });
      await transfer(file, collection);
      const { counts } = await transfer(file, collection);
      assertEquals([counts.written, counts.unchanged, counts.rejected], [0, COUNT, 0]);
    }),
);

integration("transfer() holds its bound in bytes between two collections", async (context) => {
  const { uri, database, db } = context;
  const text = "x".repeat(20_000);
  await db.collection<{ _id: number; n: number; text: string }>("wide").insertMany(
    Array.from({ length: 300 }, (_, n) => ({ _id: n, n, text })),
  );
  await using source = new MongoConnector({ uri, database, collection: "wide" });
  await using target = new MongoConnector({ uri, database, collection: "copy" });
  const inFlightBytes = 1024 * 1024;
  const summary = await transfer(source, target, {
    inFlightBytes,
    batchBytes: 220_000,
    batchDocuments: 10,
  });
  assertEquals(summary.counts.written, 300);
  assert(summary.peakInFlightBytes > inFlightBytes / 2, "nothing was written side by side");
  assert(summary.peakInFlightBytes <= inFlightBytes, `${summary.peakInFlightBytes} were held`);
});

integration("transfer() refuses a collection over itself, and leaves it", async (context) => {
  const { uri, database, db } = context;
  await db.collection("self").insertOne({ n: 1 });
  await using source = new MongoConnector({ uri, database, collection: "self" });
  const spelled = uri.replace("127.0.0.1", "localhost");
  await using target = new MongoConnector({ uri: spelled, database, collection: "self" });
  await assertRejects(() => transfer(source, target, { overwrite: true }), UsageError, "itself");
  assertEquals(await db.collection("self").countDocuments(), 1);
});

integration("transfer() knows its server behind another port", async (context) => {
  const { uri, database, db, server } = context;
  await db.collection("self").insertOne({ n: 1 });
  using proxy = new Proxy(server.port);
  await using source = new MongoConnector({ uri, database, collection: "self" });
  await using target = new MongoConnector({ uri: proxy.uri, database, collection: "self" });
  await assertRejects(() => transfer(source, target, { overwrite: true }), UsageError, "itself");
  assertEquals(await db.collection("self").countDocuments(), 1);
  await using copy = new MongoConnector({ uri: proxy.uri, database, collection: "copy" });
  assertEquals((await transfer(source, copy)).counts.written, 1);
});

integration(
  "transfer() stopped by its signal says what was done",
  (context) =>
    withFile("with", async (path) => {
      const { uri, database } = context;
      const controller = new AbortController();
      await using file = new BsonConnector({ path });
      await using collection = new MongoConnector({ uri, database, collection: "stopped" });
      const error = await assertRejects(
        () =>
          transfer(file, collection, {
            batchDocuments: 5,
            signal: controller.signal,
            onEvent: ({ type }) => type === "progress" && controller.abort(),
          }),
        InterruptedError,
      );
      const written = error.result?.counts.written;
      assertEquals(await context.db.collection("stopped").countDocuments(), written);
      assert(written! > 0 && written! < COUNT);
    }),
);

integration(
  "MongoDBExporter and BSONExporter are the two halves of a pipeline",
  (context) =>
    withFile("with", async (path, directory) => {
      const { uri, database } = context;
      const place = { uri, database, collection: "people" };
      const out = `${directory}/out.bson.gz`;
      const pipeline = new Pipeline({
        name: "there and back",
        steps: [
          new MongoDBExporter({ name: "in", source: { path }, target: place }),
          new BSONExporter({ name: "out", source: place, path: out }),
        ],
      });
      const { steps } = await pipeline.run();
      assertEquals(steps.map(({ summary }) => summary.counts.written), [COUNT, COUNT]);
      await using copy = new BsonConnector({ path: out });
      assertEquals((await Array.fromAsync(copy.extractData())).length, COUNT);
    }),
);

const FAULTS: Readonly<Record<string, object>> = {
  "a closed connection": { closeConnection: true },
  "a retryable error": { errorCode: 91, errorLabels: ["RetryableWriteError"] },
  "a lost write concern": {
    writeConcernError: { code: 91, errmsg: "shutting down" },
    errorLabels: ["RetryableWriteError"],
  },
};
const SERVERS: Readonly<Record<string, IntegrationOptions>> = {
  "a replica set": { needs: ["failpoints"] },
  "a standalone": { needs: ["failpoints"], server: { standalone: true } },
};

for (const [where, options] of Object.entries(SERVERS)) {
  for (const [fault, data] of Object.entries(FAULTS)) {
    for (const ids of ["with", "without"] as const) {
      integration(
        `transfer() writes each document ${ids} _id once through ${fault} on ${where}`,
        options,
        (context) =>
          withFile(ids, async (path) => {
            const { uri, database, client } = context;
            await client.db("admin").command({
              configureFailPoint: "failCommand",
              mode: { times: 3 },
              data: { failCommands: ["insert"], ...data },
            });
            await using file = new BsonConnector({ path });
            await using collection = new MongoConnector({ uri, database, collection: "faults" });
            const summary = await transfer(file, collection, {
              batchDocuments: 50,
              retryDelayMs: 5,
            });
            const { counts } = summary;
            assertEquals(await numbersIn(context, "faults"), ALL);
            assertEquals([counts.read, counts.written, counts.rejected], [COUNT, COUNT, 0]);
            assert(summary.retries > 0, "nothing failed");
            const added = summary.issues.filter(({ code }) => code === "ids-added");
            assertEquals(added.length, ids === "with" ? 0 : 1);
          }),
      );
    }
  }

  for (const ids of ["with", "without"] as const) {
    integration(
      `transfer() writes each document ${ids} _id once if an acknowledgement is lost on ${where}`,
      options,
      (context) =>
        withFile(ids, async (path) => {
          const { server, database } = context;
          using proxy = new Proxy(server.port);
          await using file = new BsonConnector({ path });
          await using target = new MongoConnector({ uri: proxy.uri, database, collection: "lost" });
          await target.connect();
          proxy.cutNext("insert", "after", 3);
          const summary = await transfer(file, target, { batchDocuments: 50, retryDelayMs: 5 });
          assertEquals(await numbersIn(context, "lost"), ALL);
          assertEquals([summary.counts.written, summary.counts.unchanged], [COUNT, 0]);
          assert(summary.retries > 0, "nothing was lost");
        }),
    );
  }

  integration(
    `transfer() gives up after its retries on ${where}`,
    options,
    (context) =>
      withFile("with", async (path) => {
        const { uri, database, client } = context;
        await using file = new BsonConnector({ path });
        await using collection = new MongoConnector({ uri, database, collection: "down" });
        await collection.connect();
        await client.db("admin").command({
          configureFailPoint: "failCommand",
          mode: "alwaysOn",
          data: { failCommands: ["insert"], closeConnection: true },
        });
        const error = await assertRejects(
          () => transfer(file, collection, { retries: 2, retryDelayMs: 1 }),
          ConnectError,
        );
        assertEquals([error.stage, error.result?.counts.written], ["target", 0]);
      }),
  );
}

integration("transfer() goes on with a source whose connection was cut", async (context) => {
  const { server, database, db } = context;
  const documents = Array.from({ length: COUNT }, (_, n) => ({ n, text: "x".repeat(500) }));
  await db.collection("cut").insertMany(documents);
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/out.bson`;
    using proxy = new Proxy(server.port);
    await using source = new MongoConnector({ uri: proxy.uri, database, collection: "cut" });
    await using target = new BsonConnector({ path });
    await source.connect();
    proxy.cutNext("getMore", "before", 2);
    const summary = await transfer(source, target, {
      batchDocuments: 40,
      resumable: true,
      retryDelayMs: 5,
    });
    assert(summary.retries > 0, "nothing was cut");
    assertEquals(summary.counts.written, COUNT);
    const numbers = (await Array.fromAsync(target.extractData())).map(({ n }) => Number(n));
    assertEquals(numbers.toSorted((a, b) => a - b), ALL);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

integration("extractData() and loadData() carry values through MongoDB", async (context) => {
  const { uri, database } = context;
  await using collection = new MongoConnector({ uri, database, collection: "values" });
  const documents = [{ _id: 1, at: new Date(5) }, { _id: 2, list: [1, "two", null] }];
  const result = await collection.loadData(documents);
  assertEquals([result.read, result.inserted], [2, 2]);
  const extracted = await Array.fromAsync(collection.extractData({ query: { sort: { _id: 1 } } }));
  assertEquals(extracted, documents);
  const raw = await collection.loadData([serialize({ _id: 3 })]);
  assertEquals(raw.inserted, 1);
});
