import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import ts from "typescript";
import { GENERATORS } from "@datahood/cli";
import { TREE, wholeTree } from "../../src/cli/_tree.ts";
import { gzip } from "./_documents.ts";
import { bsonOf, namesIn, orders } from "./_schema.ts";
import { inFolder, runCli } from "./_run_cli.ts";

const ORDERS = orders(60);

Deno.test("datahood schema FILE prints TypeScript on stdout and what was read on stderr", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson.gz`, await gzip(ORDERS));
    const { code, out, err } = await runCli(["schema", "orders.bson.gz"], { cwd });
    assertEquals([code, err], [0, "orders: 60 documents, 6.1 kB\n"]);
    assertMatch(out, /^\/\/ Made by datahood \S+ from 60 documents of orders\.\n/);
    assertStringIncludes(out, "export interface Order {\n  _id: number;\n");
    assertStringIncludes(out, "  note?: string;\n");
  }));

Deno.test("datahood schema - reads standard input, and needs no permission", async () => {
  const { code, out, err } = await runCli(["schema", "-", "--root-name", "Order"], {
    stdin: ORDERS,
    permissions: [],
  });
  assertEquals(code, 0, err);
  assertStringIncludes(out, "export interface Order {");
});

Deno.test("datahood schema -o FILE replaces what datahood made, and nothing else", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const args = ["schema", "orders.bson", "-o", "order.ts"];
    const first = await runCli(args, { cwd });
    assertEquals([first.code, first.out], [0, ""], first.err);
    assertStringIncludes(first.err, "Wrote order.ts\n");
    const text = await Deno.readTextFile(`${cwd}/order.ts`);
    assertEquals(text, (await runCli(["schema", "orders.bson"], { cwd })).out);
    await Deno.writeTextFile(`${cwd}/order.ts`, text + "// edited\n");
    assertEquals((await runCli(args, { cwd })).code, 0);
    assertEquals(await Deno.readTextFile(`${cwd}/order.ts`), text);

    await Deno.writeTextFile(`${cwd}/order.ts`, "export const mine = 1;\n");
    const refused = await runCli(args, { cwd });
    assertEquals(refused.code, 4);
    assertStringIncludes(
      refused.err,
      '"order.ts": it exists already, and datahood did not make it',
    );
    assertStringIncludes(refused.err, "--overwrite");
    assertEquals(await Deno.readTextFile(`${cwd}/order.ts`), "export const mine = 1;\n");
    assertEquals((await runCli([...args, "--overwrite"], { cwd })).code, 0);
    assertEquals(await Deno.readTextFile(`${cwd}/order.ts`), text);
    assertEquals(await namesIn(cwd), ["order.ts", "orders.bson"]);
  }));

Deno.test("datahood schema --to writes several targets in one pass", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const kinds = GENERATORS.map(({ kind }) => kind);
    const into = await runCli(["schema", "orders.bson", "--to", kinds.join(","), "-o", "types/"], {
      cwd,
    });
    assertEquals([into.code, into.out], [0, ""], into.err);
    const names = await namesIn(`${cwd}/types`);
    // A file a target, and an index of each that is a module.
    const indexes = ["index.mongoose.ts", "index.ts", "index.zod.ts"];
    assertEquals(names.filter((name) => name.startsWith("index")), indexes);
    assertEquals(names.length, kinds.length + indexes.length, names.join());
    assertStringIncludes(into.err, "Wrote types/orders.zod.ts of orders");
    assert(names.includes("orders.ts") && names.includes("index.ts"), names.join());
    assert(names.includes("orders_pydantic.py") && names.includes("orders.zod.ts"), names.join());

    const twice = ["schema", "orders.bson", "--to", "typescript", "--to", "zod"];
    const beside = await runCli([...twice, "-o", "order"], { cwd });
    assertEquals(beside.code, 0, beside.err);
    assertEquals(
      await Deno.readTextFile(`${cwd}/order.ts`),
      await Deno.readTextFile(`${cwd}/types/orders.ts`),
    );
    assert((await namesIn(cwd)).includes("order.zod.ts"));

    const out = await runCli(twice, { cwd });
    assertEquals([out.code, out.out], [2, ""]);
    assertStringIncludes(out.err, "typescript and zod to standard output");
    const one = await runCli([...twice, "-o", "order.ts"], { cwd });
    assertEquals(one.code, 2);
    assertStringIncludes(one.err, '"order" gives one for each');
    // The name of a folder that is there needs no slash.
    await Deno.remove(`${cwd}/types`, { recursive: true });
    await Deno.mkdir(`${cwd}/types`);
    await Deno.writeTextFile(`${cwd}/types/readme`, "mine");
    assertEquals((await runCli([...twice, "-o", "types"], { cwd })).code, 0);
    assertEquals(await namesIn(`${cwd}/types`), [
      "index.ts",
      "index.zod.ts",
      "orders.ts",
      "orders.zod.ts",
      "readme",
    ]);
  }));

Deno.test("datahood schema takes the target from the name of the file where that says it", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const python = await runCli(["schema", "orders.bson", "-o", "orders.py"], { cwd });
    assertEquals(python.code, 2);
    assertStringIncludes(python.err, "--to typeddict or --to pydantic");
    const wrong = await runCli(["schema", "orders.bson", "--to", "zod", "-o", "orders.py"], {
      cwd,
    });
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.err, "a file of that name holds typeddict or pydantic");
    assertStringIncludes(
      wrong.err,
      "name it orders.zod.ts, or use --to typeddict or --to pydantic",
    );
    const right = await runCli(["schema", "orders.bson", "--to", "pydantic", "-o", "orders.py"], {
      cwd,
    });
    assertEquals(right.code, 0, right.err);
    assertStringIncludes(await Deno.readTextFile(`${cwd}/orders.py`), "BaseModel");
    const json = await runCli(["schema", "orders.bson", "-o", "orders.json"], { cwd });
    assertEquals(json.code, 2);
    assertStringIncludes(json.err, "--to json-schema or --to mongodb-validator");
    // One language may have several targets: each file of it fits, and some say which.
    for (
      const [flags, words] of [
        [["-o", "a.zod.ts"], 'from "zod"'],
        [["--to", "zod", "-o", "b.ts"], 'from "zod"'],
        [["--to", "json-schema", "-o", "c.json"], '"$schema"'],
        [["-o", "d.schema.json"], '"$schema"'],
        [["-o", "e.mts"], "export interface Order {"],
        [["-o", "f.d.ts"], "export interface Order {"],
        [["--to", "typeddict", "-o", "g.pyi"], "TypedDict"],
        // No ending says anything.
        [["-o", "plain"], "export interface Order {"],
        [["-o", ".types"], "export interface Order {"],
        [["-o", "v1.2"], "export interface Order {"],
      ] as const
    ) {
      const done = await runCli(["schema", "orders.bson", ...flags], { cwd });
      assertEquals(done.code, 0, done.err);
      assertStringIncludes(await Deno.readTextFile(`${cwd}/${flags.at(-1)}`), words);
    }
  }));

Deno.test("datahood schema refuses a file whose name says that it holds something else", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    for (
      const [output, flags, hint] of [
        ["types.js", [], "name it types.ts"],
        ["types.zip", [], "name it types.ts"],
        ["types.PY", ["--to", "typescript"], "name it types.ts, or use --to typeddict"],
        ["a.b/types.md", ["--to", "json-schema"], "name it a.b/types.schema.json"],
        ["types.pyi", [], "or use --to typeddict or --to pydantic"],
        ["types.json", ["--to", "pydantic"], "or use --to json-schema or --to mongodb-validator"],
        [
          "types.mts",
          ["--to", "typeddict"],
          "name it types.py, or use --to typescript or --to zod",
        ],
      ] as const
    ) {
      const { code, out, err } = await runCli(["schema", "orders.bson", ...flags, "-o", output], {
        cwd,
      });
      assertEquals([code, out], [2, ""], err);
      assertStringIncludes(err, `to "${output}": a file of that name holds `);
      assertStringIncludes(err, hint);
    }
    assertEquals([...Deno.readDirSync(cwd)].map(({ name }) => name), ["orders.bson"]);
    // A folder may be called as it likes.
    await Deno.mkdir(`${cwd}/types.zip`);
    assertEquals((await runCli(["schema", "orders.bson", "-o", "types.zip"], { cwd })).code, 0);
    assert((await Deno.stat(`${cwd}/types.zip/orders.ts`)).isFile);
  }));

Deno.test("datahood schema passes the options of generators on, and refuses those of others", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const bigint = await runCli(["schema", "orders.bson", "--no-promote-values"], { cwd });
    assertEquals(bigint.code, 0, bigint.err);
    assertStringIncludes(bigint.out, "Double");
    const plain = await runCli(["schema", "orders.bson"], { cwd });
    assert(!plain.out.includes("Double"), plain.out);

    const other = await runCli(["schema", "orders.bson", "--to", "typeddict", "--shape", "json"], {
      cwd,
    });
    assertEquals(other.code, 2);
    assertMatch(other.err, /Cannot use --shape with --to typeddict: it is an option of typescript/);
    const unknown = await runCli(["schema", "orders.bson", "--to", "typscript"], { cwd });
    assertEquals(unknown.code, 2);
    assertStringIncludes(unknown.err, GENERATORS.map(({ kind }) => kind).join(", "));
    assertStringIncludes(unknown.err, "did you mean --to typescript?");
    const value = await runCli(["schema", "orders.bson", "--shape", "round"], { cwd });
    assertEquals([value.code, value.out], [2, ""], value.err);
  }));

Deno.test("datahood schema --enums, --min-share and --overrides change the types", () =>
  inFolder(async (cwd) => {
    const rows = Array.from({ length: 400 }, (_, i) => ({
      _id: i,
      state: i % 2 === 0 ? "open" : "paid",
      code: i === 7 ? "seven" : i,
    }));
    await Deno.writeFile(`${cwd}/rows.bson`, bsonOf(rows));
    const types = async (...flags: string[]) => {
      const { code, out, err } = await runCli(["schema", "rows.bson", ...flags], { cwd });
      assertEquals(code, 0, err);
      return out;
    };
    assertMatch(await types(), /state: "open" \| "paid" \| \(string & \{\}\)/);
    assertMatch(await types("--enums", "closed"), /state: "open" \| "paid";/);
    assertMatch(await types("--enums", "none"), /state: string;/);
    assertMatch(await types("--values", "none"), /state: string;/);
    assertMatch(await types(), /code: (number \| string|string \| number);/);
    const rare = await types("--min-share", "1%");
    assertMatch(rare, /code: number;/);
    // What is left out is said, with a document that has it.
    assertMatch(rare, /Left out: string in 1 of 400.*7/);
    await Deno.writeTextFile(
      `${cwd}/o.json`,
      `{"state": {"enum": "none"}, "code": {"ignore": true}}`,
    );
    const changed = await types("--overrides", "o.json");
    assertMatch(changed, /state: string;/);
    assert(!changed.includes("code"), changed);

    await Deno.writeTextFile(`${cwd}/wrong.json`, `{"stat": {"enum": "none"}}`);
    const wrong = await runCli(["schema", "rows.bson", "-o", "r.ts", "--overrides", "wrong.json"], {
      cwd,
    });
    assertEquals(wrong.code, 2, wrong.err);
    assertMatch(wrong.err, /"stat"/);
    assertMatch(wrong.err, /hint: .*state/);
    assert(!(await namesIn(cwd)).includes("r.ts"));
  }));

Deno.test("datahood schema --sample N of a file is always the same sample", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, orders(500));
    const run = () => runCli(["schema", "orders.bson", "--sample", "50"], { cwd });
    const { code, out, err } = await run();
    assertEquals([code, err], [
      0,
      "orders: a sample of 50 of 500 documents, 5.2 kB; --all reads all\n",
    ]);
    assertMatch(out, /A sample: 50 of 500 documents/);
    assertEquals((await run()).out, out);
    const all = await runCli(["schema", "orders.bson", "--sample", "5000"], { cwd });
    assertEquals(all.out, (await runCli(["schema", "orders.bson"], { cwd })).out);
  }));

Deno.test("datahood schema FILE.profile.json gives what its source gives, with every target", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const save = await runCli(
      ["schema", "orders.bson", "--save-profile", "o.profile.json"],
      { cwd },
    );
    assertEquals([save.code, save.out], [0, ""], save.err);
    assertEquals(await namesIn(cwd), ["o.profile.json", "orders.bson"]);
    for (const { kind } of GENERATORS) {
      const source = await runCli(["schema", "orders.bson", "--to", kind], { cwd });
      const saved = await runCli(["schema", "o.profile.json", "--to", kind], { cwd });
      assertEquals([saved.code, source.code], [0, 0], saved.err + source.err);
      assertEquals(saved.out, source.out);
    }
    // It is made again without asking, and types may be made in the same run.
    const both = ["schema", "orders.bson", "--save-profile", "o.profile.json", "-o", "order.ts"];
    assertEquals((await runCli(both, { cwd })).code, 0);
    for (const flag of [["--sample", "3"], ["--all"], ["--values", "none"]]) {
      const refused = await runCli(["schema", "o.profile.json", ...flag], { cwd });
      assertEquals(refused.code, 2);
      assertStringIncludes(refused.err, `Cannot use ${flag[0]} with "o.profile.json"`);
    }
  }));

Deno.test("datahood schema from-bson takes the original's options", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const run = async (...flags: string[]) => {
      const { code, out, err } = await runCli(["schema", "from-bson", "orders.bson", ...flags], {
        cwd,
      });
      assertEquals(code, 0, err);
      return out;
    };
    assertStringIncludes(await run(), "export interface RootDict {");
    assertStringIncludes(await run("--to-typescript", "--root-name", "Order"), "interface Order {");
    assertMatch(await run("--to-typeddict"), /class RootDict\(TypedDict\)|RootDict = TypedDict/);
    assertStringIncludes(await run("--to-pydantic"), "class RootDict(");
    assertEquals(await run("--output", "a.ts"), "");
    assertEquals(await run("-o", "b.py", "--to-typeddict"), "");
    assertEquals(await Deno.readTextFile(`${cwd}/a.ts`), await run());
    // The same function underneath: the same text as the generic command.
    const generic = await runCli(["schema", "orders.bson", "--root-name", "RootDict"], { cwd });
    assertEquals(generic.out, await run());
  }));

Deno.test("datahood schema --json tells what was done", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    const { code, out, err } = await runCli(
      ["schema", "orders.bson", "-o", "order.ts", "--json", "--quiet", "--summary", "s.json"],
      { cwd },
    );
    assertEquals([code, err], [0, ""]);
    const { seconds, ...result } = JSON.parse(out);
    assert(seconds >= 0);
    assertEquals(result, {
      schemaVersion: 1,
      source: "orders.bson",
      collections: [{
        name: "orders",
        documents: 60,
        bytes: ORDERS.length,
        sampled: false,
      }],
      documents: 60,
      sampled: false,
      files: [{
        path: "order.ts",
        target: "typescript",
        bytes: (await Deno.stat(`${cwd}/order.ts`)).size,
      }],
      issues: [],
      exitCode: 0,
    });
    assertEquals(JSON.parse(await Deno.readTextFile(`${cwd}/s.json`)).files, result.files);
    const twice = await runCli(["schema", "orders.bson", "--json"], { cwd });
    assertEquals(twice.code, 2);
    assertEquals(JSON.parse(twice.out).error.code, "usage");
    assertStringIncludes(twice.err, "standard output has the types");
  }));

Deno.test("datahood schema -o folder/ makes an index that compiles under tsc --strict", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
    assertEquals((await runCli(["schema", "orders.bson", "-o", "types/"], { cwd })).code, 0);
    await Deno.writeTextFile(
      `${cwd}/use.ts`,
      `import type { Order } from "./types/index.ts";\nexport const total = (order: Order): number => order.total;\n`,
    );
    // Neither the index nor who uses it has to set an option for the endings of paths.
    const program = ts.createProgram([`${cwd}/use.ts`], {
      strict: true,
      noEmit: true,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: [],
    });
    const problems = ts.getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    assertEquals(problems, []);
    assert(program.getSourceFiles().some(({ fileName }) => fileName.endsWith("types/orders.ts")));
  }));

Deno.test("datahood schema names every target, and has every option of theirs", async () => {
  const schemaOf = (tree: typeof TREE) => tree.commands!.find(({ name }) => name === "schema")!;
  const to = schemaOf(TREE).groups!.flatMap(({ options }) => options)
    .find(({ flags }) => flags.startsWith("--to "))!;
  const kinds = GENERATORS.map(({ kind }) => kind);
  assertEquals(to.words, kinds);
  assertStringIncludes(to.help, kinds.join(", "));
  const flags = schemaOf(await wholeTree()).groups!.flatMap(({ options }) => options)
    .map(({ flags }) => flags);
  const wanted = new Set(GENERATORS.flatMap(({ options }) => options.map(({ flag }) => flag)));
  for (const flag of wanted) assertEquals(flags.filter((one) => one === flag).length, 1, flag);
  // No option of a target is one that the command has already.
  const names = flags.flatMap((text) => text.match(/(?<![\w-])--[a-z][\w-]*/g) ?? []);
  assertEquals(new Set(names).size, names.length, names.join(" "));
});
