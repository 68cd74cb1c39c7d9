import { GENERATORS } from "../../src/schema/mod.ts";
import { type GeneratorJudge, testGenerator } from "../../src/testing/mod.ts";
import { dataSets } from "../schema/data_sets.ts";

/** The values of options, which are shared by the generators that have them. */
const VALUES = { shape: ["bson", "json"], ejson: ["relaxed", "canonical"] };

for (const generator of GENERATORS) {
  testGenerator({
    generator,
    judge: async (): Promise<GeneratorJudge> => {
      const { judge } = await import(`../schema/judges/${generator.kind}.ts`);
      return await judge();
    },
    dataSets,
    values: VALUES,
  });
}
