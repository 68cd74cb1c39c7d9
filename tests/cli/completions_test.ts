import { assertEquals } from "@std/assert";
import { inFolder, runCli, say } from "./_run_cli.ts";
import { type Shell, SHELLS, ShellTerminal, TAB } from "./_terminal.ts";

const ENV = { DHTEST_OLD: "mongodb://ada:secret@db.example", DHTEST_NEW: "x" };

/** What is offered where several words go on. */
const OFFERED: readonly (readonly [string, readonly string[]])[] = [
  ["", ["transfer", "schema", "inspect", "verify", "permissions", "connectors", "completions"]],
  ["completions ", ["bash", "zsh", "fish"]],
  ["transfer ", [
    "mongo-to-mongo",
    "mongo-to-bson",
    "bson-to-mongo",
    "mongodb://",
    "mongodb+srv://",
    "env:",
    "@",
    "an order.bson",
    "dump",
    "orders.bson",
  ]],
  // Nothing can be read from null:, and the commands stand first.
  ["transfer --yes orders.bson ", [
    "mongodb://",
    "mongodb+srv://",
    "null:",
    "env:",
    "@",
    "an order.bson",
    "dump",
    "orders.bson",
  ]],
  ["transfer mongo-to-bson ", ["an order.bson", "dump", "orders.bson"]],
  ["transfer --parallel", ["--parallel", "--parallel-writes"]],
  ["transfer --on-conflict s", ["skip", "stop"]],
  ["transfer --from ", ["bson", "dump", "archive"]],
  ["verify a.bson b.bson --format-b ", ["bson", "dump", "archive"]],
  ["transfer mongo-to-bson --source-uri ", ["mongodb://", "mongodb+srv://", "env:", "@"]],
  ["transfer --filter ", []],
  ["schema fr", ["from-bson", "from-mongo"]],
  ["schema orders.bson --to type", ["typescript", "typeddict"]],
  ["schema orders.bson --to zod,typescript,", [
    "zod,typescript,json-schema",
    "zod,typescript,mongodb-validator",
    "zod,typescript,mongoose",
    "zod,typescript,typeddict",
    "zod,typescript,pydantic",
  ]],
  ["schema orders.bson --ejson ", ["relaxed", "canonical"]],
  ["schema check orders.bson --fail-on new-", ["new-field", "new-collection", "new-value"]],
  ["schema check orders.bson ", ["an order.bson", "dump", "orders.bson"]],
  ["schema merge a.profile.json b.profile.json o", ["orders.bson"]],
  ["permissions schema fr", ["from-bson", "from-mongo"]],
  ["permissions --json transfer --on-conflict s", ["skip", "stop"]],
  ["permissions --", ["--json", "--discover", "--help"]],
  ["help s", ["schema"]],
  ["help schema fr", ["from-bson", "from-mongo"]],
  ["help transfer ", ["mongo-to-mongo", "mongo-to-bson", "bson-to-mongo"]],
  ["help permissions ", []],
  ["help inspect ", []],
];

/** What one TAB makes of a line that goes on in one way only. */
const INSERTED: readonly (readonly [string, readonly string[]])[] = [
  ["tr", ["transfer"]],
  ["transfer mongo-to-b", ["transfer", "mongo-to-bson"]],
  ["transfer mongodb:", ["transfer", "mongodb://"]],
  ["transfer orders.bson nu", ["transfer", "orders.bson", "null:"]],
  ["transfer env:DHTEST_O", ["transfer", "env:DHTEST_OLD"]],
  ["transfer @or", ["transfer", "@orders.bson"]],
  ["transfer an", ["transfer", "an order.bson"]],
  ["transfer an\\ o", ["transfer", "an order.bson"]],
  ['transfer "an o', ["transfer", "an order.bson"]],
  ["inspect dump/sh", ["inspect", "dump/shop"]],
  ["transfer orders.bson --on", ["transfer", "orders.bson", "--on-conflict"]],
  ["transfer orders.bson --on-conflict=repo", ["transfer", "orders.bson", "--on-conflict=report"]],
  ["schema orders.bson --to=zod,mongoo", ["schema", "orders.bson", "--to=zod,mongoose"]],
  ["schema orders.bson -o or", ["schema", "orders.bson", "-o", "orders.bson"]],
  ["schema orders.bson --coll", ["schema", "orders.bson", "--coll-mod"]],
  ["transfer mongo-to-bson --source-uri=env:DHTEST_O", [
    "transfer",
    "mongo-to-bson",
    "--source-uri=env:DHTEST_OLD",
  ]],
  ["permissions --json inspect --sh", ["permissions", "--json", "inspect", "--show"]],
];

async function hasProgram(name: string): Promise<boolean> {
  try {
    return (await new Deno.Command(name, { args: ["--version"] }).output()).code < 127;
  } catch {
    return false;
  }
}

/** Registers a test that takes a shell, and says where there is none. */
async function shellTest(
  name: string,
  needs: readonly string[],
  test: (t: Deno.TestContext, script: string, cwd: string) => Promise<void>,
): Promise<void> {
  const title = `datahood completions ${name} completes in that shell`;
  const there = await Promise.all(needs.map(hasProgram));
  const missing = needs.filter((_, i) => !there[i]);
  if (missing.length > 0) say(`skipped "${title}": there is no ${missing.join(" and no ")}`);
  Deno.test({
    name: title,
    ignore: missing.length > 0,
    fn: (t) =>
      inFolder(async (cwd) => {
        await Deno.mkdir(`${cwd}/dump/shop`, { recursive: true });
        for (const file of ["orders.bson", "an order.bson"]) {
          await Deno.writeTextFile(`${cwd}/${file}`, "");
        }
        const { code, out, err } = await runCli(["completions", name], { permissions: [] });
        assertEquals([code, err], [0, ""]);
        await test(t, out, cwd);
      }),
  });
}

/** Folders have a slash behind them, or not. */
function sorted(words: readonly string[]): string[] {
  return words.map((word) => word.replace(/(?<=[^:/])\/$/, "")).sort();
}

/** How many words of a line are complete. */
function completeWords(line: string): number {
  return line.split(" ").length - 1;
}

/** Presses keys in the shell itself, and looks at the arguments that come of it. */
function typing(shell: Shell): Parameters<typeof shellTest>[2] {
  return async (t, script, cwd) => {
    await using terminal = await ShellTerminal.start(shell, script, { cwd, env: ENV });
    for (const [line, wanted] of OFFERED) {
      await t.step(`all of: ${line}`, async () => {
        const found = await terminal.arguments(line, shell.insertAll);
        assertEquals(sorted(found.slice(completeWords(line))), sorted(wanted));
      });
    }
    for (const [line, wanted] of INSERTED) {
      await t.step(`TAB behind: ${line}`, async () => {
        assertEquals(sorted(await terminal.arguments(line, TAB)), sorted(wanted));
      });
    }
  };
}

if (Deno.build.os === "windows") {
  say("completions for bash and zsh are not tested: on Windows there is no terminal for them");
} else {
  for (const shell of SHELLS) await shellTest(shell.name, [shell.name, "script"], typing(shell));
}

await shellTest("fish", ["fish"], async (t, script, cwd) => {
  /** What fish would put in place of the word at the end. */
  const offered = async (line: string): Promise<string[]> => {
    const { stdout, stderr } = await new Deno.Command("fish", {
      args: ["--no-config", "-c", `source script.fish; complete -C $argv[1]`, `datahood ${line}`],
      cwd,
      env: ENV,
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    return new TextDecoder().decode(stdout).split("\n").slice(0, -1)
      .map((answer) => answer.split("\t")[0]!).filter((word) => word !== "script.fish");
  };
  await Deno.writeTextFile(`${cwd}/script.fish`, script);
  for (const [line, wanted] of OFFERED) {
    await t.step(`all of: ${line}`, async () => {
      assertEquals(sorted(await offered(line)), sorted(wanted));
    });
  }
  for (const [line, wanted] of INSERTED) {
    await t.step(`TAB behind: ${line}`, async () => {
      assertEquals(sorted(await offered(line)), sorted(wanted.slice(-1)));
    });
  }
});
