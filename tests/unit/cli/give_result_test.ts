import { assertEquals, assertStringIncludes } from "@std/assert";
import type { CliIo } from "../../../src/cli/_io.ts";
import { giveResult } from "../../../src/cli/commands/_run.ts";
import type { ShowFlags } from "../../../src/cli/commands/transfer/_flags.ts";
import type { Reporter } from "../../../src/cli/render/reporter.ts";

const SHOW = { json: true, summary: "s.json", verbose: false } as ShowFlags;

Deno.test("giveResult() gives the object too where its file cannot be written any more", () => {
  for (const [code, wanted] of [[0, 1], [5, 5]] as const) {
    const out: string[] = [];
    const told: string[] = [];
    const io = {
      out: (text: string) => void out.push(text),
      writeFile() {
        throw new Deno.errors.NotFound("gone");
      },
    };
    const reporter = { line: (_level: string, message: string) => void told.push(message) };
    const takers = { show: SHOW, ownFiles: true, output: true };
    const given = giveResult(
      { schemaVersion: 1, exitCode: code, issues: [] },
      code,
      takers,
      reporter as unknown as Reporter,
      io as unknown as CliIo,
    );
    assertEquals(given, wanted);
    assertEquals(out, [`{"schemaVersion":1,"exitCode":${wanted},"issues":[]}\n`]);
    assertStringIncludes(told.join(), 'Cannot write the summary "s.json"');
  }
});
