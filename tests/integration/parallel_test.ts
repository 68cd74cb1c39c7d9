import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { EJSON } from "bson";
import { ArchiveConnector } from "../../src/connectors/archive/mod.ts";
import { DumpConnector } from "../../src/connectors/dump/mod.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { InterruptedError, type Namespace, type SourceItem } from "../../src/core/mod.ts";
import { transfer } from "../../src/transfer/mod.ts";
import { mongoTools, runTool } from "./_mongo_tools.ts";
import { integration, type IntegrationContext } from "./_server.ts";

const NAMES = ["a", "b", "c", "d", "e", "f"];
const COUNT = 300;

/** Six collections of a few hundred documents, each with an index; and one that is empty. */
async function seed({ db }: IntegrationContext): Promise<void> {
  for (const name of NAMES) {
    await db.collection<{ _id: number }>(name).insertMany(
      Array.from(
        { length: COUNT },
        (_, n) => ({ _id: n, n: n * 2, of: name, text: "x".repeat(n) }),
      ),
    );
    await db.collection(name).createIndex({ n: 1 });
  }
  await db.createCollection("z");
}

async function contentOf({ client }: IntegrationContext, database: string, name: string) {
  const documents = await client.db(database).collection(name).find().sort({ _id: 1 }).toArray();
  return EJSON.stringify(documents);
}

async function assertCopied(context: IntegrationContext, copy: string): Promise<void> {
  for (const name of NAMES) {
    assertEquals(
      await contentOf(context, copy, name),
      await contentOf(context, context.database, name),
    );
    const indexes = await context.client.db(copy).collection(name).indexes();
    assert(indexes.some(({ key }) => key.n === 1), name);
  }
  const names = (await context.client.db(copy).listCollections().toArray()).map(({ name }) => name);
  assertEquals(names.sort(), [...NAMES, "z"]);
}

async function itemsOf(
  connector: MongoConnector,
  options: { parallel: number; resumable?: boolean; include?: (namespace: Namespace) => boolean },
): Promise<SourceItem[]> {
  return await Array.fromAsync(connector.source.read({ batchDocuments: 50, ...options }));
}

/** The collection that each item is of, in their order, without repetitions. */
function switches(items: readonly SourceItem[]): string[] {
  const names = items.map((item) =>
    item.type === "begin"
      ? item.collection.namespace.collection
      : item.type === "batch"
      ? item.batch.namespace.collection
      : item.namespace.collection
  );
  return names.filter((name, i) => name !== names[i - 1]);
}

integration("MongoConnector reads several collections at once, each a lane", async (context) => {
  await seed(context);
  await using source = new MongoConnector({ uri: context.uri, database: context.database });
  const one = await itemsOf(source, { parallel: 1 });
  assertEquals(switches(one), [...NAMES, "z"]);
  const some = await itemsOf(source, { parallel: 3 });
  assert(switches(some).length > NAMES.length + 1, "nothing was interleaved");
  const open = new Set<string>();
  let most = 0;
  const seqs = new Map<number, number>();
  const indexes = new Map<string, number>();
  for (const item of some) {
    if (item.type === "begin") {
      open.add(item.collection.namespace.collection);
      most = Math.max(most, open.size);
    } else if (item.type === "end") {
      assert(open.delete(item.namespace.collection));
    } else {
      const { namespace: { collection }, lane, seq, firstIndex, starts } = item.batch;
      assert(open.has(collection));
      assertEquals(seq, seqs.get(lane) ?? 0);
      seqs.set(lane, seq + 1);
      assertEquals(firstIndex, indexes.get(collection) ?? 0);
      indexes.set(collection, firstIndex + starts.length);
    }
  }
  assertEquals([open.size, most], [0, 3]);
  assertEquals([...seqs.keys()].sort(), [0, 1, 2]);
  for (const name of NAMES) assertEquals(indexes.get(name), COUNT);
});

integration("MongoConnector reads one after another what can be gone on with", async (context) => {
  await seed(context);
  await using source = new MongoConnector({ uri: context.uri, database: context.database });
  const items = await itemsOf(source, { parallel: 4, resumable: true });
  assertEquals(switches(items), [...NAMES, "z"]);
});

integration(
  "MongoConnector leaves no cursor when a read of several is left early",
  async (context) => {
    await seed(context);
    const { uri, database, client } = context;
    const openCursors = async (): Promise<number> => {
      const { metrics } = await client.db("admin").command({ serverStatus: 1 });
      return Number(metrics.cursor.open.total);
    };
    await using source = new MongoConnector({ uri, database });
    const before = await openCursors();
    const seen = new Set<string>();
    for await (const item of source.source.read({ parallel: 3, batchDocuments: 5 })) {
      if (item.type === "batch") seen.add(item.batch.namespace.collection);
      if (seen.size < 3) continue;
      assert(await openCursors() > before);
      break;
    }
    assertEquals(seen.size, 3);
    assertEquals(await openCursors(), before);
  },
);

for (const parallel of [1, 2, 4, 16]) {
  integration(`transfer() copies a database with parallel ${parallel}`, async (context) => {
    await seed(context);
    const { uri, database, client } = context;
    const copy = `${database}_copy`;
    try {
      await using source = new MongoConnector({ uri, database });
      await using target = new MongoConnector({ uri, database: copy });
      const summary = await transfer(source, target, { parallel, batchDocuments: 40 });
      assertEquals(summary.counts.written, COUNT * NAMES.length);
      await assertCopied(context, copy);
    } finally {
      await client.db(copy).dropDatabase();
    }
  });

  for (const kind of ["dump", "archive"] as const) {
    integration(
      `transfer() takes a database through a ${kind} with parallel ${parallel}`,
      async (context) => {
        await seed(context);
        const { uri, database, client } = context;
        const copy = `${database}_copy`;
        const folder = await Deno.makeTempDir();
        try {
          const path = join(folder, kind === "dump" ? "dump/" : "all.archive");
          const make = () =>
            kind === "dump" ? new DumpConnector({ path }) : new ArchiveConnector({ path });
          await using source = new MongoConnector({ uri, database });
          await using file = make();
          const out = await transfer(source, file, { parallel, batchDocuments: 40 });
          assertEquals(out.counts.written, COUNT * NAMES.length);
          await using again = make();
          await using target = new MongoConnector({ uri, database: copy });
          const back = await transfer(again, target, { parallel });
          assertEquals(back.counts.written, COUNT * NAMES.length);
          await assertCopied(context, copy);
          if (mongoTools !== undefined) {
            await client.db(copy).dropDatabase();
            const from = kind === "dump" ? `--dir=${path}` : `--archive=${path}`;
            // Fewer at once than the archive has open would never end.
            await runTool(mongoTools.mongorestore, [
              `--uri=${uri}`,
              "-j",
              "1",
              from,
              `--nsFrom=${database}.*`,
              `--nsTo=${copy}.*`,
            ]);
            await assertCopied(context, copy);
          }
        } finally {
          await client.db(copy).dropDatabase();
          await Deno.remove(folder, { recursive: true });
        }
      },
    );
  }
}

integration(
  "transfer() of several collections ends all when it is interrupted",
  async (context) => {
    await seed(context);
    const { uri, database } = context;
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "dump/");
      const stop = new AbortController();
      await using source = new MongoConnector({ uri, database });
      await using file = new DumpConnector({ path });
      const begun = new Set<string>();
      await assertRejects(
        () =>
          transfer(source, file, {
            parallel: 3,
            batchDocuments: 20,
            signal: stop.signal,
            onEvent: (event) => {
              if (event.type === "begin") begun.add(event.from.collection);
              if (event.type === "progress" && begun.size >= 3) {
                stop.abort(new InterruptedError("stopped"));
              }
            },
          }),
        InterruptedError,
      );
      // No part file is left; what was complete may be there.
      const left: string[] = [];
      for await (const { name, isDirectory } of Deno.readDir(folder)) {
        if (!isDirectory) left.push(name);
        else {
          for await (const db of Deno.readDir(join(folder, name))) {
            if (!db.isDirectory) continue;
            for await (const file of Deno.readDir(join(folder, name, db.name))) {
              left.push(
                file.name,
              );
            }
          }
        }
      }
      assertEquals(left.filter((name) => name.includes("part")), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
