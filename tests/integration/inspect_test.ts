import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { calculateObjectSize } from "bson";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { inspectSource, LIVE_DOCUMENTS } from "../../src/inspect/mod.ts";
import { runCli } from "../cli/_run_cli.ts";
import { at, fill } from "./_cli.ts";
import { integration } from "./_server.ts";

integration(
  "inspectSource() asks a server what it has, and reads no more than is asked for",
  async (context) => {
    const { db, uri, database } = context;
    await fill(db, "orders", LIVE_DOCUMENTS + 500, { text: "x".repeat(50) });
    await db.collection("orders").createIndex({ n: 1 }, { unique: true });
    await db.createCollection("view", { viewOn: "orders", pipeline: [{ $match: { n: 1 } }] });
    await db.createCollection("empty");
    const bytes = (LIVE_DOCUMENTS + 500) *
      calculateObjectSize({ _id: 1, n: 1, text: "x".repeat(50) });
    await using source = new MongoConnector({ uri, database });
    const counts: number[] = [];
    for (const options of [{}, { show: 2 }, { onDocument: () => {} }, { all: true }]) {
      let seen = 0;
      const { collections, damages, origin } = await inspectSource(
        source,
        {
          ...options,
          onDocument: "onDocument" in options || "all" in options
            ? (namespace) => void (seen += namespace.collection === "orders" ? 1 : 0)
            : undefined,
        } as Parameters<typeof inspectSource>[1],
      );
      counts.push(seen);
      assertEquals(damages, []);
      assert(/^\d+\.\d+/.test(origin.serverVersion ?? ""));
      assertEquals(collections.map(({ namespace }) => namespace.collection), [
        "empty",
        "orders",
        "view",
      ]);
      const [empty, orders, view] = collections;
      const exact = "all" in options;
      assertEquals([orders!.documents, orders!.exact], [LIVE_DOCUMENTS + 500, exact]);
      assertEquals(orders!.bytes, bytes);
      assertEquals([empty!.documents, empty!.bytes], [0, 0]);
      assertEquals(orders!.indexes?.[1], {
        name: "n_1",
        key: '{"n":1}',
        options: '{"unique":true}',
      });
      assertEquals(view!.type, "view");
      assertEquals(orders!.shown.length, "show" in options ? 2 : 0);
    }
    assertEquals(counts, [0, 0, LIVE_DOCUMENTS, LIVE_DOCUMENTS + 500]);
  },
);

integration("datahood inspect tells what a server has", async ({ db, uri, database }) => {
  await fill(db, "orders", 20);
  const plain = await runCli(["inspect", at(uri, database)]);
  assertEquals([plain.code, plain.err], [0, ""]);
  assert(/orders +collection +~20 +~420 B +21 B +1$/m.test(plain.out), plain.out);
  assert(!plain.out.includes("complete"), "a live server is never complete");
  const all = await runCli(["inspect", at(uri, database), "--all"]);
  assert(/orders +collection +20 +420 B +21 B +21 B +1$/m.test(all.out), all.out);
  const tree = await runCli(["inspect", at(uri, `${database}.orders`), "--tree", "--show", "1"]);
  assertStringIncludes(tree.out, '{"_id":0,"n":0}');
  assert(/^n +100% +int/m.test(tree.out), tree.out);
  assertStringIncludes(tree.err, "--all takes all");
  const json = JSON.parse((await runCli(["inspect", at(uri, database), "--json"])).out);
  assertEquals(json.collections[0].bytes, 420);
});
