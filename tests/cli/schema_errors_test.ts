import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bsonOf, namesIn, order, orders } from "./_schema.ts";
import { inFolder, runCli } from "./_run_cli.ts";

const ORDERS = orders(60);

Deno.test("datahood schema of no documents says so, exits with 3 and writes nothing", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/none.bson`, new Uint8Array());
    for (
      const output of [[], ["-o", "a.ts"], ["-o", "types/"], ["--save-profile", "a.profile.json"]]
    ) {
      const { code, out, err } = await runCli(["schema", "none.bson", ...output], { cwd });
      assertEquals([code, out], [3, ""], err);
      assertStringIncludes(err, 'Cannot make types of "none.bson": it has no documents.');
      assertEquals(await namesIn(cwd), ["none.bson"]);
    }
  }));

Deno.test("datahood schema of a damaged file says where, exits with 3 and writes nothing", () =>
  inFolder(async (cwd) => {
    const damaged = orders(100);
    // The length of a string inside document 50 becomes longer than the document.
    const fifty = orders(50).length;
    const at = damaged.indexOf("s".charCodeAt(0), fifty + 20);
    const key = new TextDecoder().decode(damaged.subarray(at, at + 5));
    assertEquals(key, "state");
    new DataView(damaged.buffer).setInt32(at + 6, 1_000_000, true);
    await Deno.writeFile(`${cwd}/damaged.bson`, damaged);
    await Deno.writeFile(`${cwd}/cut.bson`, ORDERS.subarray(0, ORDERS.length - 7));
    await Deno.writeTextFile(`${cwd}/text.bson`, '{"a": 1}\n');
    const table: readonly [string, RegExp][] = [
      ["damaged.bson", /document 50 of "damaged.bson".* at byte \d+ of it/],
      ["cut.bson", /document 59 at byte \d+ of "cut.bson": the data ends after/],
      ["text.bson", /"text.bson".*JSON/],
      ["missing.bson", /"missing.bson": there is no such file/],
      ["missing.profile.json", /"missing.profile.json": there is no such file/],
    ];
    for (const [file, wanted] of table) {
      const { code, out, err } = await runCli(["schema", file, "-o", "types/"], { cwd });
      assertEquals([code, out], [3, ""], err);
      assertMatch(err, wanted);
      assertEquals(await namesIn(cwd), ["cut.bson", "damaged.bson", "text.bson"]);
    }
    const sampled = await runCli(["schema", "damaged.bson", "--sample", "100"], { cwd });
    assertEquals(sampled.code, 3);
    assertMatch(sampled.err, /document 50 of "damaged.bson"/);
  }));

Deno.test("datahood schema says what is wrong with an output before it reads", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const table: readonly [readonly string[], number, RegExp][] = [
      [["-o", "no/such/types.ts"], 4, /"no\/such\/types.ts": the folder "no\/such" does not exist/],
      [["-o", "no/such/"], 4, /"no\/such": the folder around it does not exist/],
      [["-o", "orders.bson/"], 4, /"orders.bson": it is no folder/],
      [["-o", "orders.bson"], 2, /-o "orders.bson": the source is the same file/],
      [
        ["-o", "./orders.bson", "--overwrite"],
        2,
        /-o ".\/orders.bson": the source is the same file/,
      ],
      [["-o", "a.ts", "--summary", "a.ts"], 2, /--summary "a.ts": -o is the same file/],
      [["-o", "a.ts", "--log-file", "./a.ts"], 2, /--log-file ".\/a.ts": -o is the same file/],
      [["--save-profile", "a.json"], 2, /the name of a profile ends in .profile.json/],
      [["-o", "a.ts", "--quiet", "--verbose"], 2, /--quiet with --verbose/],
      [["--sample", "3", "--all"], 2, /--sample with --all/],
      [["--sample", "0"], 2, /--sample "0": it is less than 1/],
      [["--min-share", "2"], 2, /--min-share "2": it is no share from 0 to 1/],
      [["--root-name", "1st"], 2, /Cannot call the type of documents "1st": it is no identifier/],
      [["--root-name", "Date"], 2, /"Date": the name has a meaning of its own/],
      [["--enums", "opened"], 2, /did you mean --enums open\?/],
      [["--values", "some"], 2, /none of none, enums, all/],
      [["--filter", '{"a": 1}'], 2, /Cannot use --filter with the file "orders.bson"/],
      [["--overrides", "no.json"], 3, /the overrides "no.json": there is no such file/],
      [["--to", ""], 2, /--to "": the value is empty/],
      [["--nonsense"], 2, /Unknown option "--nonsense"/],
    ];
    for (const [flags, wanted, message] of table) {
      const { code, out, err } = await runCli(["schema", "orders.bson", ...flags], { cwd });
      assertEquals([code, out], [wanted, ""], `${flags.join(" ")}: ${err}`);
      assertMatch(err, message);
      assert(!err.includes("60 documents"), err);
      assert(!/\n\s+at /.test(err), err);
      assertEquals(await namesIn(cwd), ["orders.bson"], flags.join(" "));
    }
  }));

Deno.test("datahood schema tells a mistyped command from a file", async () => {
  const near = await runCli(["schema", "chek"]);
  assertEquals(near.code, 2);
  assertStringIncludes(near.err, "did you mean datahood schema check?");
  const none = await runCli(["schema"]);
  assertEquals(none.code, 2);
  assertStringIncludes(none.err, "Missing argument(s): source");
});

Deno.test("datahood schema writes all files or none", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    await Deno.mkdir(`${cwd}/types`);
    await Deno.writeTextFile(`${cwd}/types/orders.zod.ts`, "// mine\n");
    const args = ["schema", "orders.bson", "--to", "typescript,zod", "-o", "types"];
    const { code, err } = await runCli(args, { cwd });
    assertEquals(code, 4, err);
    assertStringIncludes(err, '"types/orders.zod.ts"');
    assertEquals(await namesIn(`${cwd}/types`), ["orders.zod.ts"]);
    // One that generators refuse: the folder that was made for it goes again.
    const value = ["schema", "orders.bson", "-o", "new/", "--shape", "round"];
    assertEquals((await runCli(value, { cwd })).code, 2);
    assertEquals(await namesIn(cwd), ["orders.bson", "types"]);
  }));

Deno.test("datahood schema refuses a profile that was cut, edited, or is of a newer version", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const save = ["schema", "orders.bson", "--save-profile", "o.profile.json"];
    assertEquals((await runCli(save, { cwd })).code, 0);
    const text = await Deno.readTextFile(`${cwd}/o.profile.json`);
    const table: readonly [string, number, RegExp][] = [
      [text.slice(0, text.length / 2), 3, /cut short/],
      [text.replace('"total"', '"sum"'), 3, /it was changed after datahood wrote it/],
      [text.replace('"version":1', '"version":99'), 2, /has version 99/],
      ['{"name": "something"}', 3, /something else/],
      ["", 3, /it is empty/],
    ];
    for (const [changed, wanted, message] of table) {
      await Deno.writeTextFile(`${cwd}/o.profile.json`, changed);
      const { code, out, err } = await runCli(["schema", "o.profile.json"], { cwd });
      assertEquals([code, out], [wanted, ""], err);
      assertMatch(err, message);
    }
  }));

Deno.test("datahood schema takes a file whose documents are of several kinds for what it is", () =>
  inFolder(async (cwd) => {
    const people = Array.from({ length: 60 }, (_, i) => ({ _id: `p${i}`, name: `Ada ${i}` }));
    const mixed = [...Array.from({ length: 60 }, (_, i) => order(i)), ...people];
    await Deno.writeFile(`${cwd}/mixed.bson`, bsonOf(mixed));
    const { code, out, err } = await runCli(["schema", "mixed.bson"], { cwd });
    assertEquals(code, 0, err);
    assertMatch(out, /_id: (number \| string|string \| number);/);
    assertMatch(out, /In 60 of 120 \(50%\)\.[^]*name\?: string;/);
  }));
