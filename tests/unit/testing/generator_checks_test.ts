import { assert, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../../src/core/mod.ts";
import { type Generator, type SchemaModel, validateDocument } from "../../../src/schema/mod.ts";
import { walkType } from "../../../src/schema/_walk.ts";
import { headerLines } from "../../../src/schema/gen/_share.ts";
import { generatorChecks } from "../../../src/testing/_generator_checks.ts";
import type {
  GeneratorCheckName,
  GeneratorJudge,
  GeneratorSuite,
} from "../../../src/testing/mod.ts";

/** A generator that lists the names of types, and is told apart by its breakage alone. */
function generator(breakage: Partial<Generator> = {}): Generator {
  return {
    kind: "names",
    summary: "Names of types",
    extension: ".txt",
    options: [
      { name: "closed", flag: "--closed", help: "no other fields" },
      { name: "form", flag: "--form <form>", help: "how names are written" },
    ],
    generate(models, context) {
      const { form = "lines" } = context.options;
      if (form !== "lines" && form !== "commas") {
        throw new UsageError(`Cannot use the form "${form}": it is none`);
      }
      return text(models, context);
    },
    ...breakage,
  };
}

function text(models: readonly SchemaModel[], context: Parameters<typeof headerLines>[1]): string {
  const names = new Set<string>();
  for (const { root } of models) {
    walkType(root, (type) => "name" in type && names.add(type.name));
  }
  const closed = context.options.closed === true ? ["closed"] : [];
  return [...headerLines(models, context), ...closed, ...names].join("\n") + "\n";
}

/** A judge that goes by datahood's own validator, and is wrong where it is told to be. */
function judge(breakage: Partial<GeneratorJudge> = {}): GeneratorJudge {
  return {
    kind: "names",
    compile: (texts) => Promise.resolve(texts.map(() => undefined)),
    accept: (text, model, documents) => {
      const closed = text.includes("\nclosed\n");
      return Promise.resolve(
        documents.map((document) => validateDocument(model, document, 0, { closed })?.path),
      );
    },
    ...breakage,
  };
}

async function run(name: GeneratorCheckName, suite: Partial<GeneratorSuite>, judging = judge()) {
  const check = generatorChecks.find((check) => check.name === name)!;
  const step = async (_: string, fn: () => Promise<void> | void) => await fn();
  const whole = { generator: generator(), judge, values: { form: ["lines", "commas"] }, ...suite };
  await check.run({ suite: whole, judge: judging, step });
}

Deno.test("testGenerator() passes a generator that is right", async (t) => {
  const documents = [new Uint8Array([5, 0, 0, 0, 0])];
  const dataSets = () =>
    Promise.resolve([{ name: "one", namespace: { db: "a", collection: "b" }, documents }]);
  for (const { name } of generatorChecks) await t.step(name, () => run(name, { dataSets }));
});

Deno.test("testGenerator() finds what is broken", async (t) => {
  let calls = 0;
  const breakages: [GeneratorCheckName, string, Partial<Generator>, string][] = [
    ["header", "no mark", { generate: (models) => `${models[0]!.root.name}\n` }, ""],
    ["header", "no newline", { generate: (models, c) => text(models, c).trimEnd() }, "newline"],
    [
      "header",
      "carriage returns",
      { generate: (m, c) => text(m, c).replace("\n", "\r\n") },
      "line",
    ],
    ["deterministic", "a counter", { generate: (m, c) => `${text(m, c)}${calls++}\n` }, "equal"],
    ["option-values", "an option that throws", {
      generate: (models, c) => {
        if (c.options.form === "commas") throw new UsageError("no commas");
        return text(models, c);
      },
    }, "no commas"],
    ["bad-option", "any value taken", { generate: text }, "throw"],
  ];
  for (const [check, name, breakage, message] of breakages) {
    await t.step(`${check}: ${name}`, async () => {
      const error = await assertRejects(() => run(check, { generator: generator(breakage) }));
      assert(String(error).includes(message), String(error));
    });
  }
  await t.step("order: what came first", async () => {
    const first = (m: readonly SchemaModel[]) => String(m[0]!.documents);
    const seen = new Map<string, number>();
    const broken = generator({
      generate: (m, c) => {
        const key = first(m) + m[0]!.root.name;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        return `${text(m, c)}${seen.get(key)}\n`;
      },
    });
    await assertRejects(() => run("order", { generator: broken }));
    await assertRejects(() => run("saved", { generator: broken }));
  });
  await t.step("stable-names: names that grow", async () => {
    let grown = 0;
    const broken = generator({
      generate: (m, c) => text(m, c).replaceAll("OrderCustomer", `OrderCustomer${grown++ || ""}`),
    });
    await assertRejects(() => run("stable-names", { generator: broken }), Error, "OrderCustomer");
  });
  await t.step("the judge's words", async () => {
    const no = judge({ compile: (texts) => Promise.resolve(texts.map(() => "line 1: no")) });
    for (const check of ["compiles", "several", "option-values"] as const) {
      await assertRejects(() => run(check, {}, no), Error, "line 1: no");
    }
    const refuses = judge({ accept: (_, __, d) => Promise.resolve(d.map(() => "a: no")) });
    for (const check of ["samples", "closed"] as const) {
      await assertRejects(() => run(check, {}, refuses), Error, "are refused; document 0: a: no");
    }
    const takesAll = judge({ accept: (_, __, d) => Promise.resolve(d.map(() => undefined)) });
    await assertRejects(() => run("tight", {}, takesAll), Error, "60 of 60 wrong documents");
    const short = judge({ accept: () => Promise.resolve([]) });
    await assertRejects(() => run("samples", {}, short), Error, "the judge says of each");
  });
  await t.step("an option whose values are not said", async () => {
    await assertRejects(() => run("option-values", { values: {} }), Error, '"form"');
  });
});

Deno.test("testGenerator() leaves out the samples that it is told to, and asks about no more than the judge takes", async () => {
  const asked: number[] = [];
  const counting = judge({
    maxDocuments: 7,
    accept: (_, __, documents) => {
      asked.push(documents.length);
      return Promise.resolve(documents.map(() => undefined));
    },
  });
  await run("samples", { without: { "every kind": "none of them" } }, counting);
  assertEquals(Math.max(...asked), 7);
  const all = asked.length;
  await run("samples", {}, counting);
  assertEquals(asked.length, 2 * all + 1);
});
