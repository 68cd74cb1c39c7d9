import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  BsonConnector,
  DataError,
  GENERATORS,
  InterruptedError,
  IoError,
  loadProfiles,
  Pipeline,
  SchemaGenStep,
  type SchemaGenSummary,
  UsageError,
} from "@datahood/cli";

async function withOrders(
  test: (orders: BsonConnector, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "datahood_step_" });
  try {
    await using orders = new BsonConnector({ path: `${folder}/orders.bson` });
    await orders.loadData(Array.from({ length: 30 }, (_, i) => ({ _id: i, total: i + 0.5 })));
    await test(orders, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("SchemaGenStep.run() writes types and the profile, and tells what it read", () =>
  withOrders(async (source, folder) => {
    const step = new SchemaGenStep({
      source,
      output: `${folder}/order.ts`,
      saveProfile: `${folder}/orders.profile.json`,
    });
    assertEquals(step.name, `types to ${folder}/order.ts`);
    const summary = await step.run();
    assertEquals([summary.counts.read, summary.counts.written], [30, 0]);
    assertEquals(summary.files, [`${folder}/orders.profile.json`, `${folder}/order.ts`]);
    assertEquals(summary.collections.map(({ counts }) => counts.read), [30]);
    assertStringIncludes(await Deno.readTextFile(`${folder}/order.ts`), "export interface Order {");
    const text = await Deno.readTextFile(`${folder}/orders.profile.json`);
    assertEquals(loadProfiles(text, "x")[0]!.profile.documents, 30);
    const sizes = await Promise.all(
      summary.files.map(async (path) => (await Deno.stat(path)).size),
    );
    assertEquals(summary.counts.bytesWritten, sizes[0]! + sizes[1]!);
    // It is its own file: made again without asking.
    await step.run();
  }));

Deno.test("SchemaGenStep.run() writes several targets into a folder, in a pipeline", () =>
  withOrders(async (source, folder) => {
    const targets = GENERATORS.map((generator) => ({ generator }));
    const step = new SchemaGenStep({ name: "types", source, output: `${folder}/types/`, targets });
    const { steps } = await new Pipeline({ name: "nightly", steps: [step] }).run();
    const summary = steps[0]!.summary as SchemaGenSummary;
    const indexed = GENERATORS.filter(({ extension }) => extension.endsWith(".ts")).length;
    assertEquals(summary.files.length, GENERATORS.length + indexed);
    assertEquals(
      await namesIn(`${folder}/types`),
      summary.files.map((path) => path.slice(`${folder}/types/`.length)).sort(),
    );
  }));

Deno.test("SchemaGenStep.run() writes nothing in a dry run, on failure, or when stopped", () =>
  withOrders(async (source, folder) => {
    const output = `${folder}/types/`;
    const before = await namesIn(folder);
    const dry = await new SchemaGenStep({ source, output }).run({ dryRun: true });
    assertEquals([dry.counts.read, dry.counts.bytesWritten, dry.files], [30, 0, []]);
    const wrong = [{ generator: GENERATORS[0]!, options: { shape: "round" } }];
    await assertRejects(
      () => new SchemaGenStep({ source, output, targets: wrong }).run(),
      UsageError,
    );
    const controller = new AbortController();
    await assertRejects(() =>
      new SchemaGenStep({ source, output }).run({
        signal: controller.signal,
        onEvent: ({ type }) => type === "end" && controller.abort(),
      }), InterruptedError);
    await using none = new BsonConnector({ path: `${folder}/none.bson` });
    await none.loadData([]);
    await assertRejects(
      () => new SchemaGenStep({ source: none, output }).run(),
      DataError,
      "no documents",
    );
    assertEquals(await namesIn(folder), [...before, "none.bson"].sort());
    await Deno.writeTextFile(`${folder}/mine.ts`, "// mine\n");
    const mine = new SchemaGenStep({ source, output: `${folder}/mine.ts` });
    await assertRejects(() => mine.run(), IoError, "datahood did not make it");
    const allowed = { source, output: `${folder}/mine.ts`, overwrite: true };
    await new SchemaGenStep(allowed).run();
    assert((await Deno.readTextFile(`${folder}/mine.ts`)).startsWith("// Made by datahood"));
  }));

Deno.test("SchemaGenStep refuses what cannot be, before it is run", () => {
  const source = new BsonConnector({ path: "x.bson" });
  for (
    const options of [
      { output: "" },
      { output: "a.ts", name: " " },
      { output: "a.ts", targets: [] },
      { output: "a.ts", saveProfile: "a.json" },
    ]
  ) assertThrows(() => new SchemaGenStep({ source, ...options }), UsageError);
});

Deno.test("SchemaGenStep.run() refuses a file whose name says that it holds something else", () =>
  withOrders(async (source, folder) => {
    for (const output of [`${folder}/order.py`, `${folder}/order.js`]) {
      await assertRejects(
        () => new SchemaGenStep({ source, output }).run({ dryRun: true }),
        UsageError,
        "Cannot write typescript",
      );
    }
    assertEquals(await namesIn(folder), ["orders.bson"]);
  }));
