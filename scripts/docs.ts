/**
 * Writes the pages that are made from the code: `docs/cli.md`, every command with its options, and the
 * table of `docs/permissions.md`. `--check` says whether they are as they should be, and writes nothing:
 * `deno task docs [--check]`.
 *
 * @module
 */
import { join } from "@std/path";
import type { CommandData, OptionGroup } from "../src/cli/_options.ts";
import { processIo } from "../src/cli/_io.ts";
import { wholeTree } from "../src/cli/_tree.ts";
import { main } from "../src/cli/main.ts";
import { MATRIX, type Places, type Row } from "../tests/permissions/matrix.ts";
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
  return await formatted(text);
}

/** Where the table of permissions is in its page. */
const TABLE = /(<!-- made by deno task docs -->\n)[^]*(<!-- end -->)/;

/** Which servers' rows the table has: the others need the same. */
function inTable({ shown, server, source, target, command }: Row): boolean {
  if (!shown) return false;
  return server === undefined || server === "plain" ||
    (command === "transfer" && (source === "mongodb") !== (target === "mongodb") &&
      (source === "bson" || target === "bson"));
}

/** The flags of one command line, as `datahood permissions` prints them. */
async function flagsOf(args: readonly string[], env: Record<string, string>): Promise<string[]> {
  let out = "";
  const code = await main(["permissions", "--json", ...args], {
    ...processIo(),
    env: (name) => env[name],
    // Nothing of it is looked at: no file of the table is there.
    isFolder: () => false,
    out: (text) => void (out += text),
  });
  if (code !== 0) throw new Error(`Cannot tell the permissions of ${args.join(" ")}`);
  return JSON.parse(out).flags.filter((flag: string) => flag !== "--no-prompt");
}

async function permissionTable(): Promise<string> {
  const login = { auth: "ada:secret@", plain: "", tls: "" };
  const places: Places = {
    mongodb: (server, name) =>
      `mongodb://${login[server]}db.example/${name}${server === "tls" ? "?tls=true" : ""}`,
    uri: (server) => `mongodb://${login[server]}db.example/${server === "tls" ? "?tls=true" : ""}`,
    ca: "ca.pem",
    database: "archive",
  };
  const rows: string[] = [];
  for (const row of MATRIX.filter(inTable)) {
    const args = [...row.command.split(" "), ...row.args(places)];
    const flags = await flagsOf(args, row.env?.(places) ?? {});
    const words = args.map((word) => /[?&]|:\/\//.test(word) ? `"${word}"` : word).join(" ");
    const cell = flags.length === 0 ? "none" : flags.map((flag) => `\`${flag}\``).join("<br>");
    rows.push(`| \`${words}\` | ${cell} |`);
  }
  return ["| command line | what it needs |", "|---|---|", ...new Set(rows), ""].join("\n");
}

/** The page of permissions with its table made anew. */
async function permissionPage(there: string): Promise<string> {
  if (!TABLE.test(there)) {
    throw new Error("Cannot find the place of the table in docs/permissions.md");
  }
  const table = await permissionTable();
  return await formatted(there.replace(TABLE, (_, begin, end) => `${begin}\n${table}\n${end}`));
}

/** Text as `deno fmt` leaves it. */
async function formatted(text: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(path, text);
    const code = await deno(["fmt", "--quiet", "--config", join(ROOT, "deno.json"), path]);
    if (code !== 0) throw new Error("Cannot format a page");
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(path);
  }
}

/** The pages, and what each should be. */
const PAGES: Readonly<Record<string, (there: string) => Promise<string>>> = {
  "docs/cli.md": commandPage,
  "docs/permissions.md": permissionPage,
};

if (import.meta.main) {
  const check = Deno.args.includes("--check");
  let stale = false;
  for (const [page, make] of Object.entries(PAGES)) {
    const path = join(ROOT, page);
    const there = await Deno.readTextFile(path).catch(() => "");
    const wanted = await make(there);
    if (there === wanted) say(`${page} is as the commands are`);
    else if (check) {
      say(`${page} is not as the commands are: deno task docs makes it anew`);
      stale = true;
    } else {
      await Deno.writeTextFile(path, wanted);
      say(`wrote ${page}`);
    }
  }
  if (stale) Deno.exit(1);
}
