import { assertEquals } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { exampleBson } from "./_documents.ts";
import { NAMES } from "./_deno.ts";
import { inFolder, ON_NODE, runCli, sourceTest } from "./_run_cli.ts";

/** Packages whose loading takes time; what they are needed for must be asked for. */
const WATCHED = ["bson", "mongodb", "mongodb-connection-string-url"] as const;

/** An import map in which each watched package says on standard error that it is loaded. */
async function watchingMap(folder: string): Promise<string> {
  const [, own] = NAMES;
  const base = own ?? new URL("../../deno.json", import.meta.url).href;
  const { imports } = JSON.parse(await Deno.readTextFile(new URL(base)));
  const places = Object.entries(imports as Record<string, string>).map(([name, place]) => [
    name,
    place.startsWith(".") ? new URL(place, base).href : place,
  ]);
  for (const name of WATCHED) {
    const real = (config.imports as Record<string, string>)[name]!;
    const path = join(folder, `${name}.js`);
    await Deno.writeTextFile(
      path,
      `export * from "${real}";\nconsole.error("loaded ${name}");\n`,
    );
    places.push([name, toFileUrl(path).href]);
  }
  const map = join(folder, "import_map.json");
  await Deno.writeTextFile(map, JSON.stringify({ imports: Object.fromEntries(places) }));
  return map;
}

/** A module that lets Node.js say on standard error that a watched package is loaded. */
async function watchingHook(folder: string): Promise<string> {
  const path = join(folder, "watch.js");
  await Deno.writeTextFile(
    path,
    `import { writeSync } from "node:fs";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";
if (isMainThread) register(import.meta.url);
const told = new Set();
export function load(url, context, next) {
  const [, name] = /\\/node_modules\\/([^/]+)\\/[^?]*$/.exec(url) ?? [];
  if (${JSON.stringify(WATCHED)}.includes(name) && !told.has(name)) {
    told.add(name);
    writeSync(2, \`loaded \${name}\\n\`);
  }
  return next(url, context);
}
`,
  );
  return toFileUrl(path).href;
}

/** Runs a command line in a folder, with something that watches, and says what it loaded. */
type Watch = (args: readonly string[]) => Promise<string>;

async function watchSource(folder: string): Promise<Watch> {
  const map = await watchingMap(folder);
  const entry = new URL("../../cli.ts", import.meta.url).href;
  return async (args) => {
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--import-map", map, entry, ...args],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stderr);
  };
}

async function watchNode(folder: string): Promise<Watch> {
  const env = { NODE_OPTIONS: `--import=${await watchingHook(folder)}` };
  return async (args) => (await runCli(args, { cwd: folder, env })).err;
}

async function loadedBy(watch: Watch, args: readonly string[]): Promise<string[]> {
  const lines = (await watch(args)).split("\n");
  return lines.filter((line) => line.startsWith("loaded ")).map((line) => line.slice(7)).sort();
}

const test = ON_NODE ? Deno.test : sourceTest;

test("datahood loads a package when its command needs it, and no sooner", async (t) => {
  await inFolder(async (folder) => {
    const watch = await (ON_NODE ? watchNode : watchSource)(folder);
    await Deno.writeFile(join(folder, "a.bson"), exampleBson(20));
    const table: [string[], string[]][] = [
      [["--help"], []],
      [["transfer", "--help"], []],
      [["schema", "--help"], []],
      // Addresses are read; no server is asked, so the driver, the slowest of them, stays out.
      [["connectors"], ["mongodb-connection-string-url"]],
      [["transfer", "a.bson", "b.bson"], ["bson", "mongodb-connection-string-url"]],
      [["schema", "a.bson"], ["bson", "mongodb-connection-string-url"]],
      // Nobody listens there: the driver is loaded to find that out.
      [
        ["transfer", "mongodb://127.0.0.1:9/a.b", "c.bson", "--connect-timeout", "1s"],
        [...WATCHED],
      ],
    ];
    for (const [args, wanted] of table) {
      await t.step(
        args.join(" "),
        async () => assertEquals(await loadedBy(watch, args), wanted),
      );
    }
  });
});
