import { assertEquals, assertStringIncludes } from "@std/assert";
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

Deno.test("datahood shows help however it is asked for", async (t) => {
  const wanted = await runCli(["schema", "check", "--help"], { permissions: [] });
  for (
    const args of [
      ["help", "schema", "check"],
      ["schema", "check", "-h"],
      ["schema", "check", "a.bson", "--against", "b.profile.json", "--help", "--json"],
      ["schema", "check", "--nope", "--help"],
    ]
  ) {
    await t.step(args.join(" "), async () => {
      const { code, out, err } = await runCli(args, { permissions: [] });
      assertEquals([code, out, err], [0, wanted.out, ""]);
    });
  }
  await t.step("help", async () => {
    const [all, help] = await Promise.all([runCli(["--help"]), runCli(["help"])]);
    assertEquals([help.code, help.out], [0, all.out]);
  });
  await t.step("a file called --help", async () => {
    const { code, err } = await runCli(["inspect", "--from", "bson", "--", "--help"]);
    assertEquals(code, 3, err);
  });
  await t.step("of a command that is not there", async () => {
    const { code, err } = await runCli(["help", "trasfer"]);
    assertEquals(code, 2);
    assertStringIncludes(err, 'Unknown command "trasfer". Did you mean "transfer"?');
  });
});
