import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "./_run_cli.ts";

Deno.test("datahood transfer refuses options of the run that say nothing", async (t) => {
  const table: readonly (readonly [readonly string[], string])[] = [
    [["a.bson", "b.bson", "--parallel", "0"], "--parallel"],
    [["a.bson", "b.bson", "--parallel", "many"], "--parallel"],
    [["a.bson", "b.bson", "--rate-limit", "0"], "--rate-limit"],
    [["a.bson", "b.bson", "--rate-limit", "fast"], "it is not a size"],
    [
      ["a.bson", "b.bson", "--bypass-document-validation"],
      "Cannot use --bypass-document-validation",
    ],
    [
      ["a.bson", "x.archive", "--bypass-document-validation"],
      "Cannot use --bypass-document-validation",
    ],
  ];
  for (const [args, said] of table) {
    await t.step(args.slice(1).join(" "), async () => {
      const { code, err } = await runCli(["transfer", ...args]);
      assertStringIncludes(err, said);
      assertEquals(code, 2);
    });
  }
});
