import { assertEquals } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { exampleBson } from "./_documents.ts";
import { NAMES } from "./_deno.ts";
import { inFolder } from "./_run_cli.ts";

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

async function loadedBy(folder: string, map: string, args: readonly string[]): Promise<string[]> {
  const entry = new URL("../../cli.ts", import.meta.url).href;
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--import-map", map, entry, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const lines = new TextDecoder().decode(stderr).split("\n");
  return lines.filter((line) => line.startsWith("loaded ")).map((line) => line.slice(7)).sort();
}

Deno.test("datahood loads a package when its command needs it, and no sooner", async (t) => {
  await inFolder(async (folder) => {
    const map = await watchingMap(folder);
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
        async () => assertEquals(await loadedBy(folder, map, args), wanted),
      );
    }
  });
});
