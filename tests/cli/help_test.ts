import { assertEquals } from "@std/assert";
import { TREE } from "../../src/cli/_tree.ts";
import type { CommandData } from "../../src/cli/_options.ts";
import { runCli } from "./_run_cli.ts";

/** All commands, as the words that select them. */
function paths(command: CommandData, words: readonly string[] = []): (readonly string[])[] {
  return [
    words,
    ...(command.commands ?? []).flatMap((child) => paths(child, [...words, child.name])),
  ];
}

Deno.test("datahood --help says what each command does", async (t) => {
  for (const words of paths(TREE)) {
    await t.step(words.join(" ") || "datahood", async (t) => {
      const { code, out, err } = await runCli([...words, "--help"], { permissions: [] });
      assertEquals([code, err], [0, ""]);
      // The end of a line is filled up to the width of the table.
      await t.assertSnapshot(out.replace(/ +$/gm, ""));
    });
  }
});
