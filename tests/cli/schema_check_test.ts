import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DRIFT_CLASSES } from "@datahood/cli";
import { TREE } from "../../src/cli/_tree.ts";
import type { ReportRow } from "../../src/cli/commands/schema/_rows.ts";
import { bsonOf, namesIn, order, orders } from "./_schema.ts";
import { inFolder, runCli } from "./_run_cli.ts";

const ORDERS = orders(60);

/** A folder with orders and their profile. */
function withProfile(test: (cwd: string) => Promise<void>): Promise<void> {
  return inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const args = ["schema", "orders.bson", "--save-profile", "o.profile.json", "--quiet"];
    assertEquals(await runCli(args, { cwd }).then(({ code, err }) => [code, err]), [0, ""]);
    await test(cwd);
  });
}

/** The orders and one more, whose total is text. */
const DRIFTED = bsonOf([
  ...Array.from({ length: 60 }, (_, i) => order(i)),
  { ...order(60), total: "60.5" },
]);

Deno.test("datahood schema check exits with 0 unchanged, and with 6 after one document of a new kind", () =>
  withProfile(async (cwd) => {
    for (const args of [["--against", "o.profile.json"], ["o.profile.json"]]) {
      const same = await runCli(["schema", "check", "orders.bson", ...args], { cwd });
      assertEquals([same.code, same.out], [0, "No drift.\n"], same.err);
    }
    await Deno.writeFile(`${cwd}/orders.bson`, DRIFTED);
    const { code, out, err } = await runCli(
      ["schema", "check", "orders.bson", "--against", "o.profile.json"],
      { cwd },
    );
    assertEquals(code, 6, err);
    assertStringIncludes(
      out,
      'orders.total: a string in 1 of 61 (was double), _id {"$numberInt":"60"}\n',
    );
    assertEquals(await namesIn(cwd), ["o.profile.json", "orders.bson"]);
  }));

Deno.test("datahood schema check --fail-on says what counts, --report how it is shown", () =>
  withProfile(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, DRIFTED);
    const check = (...flags: string[]) =>
      runCli(["schema", "check", "orders.bson", "o.profile.json", "--quiet", ...flags], { cwd });
    for (
      const [flag, wanted] of [
        ["widening", 6],
        ["new-field,widening", 6],
        ["new-field", 0],
        ["any", 6],
        ["none", 0],
      ] as const
    ) {
      const { code, out } = await check("--fail-on", flag);
      assertEquals(code, wanted, flag);
      assertStringIncludes(out, "widening");
    }
    const github = await check("--report", "github");
    assertEquals(github.code, 6);
    assertMatch(github.out, /^::error title=Schema drift \(widening\)::orders\.total: /m);
    const json = await check("--report", "json");
    assertEquals(JSON.parse(json.out).drifts[0].path, "total");
    const whole = await check("--json");
    assertEquals(whole.code, 6);
    const { drifts, fails, exitCode, schemaVersion } = JSON.parse(whole.out);
    assertEquals([schemaVersion, fails, exitCode], [1, true, 6]);
    const { path, kind, count, ids } = drifts[0];
    assertEquals({ path, kind, count, ids }, {
      path: "total",
      kind: "string",
      count: 1,
      ids: ['{"$numberInt":"60"}'],
    });
    for (
      const [flags, message] of [
        [["--fail-on", "widning"], /did you mean --fail-on widening\?/],
        [["--fail-on", "none,widening"], /all or nothing/],
        [["--report", "html"], /none of text, json, github/],
        [["--report", "json", "--json"], /--json with --report/],
        [["--share-shift", "3"], /no share from 0 to 1/],
        [["--against", "o.profile.json"], /it is one profile/],
      ] as const
    ) {
      const { code, err } = await check(...flags);
      assertEquals(code, 2, flags.join(" "));
      assertMatch(err, message);
    }
    const nothing = await runCli(["schema", "check", "orders.bson"], { cwd });
    assertEquals(nothing.code, 2);
    assertStringIncludes(nothing.err, "--against FILE.profile.json");
  }));

Deno.test("datahood schema check keeps the values that the profile kept", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const save = ["schema", "orders.bson", "--save-profile", "o.profile.json", "--values", "none"];
    assertEquals((await runCli(save, { cwd })).code, 0);
    const check = ["schema", "check", "orders.bson", "o.profile.json"];
    const { code, out, err } = await runCli(check, { cwd });
    assertEquals([code, out], [0, "No drift.\n"], err);
  }));

Deno.test("datahood schema diff compares sources and profiles, and exits with 6 if they differ", () =>
  withProfile(async (cwd) => {
    await Deno.writeFile(`${cwd}/later.bson`, DRIFTED);
    const diff = (...words: string[]) => runCli(["schema", "diff", ...words], { cwd });
    assertEquals((await diff("o.profile.json", "orders.bson")).code, 0);
    assertEquals((await diff("orders.bson", "o.profile.json")).code, 0);
    assertEquals((await diff("o.profile.json", "o.profile.json")).code, 0);
    const there = await diff("orders.bson", "later.bson");
    assertEquals(there.code, 6);
    assertStringIncludes(there.out, "a string in 1 of 61 (was double)");
    const back = await diff("later.bson", "o.profile.json");
    assertEquals(back.out.includes("a string in"), false, back.out);
    const both = await diff("-", "-");
    assertEquals(both.code, 2);
  }));

Deno.test("datahood schema merge makes the profile of all", () =>
  inFolder(async (cwd) => {
    const all = Array.from({ length: 90 }, (_, i) => order(i));
    await Deno.mkdir(`${cwd}/a`);
    await Deno.mkdir(`${cwd}/b`);
    await Deno.writeFile(`${cwd}/a/orders.bson`, bsonOf(all.slice(0, 40)));
    await Deno.writeFile(`${cwd}/b/orders.bson`, bsonOf(all.slice(40)));
    await Deno.writeFile(`${cwd}/orders.bson`, bsonOf(all));
    for (const [from, to] of [["a/orders", "a"], ["b/orders", "b"], ["orders", "all"]]) {
      const args = ["schema", `${from}.bson`, "--save-profile", `${to}.profile.json`];
      assertEquals((await runCli(args, { cwd })).code, 0);
    }
    const merge = (...words: string[]) => runCli(["schema", "merge", ...words], { cwd });
    const { code, out, err } = await merge(
      "b.profile.json",
      "a.profile.json",
      "-o",
      "c.profile.json",
    );
    assertEquals([code, out], [0, ""], err);
    assertStringIncludes(err, "orders: 90 documents");
    const wanted = await Deno.readTextFile(`${cwd}/all.profile.json`);
    assertEquals(await Deno.readTextFile(`${cwd}/c.profile.json`), wanted);
    assertEquals((await merge("a.profile.json", "b.profile.json")).out, wanted);
    // Other names stay apart, or become one.
    await Deno.rename(`${cwd}/orders.bson`, `${cwd}/later.bson`);
    assertEquals(
      (await runCli(["schema", "later.bson", "--save-profile", "l.profile.json"], { cwd })).code,
      0,
    );
    const apart = await merge("a.profile.json", "l.profile.json", "-o", "d.profile.json", "--json");
    assertEquals(
      JSON.parse(apart.out).collections.map(({ name, documents }: Record<string, unknown>) => [
        name,
        documents,
      ]),
      [["orders", 40], ["later", 90]],
    );
    const one = await merge("a.profile.json", "b.profile.json", "--as", "later");
    assertEquals(one.out, await Deno.readTextFile(`${cwd}/l.profile.json`));

    assertEquals((await merge("a.profile.json")).code, 2);
    const file = await merge("a.profile.json", "later.bson");
    assertEquals(file.code, 2);
    assertStringIncludes(file.err, "datahood schema later.bson --save-profile");
    await Deno.writeTextFile(`${cwd}/mine.profile.json`, "{}");
    assertEquals(
      (await merge("a.profile.json", "b.profile.json", "-o", "mine.profile.json")).code,
      4,
    );
    const other = ["schema", "later.bson", "--values", "none", "--save-profile", "n.profile.json"];
    assertEquals((await runCli(other, { cwd })).code, 0);
    const values = await merge("l.profile.json", "n.profile.json");
    assertEquals([values.code, values.out], [2, ""]);
    assertStringIncludes(values.err, "--values");
  }));

Deno.test("datahood schema report tells what stands at each path", () =>
  withProfile(async (cwd) => {
    const { code, out, err } = await runCli(["schema", "report", "orders.bson"], { cwd });
    assertEquals(code, 0, err);
    const line = (path: string) =>
      out.split("\n").find((text) => text.startsWith(`${path} `)) ?? "";
    assertMatch(out, /^orders: 60 documents\n/);
    assertMatch(line("total"), /^total +100% +double +0.5 … 59.5$/);
    assertMatch(line("note"), /^note +33% +string +/);
    assertMatch(line("state"), /"open" \| "paid"/);
    assertMatch(line("items"), /^items +100% +array +1 elements$/);
    assertMatch(line("items[].sku"), /^items\[\]\.sku +100% +string/);
    const saved = await runCli(["schema", "report", "o.profile.json"], { cwd });
    assertEquals(saved.out, out);
    const json = await runCli(["schema", "report", "orders.bson", "--json"], { cwd });
    const { paths, documents } = JSON.parse(json.out);
    assertEquals(documents, 60);
    assertEquals(paths.find(({ path }: { path: string }) => path === "note"), {
      collection: "orders",
      path: "note",
      count: 20,
      of: 60,
      kinds: [{ kind: "string", count: 20, share: 1, min: 22, max: 23 }],
      nulls: 0,
    });
  }));

Deno.test("datahood schema report counts alike objects at each path alone, and tags what is personal", () =>
  inFolder(async (cwd) => {
    const documents = Array.from({ length: 40 }, (_, i) => ({
      _id: i,
      buyer: { email: `ada${i}@example.com`, adult: true },
      ...(i < 10 ? { seller: { email: `bob${i}@example.com`, adult: false } } : {}),
      "odd.key": null,
    }));
    await Deno.writeFile(`${cwd}/sales.bson`, bsonOf(documents));
    const { out, err } = await runCli(["schema", "report", "sales.bson", "--json"], { cwd });
    assert(out !== "", err);
    const rows = new Map<string, Record<string, unknown>>(
      JSON.parse(out).paths.map((row: { path: string }) => [row.path, row]),
    );
    assertEquals(rows.get("buyer.adult")!.kinds, [{
      kind: "boolean",
      count: 40,
      share: 1,
      trues: 40,
    }]);
    assertEquals(rows.get("seller.adult")!.kinds, [{
      kind: "boolean",
      count: 10,
      share: 1,
      trues: 0,
    }]);
    assertEquals([rows.get("seller")!.count, rows.get("seller")!.of], [10, 40]);
    assertEquals(rows.get("buyer.email")!.personal, "key");
    assertEquals(rows.get('"odd.key"')!.nulls, 40);
    const text = (await runCli(["schema", "report", "sales.bson"], { cwd })).out;
    assertMatch(text, /buyer\.email .*\[personal\]/);
    assert(!text.includes("@example.com"), text);
  }));

Deno.test("datahood schema report says of a variant only what was counted of it", () =>
  inFolder(async (cwd) => {
    // In a field too, twice: the type of both is one, their counts are their own.
    const paid = (i: number) =>
      i % 4 === 0
        ? { by: "card", amount: i, ref: i, note: null, card: { year: 2000 + i, last4: "1234" } }
        : { by: "cash", amount: 1000 + i, ref: `r${i}`, till: [i], ...(i % 3 ? {} : { tip: i }) };
    const documents = Array.from({ length: 120 }, (_, i) => ({
      _id: i,
      paid: paid(i),
      ...(i < 60 ? { back: paid(i) } : {}),
    }));
    await Deno.writeFile(`${cwd}/sales.bson`, bsonOf(documents));
    const { out, err } = await runCli(["schema", "report", "sales.bson", "--json"], { cwd });
    assert(out !== "", err);
    const paths: readonly ReportRow[] = JSON.parse(out).paths;
    const row = (path: string) => {
      const { kinds, count, of } = paths.find((row) => row.path === path)!;
      return [count, of, kinds];
    };
    const only = (kind: string, count: number, more = {}) => [{ kind, count, share: 1, ...more }];
    for (const [at, all, cards] of [["paid", 120, 30], ["back", 60, 15]] as const) {
      const card = `${at}{by="card"}`, cash = `${at}{by="cash"}`;
      const most = all - 4;
      // What one variant has alone was counted of it.
      assertEquals(row(`${card}.card`), [cards, cards, only("object", cards)]);
      const years = { min: 2000, max: 2000 + most };
      assertEquals(row(`${card}.card.year`), [cards, cards, only("int", cards, years)]);
      assertEquals(row(`${card}.note`), [cards, cards, only("null", cards)]);
      assertEquals(row(`${cash}.tip`)[0], all / 4);
      assertEquals(row(`${cash}.tip`)[1], all - cards);
      assertEquals(row(`${cash}.till[]`)[2], only("int", all - cards, { min: 1, max: all - 1 }));
      // What both have: its kind where it has one, and all about both of them together.
      assertEquals(row(`${card}.amount`), [cards, cards, only("int", cards)]);
      assertEquals(row(`${at}.amount`), [
        all,
        all,
        only("int", all, { min: 0, max: 1000 + all - 1 }),
      ]);
      assertEquals(row(`${card}.ref`), [cards, cards, []]);
      const { nulls } = paths.find(({ path }) => path === `${card}.ref`)!;
      assertEquals(nulls, 0);
      const kinds = row(`${at}.ref`)[2] as ReportRow["kinds"];
      assertEquals(kinds.map(({ kind }) => kind).sort(), ["int", "string"]);
    }
    assertEquals(new Set(paths.map(({ path }) => path)).size, paths.length);
    const text = (await runCli(["schema", "report", "sales.bson"], { cwd })).out;
    assertMatch(text, /\npaid\{by="card"\}\.ref +100%\n/);
  }));

Deno.test("datahood schema report has one row for the elements of arrays, tuples too", () =>
  inFolder(async (cwd) => {
    const documents = Array.from({ length: 40 }, (_, i) => ({
      _id: i,
      place: { type: "Point", coordinates: [-i - 0.5, i] },
      pair: i < 10 ? ["a", null] : ["a", { n: i }],
      byDay: { "2024-01-01": [i + 0.5, "x"], "2024-01-02": [i + 0.5, "y"] },
    }));
    await Deno.writeFile(`${cwd}/places.bson`, bsonOf(documents));
    const { out, err } = await runCli(["schema", "report", "places.bson", "--json"], { cwd });
    assert(out !== "", err);
    const paths: readonly ReportRow[] = JSON.parse(out).paths;
    const row = (path: string) => paths.find((row) => row.path === path)!;
    assertEquals(paths.filter(({ path }) => /\[\d/.test(path)), []);
    assertEquals(new Set(paths.map(({ path }) => path)).size, paths.length);
    const coordinates = row("place.coordinates[]");
    assertEquals([coordinates.count, coordinates.of], [80, 80]);
    const kinds = coordinates.kinds.toSorted((a, b) => a.kind < b.kind ? -1 : 1);
    assertEquals(kinds, [
      { kind: "double", count: 40, share: 0.5, min: -39.5, max: -0.5 },
      { kind: "int", count: 40, share: 0.5, min: 0, max: 39 },
    ]);
    const counts = (path: string) => row(path).kinds.map(({ kind, count }) => [kind, count]);
    assertEquals(
      new Map(counts("pair[]") as [string, number][]),
      new Map([
        ["string", 40],
        ["object", 30],
        ["null", 10],
      ]),
    );
    for (const { path, count, of, kinds } of paths) {
      assert(count <= of, path);
      for (const { kind, share } of kinds) assert(share > 0 && share <= 1, `${path}: ${kind}`);
      assertEquals(kinds.reduce((sum, { share }) => sum + share, 0), 1, path);
    }
  }));

Deno.test("datahood schema check offers each class of differences", () => {
  const check = TREE.commands!.find(({ name }) => name === "schema")!.commands!
    .find(({ name }) => name === "check")!;
  const words = check.groups!.flatMap(({ options }) => options)
    .find(({ flags }) => flags.startsWith("--fail-on"))!.words!;
  assertEquals(new Set(words), new Set([...DRIFT_CLASSES, "any", "none"]));
});

Deno.test("datahood schema check refuses a source without documents, and what is no profile", (t) =>
  withProfile(async (cwd) => {
    await Deno.writeFile(`${cwd}/empty.bson`, new Uint8Array());
    await Deno.copyFile(`${cwd}/o.profile.json`, `${cwd}/other.json`);
    await Deno.writeTextFile(`${cwd}/foo.json`, '{"a": 1}');
    const table: readonly (readonly [string, string, number, string])[] = [
      ["empty.bson", "o.profile.json", 3, 'Cannot check "empty.bson": it has no documents.'],
      [
        "orders.bson",
        "foo.json",
        3,
        'Cannot read "foo.json" as a profile: it is JSON of something else',
      ],
      [
        "orders.bson",
        "gone.json",
        3,
        'Cannot read the profile "gone.json": there is no such file.',
      ],
      // A profile by another name.
      ["orders.bson", "other.json", 0, "no drift"],
    ];
    for (const [source, against, code, message] of table) {
      await t.step(`${source} against ${against}`, async () => {
        const done = await runCli(["schema", "check", source, "--against", against], { cwd });
        assertEquals(done.code, code, done.err);
        assertStringIncludes(code === 0 ? done.out.toLowerCase() : done.err, message);
      });
    }
    // Compared as equals, nothing is a difference like any other.
    const diff = await runCli(["schema", "diff", "o.profile.json", "empty.bson"], { cwd });
    assertEquals(diff.code, 6, diff.err);
    assertStringIncludes(diff.out, "lost-collection");
  }));
