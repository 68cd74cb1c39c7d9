import { assert, assertEquals, assertRejects } from "@std/assert";
import { Decimal128, deserialize, Long, ObjectId, serialize } from "bson";
import { type Position, type RawBatch, type SourceItem, UsageError } from "@datahood/cli";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { collect, documentsOf, insertRaw, numbered } from "./_documents.ts";
import { integration, type IntegrationContext } from "./_server.ts";

function connectorOf({ uri, database }: IntegrationContext, collection?: string): MongoConnector {
  return new MongoConnector({ uri, database, ...(collection === undefined ? {} : { collection }) });
}

/** Reads until a batch, as a run that stops would; gives its position as a checkpoint keeps it. */
async function stopAfter(connector: MongoConnector, batches: number): Promise<{
  readonly seen: Uint8Array[];
  readonly after: Position;
}> {
  const seen: RawBatch[] = [];
  for await (const item of connector.source.read({ resumable: true, batchDocuments: 7 })) {
    if (item.type === "batch") seen.push(item.batch);
    if (seen.length === batches) break;
  }
  const after = JSON.parse(JSON.stringify(seen.at(-1)!.after));
  const items = seen.map((batch) => ({ type: "batch" as const, batch }));
  return { seen: await documentsOf(streamOf(items)), after };
}

async function* streamOf(items: readonly SourceItem[]): AsyncGenerator<SourceItem, void, void> {
  yield* items;
}

/** Documents as text, so that a difference can be read. */
function hex(documents: readonly Uint8Array[]): string[] {
  return documents.map((bytes) => Array.from(bytes, (byte) => byte.toString(16)).join(" "));
}

integration("MongoConnector goes on after every batch of a resumable read", async (context) => {
  const documents = numbered(50);
  // In natural order they would come as they were put in.
  await insertRaw(context.db, "c", documents.toReversed());
  await using connector = connectorOf(context, "c");
  for (let batches = 1; batches <= 8; batches++) {
    const { seen, after } = await stopAfter(connector, batches);
    const items = await collect(connector.source.read({ after, batchDocuments: 7 }));
    const rest = items.flatMap((item) => item.type === "batch" ? [item.batch] : []);
    assertEquals(rest[0]?.firstIndex ?? 50, seen.length);
    if (rest.length > 0) assertEquals(rest[0]!.seq, batches);
    assertEquals(hex([...seen, ...await documentsOf(streamOf(items))]), hex(documents));
  }
});

integration("MongoConnector goes on across every type of _id", async (context) => {
  const ids = [
    new Decimal128("-1.5"),
    NaN,
    -0.5,
    3,
    Long.fromString("9007199254740993"),
    "",
    "a\0b",
    "日本",
    { b: 1, a: 2 },
    new Uint8Array([1, 2, 3]),
    new ObjectId(),
    false,
    true,
    new Date(-1),
    null,
  ];
  await insertRaw(context.db, "c", ids.map((_id) => serialize({ _id, x: 1 })));
  // An _id whose keys look like numbers but do not ascend: no JavaScript object keeps that order.
  const keys = new Map([["2", 1], ["1", 2]]);
  await insertRaw(context.db, "c", [serialize(new Map<string, unknown>([["_id", keys]]))]);
  await using connector = connectorOf(context, "c");
  const all = await documentsOf(connector.source.read({ resumable: true }));
  assertEquals(all.length, ids.length + 1);
  let at = 0;
  for await (const item of connector.source.read({ resumable: true, batchDocuments: 1 })) {
    if (item.type !== "batch") continue;
    at += 1;
    const rest = await documentsOf(connector.source.read({ after: item.batch.after }));
    assertEquals(hex(rest), hex(all.slice(at)), `after ${JSON.stringify(item.batch.after)}`);
  }
});

integration("MongoConnector goes on where the last document is gone by now", async (context) => {
  await insertRaw(context.db, "c", numbered(20));
  await using connector = connectorOf(context, "c");
  const { after } = await stopAfter(connector, 1);
  await context.db.collection<{ _id: number }>("c").deleteOne({ _id: 6 });
  const rest = await documentsOf(connector.source.read({ after }));
  assertEquals(rest.map((bytes) => deserialize(bytes)._id), [...Array(20).keys()].slice(7));
});

integration("MongoConnector goes on in the collection where it stopped", async (context) => {
  for (const name of ["a", "b", "c"]) await insertRaw(context.db, name, numbered(10));
  await using connector = connectorOf(context);
  const { after } = await stopAfter(connector, 3);
  const items = await collect(connector.source.read({ after, batchDocuments: 100 }));
  const read = items.flatMap((item) =>
    item.type === "batch" ? [[item.batch.namespace.collection, item.batch.starts.length]] : []
  );
  assertEquals(read, [["b", 3], ["c", 10]]);
});

integration("MongoConnector goes on with a filter", async (context) => {
  await insertRaw(context.db, "c", numbered(30));
  await using connector = connectorOf(context, "c");
  const query = { filter: { _id: { $mod: [2, 0] } } };
  let after: Position | undefined;
  for await (const item of connector.source.read({ resumable: true, query, batchDocuments: 5 })) {
    if (item.type !== "batch") continue;
    after = item.batch.after;
    break;
  }
  const rest = await documentsOf(connector.source.read({ after: after!, query }));
  assertEquals(rest.map((bytes) => deserialize(bytes)._id), [
    10,
    12,
    14,
    16,
    18,
    20,
    22,
    24,
    26,
    28,
  ]);
});

integration("MongoConnector says what has to be read from its start again", async (context) => {
  const { db } = context;
  await db.createCollection("collated", { collation: { locale: "de" } });
  await db.collection<{ _id: string }>("collated").insertMany([{ _id: "b" }, { _id: "a" }, {
    _id: "c",
  }]);
  await using connector = connectorOf(context, "collated");
  const items = await collect(connector.source.read({ resumable: true, batchDocuments: 1 }));
  const end = items.at(-1);
  assert(end?.type === "end");
  assertEquals(end.issues?.map(({ code }) => code), ["restarts"]);
  const [, first] = items;
  assert(first?.type === "batch");
  assertEquals((await documentsOf(connector.source.read({ after: first.batch.after }))).length, 3);
});

integration(
  "MongoConnector refuses to go on from a read that was not resumable",
  async (context) => {
    await insertRaw(context.db, "c", numbered(20));
    await using connector = connectorOf(context, "c");
    for await (const item of connector.source.read({ batchDocuments: 5 })) {
      if (item.type !== "batch") continue;
      const { after } = item.batch;
      await assertRejects(
        () => collect(connector.source.read({ after })),
        UsageError,
        "cannot be gone",
      );
    }
  },
);

integration(
  "MongoConnector refuses to go on inside a time series",
  { needs: ["timeseries"] },
  async (context) => {
    const { db } = context;
    await db.createCollection("weather", { timeseries: { timeField: "at" } });
    const at = new Date("2024-05-01T00:00:00Z");
    await db.collection("weather").insertMany([{ at, t: 1 }, { at, t: 2 }]);
    await using connector = connectorOf(context);
    const { after } = await stopAfter(connector, 1);
    await assertRejects(() => collect(connector.source.read({ after })), UsageError, "time series");
  },
);
