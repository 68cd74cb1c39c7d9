import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { serialize } from "bson";
import { DumpConnector } from "../../../../src/connectors/dump/mod.ts";
import { batchDocument, DataError, type SourceItem } from "../../../../src/core/mod.ts";

const NAMES = ["a", "b", "c", "d", "e"];
const COUNT = 40;

function document(name: string, n: number): Uint8Array {
  return new Uint8Array(serialize({ _id: n, of: name }));
}

async function makeDump(): Promise<string> {
  const path = await Deno.makeTempDir();
  await Deno.mkdir(join(path, "shop"));
  for (const name of NAMES) {
    const documents = Array.from({ length: COUNT }, (_, n) => [...document(name, n)]);
    await Deno.writeFile(join(path, "shop", `${name}.bson`), Uint8Array.from(documents.flat()));
    await Deno.writeTextFile(
      join(path, "shop", `${name}.metadata.json`),
      JSON.stringify({ indexes: [], collectionName: name, type: "collection" }),
    );
  }
  return path;
}

function nameOf(item: SourceItem): string {
  const { namespace } = item.type === "begin"
    ? item.collection
    : item.type === "batch"
    ? item.batch
    : item;
  return namespace.collection;
}

Deno.test("DumpConnector reads several collections at once, each a lane", async () => {
  await using dump = new DumpConnector({ path: await makeDump() });
  const open = new Set<string>();
  const seqs = new Map<number, number>();
  const came = new Map<string, number>();
  let most = 0;
  for await (const item of dump.source.read({ batchDocuments: 7, parallel: 3 })) {
    const name = nameOf(item);
    if (item.type === "begin") most = Math.max(most, open.add(name).size);
    if (item.type === "end") open.delete(name);
    if (item.type !== "batch") continue;
    const { batch } = item;
    const first = came.get(name) ?? 0;
    assertEquals(batch.firstIndex, first);
    assertEquals(batch.seq, seqs.get(batch.lane) ?? 0);
    assert(open.has(name) && batch.lane < 3);
    for (let i = 0; i < batch.starts.length; i++) {
      assertEquals(batchDocument(batch, i), document(name, first + i));
    }
    came.set(name, first + batch.starts.length);
    seqs.set(batch.lane, batch.seq + 1);
    batch.release?.();
  }
  assertEquals(most, 3);
  assertEquals(open.size, 0);
  assertEquals([...came].sort(), NAMES.map((name) => [name, COUNT]));
});

Deno.test("DumpConnector reads one collection after another where nothing is said", async () => {
  await using dump = new DumpConnector({ path: await makeDump() });
  const names = (await Array.fromAsync(dump.source.read({ batchDocuments: 7 }))).map(nameOf);
  assertEquals(names.filter((name, i) => name !== names[i - 1]), NAMES);
});

Deno.test("DumpConnector ends all reads when one of several files is damaged", async () => {
  const path = await makeDump();
  const broken = join(path, "shop", "b.bson");
  await Deno.truncate(broken, (await Deno.stat(broken)).size - 3);
  await using dump = new DumpConnector({ path });
  const error = await assertRejects(
    () => Array.fromAsync(dump.source.read({ batchDocuments: 7, parallel: 3 })),
    DataError,
  );
  assert(error.message.includes("b.bson"), error.message);
  assertEquals(error.index, COUNT - 1);
});

Deno.test("DumpConnector lets go of all files when several are read and left", {
  sanitizeResources: true,
}, async () => {
  await using dump = new DumpConnector({ path: await makeDump() });
  // The test's own check of resources finds a file that stays open.
  for await (const item of dump.source.read({ batchDocuments: 7, parallel: 3 })) {
    if (item.type === "batch") break;
  }
});
