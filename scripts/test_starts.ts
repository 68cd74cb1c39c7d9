/**
 * The tests of the command line with other ways to start it than its source: `deno task test:starts`.
 * The bundle under Deno, the npm package on Node.js and Bun, and the binary. `--only NAME` runs
 * one step, and before it what it needs; `--optional` takes it as a skip instead of a failure that the
 * runtime of a binary cannot be had.
 *
 * @module
 */
import { join } from "@std/path";
import { parseArgs } from "@std/cli";
import { buildNpm } from "./build_npm.ts";
import { bundleCli } from "./bundle.ts";
import { binaryName, compile } from "./compile.ts";
import { IMPORT_MAP, ROOT, runSteps, sayCounts, type Step, testStart } from "./_run.ts";
import { sameBytes, scriptWith, transfers } from "./_uses.ts";

const FLAGS = ["--frozen", ...IMPORT_MAP];

/** What the package is looked at with, exact versions from npm. */
const TOOLS = ["publint@0.3.25", "@arethetypeswrong/cli@0.18.5", "typescript@5.9.3"];
const BUN = "bun@1.4.4";
/** Nothing of a package runs when it is installed, and nothing is said of what is well. */
const INSTALL = ["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"];

/** Runs a program of npm or Node.js; on Windows the former are scripts, which only a shell runs. */
async function runs(program: string, args: readonly string[], cwd: string): Promise<boolean> {
  const windows = Deno.build.os === "windows";
  const [name, ...words] = windows ? ["cmd", "/c", program, ...args] : [program, ...args];
  try {
    const child = new Deno.Command(name!, { args: words, cwd, stdin: "null" }).spawn();
    return (await child.status).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A folder with a package of its own, and packages in it. */
async function project(folder: string, packages: readonly string[]): Promise<boolean> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  return await runs("npm", [...INSTALL, ...packages], folder);
}

/** The folders that the steps share. */
class Places {
  /** Where the package is built. */
  readonly built: string;
  /** Where it is installed, from the archive that would be published. */
  readonly used: string;
  readonly tools: string;
  readonly bun: string;

  constructor(readonly folder: string) {
    this.built = join(folder, "built");
    this.used = join(folder, "used");
    this.tools = join(folder, "tools");
    this.bun = join(folder, "bun");
  }

  get archive(): string {
    return join(this.folder, "datahood.tgz");
  }

  /** A program of a package that was installed. */
  program(project: string, name: string): string {
    return join(project, "node_modules", ".bin", name);
  }

  /** What starts the command line of the package that was installed. */
  get bin(): string {
    return join(this.used, "node_modules", "@datahood", "cli", "bin.js");
  }
}

async function testBundle({ folder }: Places): Promise<boolean> {
  const file = join(folder, "datahood.js");
  await bundleCli(file);
  return await testStart(`${Deno.execPath()} run --no-prompt {permissions} ${file}`, FLAGS);
}

async function packNpm({ folder, built, used, archive }: Places): Promise<boolean> {
  await buildNpm(built);
  const pack = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder];
  if (!await runs("npm", pack, built)) return false;
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".tgz")) await Deno.rename(join(folder, name), archive);
  }
  return await project(used, [archive]);
}

/** What the package says of itself holds for those who import it, with each way to resolve names. */
async function lintNpm(places: Places): Promise<boolean> {
  const { built, tools, archive } = places;
  if (!await project(tools, TOOLS)) return false;
  const lint = ["run", "--strict", built];
  // What is no ESM is not among the ways: the package has no other modules.
  const types = ["--profile", "esm-only", "--quiet", archive];
  return await runs(places.program(tools, "publint"), lint, tools) &&
    await runs(places.program(tools, "attw"), types, tools);
}

/** A script of TypeScript, as strict as can be, that imports the package. */
async function importNpm(places: Places): Promise<boolean> {
  const { used, tools } = places;
  await Deno.writeTextFile(join(used, "script.ts"), scriptWith("@datahood/cli"));
  const options = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const module = ["--module", "nodenext", "--target", "es2022", "--lib", "esnext,dom"];
  return await runs(places.program(tools, "tsc"), [...options, ...module, "script.ts"], used) &&
    await runs("node", ["script.js"], used) &&
    await sameBytes(join(used, "rows.bson"), join(used, "back.bson"));
}

async function testBun(places: Places): Promise<boolean> {
  const { used, bun } = places;
  // Its program is fetched by an install script.
  const scripts = INSTALL.filter((word) => word !== "--ignore-scripts");
  if (!await project(bun, [])) return false;
  if (!await runs("npm", [...scripts, BUN], bun)) return false;
  const program = places.program(bun, "bun");
  const cwd = join(used, "with-bun");
  await Deno.mkdir(cwd);
  return await transfers([program, places.bin], places.folder) &&
    await runs(program, [join(used, "script.ts")], cwd) &&
    await sameBytes(join(cwd, "rows.bson"), join(cwd, "back.bson"));
}

async function stepsIn(places: Places, optional: boolean): Promise<Step[]> {
  const { folder, bin, used } = places;
  const node = await runs("node", ["--version"], ROOT) ? {} : { skip: "node is not on PATH" };
  const compiled = await compile(Deno.build.target, folder);
  const noRuntime = optional && compiled === "no runtime"
    ? { skip: "Deno's runtime for a binary cannot be had" }
    : {};
  return [
    { name: "bundle", counts: true, run: () => testBundle(places) },
    { name: "npm: pack and install", ...node, run: () => packNpm(places) },
    { name: "npm: publint, attw", ...node, run: () => lintNpm(places) },
    { name: "npm: a script with types", ...node, run: () => importNpm(places) },
    {
      name: "npm: its own command",
      ...node,
      run: () => transfers([places.program(used, "datahood")], folder),
    },
    { name: "npm: Bun", ...node, run: () => testBun(places) },
    { name: "npm: Node.js", counts: true, ...node, run: () => testStart(`node ${bin}`, FLAGS) },
    {
      name: "binary",
      counts: true,
      ...noRuntime,
      run: async () =>
        compiled === "made" &&
        await testStart(join(folder, binaryName(Deno.build.target)), FLAGS),
    },
  ];
}

if (import.meta.main) {
  const { only, optional } = parseArgs(Deno.args, { string: ["only"], boolean: ["optional"] });
  const folder = await Deno.makeTempDir({ prefix: "datahood-starts-" });
  try {
    const steps = await stepsIn(new Places(folder), optional);
    if (only !== undefined && !steps.some(({ name }) => name === only)) {
      throw new Error(
        `Cannot run only "${only}": there are ${steps.map((s) => s.name).join(", ")}`,
      );
    }
    // What follows in the package needs what is done with it before, short of the tests.
    const needed = (name: string) => only?.startsWith("npm: ") && /pack|publint|script/.test(name);
    const counts = await runSteps(
      steps.filter(({ name }) => only === undefined || name === only || needed(name)),
    );
    sayCounts(counts);
    Deno.exitCode = counts.failed.length > 0 ? 1 : 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
