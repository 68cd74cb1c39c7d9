import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exampleBson } from "./_documents.ts";
import { inFolder, runCli } from "./_run_cli.ts";

const BYTES = exampleBson(20);

Deno.test("datahood transfer refuses a summary or log that is an end of the run", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    await Deno.link(`${cwd}/a.bson`, `${cwd}/link.bson`);
    for (
      const flags of [
        ["--summary", "./a.bson"],
        ["--summary", "link.bson"],
        ["--log-file", "a.bson"],
        ["--summary", "./b.bson"],
        ["--log-file", "b.bson"],
        ["--summary", "s", "--log-file", "./s"],
      ]
    ) {
      const { code, err } = await runCli(["transfer", "a.bson", "b.bson", ...flags], { cwd });
      assertEquals(code, 2, err);
      assertStringIncludes(err, "same file");
      assertEquals(await Deno.readFile(`${cwd}/a.bson`), BYTES);
    }
    const names = [...Deno.readDirSync(cwd)].map(({ name }) => name).sort();
    assertEquals(names, ["a.bson", "link.bson"]);
  }));

Deno.test("datahood transfer --summary into no folder fails before it begins", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const { code, err } = await runCli(
      ["transfer", "a.bson", "b.bson", "--summary", "none/s.json"],
      { cwd },
    );
    assertEquals(code, 1, err);
    assertStringIncludes(err, "the folder does not exist");
    assertEquals([...Deno.readDirSync(cwd)].length, 1);
  }));

Deno.test("datahood transfer that fails says that nothing is in the file", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES.subarray(0, -3));
    const args = ["transfer", "a.bson", "b.bson", "--json", "--summary", "s.json"];
    const { code, out, err } = await runCli(args, { cwd });
    assertEquals(code, 3, err);
    const result = JSON.parse(out);
    assertEquals(JSON.parse(await Deno.readTextFile(`${cwd}/s.json`)), result);
    assertEquals(result.counts?.written ?? 0, 0);
    assertEquals([result.source, result.target], ["a.bson", "b.bson"]);
    assert(!(err.includes("collection ") && !err.includes("Nothing was written")), err);
  }));
