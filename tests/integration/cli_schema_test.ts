import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { MongoConnector, UsageError } from "@datahood/cli";
import { deserialize } from "bson";
import { namesIn } from "../cli/_schema.ts";
import { inFolder, runCli, spawnCli } from "../cli/_run_cli.ts";
import { at, fill } from "./_cli.ts";
import { documentsOf } from "./_documents.ts";
import { integration } from "./_server.ts";

integration("datahood schema of a collection prints its types", async ({ db, uri, database }) => {
  await fill(db, "orders", 300, { state: "open" });
  const { code, out, err } = await runCli(["schema", at(uri, `${database}.orders`)]);
  assertEquals([code, err], [0, `${database}.orders: 300 documents, 11.1 kB\n`]);
  assertStringIncludes(out, `from 300 documents of ${database}.orders.`);
  assertStringIncludes(out, "export interface Order {\n  _id: number;\n  n: number;\n");
  const some = await runCli([
    "schema",
    at(uri, `${database}.orders`),
    "--filter",
    '{"n": {"$lt": 7}}',
  ]);
  assertStringIncludes(some.out, "from 7 documents");
});

integration("datahood schema of a database writes a file a collection", async (context) => {
  const { db, uri, database } = context;
  await fill(db, "orders", 30);
  await fill(db, "people", 20);
  await db.createCollection("empty");
  await db.createCollection("seen", { viewOn: "orders", pipeline: [{ $match: { n: 1 } }] });
  await inFolder(async (cwd) => {
    const address = at(uri, database);
    const whole = await runCli(["schema", address, "-o", "types/"], { cwd });
    assertEquals([whole.code, whole.out], [0, ""], whole.err);
    assertEquals(await namesIn(`${cwd}/types`), ["index.ts", "orders.ts", "people.ts"]);
    assertStringIncludes(whole.err, `${database}.empty has no documents and is left out`);
    assertStringIncludes(whole.err, `${database}.seen is a view`);
    const module = await runCli([
      "schema",
      address,
      "-o",
      "all.ts",
      "--include",
      "o*",
      "--include",
      "people",
    ], { cwd });
    assertEquals(module.code, 0, module.err);
    const text = await Deno.readTextFile(`${cwd}/all.ts`);
    assertStringIncludes(text, `from 50 documents of ${database}, 2 collections.`);
    assert(text.includes("interface Order {") && text.includes("interface Person {"), text);
    // What was saved of the database gives the same.
    const save = await runCli(["schema", address, "--save-profile", "s.profile.json"], { cwd });
    assertEquals(save.code, 0, save.err);
    const saved = await runCli(["schema", "s.profile.json", "--exclude", "empty"], { cwd });
    assertEquals(saved.out, text);
    const named = await runCli(["schema", address, "--root-name", "X"], { cwd });
    assertEquals([named.code, named.out], [2, ""]);
    assertStringIncludes(named.err, 'Cannot call 2 collections "X"');
    const none = await runCli(["schema", at(uri, `${database}.empty`), "-o", "e.ts"], { cwd });
    assertEquals(none.code, 3, none.err);
    assertStringIncludes(none.err, "it has no documents");
    const view = await runCli(["schema", at(uri, `${database}.seen`)], { cwd });
    assertEquals(view.code, 0, view.err);
    assertStringIncludes(view.out, "from 1 document");
    const missing = await runCli(["schema", at(uri, `${database}.oders`)], { cwd });
    assertEquals(missing.code, 3);
    assertStringIncludes(missing.err, "did you mean");
    assertEquals(await namesIn(cwd), ["all.ts", "s.profile.json", "types"]);
  });
});

integration("datahood schema from-mongo takes the original's options", async (context) => {
  const { db, uri, database } = context;
  await fill(db, "orders", 30);
  const preset = ["schema", "from-mongo", "--source-uri", uri, "--source-database", database];
  const { code, out, err } = await runCli([...preset, "--source-collection", "orders"]);
  assertEquals(code, 0, err);
  assertStringIncludes(out, "export interface RootDict {");
  const generic = ["schema", at(uri, `${database}.orders`), "--root-name", "RootDict"];
  assertEquals((await runCli(generic)).out, out);
  const missing = await runCli(preset);
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.err, "--source-collection");
});

integration("datahood schema samples a collection of more than 100,000", async (context) => {
  const { db, uri, database } = context;
  const count = 100_100;
  for (let i = 0; i < count; i += 20_020) {
    await db.collection<{ _id: number }>("large").insertMany(
      Array.from({ length: 20_020 }, (_, k) => ({ _id: i + k })),
    );
  }
  const { code, out, err } = await runCli(["schema", at(uri, `${database}.large`)]);
  assertEquals(code, 0, err);
  const [, seen] = /a sample of ([\d,]+) of 100,100 documents/.exec(err) ?? [];
  assert(Number(seen?.replace(",", "")) > 9_900, err);
  assertMatch(err, /--all reads all/);
  assertMatch(out, /A sample: \d+ of 100100 documents of large/);
});

integration("datahood schema --sample has the server pick, each document once", async (context) => {
  const { db, uri, database } = context;
  await fill(db, "orders", 4000);
  const address = at(uri, `${database}.orders`);
  const few = await runCli(["schema", address, "--sample", "500"]);
  assertMatch(few.err, /a sample of 500 of 4,000 documents/);
  assertMatch(few.out, /A sample: 500 of 4000 documents of orders/);
  const filter = '{"n": {"$lt": 1000}}';
  const part = await runCli(["schema", address, "--sample", "500", "--filter", filter]);
  assertMatch(part.err, /a sample of 500 of 1,000 documents/);
  const all = await runCli(["schema", address, "--sample", "1500", "--filter", filter]);
  assertMatch(all.err, /orders: 1,000 documents/);
  assert(!all.out.includes("sample"), all.out);

  await using connector = new MongoConnector({ uri, database, collection: "orders" });
  const read = async (query: object) =>
    (await documentsOf(connector.source.read({ query, batchDocuments: 300 })))
      .map((bytes) => deserialize(bytes));
  const picked = await read({ sample: 1000 });
  const ids = new Set(picked.map(({ _id }) => _id));
  assertEquals(ids.size, picked.length);
  assert(picked.length > 950 && picked.length <= 1000, `${picked.length}`);
  // They are from all over the collection.
  assert(Math.min(...ids) < 400 && Math.max(...ids) > 3600);
  const shown = await read({
    sample: 50,
    filter: { n: { $lt: 200 } },
    sort: [["n", -1]],
    projection: { _id: 0, n: 1 },
  });
  const numbers = shown.map(({ n }) => n);
  assertEquals(numbers, [...numbers].sort((a, b) => b - a));
  assertEquals([shown.length, Object.keys(shown[0]!)], [50, ["n"]]);
  for (const query of [{ sample: 0 }, { sample: 1.5 }, { sample: 5, limit: 3 }]) {
    await assertRejects(() => read(query), UsageError);
  }
});

integration(
  "datahood schema stopped by Ctrl-C in a large collection writes nothing",
  { needs: ["failpoints"] },
  async ({ db, client, uri, database }) => {
    await fill(db, "orders", 5000, { text: "x".repeat(300) });
    const block = (on: boolean) =>
      client.db("admin").command({
        configureFailPoint: "failCommand",
        mode: on ? "alwaysOn" : "off",
        data: { failCommands: ["getMore"], blockConnection: true, blockTimeMS: 3000 },
      });
    await block(true);
    try {
      await inFolder(async (cwd) => {
        const args = ["schema", at(uri, `${database}.orders`), "-o", "order.ts", "--retries", "0"];
        const child = spawnCli(args, { cwd });
        await child.stdin.close();
        const err = new Response(child.stderr).text();
        await child.stdout.cancel();
        while (!(await namesIn(cwd)).some((name) => name.endsWith(".datahood-part"))) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        child.kill("SIGINT");
        assertEquals((await child.status).code, 130, await err);
        assertStringIncludes(await err, "Nothing was written.");
        assertEquals(await namesIn(cwd), []);
      });
    } finally {
      await block(false);
    }
  },
);

integration(
  "datahood schema goes on when the connection is lost",
  { needs: ["failpoints"] },
  async (context) => {
    const { db, client, uri, database } = context;
    await fill(db, "orders", 5000, { text: "x".repeat(300) });
    await client.db("admin").command({
      configureFailPoint: "failCommand",
      mode: { times: 1 },
      data: { failCommands: ["getMore"], closeConnection: true },
    });
    const { code, out, err } = await runCli(["schema", at(uri, `${database}.orders`)]);
    assertEquals(code, 0, err);
    assertStringIncludes(out, "from 5000 documents");
    assertStringIncludes(err, "Trying again");
  },
);

integration(
  "datahood schema check of a collection names the document that drifted",
  async (context) => {
    const { db, uri, database } = context;
    await fill(db, "orders", 50);
    await inFolder(async (cwd) => {
      const address = at(uri, `${database}.orders`);
      const save = await runCli(["schema", address, "--save-profile", "o.profile.json"], { cwd });
      assertEquals(save.code, 0, save.err);
      const check = ["schema", "check", address, "--against", "o.profile.json"];
      assertEquals((await runCli(check, { cwd })).code, 0);
      await db.collection<{ _id: number }>("orders").insertOne({ _id: 77, n: "many" } as never);
      const { code, out } = await runCli(check, { cwd });
      assertEquals(code, 6);
      assertMatch(out, /orders\.n: a string in 1 of 51 \(was int\), _id \{"\$numberInt":"77"\}/);
    });
  },
);
