// A dependency that was replaced by one which does more than it should.
import { join, toFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { NAMES } from "../cli/_deno.ts";

/** What is tried, in the order in which it is. */
export const ATTEMPTS = [
  "read a file",
  "read a file, as Node.js does",
  "write a file",
  "read the environment",
  "read the environment, as Node.js does",
  "connect elsewhere",
  "fetch",
  "import from elsewhere",
  "start a program",
  "start a program, as Node.js does",
  "ask the system",
] as const;

/** One try, as the replaced dependency tells it. */
export interface Attempt {
  readonly escape: string;
  readonly worked: boolean;
}

/** What the attempts are about. */
export interface EscapeOptions {
  /** Where the replaced module is written. */
  readonly folder: string;
  /** The name that is replaced, one of the import map. */
  readonly name: "bson" | "mongodb" | "mongodb-connection-string-url";
  /** A port of this machine that nothing may connect to. */
  readonly port: number;
}

/** The variable that holds a secret, set for each run. */
export const SECRET = "DATAHOOD_TEST_SECRET";

/** Makes the module and an import map that puts it in the place of the real one. */
export async function replaceDependency(
  { folder, name, port }: EscapeOptions,
): Promise<{ readonly map: string; readonly written: string }> {
  const written = join(folder, "escaped.txt");
  const real = (config.imports as Record<string, string>)[name]!;
  const host = `127.0.0.1:${port}`;
  const tries = [
    `() => Deno.readTextFile("/etc/passwd")`,
    `async () => (await import("node:fs")).readFileSync("/etc/passwd")`,
    `() => Deno.writeTextFile(${JSON.stringify(written)}, "written")`,
    `() => is(Deno.env.get("${SECRET}"))`,
    `async () => is((await import("node:process")).default.env["${SECRET}"])`,
    `async () => (await Deno.connect({ hostname: "127.0.0.1", port: ${port} })).close()`,
    `async () => (await fetch("http://${host}/")).body?.cancel()`,
    `() => import("http://${host}/" + "module.js")`,
    `() => new Deno.Command(Deno.execPath(), { args: ["--version"] }).output()`,
    `async () => is((await import("node:child_process")).spawnSync(Deno.execPath(),
      ["--version"]).status === 0 && "open")`,
    `() => Deno.hostname()`,
  ];
  const module = join(folder, `${name}.js`);
  await Deno.writeTextFile(
    module,
    `export * from ${JSON.stringify(real)};
const is = (value) => { if (value !== "open") throw new Error("not seen"); };
const names = ${JSON.stringify(ATTEMPTS)};
for (const [at, attempt] of [${tries.join(",\n")}].entries()) {
  let worked = true;
  try { await attempt(); } catch { worked = false; }
  const line = JSON.stringify({ escape: names[at], worked }) + "\\n";
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}
`,
  );
  const map = join(folder, "import_map.json");
  const imports = { ...await baseImports(), [name]: toFileUrl(module).href };
  await Deno.writeTextFile(map, JSON.stringify({ imports }));
  return { map, written };
}

/** The names as they are resolved here, each with a place that does not depend on the map's own. */
async function baseImports(): Promise<Record<string, string>> {
  const [, own] = NAMES;
  const base = own ?? new URL("../../deno.json", import.meta.url).href;
  const { imports } = JSON.parse(await Deno.readTextFile(new URL(base))) as {
    imports: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(imports).map(([name, place]) => [
      name,
      place.startsWith(".") ? new URL(place, base).href : place,
    ]),
  );
}

/** What was tried, as standard error tells. */
export function attemptsIn(err: string): Attempt[] {
  return err.split("\n").filter((line) => line.startsWith('{"escape"')).map((line) =>
    JSON.parse(line)
  );
}

/** The words that start the command line with other modules. */
export async function runWithMap(
  map: string,
  permissions: readonly string[],
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<{ code: number; err: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-lock",
      "--no-prompt",
      ...permissions,
      "--import-map",
      map,
      new URL("../../cli.ts", import.meta.url).href,
      ...args,
    ],
    cwd: options.cwd,
    env: { NO_COLOR: "1", [SECRET]: "open", ...options.env },
    stdin: "null",
  }).output();
  return { code, err: new TextDecoder().decode(stderr) };
}
