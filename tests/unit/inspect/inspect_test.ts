import { assert, assertEquals } from "@std/assert";
import { ArchiveConnector } from "../../../src/connectors/archive/mod.ts";
import { BsonConnector } from "../../../src/connectors/bson/mod.ts";
import { DumpConnector } from "../../../src/connectors/dump/mod.ts";
import { formatNamespace } from "../../../src/core/mod.ts";
import { type Inspection, inspectSource } from "../../../src/inspect/mod.ts";
import { transfer } from "../../../src/transfer/mod.ts";

const DATA = new URL("../../../../shared/data/", import.meta.url);
const present = await Deno.stat(DATA).then(() => true, () => false);

function counts({ collections }: Inspection): Record<string, number | undefined> {
  return Object.fromEntries(
    collections.map(({ namespace, documents }) => [formatNamespace(namespace), documents]),
  );
}

const DEMO = {
  "demo.a_view": 0,
  "demo.books": 431,
  "demo.checked": 2,
  "demo.empty one": 0,
  "demo.grades": 280,
  "demo.restaurant": 2548,
  "demo.students": 200,
  "demo.theaters": 1564,
  "demo.with space and é/ü": 1,
};

Deno.test({
  name: "inspectSource() counts what the README of the real data says (../shared/data)",
  ignore: !present,
  async fn(t) {
    const path = (name: string) => decodeURIComponent(new URL(name, DATA).pathname);
    for (
      const [name, connector] of [
        ["archive", new ArchiveConnector({ path: path("demo.archive.gz") })],
        ["dump", new DumpConnector({ path: path("dump-gzip/") })],
      ] as const
    ) {
      await t.step(name, async () => {
        await using source = connector;
        const inspection = await inspectSource(source);
        assertEquals(counts(inspection), DEMO);
        assertEquals(inspection.damages, []);
        assertEquals(inspection.origin.serverVersion, "8.2.11");
        const books = inspection.collections.find(({ namespace }) =>
          namespace.collection === "books"
        )!;
        assertEquals(books.indexes?.[1], {
          name: "isbn_1",
          key: '{"isbn":1}',
          options: '{"sparse":true}',
        });
      });
    }
    await t.step("one file", async () => {
      await using tweets = new BsonConnector({ path: path("bson/tweets.bson.gz") });
      assertEquals(counts(await inspectSource(tweets)), { tweets: 966 });
    });
  },
});

Deno.test("inspectSource() tells damage, and what came before it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using people = new BsonConnector({
      path: `${folder}/people.bson`,
      namespace: { db: "shop", collection: "people" },
    });
    await people.loadData(Array.from({ length: 50 }, (_, _id) => ({ _id, name: "x".repeat(50) })));
    await using archive = new ArchiveConnector({ path: `${folder}/a.archive` });
    await transfer(people, archive);
    const whole = await Deno.readFile(`${folder}/a.archive`);
    await Deno.writeFile(`${folder}/cut.archive`, whole.subarray(0, whole.length - 1000));
    await using cut = new ArchiveConnector({ path: `${folder}/cut.archive` });
    const { damages, collections } = await inspectSource(cut);
    const [damage] = damages;
    assertEquals([damages.length, damage?.offset], [1, whole.length - 1000]);
    assertEquals([collections[0]!.exact, collections[0]!.cut], [false, true]);
    const read = collections[0]!.documents!;
    assert(read > 20 && read < 50, `${read}`);
    assert(damage!.message.includes("ends inside"), damage!.message);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("inspectSource() reads the other files of a dump behind a damaged one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/dump`;
    for (const [name, bytes] of [["a", 20], ["b", 13], ["c", 10], ["d", 7], ["e", 5]] as const) {
      await Deno.mkdir(`${path}/shop`, { recursive: true });
      // Documents of five bytes; two of the files end inside one.
      const file = new Uint8Array(bytes).map((_, at) => at % 5 === 0 ? 5 : 0);
      await Deno.writeFile(`${path}/shop/${name}.bson`, file);
      await Deno.writeTextFile(
        `${path}/shop/${name}.metadata.json`,
        `{"indexes":[],"collectionName":"${name}","type":"collection"}`,
      );
    }
    await using dump = new DumpConnector({ path });
    const { damages, collections, unsure, origin, issues } = await inspectSource(dump);
    assertEquals(
      collections.map(({ namespace, documents, exact, cut }) => [
        namespace.collection,
        documents,
        exact,
        cut,
      ]),
      [
        ["a", 4, true, undefined],
        ["b", 2, false, true],
        ["c", 2, true, undefined],
        ["d", 1, false, true],
        ["e", 1, true, undefined],
      ],
    );
    assertEquals(damages.map(({ offset, index }) => [offset, index]), [[10, 2], [5, 1]]);
    assertEquals([unsure, issues.map(({ code }) => code)], [true, ["no-prelude"]]);
    assertEquals(origin, { compression: "none", storedBytes: 55 });
    // What is chosen is read alone: nothing is wrong with it.
    const chosen = await inspectSource(dump, { include: ({ collection }) => collection === "e" });
    assertEquals([chosen.collections.length, chosen.damages], [1, []]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("inspectSource() tells onShown what is shown, and keeps none of it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using people = new BsonConnector({ path: `${folder}/people.bson` });
    await people.loadData(Array.from({ length: 5 }, (_, _id) => ({ _id })));
    const told: string[] = [];
    const { collections } = await inspectSource(people, {
      show: 3,
      onShown: ({ collection }, json) => told.push(`${collection} ${json}`),
    });
    assertEquals(told, ['people {"_id":0}', 'people {"_id":1}', 'people {"_id":2}']);
    assertEquals([collections[0]!.documents, collections[0]!.shown], [5, []]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
