/**
 * Writes the pages that are made from the code: `docs/cli.md`, every command with its options. `--check`
 * says whether it is as it should be, and writes nothing: `deno task docs [--check]`.
 *
 * @module
 */
import { join } from "@std/path";
import type { CommandData, OptionGroup } from "../src/cli/_options.ts";
import { wholeTree } from "../src/cli/_tree.ts";
import { deno, ROOT, say } from "./_run.ts";

const HEAD = `# The command line

Every command and option, made from the commands themselves by \`deno task docs\`. What they are for
is told task by task in [transfer.md](transfer.md), [schema.md](schema.md), [dumps.md](dumps.md) and
[permissions.md](permissions.md).
`;

/** What would mean something in Markdown, as itself. */
function plain(text: string): string {
  return text.replaceAll("|", "\\|").replace(/[<>*_]/g, (sign) => `\\${sign}`);
}

function groupText({ name, options }: OptionGroup): string {
  if (options.length === 0) return "";
  const rows = options.map(({ flags, help }) => `| \`${flags}\` | ${plain(help)} |`);
  return [`**${name}**`, "", "| option | |", "|---|---|", ...rows, ""].join("\n");
}

function commandText(command: CommandData, path: string): string {
  const words = [path, command.arguments].filter((word) => word !== undefined).join(" ")
    .replace(/:word(\[\])?/g, "");
  const depth = path.split(" ").length;
  const parts = [
    `${"#".repeat(Math.min(depth, 4))} ${path}`,
    "",
    command.help,
    "",
    "```",
    words,
    "```",
    "",
  ];
  for (const group of command.groups ?? []) {
    const text = groupText(group);
    if (text !== "") parts.push(text);
  }
  if (command.examples !== undefined) {
    const lines = command.examples.map(([about, line]) =>
      about === "" ? line : `${line} # ${about}`
    );
    parts.push("```sh", ...lines, "```", "");
  }
  const below = (command.commands ?? []).map((child) =>
    commandText(child, `${path} ${child.name}`)
  );
  return [...parts, ...below].join("\n");
}

/** The page of all commands, as `deno fmt` leaves it. */
async function commandPage(): Promise<string> {
  const tree = await wholeTree();
  const text = [
    HEAD,
    ...(tree.commands ?? []).map((child) => commandText(child, `datahood ${child.name}`)),
  ]
    .join("\n");
  const path = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(path, text);
    const code = await deno(["fmt", "--quiet", "--config", join(ROOT, "deno.json"), path]);
    if (code !== 0) throw new Error("Cannot format docs/cli.md");
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(path);
  }
}

if (import.meta.main) {
  const path = join(ROOT, "docs", "cli.md");
  const wanted = await commandPage();
  const there = await Deno.readTextFile(path).catch(() => "");
  if (there === wanted) say("docs/cli.md is as the commands are");
  else if (Deno.args.includes("--check")) {
    say("docs/cli.md is not as the commands are: deno task docs makes it anew");
    Deno.exit(1);
  } else {
    await Deno.writeTextFile(path, wanted);
    say("wrote docs/cli.md");
  }
}
