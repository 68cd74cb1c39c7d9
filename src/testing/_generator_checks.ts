import { assert, assertEquals, assertThrows, fail } from "@std/assert";
import { type Namespace, UsageError, VERSION } from "../core/mod.ts";
import { loadProfiles, Profile, type ProfiledCollection, saveProfiles } from "../profile/mod.ts";
import { type InferOptions, inferSchemas, type SchemaModel } from "../schema/mod.ts";
import type { GenerateContext } from "../schema/gen/generator.ts";
import { namedTypes } from "../schema/_walk.ts";
import { GENERATED_MARK } from "../schema/gen/_share.ts";
import { growingSample } from "./_growing_sample.ts";
import { generatorSamples } from "./generator_samples.ts";
import { type Mutant, mutants } from "./generator_mutants.ts";
import type { GeneratorCheckName, GeneratorDataSet, GeneratorSuite } from "./generator_suite.ts";
import type { GeneratorJudge } from "./generators.ts";
import { seededRandom, shuffled } from "./_random.ts";

type Options = GenerateContext["options"];

/** What a check works with. */
export interface GeneratorBench {
  /** The generator, and what is said of it. */
  readonly suite: GeneratorSuite;
  /** What judges its texts. */
  readonly judge: GeneratorJudge;
  /** Runs a part of the check under a name of its own. */
  readonly step: (name: string, run: () => Promise<void> | void) => Promise<unknown>;
}

/** One check of a generator. */
export interface GeneratorCheck {
  /** By which it can be left out. */
  readonly name: GeneratorCheckName;
  /** What holds if it passes. */
  readonly title: string;
  /** Makes it; throws if it does not hold. */
  run(bench: GeneratorBench): Promise<void>;
}

/** Profiles of sets that are looked at by many checks; none is changed. */
const profiles = new WeakMap<GeneratorDataSet["documents"], Profile>();

/** The profile of documents. */
function profiled({ namespace, documents }: GeneratorDataSet): ProfiledCollection {
  let profile = profiles.get(documents);
  if (profile === undefined) {
    profile = new Profile();
    for (const document of documents) profile.addDocument(document);
    profiles.set(documents, profile);
  }
  return { namespace, profile };
}

function textOf(
  { generator }: GeneratorSuite,
  collections: readonly ProfiledCollection[],
  options: Options = {},
  infer: InferOptions = {},
): string {
  return generator.generate(inferSchemas(collections, infer), {
    source: "sample",
    version: VERSION,
    options,
  });
}

let samples: readonly GeneratorDataSet[] | undefined;

function samplesOf({ without = {} }: GeneratorSuite): GeneratorDataSet[] {
  samples ??= generatorSamples();
  return samples.filter(({ name }) => !Object.hasOwn(without, name));
}

/** At most so many documents, at even distances. */
function sampled(documents: readonly Uint8Array[], most = Infinity): readonly Uint8Array[] {
  if (documents.length <= most) return documents;
  return Array.from(
    { length: most },
    (_, i) => documents[Math.floor(i * documents.length / most)]!,
  );
}

/** Fails for the first document that is refused, with how many are. */
async function assertAccepts(
  { suite, judge }: GeneratorBench,
  set: GeneratorDataSet,
  options: Options = {},
  infer: InferOptions = {},
): Promise<void> {
  const collection = profiled(set);
  const [model] = inferSchemas([collection], infer);
  const documents = sampled(set.documents, judge.maxDocuments);
  const text = textOf(suite, [collection], options, infer);
  const reasons = await judge.accept(text, model!, documents);
  assertEquals(reasons.length, documents.length, "the judge says of each document what it is");
  const refused = reasons.filter((reason) => reason !== undefined);
  if (refused.length === 0) return;
  const at = reasons.findIndex((reason) => reason !== undefined);
  fail(
    `${refused.length} of ${documents.length} documents are refused; document ${at}: ${refused[0]}`,
  );
}

/** Fails if more than one in ten wrong documents is taken. */
async function assertRefuses(
  judge: GeneratorJudge,
  text: string,
  model: SchemaModel,
  wrong: readonly Mutant[],
): Promise<void> {
  const asked = wrong.slice(0, judge.maxDocuments);
  const reasons = await judge.accept(text, model, asked.map(({ bytes }) => bytes));
  const taken = asked.filter((_, i) => reasons[i] === undefined);
  assert(
    taken.length <= asked.length / 10,
    `${taken.length} of ${asked.length} wrong documents are taken: ` +
      taken.slice(0, 3).map(({ change, path }) => `${change} of ${path}`).join(", "),
  );
}

/** All combinations of one option with the values that it takes. */
function optionSets({ generator, values = {} }: GeneratorSuite): Options[] {
  return generator.options.flatMap(({ name, flag }): Options[] => {
    if (!flag.includes("<")) return [{ [name]: !flag.startsWith("--no-") }];
    const known = values[name];
    assert(known !== undefined, `the suite says no values for the option "${name}"`);
    return known.map((value) => ({ [name]: value }));
  });
}

/** Whether a text holds a name as a whole word. */
function holds(text: string, name: string): boolean {
  const at = text.indexOf(name);
  if (at < 0) return false;
  const word = /[\p{L}\p{N}_$]/u;
  const before = text[at - 1] ?? " ", after = text[at + name.length] ?? " ";
  return (!word.test(before) && !word.test(after)) || holds(text.slice(at + name.length), name);
}

/** Whether a mutant is one that every target can tell: numbers are not told apart, nor kinds of text. */
function isPlain({ value, kind }: Mutant): boolean {
  if (value === undefined || kind === undefined) return true;
  const types = value.types.map((type) => type.type === "scalar" ? type.kind : type.type);
  if (types.length > 1) return false;
  return kind === "object"
    ? types.every((type) => type !== "map" && type !== "variants")
    : kind === "array";
}

/** Everything that a generator is held to, in order. */
export const generatorChecks: readonly GeneratorCheck[] = [
  {
    name: "header",
    title: "says in its first lines that it is generated, and ends with a newline",
    async run({ suite, step }) {
      for (const set of samplesOf(suite)) {
        await step(set.name, () => {
          const text = textOf(suite, [profiled(set)]);
          assert(
            text.split("\n").slice(0, 5).join("\n").includes(GENERATED_MARK),
            text.slice(0, 300),
          );
          assert(/[^\n]\n$/.test(text), "the text ends with one newline");
          assert(!text.includes("\r"), "lines end with a newline alone");
        });
      }
    },
  },
  {
    name: "deterministic",
    title: "gives the same text for the same documents",
    async run({ suite, step }) {
      for (const set of samplesOf(suite)) {
        await step(set.name, () => {
          assertEquals(textOf(suite, [profiled(set)]), textOf(suite, [profiled(set)]));
        });
      }
    },
  },
  {
    name: "order",
    title: "gives the same text for documents in another order, and for profiles that were merged",
    async run({ suite, step }) {
      for (const set of samplesOf(suite)) {
        await step(set.name, () => {
          const documents = shuffled(set.documents, seededRandom(set.name));
          const text = textOf(suite, [profiled(set)]);
          assertEquals(textOf(suite, [profiled({ ...set, documents })]), text);
          const half = documents.length >> 1;
          const merged = profiled({ ...set, documents: documents.slice(half) });
          merged.profile.merge(profiled({ ...set, documents: documents.slice(0, half) }).profile);
          assertEquals(textOf(suite, [merged]), text);
        });
      }
    },
  },
  {
    name: "saved",
    title: "gives the same text from a profile that was saved and loaded",
    async run({ suite, step }) {
      for (const set of samplesOf(suite)) {
        await step(set.name, () => {
          const collection = profiled(set);
          const loaded = loadProfiles(saveProfiles([collection]), "sample.profile.json");
          assertEquals(textOf(suite, loaded), textOf(suite, [collection]));
        });
      }
    },
  },
  {
    name: "stable-names",
    title: "keeps the names of types when the data grows",
    run({ suite }) {
      const { before, after } = growingSample();
      const old = profiled(before), grown = profiled(after);
      const oldText = textOf(suite, [old]), grownText = textOf(suite, [grown]);
      const names = [...namedTypes(inferSchemas([old])[0]!.root).keys()].filter((name) =>
        holds(oldText, name)
      );
      assert(names.length > 0, "the text holds the name of a type of the model");
      for (const name of names) {
        assert(holds(grownText, name), `the name "${name}" is gone once there are more documents`);
      }
      return Promise.resolve();
    },
  },
  {
    name: "option-values",
    title: "takes every value of every option, and what it then writes compiles",
    async run({ suite, judge }) {
      const collections = samplesOf(suite).filter(({ name }) => /kind|variants|maps/.test(name))
        .map(profiled);
      const sets = optionSets(suite);
      const texts = sets.map((options) => textOf(suite, collections, options));
      const problems = texts.length === 0 ? [] : await judge.compile(texts);
      const failed = sets.flatMap((options, i) =>
        problems[i] === undefined ? [] : [`${JSON.stringify(options)}: ${problems[i]}`]
      );
      assertEquals(failed, []);
    },
  },
  {
    name: "bad-option",
    title: "refuses a value that is none of an option's",
    run({ suite }) {
      const [sample] = samplesOf(suite);
      for (const { name, flag } of suite.generator.options) {
        if (!flag.includes("<")) continue;
        const options = { [name]: "no such value" };
        assertThrows(
          () => textOf(suite, [profiled(sample!)], options),
          UsageError,
          "no such value",
          name,
        );
      }
      return Promise.resolve();
    },
  },
  {
    name: "compiles",
    title: "compiles for every sample",
    async run({ suite, judge }) {
      const samples = samplesOf(suite);
      const problems = await judge.compile(samples.map((set) => textOf(suite, [profiled(set)])));
      const failed = samples.flatMap(({ name }, i) =>
        problems[i] === undefined ? [] : [`${name}: ${problems[i]}`]
      );
      assertEquals(failed, []);
    },
  },
  {
    name: "several",
    title: "holds several collections in one text, which compiles",
    async run({ suite, judge }) {
      // Names that are the same but for their signs, and whose types would have the same name.
      const names: Namespace[] = ["orders", "order", "Order", "orders-", "2024"].map((
        collection,
      ) => ({
        db: "shop",
        collection,
      }));
      const samples = samplesOf(suite);
      const collections = [
        ...samples.map(profiled),
        ...names.map((namespace, i) => profiled({ ...samples[i % samples.length]!, namespace })),
      ];
      const models = inferSchemas(collections);
      const roots = models.map(({ root }) => root.name);
      assertEquals(new Set(roots).size, roots.length, "no two collections have a type's name");
      const [problem] = await judge.compile([textOf(suite, collections)]);
      assertEquals(problem, undefined);
    },
  },
  {
    name: "samples",
    title: "accepts every document of every sample",
    async run(bench) {
      for (const set of samplesOf(bench.suite)) {
        await bench.step(set.name, () => assertAccepts(bench, set));
      }
    },
  },
  {
    name: "closed",
    title: "accepts every document where no other fields are allowed, if it has that option",
    async run(bench) {
      if (!bench.suite.generator.options.some(({ name }) => name === "closed")) return;
      for (const set of samplesOf(bench.suite)) {
        await bench.step(set.name, () => assertAccepts(bench, set, { closed: true }));
      }
    },
  },
  {
    name: "enums",
    title: "holds to closed enums, and to them alone",
    async run(bench) {
      const { suite, judge, step } = bench;
      for (const set of samplesOf(suite)) {
        if (!/enums|values|variants/.test(set.name)) continue;
        await step(set.name, async () => {
          for (const enums of ["none", "closed"] as const) {
            await assertAccepts(bench, set, {}, { enums });
          }
          const infer = { enums: "closed" } as const;
          const [model] = inferSchemas([profiled(set)], infer);
          await assertRefuses(
            judge,
            textOf(suite, [profiled(set)], {}, infer),
            model!,
            mutants(model!, set.documents, "value", { count: 30 }),
          );
        });
      }
    },
  },
  {
    name: "data-sets",
    title: "accepts every document of every data set",
    async run(bench) {
      for (const set of await bench.suite.dataSets?.() ?? []) {
        await bench.step(set.name, () => assertAccepts(bench, set));
      }
    },
  },
  {
    name: "tight",
    title: "refuses documents without a field that is never missing, and values of another kind",
    async run({ suite, judge, step }) {
      for (const set of samplesOf(suite)) {
        if (!/^(variants|maps|tuples|recursion|enums)/.test(set.name)) continue;
        await step(set.name, async () => {
          const collection = profiled(set);
          const [model] = inferSchemas([collection]);
          const wrong = (["drop", "swap"] as const).flatMap((change) =>
            mutants(model!, set.documents, change, { count: 30, only: isPlain })
          );
          await assertRefuses(judge, textOf(suite, [collection]), model!, wrong);
        });
      }
    },
  },
];
