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

Deno.test("datahood completions prints a script for each shell", async (t) => {
  for (const shell of ["bash", "zsh", "fish"]) {
    await t.step(shell, async (t) => {
      const { code, out, err } = await runCli(["completions", shell], { permissions: [] });
      assertEquals([code, err], [0, ""]);
      await t.assertSnapshot(out);
    });
  }
});

/** What bash would offer for a command line that is typed so far. */
async function offered(script: string, line: readonly string[]): Promise<string[]> {
  const quoted = line.map((word) => `'${word}'`).join(" ");
  const program = `${script}
COMP_WORDS=(${quoted}); COMP_CWORD=${
    line.length - 1
  }; _datahood; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", program] }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((word) => word !== "");
}

const hasBash = await new Deno.Command("bash", { args: ["-c", "type complete compgen"] }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "datahood completions bash completes commands, options and their values",
  ignore: !hasBash,
  fn: async (t) => {
    const script = (await runCli(["completions", "bash"])).out;
    const table: readonly [readonly string[], readonly string[]][] = [
      [["datahood", "tr"], ["transfer"]],
      [["datahood", "completions", ""], ["bash", "zsh", "fish", "-h", "--help"]],
      [["datahood", "transfer", "--on"], ["--on-conflict"]],
      [["datahood", "transfer", "a", "b", "--on-conflict", "s"], ["skip", "stop"]],
      [["datahood", "transfer", "mongo-to-b"], ["mongo-to-bson"]],
      [["datahood", "transfer", "mongo-to-bson", "--source-d"], ["--source-database"]],
      [["datahood", "transfer", "--filter", ""], []],
      [["datahood", "schema", "fr"], ["from-bson", "from-mongo"]],
      [["datahood", "schema", "a.bson", "--to", "type"], ["typescript", "typeddict"]],
      [["datahood", "schema", "check", "a.bson", "--fail-on", "new-"], [
        "new-field",
        "new-collection",
        "new-value",
      ]],
      [["datahood", "schema", "a.bson", "--coll"], ["--coll-mod"]],
      [["datahood", "schema", new URL("./_sche", import.meta.url).pathname], [
        new URL("./_schema.ts", import.meta.url).pathname,
      ]],
    ];
    for (const [line, wanted] of table) {
      await t.step(line.join(" "), async () => {
        assertEquals(new Set(await offered(script, line)), new Set(wanted));
      });
    }
  },
});
