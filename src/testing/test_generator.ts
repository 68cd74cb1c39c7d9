import { generatorChecks } from "./_generator_checks.ts";
import type { GeneratorSuite } from "./generator_suite.ts";

/**
 * Registers one test with a step for every check that a generator passes. What is skipped is printed
 * with its reason.
 *
 * The checks are that its text says in its first lines that it is generated; is the same for the same
 * documents, in whatever order they came, and from a profile that was saved and loaded; keeps the
 * names of types when data grows; takes all its options and refuses values that are none of theirs;
 * compiles, for samples of every kind of value, of missing and null ones, of recursion, variants,
 * maps, tuples, of nothing at all, and of keys and values that mean something in the target's
 * language; holds several collections in one text; and accepts every document that it was made from,
 * of the samples and of the data sets that are given, yet hardly one that was made wrong.
 *
 * @param suite The generator, and how its text is judged.
 *
 * @example
 * ```ts ignore
 * import { testGenerator } from "@datahood/cli/testing";
 * import { myGenerator } from "./my_generator.ts";
 * import { compileAll, refusedBy } from "./my_tools.ts";
 *
 * testGenerator({
 *   generator: myGenerator,
 *   judge: () => ({
 *     kind: myGenerator.kind,
 *     compile: (texts) => compileAll(texts),
 *     accept: (text, model, documents) => refusedBy(text, model.root.name, documents),
 *   }),
 * });
 * ```
 */
export function testGenerator(suite: GeneratorSuite): void {
  const { kind } = suite.generator;
  for (const [name, reason] of Object.entries(suite.without ?? {})) {
    say(`${kind}: the sample "${name}" is left out: ${reason}`);
  }
  Deno.test(`${kind} conforms`, async (t) => {
    const judge = await suite.judge();
    try {
      for (const { name, title, run } of generatorChecks) {
        const skipped = suite.skip?.[name];
        if (skipped !== undefined) say(`skipped "${kind} conforms: ${title}": ${skipped}`);
        await t.step({
          name: title,
          ignore: skipped !== undefined,
          fn: (t) => run({ suite, judge, step: (name, fn) => t.step(name, fn) }),
        });
      }
    } finally {
      await judge[Symbol.asyncDispose]?.();
    }
  });
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
