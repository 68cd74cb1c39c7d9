import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BsonConnector } from "../../../src/connectors/bson/mod.ts";
import {
  DataError,
  InterruptedError,
  IoError,
  NotFoundError,
  UsageError,
} from "../../../src/core/mod.ts";
import {
  BSONExporter,
  MongoDBExporter,
  Pipeline,
  type PipelineStep,
  runPipelines,
  type StepRunOptions,
  TransferStep,
} from "../../../src/exporters/mod.ts";
import { countSource, transfer } from "../../../src/transfer/mod.ts";
import { FakeTarget, itemsOf, manyBatches, sourceOf } from "../transfer/_fakes.ts";

const PEOPLE = [{ _id: 1, name: "Ada" }, { _id: 2, name: "Grace" }, { _id: 3, name: "Mary" }];

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await using people = new BsonConnector({ path: `${directory}/people.bson` });
    await people.loadData(PEOPLE);
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("BSONExporter.export() writes the file that it was made for", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/copy.bson.gz`;
    const exporter = new BSONExporter({ source: { path: `${directory}/people.bson` }, path });
    const summary = await exporter.export();
    assertEquals([summary.counts.read, summary.counts.written], [3, 3]);
    await using copy = new BsonConnector({ path });
    assertEquals(await Array.fromAsync(copy.extractData()), PEOPLE);
    await assertRejects(() => exporter.export(), IoError);
    const again = new BSONExporter({
      source: { path: `${directory}/people.bson` },
      path,
      options: { overwrite: true },
    });
    assertEquals((await again.export()).counts.written, 3);
  }));

Deno.test("export() with dryRun reads the source alone", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/none.bson`;
    const source = { path: `${directory}/people.bson` };
    const exporters = [
      new BSONExporter({ source, path }),
      // No server is there: a dry run does not look for it.
      new MongoDBExporter({
        source,
        target: { uri: "mongodb://127.0.0.1:1", database: "a", collection: "b" },
      }),
    ];
    for (const exporter of exporters) {
      const summary = await exporter.export({ dryRun: true });
      assertEquals([summary.counts.read, summary.counts.written], [3, 0]);
    }
    assert(!await exists(path));
  }));

Deno.test("BSONExporter.export() leaves a connector that it was given to its owner", async () => {
  const source = sourceOf(itemsOf(manyBatches(1)));
  let released = 0;
  source.disconnect = () => Promise.resolve(void released++);
  await inDirectory(async (directory) => {
    await new BSONExporter({ source, path: `${directory}/x.bson` }).export();
  });
  assertEquals(released, 0);
});

Deno.test("TransferStep refuses what no end is made from", () => {
  const good = { path: "x.bson" };
  assertThrows(() => new TransferStep({ name: " ", source: good, target: good }), UsageError);
  const bad = {} as { path: string };
  assertThrows(
    () => new TransferStep({ name: "x", source: bad, target: good }),
    UsageError,
    "Cannot use the source",
  );
  assertThrows(
    () => new TransferStep({ name: "x", source: good, target: bad }),
    UsageError,
    "Cannot use the target",
  );
});

Deno.test("transfer() refuses to write a file over itself", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/people.bson`;
    const before = await Deno.readFile(path);
    for (const other of [path, `${directory}/../${directory.split("/").at(-1)}/people.bson`]) {
      await using source = new BsonConnector({ path });
      await using target = new BsonConnector({ path: other });
      await assertRejects(
        () => transfer(source, target, { overwrite: true }),
        UsageError,
        "it is the source",
      );
    }
    assertEquals(await Deno.readFile(path), before);
  }));

/** A step that notes how it was run. */
function stepOf(name: string, log: string[], fail?: unknown): PipelineStep {
  return {
    name,
    run: ({ dryRun }: StepRunOptions = {}) => {
      log.push(`${name} ${dryRun ? "dry" : "real"}`);
      if (fail !== undefined) return Promise.reject(fail);
      return countSource(sourceOf(itemsOf(manyBatches(2))));
    },
  };
}

Deno.test("runPipelines() runs steps in order, and says what each did", async () => {
  const log: string[] = [];
  const told: string[] = [];
  const results = await runPipelines([
    new Pipeline({ name: "one", steps: [stepOf("a", log), stepOf("b", log)] }),
    new Pipeline({ name: "two", steps: [stepOf("a", log)] }),
  ], { dryRun: true, onStep: ({ name }, place) => told.push(`${place.pipeline}/${name}`) });
  assertEquals(log, ["a dry", "b dry", "a dry"]);
  assertEquals(told, ["one/a", "one/b", "two/a"]);
  assertEquals(results.map(({ name, dryRun, steps }) => [name, dryRun, steps.length]), [
    ["one", true, 2],
    ["two", true, 1],
  ]);
});

Deno.test("runPipelines() stops at the first step that fails, and names it", async () => {
  const log: string[] = [];
  const failure = new DataError("Cannot read document 3: it is cut short", { stage: "source" });
  const pipelines = [
    new Pipeline({
      name: "nightly",
      steps: [stepOf("a", log), stepOf("b", log, failure), stepOf("c", log)],
    }),
    new Pipeline({ name: "next", steps: [stepOf("d", log)] }),
  ];
  const error = await assertRejects(() => runPipelines(pipelines), DataError);
  assertEquals(
    error.message,
    'Cannot run step "b" of pipeline "nightly": Cannot read document 3: it is cut short',
  );
  assertEquals([error.stage, log], ["source", ["a real", "b real"]]);
});

Deno.test("Pipeline.run() stops between steps when the signal comes", async () => {
  const log: string[] = [];
  const controller = new AbortController();
  const pipeline = new Pipeline({ name: "p", steps: [stepOf("a", log), stepOf("b", log)] });
  const error = await assertRejects(
    () => pipeline.run({ signal: controller.signal, onStep: () => controller.abort() }),
    InterruptedError,
  );
  assert(error.message.startsWith('Cannot run step "b" of pipeline "p"'));
  assertEquals(log, ["a real"]);
});

Deno.test("Pipeline.run() gives an error as it is that cannot be changed", async () => {
  const reason = new DOMException("stopped", "AbortError");
  const step: PipelineStep = { name: "own", run: () => Promise.reject(reason) };
  const pipeline = new Pipeline({ name: "p", steps: [step] });
  assertEquals(await assertRejects(() => pipeline.run()), reason);
});

Deno.test("Pipeline.run() tells events with their step", async () => {
  const target = new FakeTarget();
  const source = sourceOf(itemsOf(manyBatches(1)));
  const pipeline = new Pipeline({
    name: "p",
    steps: [new TransferStep({ name: "copy", source, target })],
  });
  const told = new Set<string>();
  const { steps } = await pipeline.run({
    onEvent: ({ type }, { pipeline, step }) => void told.add(`${pipeline}/${step} ${type}`),
  });
  assertEquals([...told], ["p/copy begin", "p/copy progress", "p/copy end"]);
  assertEquals(steps[0]?.summary.counts.written, 1);
});

Deno.test("Pipeline refuses two steps of one name, and no name", () => {
  const log: string[] = [];
  const twice = [stepOf("a", log), stepOf("a", log)];
  assertThrows(() => new Pipeline({ name: "p", steps: twice }), UsageError, 'called "a"');
  assertThrows(() => new Pipeline({ name: "", steps: [] }), UsageError, "name is empty");
});

Deno.test("TransferStep.run() gives the error of a source that is not there", () =>
  inDirectory(async (directory) => {
    const step = new TransferStep({
      name: "copy",
      source: { path: `${directory}/none.bson` },
      target: { path: `${directory}/copy.bson` },
    });
    for (const dryRun of [true, false]) {
      const error = await assertRejects(() => step.run({ dryRun }), NotFoundError);
      assertEquals(error.stage, "source");
    }
    assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["people.bson"]);
  }));
