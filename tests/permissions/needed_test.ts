import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { PermissionNeed } from "@datahood/cli";
import { permissionWords } from "../../src/permissions/mod.ts";
import { NAMES } from "../cli/_deno.ts";
import { runCli } from "../cli/_run_cli.ts";
import { copyFolder, seed } from "./_seed.ts";
import { MATRIX, type Places, type Row } from "./matrix.ts";

/** Command lines that are run at once. */
const LANES = 4;
const UNCHECKED = new URL("_unchecked.ts", import.meta.url).href;
const NO_SERVER: Places = {
  mongodb: () => "mongodb://db.example",
  uri: () => "mongodb://db.example",
  ca: "",
  database: "",
};

/** A run that cannot write its log goes on without; of a path with a comma the folder is allowed. */
const known = (target: string) => target === "log.txt" || target.includes(",");

/** The rows that need no server: a server's host is missed in any case. */
const ROWS = MATRIX.filter(({ server, flags, args }) =>
  server === undefined && flags === undefined &&
  !args(NO_SERVER).some((word) => word.includes("db.example"))
);

async function succeeds(
  words: readonly string[],
  permissions: readonly string[],
  cwd: string,
  stdin: Uint8Array,
): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, ...NAMES, UNCHECKED, ...words],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // It may end before it has read this.
  const feed = async () => {
    await writer.write(stdin);
    await writer.close();
  };
  const [{ success }] = await Promise.all([child.output(), feed().catch(() => {})]);
  return success;
}

/** Needs of a row without which it does its work all the same. */
async function needless(row: Row, template: string): Promise<string[]> {
  const words = [...row.command.split(" "), ...row.args(NO_SERVER)];
  const stdin = row.stdin === undefined
    ? new Uint8Array()
    : await Deno.readFile(`${template}/${row.stdin}`);
  const { out } = await runCli(["permissions", "--json", ...words], { cwd: template });
  const { needs } = JSON.parse(out) as { needs: PermissionNeed[] };
  const found: string[] = [];
  for (const need of needs.filter(({ target }) => !known(target))) {
    const cwd = await Deno.makeTempDir({ prefix: "datahood_needed_" });
    try {
      await copyFolder(template, cwd);
      const rest = permissionWords(needs.filter((other) => other !== need));
      if (await succeeds(words, rest, cwd, stdin)) found.push(`${need.kind} ${need.target}`);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  }
  return found.map((what) => `${words.join(" ")}: ${what}`);
}

Deno.test("datahood permissions names nothing that a run does without", async () => {
  const template = await Deno.makeTempDir({ prefix: "datahood_needed_" });
  try {
    await seed(template);
    assert(ROWS.length > 30);
    const queue = [...ROWS];
    const found: string[] = [];
    const lane = async () => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        found.push(...await needless(row, template));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    assertEquals(found, []);
  } finally {
    await Deno.remove(template, { recursive: true });
  }
});

Deno.test("datahood permissions says that an SRV address asks a name server too", async () => {
  const address = "mongodb+srv://x.abc.net/shop";
  const { code, out, err } = await runCli(["permissions", "inspect", address]);
  assertEquals(code, 0, err);
  assertStringIncludes(out, "'--allow-net=*.abc.net:27017'");
  assertStringIncludes(err, "hint: the name server is asked too; --discover names it");
  const plain = await runCli(["permissions", "inspect", "mongodb://x.abc.net/shop"]);
  assertEquals(plain.err.includes("hint:"), false, plain.err);
});
