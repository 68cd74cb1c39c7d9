import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import {
  ARCHIVE,
  DOCUMENTS_END,
  DUMP,
  type Files,
  filesBelow,
  makeFiles,
  METADATA,
  ORDERS,
  without,
} from "./_dumps.ts";
import { inFolder, runCli } from "./_run_cli.ts";

const joinedOrders = DUMP["shop/orders.bson"] as Uint8Array;
const slashed = (text: string) => text.replaceAll("\\", "/");

/** What each command makes of a source: its exit code, and what all of them say. */
interface Wanted {
  readonly transfer: number;
  readonly inspect: number;
  readonly schema: number;
  readonly verify: number;
  /** What each says on standard error, line by line. */
  readonly says: string;
  /** Which of them do not. */
  readonly butNot?: readonly string[];
}

const FAILS = { transfer: 3, inspect: 3, schema: 3, verify: 3 };
const FINE = { transfer: 0, inspect: 0, schema: 0, verify: 0 };

/** An archive with a changed bit in the number of its last document: still BSON. */
function changed(): Uint8Array {
  const bytes = ARCHIVE.slice();
  bytes[DOCUMENTS_END - ORDERS.at(-1)!.length + 22]! ^= 1;
  return bytes;
}

const dump = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`dump/${path}`, content]));

const CASES: readonly (readonly [string, Files, string, Wanted])[] = [
  ["a whole one", dump(DUMP), "dump/", { ...FINE, says: "" }],
  [
    "no prelude",
    dump(without(DUMP, "prelude.json")),
    "dump/",
    { ...FINE, says: '"dump/" has no prelude.json, which is written last' },
  ],
  [
    "no metadata",
    dump(without(DUMP, "shop/orders.metadata.json")),
    "dump/",
    { ...FINE, says: 'dump/shop/orders.bson" has no metadata beside it: its options and indexes' },
  ],
  [
    "empty metadata",
    dump({ ...DUMP, "shop/orders.metadata.json": "" }),
    "dump/",
    { ...FINE, says: 'orders.metadata.json" is empty: the options and indexes of "shop.orders"' },
  ],
  [
    "metadata without data",
    dump(without(DUMP, "shop/orders.bson")),
    "dump/",
    {
      transfer: 5,
      inspect: 3,
      schema: 3,
      verify: 6,
      says: 'dump/shop/orders.bson" is missing',
    },
  ],
  [
    "documents twice, compressed and not",
    dump({ ...DUMP, "shop/orders.bson.gz": new Uint8Array(gzipSync(joinedOrders)) }),
    "dump/",
    {
      ...FAILS,
      says: 'Cannot tell which is meant: "dump/shop/orders.bson" or "dump/shop/orders.bson.gz"',
    },
  ],
  [
    "two dumps in one folder",
    dump({ ...DUMP, "prelude.json.gz": new Uint8Array(gzipSync("{}")) }),
    "dump/",
    { ...FINE, says: "warning: Two dumps were written into one folder" },
  ],
  [
    "a folder too high",
    Object.fromEntries(
      Object.entries(DUMP).map(([path, content]) => [`top/dump/${path}`, content]),
    ),
    "top/",
    { ...FAILS, says: 'it is one folder too high.\nhint: did you mean "top/dump"?' },
  ],
  [
    "a folder too low",
    { ...dump(DUMP), "dump/shop/orders/note.txt": "x" },
    "dump/shop/orders/",
    { ...FAILS, says: "it is one folder too low.\nhint: did you mean" },
  ],
  [
    "files that do not belong",
    dump({ ...DUMP, "shop/notes.txt": "x", "orders.csv": "a,b" }),
    "dump/",
    {
      ...FINE,
      says: "Not a part of a dump, and left out: dump/orders.csv, dump/shop/notes.txt",
    },
  ],
  [
    "a folder that no database can be called",
    dump({ ...DUMP, "shop.old/a.bson": "" }),
    "dump/",
    { ...FAILS, says: "it is called as no database can be" },
  ],
  [
    "a cut file",
    dump({ ...DUMP, "shop/orders.bson": joinedOrders.subarray(0, -3) }),
    "dump/",
    { ...FAILS, says: 'document 49 at byte 2401 of "dump/shop/orders.bson"' },
  ],
  [
    "a cut file of a dump that is being written",
    dump({ ...without(DUMP, "prelude.json"), "shop/orders.bson": joinedOrders.subarray(0, -3) }),
    "dump/",
    { ...FAILS, says: "is the dump being written?", butNot: ["inspect"] },
  ],
  [
    "a cut archive",
    { "x.archive": ARCHIVE.subarray(0, DOCUMENTS_END - 3) },
    "x.archive",
    { ...FAILS, says: `at byte ${DOCUMENTS_END - 3}: the archive ends inside document 49 of` },
  ],
  [
    "an archive cut between collections",
    { "x.archive": ARCHIVE.subarray(0, DOCUMENTS_END + 4) },
    "x.archive",
    { ...FAILS, says: 'the archive ends before "shop.orders" does' },
  ],
  [
    "a wrong checksum",
    { "x.archive": changed() },
    "x.archive",
    { ...FAILS, says: 'the checksum of "shop.orders" is 0x' },
  ],
  [
    "a cut archive, compressed",
    { "x.archive.gz": new Uint8Array(gzipSync(ARCHIVE)).subarray(0, -40) },
    "x.archive.gz",
    { ...FAILS, says: "its gzip data is cut short at byte" },
  ],
  [
    "documents called an archive",
    { "x.archive": joinedOrders },
    "x.archive",
    { ...FAILS, says: "as an archive: it is BSON documents" },
  ],
];

for (const [name, files, source, wanted] of CASES) {
  Deno.test(`datahood with a dump or archive that is bad: ${name}`, () =>
    inFolder(async (cwd) => {
      await makeFiles(cwd, { ...files, "good.archive": ARCHIVE });
      const before = await filesBelow(cwd);
      const commands: Record<string, string[]> = {
        inspect: ["inspect", source],
        verify: ["verify", source, "good.archive"],
        schema: ["schema", source, "-o", "types.ts"],
        transfer: ["transfer", source, "out.archive"],
      };
      for (const [command, args] of Object.entries(commands)) {
        const { code, out, err } = await runCli(args, { cwd });
        assertEquals(code, wanted[command as "transfer"], `${args.join(" ")}\n${out}${err}`);
        if (wanted.butNot?.includes(command)) continue;
        for (const part of wanted.says.split("\n")) {
          assertStringIncludes(slashed(err), part, args.join(" "));
        }
      }
      const made = [
        ...wanted.schema === 0 ? ["types.ts"] : [],
        ...wanted.transfer === 0 || wanted.transfer === 5 ? ["out.archive"] : [],
      ];
      const after = Object.entries(await filesBelow(cwd)).filter(([path]) => !made.includes(path));
      assertEquals(Object.fromEntries(after), before);
    }));
}

Deno.test("datahood transfer keeps what was there when its source turns out to be bad", async (t) => {
  const cut = ARCHIVE.subarray(0, DOCUMENTS_END - 3);
  await t.step("an archive", () =>
    inFolder(async (cwd) => {
      await makeFiles(cwd, { "cut.archive": cut, "old.archive": "old" });
      const { code, err } = await runCli(
        ["transfer", "cut.archive", "old.archive", "--overwrite"],
        { cwd },
      );
      assertEquals(code, 3, err);
      assertEquals(await filesBelow(cwd), { "cut.archive": cut.length, "old.archive": 3 });
    }));
  await t.step("a dump, and says what to do", () =>
    inFolder(async (cwd) => {
      await makeFiles(cwd, { "cut.archive": cut, "good.archive": ARCHIVE });
      const args = ["transfer", "cut.archive", "dump/"];
      const failed = await runCli(args, { cwd });
      assertEquals(failed.code, 3);
      assertStringIncludes(failed.err, "Nothing was written to dump/.");
      // The next run does not write over what is there, until it is asked to.
      await makeFiles(`${cwd}/dump`, {
        "shop/orders.bson": "old",
        "shop/orders.metadata.json": METADATA,
      });
      const refused = await runCli(["transfer", "good.archive", "dump/"], { cwd });
      assertEquals(refused.code, 4);
      assertStringIncludes(refused.err, "the folder is not empty");
      assertStringIncludes(refused.err, "hint: --overwrite replaces");
      const again = await runCli([...args, "--overwrite"], { cwd });
      assertEquals(again.code, 3);
      assertStringIncludes(again.err, "no collection was written to dump/: those that were in it");
      assertEquals((await filesBelow(cwd))["dump/shop/orders.bson"], 3);
      const whole = await runCli(["transfer", "good.archive", "dump/", "--overwrite"], { cwd });
      assertEquals(whole.code, 0, whole.err);
      const verified = await runCli(["verify", "dump/", "good.archive"], { cwd });
      assertEquals(verified.code, 0, verified.err);
      assert("dump/prelude.json" in await filesBelow(cwd));
    }));
});

Deno.test("datahood transfer says that the disk is full", {
  ignore: Deno.build.os !== "linux",
}, () =>
  inFolder(async (cwd) => {
    await makeFiles(cwd, { "x.archive": ARCHIVE, "dump/shop/note.txt": "" });
    // A device that is always full, where files are to be.
    await Deno.symlink("/dev/full", `${cwd}/dump/shop/orders.metadata.json`);
    await Deno.symlink("/dev/full", `${cwd}/full.archive`);
    for (const target of ["dump/", "full.archive"]) {
      const { code, err } = await runCli(["transfer", "x.archive", target, "--overwrite"], { cwd });
      assertEquals(code, 4, err);
      assertStringIncludes(err, "the disk is full");
      assertStringIncludes(err, "hint: make room there");
    }
    const left = await filesBelow(`${cwd}/dump`);
    assertEquals(Object.keys(left).filter((file) => /orders\.bson|part/.test(file)), []);
  }));

Deno.test("datahood schema makes types of a dump, one file a collection and an index, with no server", () =>
  inFolder(async (cwd) => {
    await makeFiles(cwd, {
      "x.archive": ARCHIVE,
      ...dump({
        ...DUMP,
        "shop/people.bson": ORDERS[0]!,
        "shop/people.metadata.json": METADATA.replace('"orders"', '"people"'),
      }),
    });
    const { code, err } = await runCli(["schema", "dump/", "-o", "types/"], { cwd });
    assertEquals(code, 0, err);
    const files = Object.keys(await filesBelow(`${cwd}/types`));
    assertEquals(files.length, 3, files.join());
    assert(files.some((file) => /^(index|mod)\.ts$/.test(file)), files.join());
    const one = await runCli(["schema", "x.archive", "-o", "shop.ts"], { cwd });
    assertEquals(one.code, 0, one.err);
    assertStringIncludes(await Deno.readTextFile(`${cwd}/shop.ts`), "total: number");
  }));
