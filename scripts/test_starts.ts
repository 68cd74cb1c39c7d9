/**
 * The tests of the command line with other ways to start it than its source: `deno task test:starts`.
 * The bundle under Deno, and the npm package on Node.js. `--only NAME` runs one of them.
 *
 * @module
 */
import { join } from "@std/path";
import { deno, IMPORT_MAP, ROOT, runSteps, sayCounts, type Step, testStart } from "./_run.ts";

const FLAGS = ["--frozen", ...IMPORT_MAP];

/** Runs a program of Node.js; on Windows these are scripts, which only a shell runs. */
async function runsNode(program: string, args: readonly string[], cwd: string): Promise<boolean> {
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

async function testBundle(folder: string): Promise<boolean> {
  const file = join(folder, "datahood.js");
  if (await deno(["bundle", "--quiet", ...IMPORT_MAP, "cli.ts", "-o", file]) !== 0) return false;
  return await testStart(`${Deno.execPath()} run --no-prompt {permissions} ${file}`, FLAGS);
}

async function testNode(folder: string): Promise<boolean> {
  const out = join(folder, "npm");
  const build = ["run", "-A", ...IMPORT_MAP, "scripts/build_npm.ts", "--out", out];
  if (await deno(build) !== 0) return false;
  const install = ["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"];
  if (!await runsNode("npm", install, out)) return false;
  return await testStart(`node ${join(out, "bin.js")}`, FLAGS);
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "datahood-starts-" });
  try {
    const node = await runsNode("node", ["--version"], ROOT);
    const steps: readonly Step[] = [
      { name: "bundle", counts: true, run: () => testBundle(folder) },
      {
        name: "npm",
        counts: true,
        ...node ? {} : { skip: "node is not on PATH" },
        run: () => testNode(folder),
      },
    ];
    const at = Deno.args.indexOf("--only");
    const chosen = at < 0 ? steps : steps.filter(({ name }) => name === Deno.args[at + 1]);
    if (chosen.length === 0) {
      throw new Error(`Cannot run only "${Deno.args[at + 1]}": no such step`);
    }
    const counts = await runSteps(chosen);
    sayCounts(counts);
    Deno.exitCode = counts.failed.length > 0 ? 1 : 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
