import { assertEquals } from "@std/assert";
import { typeddictGenerator } from "../../../../src/schema/gen/typeddict.ts";
import { judge } from "../../../schema/judges/typeddict.ts";
import { encode, judgeOrSkip, modelOf, SETS, textOf } from "./_python.ts";

Deno.test("`typeddictGenerator` writes types that compile and take what they were made of", async (t) => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const sets = SETS.map((set) => ({ ...set, model: modelOf(set) }));
  const texts = sets.map(({ model }) => textOf(typeddictGenerator, model));
  const problems = await python.compile(texts);
  for (const [i, { name, model, documents }] of sets.entries()) {
    await t.step(name, async () => {
      assertEquals(problems[i], undefined, texts[i]);
      const refused = await python.accept(texts[i]!, model, documents);
      assertEquals(refused.filter((why) => why !== undefined), []);
    });
  }
});
