import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exampleBson, exampleDocument } from "../cli/_documents.ts";
import { makeFiles } from "../cli/_dumps.ts";
import { type CliResult, inFolder, runCli } from "../cli/_run_cli.ts";
import { at, documentsOf, fill } from "./_cli.ts";
import { integration } from "./_server.ts";

const BYTES = exampleBson(500);

/** Metadata of a collection with an index of its own. */
function indexed(collectionName: string): string {
  const one = { $numberInt: "1" };
  return JSON.stringify({
    indexes: [
      { v: { $numberInt: "2" }, key: { _id: one }, name: "_id_" },
      { v: { $numberInt: "2" }, key: { n: one }, name: "n_1" },
    ],
    collectionName,
    type: "collection",
  });
}

function done({ code, err }: CliResult, wanted = 0): void {
  assertEquals(code, wanted, err);
  assert(!/\n\s+at /.test(err), "a stack without --verbose");
}

integration(
  "datahood transfer takes a BSON file to a server and back, byte for byte",
  ({ uri, database }) =>
    inFolder(async (cwd) => {
      await Deno.writeFile(`${cwd}/a.bson`, BYTES);
      const orders = at(uri, `${database}.orders`);
      const there = await runCli(["transfer", "a.bson", orders, "--json"], { cwd });
      done(there);
      assertEquals(JSON.parse(there.out).counts.written, 500);
      done(await runCli(["transfer", orders, "b.bson"], { cwd }));
      assertEquals(await Deno.readFile(`${cwd}/b.bson`), BYTES);
      const piped = await runCli(["transfer", orders, "-"], { cwd });
      done(piped);
      assertEquals(piped.stdout, BYTES);
      const again = await runCli(["transfer", "a.bson", orders, "--json"], { cwd });
      done(again);
      const { written, unchanged, rejected } = JSON.parse(again.out).counts;
      assertEquals([written, unchanged, rejected], [0, 500, 0]);
    }),
);

const DATA = new URL("../../../shared/data/bson/", import.meta.url);
const hasData = await Deno.stat(DATA).then(() => true, () => false);
if (!hasData) {
  Deno.stderr.writeSync(
    new TextEncoder().encode(
      "skipped: real data is not there (../shared/data beside the project)\n",
    ),
  );
}

if (hasData) {
  for await (const { name } of Deno.readDir(DATA)) {
    if (!name.endsWith(".bson.gz")) continue;
    integration(
      `datahood transfer takes ${name} to a server and back, byte for byte`,
      ({ uri, database }) =>
        inFolder(async (cwd) => {
          const path = decodeURIComponent(new URL(name, DATA).pathname);
          const place = at(uri, `${database}.real`);
          // It is about bytes: the metadata beside it may ask for indexes that the server does not build.
          done(await runCli(["transfer", path, place, "--indexes", "none"], { cwd }));
          done(await runCli(["transfer", place, "back.bson"], { cwd }));
          done(await runCli(["transfer", path, "plain.bson"], { cwd }));
          assertEquals(
            await Deno.readFile(`${cwd}/back.bson`),
            await Deno.readFile(`${cwd}/plain.bson`),
          );
        }),
    );
  }
}

integration(
  "datahood transfer pushes the query to the server",
  async ({ uri, database, db }) => {
    await fill(db, "orders", 100, { text: "x", extra: 1 });
    const { code, stdout, err } = await runCli([
      "transfer",
      at(uri, `${database}.orders`),
      "-",
      "--filter",
      '{"n": {"$gte": {"$numberLong": "10"}}}',
      "--projection",
      '{"text": 1}',
      "--sort",
      '{"n": -1}',
      "--skip",
      "5",
      "--limit",
      "3",
    ]);
    assertEquals(code, 0, err);
    assertEquals(documentsOf(stdout), [94, 93, 92].map((_id) => ({ _id, text: "x" })));
  },
);

integration(
  "datahood transfer names the nearest collection and database",
  async ({ uri, database, db }) => {
    await fill(db, "orders", 1);
    for (const namespace of [`${database}.ordres`, `${database}x.orders`]) {
      const { code, err } = await runCli(["transfer", at(uri, namespace), "null:"]);
      assertEquals(code, 3, err);
      assertStringIncludes(err, namespace.includes("ordres") ? '"ordres"' : `"${database}x"`);
      assertStringIncludes(err, `${database}.orders`);
    }
  },
);

integration("datahood transfer copies a database, with what it is told", async (context) => {
  const { uri, database, client, db } = context;
  await fill(db, "orders", 10);
  await fill(db, "users", 5);
  await fill(db, "log.2024", 2);
  await db.collection("orders").createIndex({ n: 1 }, { name: "by_n" });
  await db.createCollection("small", { capped: true, size: 4096 });
  const copy = `${database}_copy`;
  try {
    const plan = await runCli(["transfer", at(uri, database), at(uri, copy), "--plan"]);
    done(plan);
    for (const name of ["orders", "users", "log.2024", "small"]) {
      assertStringIncludes(plan.err, `${database}.${name} → ${copy}.${name}`);
    }
    assertEquals((await client.db(copy).listCollections().toArray()).length, 0);

    done(await runCli(["transfer", at(uri, database), at(uri, copy), "--exclude", "users"]));
    const there = client.db(copy);
    assertEquals(await there.collection("orders").countDocuments(), 10);
    assertEquals(await there.collection("log.2024").countDocuments(), 2);
    assertEquals(await there.collection("users").countDocuments(), 0);
    const indexes = await there.collection("orders").indexes();
    assertEquals(indexes.map(({ name }) => name).sort(), ["_id_", "by_n"]);
    const [small] = await there.listCollections({ name: "small" }).toArray();
    assertEquals((small as { options?: { capped?: boolean } }).options?.capped, true);

    const renamed = await runCli([
      "transfer",
      at(uri, database),
      at(uri, ""),
      "--include",
      `${database}.orders`,
      "--rename",
      `${database}.*=${copy}.old_*`,
      "--indexes",
      "none",
    ]);
    done(renamed);
    assertStringIncludes(renamed.err, `${database}.orders → ${copy}.old_orders`);
    assertEquals((await there.collection("old_orders").indexes()).length, 1);

    const file = await runCli(["transfer", at(uri, database), "all.bson"]);
    done(file, 2);
    assertStringIncludes(file.err, "many collections");
    const nothing = await runCli(["transfer", at(uri, database), "null:", "--include", "x.y"]);
    done(nothing, 3);
    assertStringIncludes(nothing.err, "--include");
  } finally {
    await client.db(copy).dropDatabase();
  }
});

integration("datahood transfer takes collections with odd names", async ({ uri, database, db }) => {
  for (const name of ["a.b.c", "with space", "per%cent", "ünï€", "sla/sh", "q?m#h"]) {
    await fill(db, name, 3);
    const { code, out, err } = await runCli([
      "transfer",
      at(uri, `${database}.${name}`).replace(/\/(?=[^/]*$)/, "/"),
      "null:",
      "--json",
    ]);
    assertEquals(code, 0, `${name}: ${err}`);
    assertEquals(JSON.parse(out).counts.read, 3, name);
  }
});

integration("datahood transfer --on-conflict says what becomes of conflicts", async (context) => {
  const { uri, database, db, test } = context;
  const cwd = await Deno.makeTempDir();
  await Deno.writeFile(`${cwd}/a.bson`, BYTES);
  const table = [
    ["report", 5, { written: 498, replaced: 0, unchanged: 1, skipped: 0, rejected: 1 }],
    ["skip", 0, { written: 498, replaced: 0, unchanged: 1, skipped: 1, rejected: 0 }],
    ["replace", 0, { written: 499, replaced: 1, unchanged: 1, skipped: 0, rejected: 0 }],
    ["stop", 4, undefined],
  ] as const;
  try {
    for (const [mode, wanted, counts] of table) {
      await test.step(mode, async () => {
        const collection = db.collection(mode);
        const _id = documentsOf(exampleDocument(3))[0]!._id as never;
        // As raw bytes, so that it is the same byte for byte.
        await Deno.writeFile(`${cwd}/one.bson`, exampleDocument(2));
        const place = at(uri, `${database}.${mode}`);
        done(await runCli(["transfer", "one.bson", place], { cwd }));
        await collection.insertOne({ _id, text: "other" });
        const args = ["transfer", "a.bson", place, "--on-conflict", mode, "--json"];
        const { code, out, err } = await runCli(args, { cwd });
        assertEquals(code, wanted, err);
        const result = JSON.parse(out);
        assertEquals(result.exitCode, wanted);
        if (counts !== undefined) {
          const { written, replaced, unchanged, skipped, rejected } = result.counts;
          assertEquals({ written, replaced, unchanged, skipped, rejected }, counts);
        } else {
          assertEquals(result.error.stage, "target");
        }
        const kept = await collection.findOne({ _id });
        assertEquals(kept?.text === "other", mode !== "replace");
        if (mode === "report") {
          assertEquals(result.rejections.length, 1);
          assertEquals(result.rejections[0].index, 3);
          assertStringIncludes(err, "was not taken");
        }
      });
    }
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

integration("datahood transfer counts documents that a validator refuses", async (context) => {
  const { uri, database, db } = context;
  await db.createCollection("strict", { validator: { n: { $lt: 5 } } });
  await fill(db, "loose", 8);
  const from = at(uri, `${database}.loose`);
  const to = at(uri, `${database}.strict`);
  const { code, out, err } = await runCli(["transfer", from, to, "--json"]);
  assertEquals(code, 5, err);
  const { counts, rejections } = JSON.parse(out);
  assertEquals([counts.written, counts.rejected], [5, 3]);
  assertEquals(rejections.map(({ code }: { code: number }) => code), [121, 121, 121]);
  const stopped = await runCli(["transfer", from, to, "--stop-on-error"]);
  done(stopped, 4);
});

integration(
  "datahood transfer of an archive that breaks off says which collections lack their indexes",
  ({ uri, database }) =>
    inFolder(async (cwd) => {
      await makeFiles(`${cwd}/dump`, {
        [`${database}/a.bson`]: exampleBson(20),
        [`${database}/b.bson`]: exampleBson(500),
        [`${database}/b.metadata.json`]: indexed("b"),
      });
      done(await runCli(["transfer", "dump/", "all.archive"], { cwd }));
      const all = await Deno.readFile(`${cwd}/all.archive`);
      await Deno.writeFile(`${cwd}/cut.archive`, all.subarray(0, all.length - 500));
      for (const more of [[], ["--indexes", "none"]]) {
        const args = ["transfer", "cut.archive", at(uri, database), "--drop", ...more];
        const { code, err } = await runCli(args, { cwd });
        assertEquals(code, 3, err);
        assertStringIncludes(err, "collection ");
        assertStringIncludes(err, `not finished is ${database}.b: documents of it may be missing`);
        assertEquals(
          err.includes("the indexes that come with it are not built yet"),
          more.length === 0,
          err,
        );
      }
    }),
);

integration(
  "datahood transfer tells complete documents without their indexes from ones that are missing",
  { needs: ["failpoints"] },
  ({ uri, database, client, db }) =>
    inFolder(async (cwd) => {
      await makeFiles(`${cwd}/dump`, {
        [`${database}/a.bson`]: exampleBson(500),
        [`${database}/a.metadata.json`]: indexed("a"),
        [`${database}/b.bson`]: exampleBson(20),
      });
      const args = ["transfer", "dump/", at(uri, database), "--retries", "0"];
      const fail = (mode: object | string) =>
        client.db("admin").command({
          configureFailPoint: "failCommand",
          mode,
          data: { failCommands: ["createIndexes"], closeConnection: true },
        });
      const complete = `documents complete, indexes not built: ${database}.a;`;
      await fail("alwaysOn");
      try {
        for (const drop of [false, true]) {
          const { code, err } = await runCli([...args, ...drop ? ["--drop", "--yes"] : []], {
            cwd,
          });
          assertEquals(code, 4, err);
          assertStringIncludes(err, complete);
          assertStringIncludes(err, "and the indexes are built");
          assert(!err.includes("may be missing"), err);
          assertEquals(await db.collection("a").countDocuments(), 500);
          if (!drop) await db.dropDatabase();
        }
      } finally {
        await fail("off");
      }
      const again = await runCli([...args, "--yes", "--json"], { cwd });
      done(again);
      const { written, unchanged } = JSON.parse(again.out).counts;
      assertEquals(written + unchanged, 520);
      assertEquals((await db.collection("a").indexes()).map(({ name }) => name), ["_id_", "n_1"]);
    }),
);

integration(
  "datahood transfer says how documents that are there with another content are settled",
  ({ uri, database, db }) =>
    inFolder(async (cwd) => {
      await fill(db, "orders", 3);
      await Deno.writeFile(`${cwd}/a.bson`, exampleBson(1));
      const [{ _id }] = documentsOf(exampleBson(1)) as [{ _id: never }];
      await db.collection("orders").insertOne({ _id, other: true });
      const args = ["transfer", "a.bson", at(uri, `${database}.orders`)];
      const clash = await runCli(args, { cwd });
      done(clash, 5);
      assertStringIncludes(clash.err, "\nhint: --on-conflict replace writes over documents");
      const settled = await runCli([...args, "--on-conflict", "replace"], { cwd });
      done(settled);
      assert(!settled.err.includes("hint: "), settled.err);
    }),
);

integration("datahood transfer --drop replaces a collection", async ({ uri, database, db }) => {
  await fill(db, "from", 3);
  await fill(db, "to", 50);
  const from = at(uri, `${database}.from`);
  const to = at(uri, `${database}.to`);
  const line = `Drops ${database}.to (about 50 documents)\n`;
  for (const look of ["--plan", "--dry-run"]) {
    const { code, err } = await runCli(["transfer", from, to, "--drop", look]);
    assertEquals(code, 0, err);
    assertStringIncludes(err, line, look);
    assertEquals(await db.collection("to").countDocuments(), 50);
  }
  const { code, err } = await runCli(["transfer", from, to, "--drop"]);
  assertEquals(code, 0, err);
  assertStringIncludes(err, line);
  assertEquals(await db.collection("to").countDocuments(), 3);
});

integration(
  "datahood transfer --drop drops nothing for a dump that lacks the documents of a collection",
  async ({ uri, database, db }) => {
    await fill(db, "orders", 20);
    await fill(db, "others", 5);
    await inFolder(async (cwd) => {
      const server = at(uri, database);
      assertEquals((await runCli(["transfer", server, "dump/"], { cwd })).code, 0);
      await Deno.remove(`${cwd}/dump/${database}/orders.bson`);
      await db.collection("others").insertOne({ _id: "new" as never });
      const counts = async () => [
        await db.collection("orders").countDocuments(),
        await db.collection("others").countDocuments(),
      ];
      const drop = ["transfer", `dump/${database}`, server, "--drop", "--yes"];
      const refused = await runCli(drop, { cwd });
      assertEquals(refused.code, 3, refused.err);
      assertStringIncludes(refused.err, `/orders.bson" is missing.\nhint: --exclude '${database}.`);
      assertEquals(await counts(), [20, 6]);
      const rest = await runCli([...drop, "--exclude", "*.orders"], { cwd });
      assertEquals(rest.code, 0, rest.err);
      assertEquals(await counts(), [20, 5]);
      const added = await runCli(["transfer", `dump/${database}`, server, "--yes"], { cwd });
      assertEquals(added.code, 5, added.err);
      assertStringIncludes(added.err, `/orders.bson" is missing: "${database}.orders" is left out`);
      assertEquals(await counts(), [20, 5]);
    });
  },
);

integration("datahood transfer refuses a collection that is source and target", async (context) => {
  const { uri, database, db } = context;
  await fill(db, "orders", 1);
  const from = at(uri, `${database}.orders`);
  for (const to of [from, from.replace("127.0.0.1", "LocalHost"), at(uri, database)]) {
    const { code, err } = await runCli(["transfer", from, to, "--drop"]);
    assertEquals(code, 2, err);
    assertStringIncludes(err, "is the source itself");
  }
  assertEquals(await db.collection("orders").countDocuments(), 1);
});

integration("datahood transfer --dry-run reaches both ends and writes nothing", async (context) => {
  const { uri, database, db } = context;
  await fill(db, "orders", 12);
  const from = at(uri, `${database}.orders`);
  const dry = await runCli(["transfer", from, at(uri, `${database}.copy`), "--dry-run"]);
  done(dry);
  assertStringIncludes(dry.err, "Dry run: 12 documents would go to");
  assertEquals(await db.collection("copy").countDocuments(), 0);
  const closed = "mongodb://127.0.0.1:1/a.b";
  const away = await runCli(["transfer", from, closed, "--dry-run", "--connect-timeout", "500ms"]);
  done(away, 4);
});

integration(
  "datahood inspect --all counts what transfer to null: counts, views too",
  async ({ uri, database, client }) => {
    const db = client.db(database);
    await db.collection<{ _id: number; paid: boolean }>("orders").insertMany(
      Array.from({ length: 10 }, (_, i) => ({ _id: i, paid: i % 5 === 0 })),
    );
    await db.createCollection("paid", { viewOn: "orders", pipeline: [{ $match: { paid: true } }] });
    const all = await runCli(["inspect", at(uri, database), "--all", "--json"]);
    done(all);
    const counted = await runCli(["transfer", at(uri, database), "null:", "--json"]);
    done(counted);
    const inspected = JSON.parse(all.out).collections.map((
      { namespace, documents, bytes }: {
        namespace: { collection: string };
        documents: number;
        bytes: number;
      },
    ) => [namespace.collection, documents, bytes]);
    const moved = JSON.parse(counted.out).collections.map((
      { from, read, bytesRead }: { from: string; read: number; bytesRead: number },
    ) => [from.split(".").at(-1), read, bytesRead]);
    assertEquals(inspected.sort(), moved.sort());
    assertEquals(inspected.map(([, documents]: [string, number]) => documents), [10, 2]);
    const shown = await runCli(["inspect", at(uri, database), "--show", "1", "--json"]);
    done(shown);
    const [, paid] = JSON.parse(shown.out).collections;
    assertEquals(paid.shown.length, 1);
  },
);
