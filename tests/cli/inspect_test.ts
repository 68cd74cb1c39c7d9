import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { serialize } from "bson";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { ARCHIVE, DOCUMENTS_END, DUMP, makeFiles, without } from "./_dumps.ts";
import { hasZstd, inFolder, runCli } from "./_run_cli.ts";

const ZSTD = await hasZstd();

/** The lines of the table, blanks as one. */
function table(out: string): string[] {
  return out.split("\n").slice(1).map((line) => line.trim().replace(/ {2,}/g, " | "))
    .filter((line) => line !== "");
}

const ABOUT = [
  "shop.orders",
  'index "total_-1" on {"total":-1} {"unique":true}',
  'options {"validator":{"total":{"$gte":0}}}',
  "shop.all",
  'options {"viewOn":"orders","pipeline":[]}',
];
const HEAD = "collection | type | documents | bytes | average | longest | indexes";
const ORDERS_ROW = "shop.orders | collection | 50 | 2.5 kB | 49 B | 49 B | 2";
const VIEW_ROW = "shop.all | view | 0 | 0 B | 0";

Deno.test("datahood inspect tells what is in an archive, however it is compressed and comes", async (t) => {
  const forms: [string, Uint8Array, string][] = [
    ["x.archive", ARCHIVE, "not compressed"],
    ["x.archive.gz", new Uint8Array(gzipSync(ARCHIVE)), "gzip"],
    ...ZSTD
      ? [["x.archive.zst", new Uint8Array(zstdCompressSync(ARCHIVE)), "zstd"] as [
        string,
        Uint8Array,
        string,
      ]]
      : [],
  ];
  for (const [name, bytes, compression] of forms) {
    await t.step(name, () =>
      inFolder(async (cwd) => {
        await Deno.writeFile(`${cwd}/${name}`, bytes);
        const file = await runCli(["inspect", name], { cwd });
        const pipe = await runCli(["inspect", "-", "--from", "archive"], { cwd, stdin: bytes });
        for (const { code, out, err } of [file, pipe]) {
          assertEquals([code, err], [0, ""]);
          assertEquals(table(out), [HEAD, ORDERS_ROW, VIEW_ROW, ...ABOUT]);
        }
        const rest = "tool 100.18.0 · server 8.0.1 · 2 collections · complete";
        const [first] = file.out.split("\n");
        assert(first!.startsWith(`${name}: ${compression}, `), first);
        assert(first!.endsWith(` as stored · ${rest}`), first);
        assertEquals(pipe.out.split("\n")[0], `-: ${compression} · ${rest}`);
        assertEquals((await Array.fromAsync(Deno.readDir(cwd))).length, 1);
      }));
  }
});

Deno.test("datahood inspect tells what is in a dump, and in a file of it", () =>
  inFolder(async (cwd) => {
    await makeFiles(`${cwd}/dump`, DUMP);
    const { code, out, err } = await runCli(["inspect", "dump/"], { cwd });
    assertEquals([code, err], [0, ""]);
    const [about, rows] = [[...ABOUT.slice(3), ...ABOUT.slice(0, 3)], [HEAD, VIEW_ROW, ORDERS_ROW]];
    assertEquals(table(out), [...rows, ...about]);
    assertEquals(
      out.split("\n")[0],
      "dump/: not compressed, 2.5 kB as stored · tool 100.18.0 · server 8.0.1 · 2 collections · complete",
    );
    const file = await runCli(["inspect", "dump/shop/orders.bson"], { cwd });
    assertEquals(file.code, 0, file.err);
    assertEquals(table(file.out), [
      HEAD,
      ORDERS_ROW.replace("shop.", ""),
      "orders",
      ...ABOUT.slice(1, 3),
    ]);
  }));

Deno.test("datahood inspect --show, --tree, --json and --include say more, or less", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/x.archive`, ARCHIVE);
    const show = await runCli(["inspect", "x.archive", "--show", "2"], { cwd });
    // Documents as they pass, then what was counted.
    const first = '{"_id":0,"total":0.5,"tags":["a"]}\n{"_id":1,"total":1.5,"tags":["a"]}\n';
    assert(show.out.startsWith(`shop.orders:\n${first}\nx.archive: `), show.out);
    assert(!show.out.includes('"_id":2'));
    const saved = ["inspect", "x.archive", "--show", "2", "--summary", "s.json"];
    assertEquals((await runCli(saved, { cwd })).out, show.out);
    const summary = JSON.parse(await Deno.readTextFile(`${cwd}/s.json`));
    assertEquals(summary.collections[0].shown.length, 2);
    const tree = await runCli(["inspect", "x.archive", "--tree"], { cwd });
    for (const field of ["_id", "total", "tags"]) assertStringIncludes(tree.out, field);
    const json = JSON.parse((await runCli(["inspect", "x.archive", "--json"], { cwd })).out);
    assertEquals([json.schemaVersion, json.source, json.damages], [1, "x.archive", []]);
    assertEquals(json.origin, {
      serverVersion: "8.0.1",
      toolVersion: "100.18.0",
      compression: "none",
      storedBytes: ARCHIVE.length,
    });
    const [orders, view] = json.collections;
    assertEquals([orders.documents, orders.exact, orders.longest], [50, true, 49]);
    assertEquals(orders.uuid, "b083c5fcf3a54d8aa1b2c3d4e5f60718");
    assertEquals(orders.indexes[1], {
      name: "total_-1",
      key: { total: -1 },
      options: { unique: true },
    });
    assertEquals(orders.options, { validator: { total: { $gte: 0 } } });
    assertEquals("paths" in json, false);
    const more = await runCli(["inspect", "x.archive", "--json", "--tree", "--show", "1"], { cwd });
    const { collections, paths } = JSON.parse(more.out);
    assertEquals(collections[0].shown, [{ _id: 0, total: 0.5, tags: ["a"] }]);
    const report = await runCli(["schema", "report", "x.archive", "--json"], { cwd });
    assertEquals(paths, JSON.parse(report.out).paths);
    assertEquals([view.type, view.documents], ["view", 0]);
    const one = await runCli(["inspect", "x.archive", "--include", "*.all"], { cwd });
    assertEquals(table(one.out)[1], VIEW_ROW);
    assert(!one.out.includes("orders |"));
  }));

Deno.test("datahood inspect says where an archive or a dump is cut, and what came before it", async (t) => {
  await t.step("archive", () =>
    inFolder(async (cwd) => {
      const cut = DOCUMENTS_END - 60;
      await Deno.writeFile(`${cwd}/x.archive`, ARCHIVE.subarray(0, cut));
      const { code, out, err } = await runCli(["inspect", "x.archive"], { cwd });
      assertEquals(code, 3);
      assertStringIncludes(out.split("\n")[0]!, "damaged or cut off");
      assertEquals(table(out).slice(1, 3), [
        "shop.orders | collection | 48+ | 2.4 kB+ | 49 B | 49 B | 2",
        "shop.all | view | ? | 0",
      ]);
      assertStringIncludes(
        err,
        `Cannot read "x.archive" at byte ${cut}: the archive ends inside document 48 of "shop.orders"`,
      );
      const json = await runCli(["inspect", "x.archive", "--json"], { cwd });
      assertEquals(json.code, 3);
      const { damages, collections } = JSON.parse(json.out);
      assertEquals([damages.length, damages[0].offset], [1, cut]);
      assertEquals([collections[0].exact, collections[0].cut], [false, true]);
    }));
  await t.step("dump: the others are read", () =>
    inFolder(async (cwd) => {
      await makeFiles(`${cwd}/dump`, {
        ...DUMP,
        "shop/a.bson": new Uint8Array([5, 0, 0, 0, 0, 5, 0]),
        "shop/a.metadata.json": '{"indexes":[],"collectionName":"a","type":"collection"}',
      });
      const { code, out, err } = await runCli(["inspect", "dump/"], { cwd });
      assertEquals(code, 3);
      assertEquals(table(out).slice(1, 4), [
        "shop.a | collection | 1+ | 5 B+ | 5 B | 5 B | 0",
        VIEW_ROW,
        ORDERS_ROW,
      ]);
      assert(/a\.bson".*byte 5|byte 5.*a\.bson"/.test(err), err);
    }));
  await t.step("dump: without its prelude it may lack collections", () =>
    inFolder(async (cwd) => {
      await makeFiles(`${cwd}/dump`, without(DUMP, "prelude.json"));
      const { code, out, err } = await runCli(["inspect", "dump/"], { cwd });
      assertEquals(code, 0);
      assertStringIncludes(out.split("\n")[0]!, "each file whole, no prelude.json");
      assertStringIncludes(err, '"dump/" has no prelude.json, which is written last');
    }));
});

Deno.test("datahood says of a pattern that it fits no collection, whatever the command", () =>
  inFolder(async (cwd) => {
    await makeFiles(`${cwd}/dump`, DUMP);
    const commands = [
      ["inspect", "dump/"],
      ["transfer", "dump/", "x.archive"],
      ["transfer", "dump/", "y.archive", "--plan"],
      ["schema", "dump/"],
      ["schema", "report", "dump/"],
      ["schema", "diff", "dump/", "dump/"],
      ["verify", "dump/", "dump/"],
    ];
    for (const command of commands) {
      const args = [...command, "--include", "shop.orders", "--exclude", "shop.oders"];
      const { code, err } = await runCli(args, { cwd });
      assertEquals(code, 0, err);
      assertEquals(
        err.split("\n").filter((line) => line.includes("No collection fits")),
        ['warning: No collection fits --exclude "shop.oders"; did you mean shop.orders?'],
        command.join(" "),
      );
      const again = command[0] === "transfer" ? ["--overwrite"] : [];
      const fine = await runCli([...command, "--include", "shop.*", ...again], { cwd });
      assertEquals(fine.code, 0, fine.err);
      assert(!fine.err.includes("No collection fits"), fine.err);
    }
  }));

Deno.test("datahood inspect counts and shows what stands behind documents that are damaged inside", () =>
  inFolder(async (cwd) => {
    const good = serialize({ a: 1 });
    // The string says that it is longer than its document.
    const bad = serialize({ s: "hi" });
    bad[7] = 100;
    await Deno.writeFile(`${cwd}/x.bson`, new Uint8Array([...good, ...bad, ...good, ...bad]));
    const shown = await runCli(["inspect", "x.bson", "--show", "4"], { cwd });
    assertEquals(shown.code, 3);
    assertEquals(shown.out.split("\n").slice(0, 3), ["x:", '{"a":1}', '{"a":1}']);
    assertEquals(
      table(shown.out).at(-1),
      `x | collection | 4 | ${2 * (good.length + bad.length)} B | 14 B | 15 B | ?`,
    );
    assertMatch(shown.err, /^Cannot look into document 1 of "x", it is damaged: .*; 1 more/);
    const tree = await runCli(["inspect", "x.bson", "--tree", "--json"], { cwd });
    assertEquals(tree.code, 3);
    const { damages, paths, collections } = JSON.parse(tree.out);
    assertEquals([damages.length, damages[0].index, paths], [1, 1, []]);
    assertEquals([collections[0].documents, collections[0].exact], [4, true]);
  }));

Deno.test("datahood inspect says which documents of a dump are missing, transfer never replaces by them", () =>
  inFolder(async (cwd) => {
    const a = {
      "shop/a.metadata.json": '{"indexes":[],"collectionName":"a","type":"collection"}',
    };
    await makeFiles(`${cwd}/dump`, { ...DUMP, ...a });
    const look = await runCli(["inspect", "dump/"], { cwd });
    assertEquals(look.code, 3);
    assert(look.out.split("\n")[0]!.endsWith("not complete"), look.out);
    assertEquals(table(look.out).slice(1, 4), [
      "shop.a | collection | ? | 0",
      VIEW_ROW,
      ORDERS_ROW,
    ]);
    assertEquals(
      look.err,
      'Cannot read the documents of "shop.a": "dump/shop/a.bson" is missing\n',
    );

    await makeFiles(`${cwd}/there`, {
      ...DUMP,
      ...a,
      "shop/a.bson": new Uint8Array([5, 0, 0, 0, 0]),
    });
    const refused = await runCli(["transfer", "dump/", "there/", "--overwrite"], { cwd });
    assertEquals(refused.code, 3);
    assertStringIncludes(
      refused.err,
      'Cannot replace what is there by "dump/": "dump/shop/a.bson" is missing.\n' +
        "hint: --exclude 'shop.a' takes the rest; if the collection was empty, an empty file " +
        '"dump/shop/a.bson" says so\n',
    );
    const rest = ["transfer", "dump/", "there/", "--overwrite", "--exclude", "shop.a"];
    assertEquals((await runCli(rest, { cwd })).code, 0);
    assertEquals((await Deno.stat(`${cwd}/there/shop/a.bson`)).size, 5);

    const taken = await runCli(["transfer", "dump/", "rest.archive"], { cwd });
    assertEquals(taken.code, 5, taken.err);
    assertStringIncludes(
      taken.err,
      'warning: "dump/shop/a.bson" is missing: "shop.a" is left out',
    );
    const { out } = await runCli(["inspect", "rest.archive"], { cwd });
    assert(!out.includes("shop.a "), out);

    const alone = await runCli(["transfer", "dump/", "a.bson", "--include", "shop.a"], { cwd });
    assertEquals(alone.code, 3);
    assertStringIncludes(alone.err, 'Cannot read the documents of "shop.a"');
    await Deno.writeFile(`${cwd}/dump/shop/a.bson`, new Uint8Array());
    assertEquals((await runCli(["inspect", "dump/"], { cwd })).code, 0);
    assertEquals((await runCli(["transfer", "dump/", "there/", "--overwrite"], { cwd })).code, 0);
    assertEquals((await Deno.stat(`${cwd}/there/shop/a.bson`)).size, 0);
  }));

Deno.test("datahood inspect reads on where the metadata of a collection cannot be read", () =>
  inFolder(async (cwd) => {
    await makeFiles(`${cwd}/dump`, {
      ...DUMP,
      "shop/a.bson": new Uint8Array([5, 0, 0, 0, 0]),
      "shop/a.metadata.json": "{",
    });
    const { code, out, err } = await runCli(["inspect", "dump/"], { cwd });
    assertEquals(code, 3);
    assertEquals(table(out).slice(1, 4), [
      "shop.a | collection | 1 | 5 B | 5 B | 5 B | ?",
      VIEW_ROW,
      ORDERS_ROW,
    ]);
    assert(/^Cannot read .*a\.metadata\.json/.test(err), err);
    assert(!out.includes("not read"), out);
    const copy = await runCli(["transfer", "dump/", "copy/"], { cwd });
    assertEquals(copy.code, 3);
    assertStringIncludes(copy.err, "a.metadata.json");
  }));

Deno.test("datahood inspect names the format of an archive that comes through a pipe", () =>
  inFolder(async (cwd) => {
    const stdin = new Uint8Array(gzipSync(ARCHIVE));
    const { code, out, err } = await runCli(["inspect", "-"], { cwd, stdin });
    assertEquals([code, out], [3, ""]);
    assertEquals(
      err,
      "Cannot read standard input as BSON: it looks like a mongodump archive, compressed with " +
        "gzip.\nhint: --from archive reads it\n",
    );
    await Deno.writeFile(`${cwd}/x.archive`, ARCHIVE.subarray(0, 1));
    const short = await runCli(["inspect", "x.archive"], { cwd });
    assertEquals(short.code, 3);
    assertStringIncludes(
      short.err,
      'Cannot read "x.archive" as an archive: it is too short: 1 byte',
    );
  }));

Deno.test("datahood inspect says of a checksum which documents it is of", () =>
  inFolder(async (cwd) => {
    const bytes = ARCHIVE.slice();
    bytes[DOCUMENTS_END - 100]! ^= 1;
    await Deno.writeFile(`${cwd}/x.archive`, bytes);
    const { code, out, err } = await runCli(["inspect", "x.archive"], { cwd });
    assertEquals(code, 3);
    assert(/: the checksum of "shop\.orders" is 0x/.test(err), err);
    assertStringIncludes(
      err,
      'hint: the corruption is somewhere in the documents of "shop.orders" before that byte; ' +
        "where they were written meanwhile, such as to a server, some are corrupt",
    );
    assertEquals(out.split("?: not read").length, 2);
  }));
