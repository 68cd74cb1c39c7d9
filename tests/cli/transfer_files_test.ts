import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { constants, zstdCompressSync } from "node:zlib";
import { exampleBson, gzip } from "./_documents.ts";
import { DUMP, filesBelow, makeFiles } from "./_dumps.ts";
import { hasZstd, inFolder, runCli } from "./_run_cli.ts";

const BYTES = exampleBson(500);

const ZSTD = await hasZstd();

async function names(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) found.push(name);
  return found.sort();
}

Deno.test("datahood transfer refuses a target that is there, before any plan", (t) =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    await Deno.mkdir(`${cwd}/full`);
    for (const name of ["there.bson", "there.archive", "full/x"]) {
      await Deno.writeTextFile(`${cwd}/${name}`, "mine");
    }
    const table = [
      ["there.bson", "it exists already"],
      ["there.archive", "it exists already"],
      ["full/", "the folder is not empty"],
    ] as const;
    for (const [target, state] of table) {
      for (const more of [[], ["--plan"], ["--dry-run"]]) {
        await t.step([target, ...more].join(" "), async () => {
          const args = ["transfer", "a.bson", target, ...more];
          const refused = await runCli(args, { cwd });
          assertEquals([refused.code, refused.out], [4, ""], refused.err);
          assertEquals(refused.err.split("\n")[0], `Cannot write "${target}": ${state}.`);
          assertStringIncludes(refused.err.split("\n")[1]!, "--overwrite");
          if (more.length === 0) return;
          const asked = await runCli([...args, "--overwrite"], { cwd });
          assertEquals(asked.code, 0, asked.err);
          assertStringIncludes(asked.err, "→");
        });
      }
    }
    assertEquals(await names(cwd), ["a.bson", "full", "there.archive", "there.bson"]);
    for (const name of ["there.bson", "there.archive", "full/x"]) {
      assertEquals(await Deno.readTextFile(`${cwd}/${name}`), "mine");
    }
  }));

Deno.test("datahood transfer copies a file through every compression, byte for byte", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const steps = [
      ["a.bson", "b.bson"],
      ["b.bson", "c.bson.gz"],
      ...ZSTD
        ? [["c.bson.gz", "d.bson.zst"], ["d.bson.zst", "with space, ünïcödé.bson"]]
        : [["c.bson.gz", "with space, ünïcödé.bson"]],
      ["with space, ünïcödé.bson", "e.bson", "--compress", "gzip:1"],
      ["e.bson", "f.dat", "--to", "bson"],
      ["f.dat", "z.bson", "--from", "bson"],
    ];
    for (const step of steps) {
      const { code, out, err } = await runCli(["transfer", ...step], { cwd });
      assertEquals([code, out], [0, ""], err);
      assertStringIncludes(err, "500");
    }
    assertEquals(await Deno.readFile(`${cwd}/z.bson`), BYTES);
    assertEquals(await Deno.readFile(`${cwd}/b.bson`), BYTES);
    assertEquals([...(await Deno.readFile(`${cwd}/c.bson.gz`)).subarray(0, 2)], [0x1f, 0x8b]);
    assertEquals([...(await Deno.readFile(`${cwd}/e.bson`)).subarray(0, 2)], [0x1f, 0x8b]);
    assert((await names(cwd)).every((name) => !name.includes("datahood-part")));
  }));

Deno.test("datahood transfer - - gives standard output what standard input had", async () => {
  const plain = await runCli(["transfer", "-", "-", "--from", "bson", "--to", "bson"], {
    stdin: BYTES,
  });
  assertEquals(plain.code, 0, plain.err);
  assertEquals(plain.stdout, BYTES);
  const zipped = await runCli(["transfer", "-", "-"], { stdin: await gzip(BYTES) });
  assertEquals(zipped.stdout, BYTES, zipped.err);
  const empty = await runCli(["transfer", "-", "-"]);
  assertEquals([empty.code, empty.stdout.length], [0, 0], empty.err);
});

Deno.test("datahood transfer says what becomes of what before it says what was done", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const { err } = await runCli(["transfer", "a.bson", "b.bson"], { cwd });
    const lines = err.split("\n");
    assertStringIncludes(lines[0]!, "a");
    assertStringIncludes(lines[0]!, "→");
    assert(lines.some((line) => /^collection\s+read\s+written/.test(line)), err);
  }));

Deno.test("datahood transfer --json gives the result as one object, --summary too", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const args = ["transfer", "a.bson", "b.bson", "--json", "--summary", "s.json"];
    const { code, out, err } = await runCli(args, { cwd });
    assertEquals(code, 0, err);
    const result = JSON.parse(out);
    assertEquals(JSON.parse(await Deno.readTextFile(`${cwd}/s.json`)), result);
    assertEquals(result.schemaVersion, 1);
    assertEquals([result.source, result.target], ["a.bson", "b.bson"]);
    assertEquals(result.exitCode, 0);
    assertEquals(result.counts.read, 500);
    assertEquals(result.counts.written, 500);
    assertEquals(result.counts.bytesRead, BYTES.length);
    assertEquals(result.collections.length, 1);
    assertEquals(result.collections[0].read, 500);
  }));

Deno.test("datahood transfer --quiet says nothing, --log-file keeps it", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const args = ["transfer", "a.bson", "b.bson", "--quiet", "--log-file", "run.log"];
    const { code, out, err } = await runCli(args, { cwd });
    assertEquals([code, out, err], [0, "", ""]);
    assertStringIncludes(await Deno.readTextFile(`${cwd}/run.log`), "→");
  }));

Deno.test("datahood transfer --log-format json writes lines of JSON", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const { code, err } = await runCli(
      ["transfer", "a.bson", "b.bson", "--log-format", "json"],
      { cwd },
    );
    assertEquals(code, 0, err);
    const lines = err.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert(lines.every(({ time, level }) => typeof time === "string" && level === "info"), err);
    assertEquals(lines.at(-1).counts.written, 500);
  }));

Deno.test("datahood transfer --plan and --dry-run write nothing", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const plan = await runCli(["transfer", "a.bson", "b.bson", "--plan"], { cwd });
    assertEquals(plan.code, 0, plan.err);
    assertStringIncludes(plan.err, "→");
    assert(!plan.err.includes("500"), "the source was read");
    const dry = await runCli(["transfer", "a.bson", "b.bson", "--dry-run"], { cwd });
    assertEquals(dry.code, 0, dry.err);
    assertStringIncludes(dry.err, "Dry run: 500 documents would go to b.bson");
    assertEquals(await names(cwd), ["a.bson"]);
    const json = await runCli(["transfer", "a.bson", "-", "--dry-run", "--json"], { cwd });
    assertEquals(JSON.parse(json.out).counts.read, 500, json.err);
  }));

Deno.test("datahood transfer null: counts", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const { code, out, err } = await runCli(["transfer", "a.bson", "null:", "--json"], { cwd });
    assertEquals(code, 0, err);
    assertEquals(JSON.parse(out).counts.read, 500);
  }));

Deno.test("datahood transfer replaces a file only with --overwrite", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    await Deno.writeTextFile(`${cwd}/b.bson`, "precious");
    const refused = await runCli(["transfer", "a.bson", "b.bson"], { cwd });
    assertEquals(refused.code, 4, refused.err);
    assertStringIncludes(refused.err, "b.bson");
    assertStringIncludes(refused.err, "--overwrite");
    assertEquals(await Deno.readTextFile(`${cwd}/b.bson`), "precious");
    const done = await runCli(["transfer", "a.bson", "b.bson", "--overwrite"], { cwd });
    assertEquals(done.code, 0, done.err);
    assertEquals(await Deno.readFile(`${cwd}/b.bson`), BYTES);
    assertEquals(await names(cwd), ["a.bson", "b.bson"]);
  }));

Deno.test("datahood transfer refuses a file that is source and target, however it is spelled", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const spellings = [
      "a.bson",
      "./a.bson",
      `${cwd}/a.bson`,
      `${cwd}/../${cwd.split("/").at(-1)}/a.bson`,
    ];
    if (Deno.build.os !== "windows") {
      await Deno.symlink(`${cwd}/a.bson`, `${cwd}/link.bson`);
      await Deno.link(`${cwd}/a.bson`, `${cwd}/hard.bson`);
      spellings.push("link.bson", "hard.bson");
    }
    for (const target of spellings) {
      const { code, err } = await runCli(["transfer", "a.bson", target, "--overwrite"], { cwd });
      assertEquals(code, 2, `${target}: ${err}`);
      assertStringIncludes(err, "it is the source");
    }
    assertEquals(await Deno.readFile(`${cwd}/a.bson`), BYTES);
  }));

Deno.test("datahood transfer takes an empty file as no documents", () =>
  inFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/a.bson`, "");
    const { code, out, err } = await runCli(["transfer", "a.bson", "b.bson", "--json"], { cwd });
    assertEquals(code, 0, err);
    assertEquals(JSON.parse(out).counts.read, 0);
    assertEquals((await Deno.readFile(`${cwd}/b.bson`)).length, 0);
  }));

Deno.test("datahood transfer says what is wrong with a source, with exit code 3", async (t) => {
  const zipped = await gzip(BYTES);
  const broken = zipped.slice();
  for (let i = 0; i < 64; i++) broken[(broken.length >> 1) + i]! ^= 0x5a;
  const zstd = new Uint8Array(
    // Without its checksum a changed byte can be one that was meant.
    zstdCompressSync(BYTES, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  );
  const brokenZstd = zstd.slice();
  for (let i = 0; i < 64; i++) brokenZstd[(brokenZstd.length >> 1) + i]! ^= 0x5a;
  const encoder = new TextEncoder();
  const corrupt = BYTES.slice();
  corrupt.set([1, 0, 0, 0], 0);
  const table: (readonly [string, Uint8Array | undefined, RegExp])[] = [
    ["missing.bson", undefined, /missing\.bson/],
    ["truncated.bson", BYTES.subarray(0, BYTES.length - 7), /499/],
    ["length.bson", corrupt, /length\.bson.*0/s],
    ["json.bson", encoder.encode('{"a": 1}\n{"a": 2}\n'), /JSON/],
    ["json.bson.gz", await gzip(encoder.encode('[{"a": 1}]')), /JSON/],
    ["text.bson", encoder.encode("Dear reader,\nthis is a text.\n"), /text/],
    ["archive.bson", new Uint8Array([0x6d, 0xe2, 0x99, 0x81, 5, 0, 0, 0, 0]), /archive/],
    ["broken.bson.gz", broken, /gzip/],
    ["cut.bson.gz", zipped.subarray(0, zipped.length - 20), /gzip/],
  ];
  if (ZSTD) {
    table.push(
      ["broken.bson.zst", brokenZstd, /zstd/],
      ["cut.bson.zst", zstd.subarray(0, zstd.length - 20), /zstd/],
    );
  }
  await inFolder(async (cwd) => {
    for (const [name, bytes, message] of table) {
      await t.step(name, async () => {
        if (bytes !== undefined) await Deno.writeFile(`${cwd}/${name}`, bytes);
        const { code, err } = await runCli(["transfer", name, "out.bson"], { cwd });
        assertEquals(code, 3, err);
        assert(message.test(err), err);
        assert(!/\n\s+at /.test(err), "a stack without --verbose");
        assert((await names(cwd)).every((name) => !name.includes("out.bson")), "something is left");
      });
    }
    await t.step("a folder, which holds many collections", async () => {
      await Deno.mkdir(`${cwd}/folder.bson`);
      const { code, err } = await runCli(["transfer", "folder.bson", "out.bson"], { cwd });
      assertEquals(code, 2, err);
      assertStringIncludes(err, "folder.bson");
    });
  });
});

Deno.test("datahood transfer tells compression by content, not by name", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/plain.bson.gz`, BYTES);
    await Deno.writeFile(`${cwd}/zipped.bson`, await gzip(BYTES));
    for (const name of ["plain.bson.gz", "zipped.bson"]) {
      const { code, err } = await runCli(["transfer", name, `${name}.out.bson`], { cwd });
      assertEquals(code, 0, err);
      assertEquals(await Deno.readFile(`${cwd}/${name}.out.bson`), BYTES);
    }
  }));

Deno.test("datahood transfer says what is wrong with a target, with exit code 4", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const missing = await runCli(["transfer", "a.bson", "nowhere/b.bson"], { cwd });
    assertEquals(missing.code, 4, missing.err);
    assertStringIncludes(missing.err, "nowhere");
    await Deno.mkdir(`${cwd}/folder.bson`);
    const folder = await runCli(
      ["transfer", "a.bson", "folder.bson", "--to", "bson", "--overwrite"],
      { cwd },
    );
    assertEquals(folder.code, 4, folder.err);
    await Deno.mkdir(`${cwd}/closed`, { mode: 0o500 });
    const readOnly = await runCli(["transfer", "a.bson", "closed/b.bson"], { cwd });
    // To root no folder is read-only.
    if (Deno.uid() !== 0) assertEquals(readOnly.code, 4, readOnly.err);
    await Deno.chmod(`${cwd}/closed`, 0o700);
  }));

Deno.test("datahood transfer refuses to pick documents of a file, and says what can", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const { code, err } = await runCli(
      ["transfer", "a.bson", "b.bson", "--filter", '{"a": 1}', "--limit", "3"],
      { cwd },
    );
    assertEquals(code, 2, err);
    assertStringIncludes(err, "--filter, --limit");
    assertStringIncludes(err, "mongodb://");
    assertEquals(await names(cwd), ["a.bson"]);
  }));

Deno.test("datahood transfer follows env:NAME and @file", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    await Deno.writeTextFile(`${cwd}/where`, "b.bson\n");
    const { code, err } = await runCli(["transfer", "env:DATAHOOD_TEST_SOURCE", "@where"], {
      cwd,
      env: { DATAHOOD_TEST_SOURCE: "a.bson" },
    });
    assertEquals(code, 0, err);
    assertEquals(await Deno.readFile(`${cwd}/b.bson`), BYTES);
    const missing = await runCli(["transfer", "@nowhere", "c.bson"], { cwd });
    assertEquals(missing.code, 3, missing.err);
    assertStringIncludes(missing.err, "no such file");
  }));

Deno.test("datahood transfer shows a view as one, and counts it in JSON", () =>
  inFolder(async (cwd) => {
    await makeFiles(`${cwd}/dump`, DUMP);
    const { code, out, err } = await runCli(["transfer", "dump/", "b.archive", "--json"], { cwd });
    assertEquals(code, 0, err);
    assert(/^shop\.all +view +\d+\.\d s$/m.test(err), err);
    assert(/^shop\.orders +50 +50 /m.test(err), err);
    const view = JSON.parse(out).collections.find(({ to }: { to: string }) => to === "shop.all");
    assertEquals([view.read, view.written], [0, 0]);
  }));

Deno.test("datahood transfer of a dump that breaks off says what the folder has by then", () =>
  inFolder(async (cwd) => {
    await makeFiles(`${cwd}/dump`, {
      "shop/a.bson": exampleBson(20),
      "shop/b.bson": exampleBson(50).subarray(0, -3),
    });
    const { code, out, err } = await runCli(["transfer", "dump/", "late/", "--json"], { cwd });
    assertEquals(code, 3, err);
    assertStringIncludes(
      err,
      "late/ is not whole: complete are 1 of 2 collections (shop.a), none is there by half, and " +
        "there is no prelude.json; once the cause is mended, run the same again with --overwrite",
    );
    assertEquals(JSON.parse(out).counts.written, 20);
    assertEquals(Object.keys(await filesBelow(`${cwd}/late`)), [
      "shop/a.bson",
      "shop/a.metadata.json",
    ]);
  }));
