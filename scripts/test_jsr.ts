/**
 * Checks and tests with the names of `deno.json`, as JSR users get them: `deno task test:jsr`.
 * Everything runs on a copy of the tree with an empty `DENO_DIR` and without a lock file.
 *
 * `--only NAME` runs one step, and before it the dry run of publishing; `--optional` takes an unreachable JSR as a
 * skip instead of a failure.
 *
 * @module
 */
import { dirname, fromFileUrl, join, relative } from "@std/path";
import { openRegistry, type Registry } from "./_jsr_registry.ts";
import {
  deno,
  ROOT,
  runSteps,
  say,
  sayCounts,
  type Step,
  type StepCounts,
  testStart,
} from "./_run.ts";
import { sameBytes, scriptWith, transfers } from "./_uses.ts";

const NOT_COPIED = new Set([".git", ".cache", "node_modules", "coverage", "dist", "deno.lock"]);

/** Tests of what the names stand for, and of what is loaded by them. */
const ABOUT_NAMES = ["stand_in", "start", "lazy"].map((name) => `tests/cli/${name}_test.ts`);

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (NOT_COPIED.has(entry.name)) continue;
    const [source, target] = [`${from}/${entry.name}`, `${to}/${entry.name}`];
    if (entry.isDirectory) await copyTree(source, target);
    else if (entry.isFile) await Deno.copyFile(source, target);
  }
}

/** The copy resolves names anew, so it must not be bound to the lock file that it has not got. */
async function dropLock(tree: string): Promise<void> {
  const config = JSON.parse(await Deno.readTextFile(`${tree}/deno.json`));
  await Deno.writeTextFile(`${tree}/deno.json`, JSON.stringify({ ...config, lock: false }));
}

/** What `deno publish` says of each file that it would publish. */
const LISTED = /^ +(file:\S+) \(/gm;

/** The files that publishing would put on JSR, from the tree on; `undefined` if it refuses. */
async function publishedPaths(tree: string, env: Env): Promise<string[] | undefined> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: tree,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "inherit",
  }).output();
  const said = new TextDecoder().decode(stderr);
  say(said);
  if (code !== 0) return undefined;
  return [...said.matchAll(LISTED)]
    .map(([, url]) => relative(tree, fromFileUrl(url!)).replaceAll("\\", "/"));
}

type Env = Readonly<Record<string, string>>;

/** A new `DENO_DIR`, where nothing is. */
async function fresh(work: string, url: string): Promise<Record<"JSR_URL" | "DENO_DIR", string>> {
  return { JSR_URL: url, DENO_DIR: await Deno.makeTempDir({ dir: work, prefix: "deno-" }) };
}

async function installs(work: string, url: string): Promise<boolean> {
  const env = await fresh(work, url);
  const root = join(work, "installed");
  const args = [
    "install",
    "--quiet",
    "-g",
    "--root",
    root,
    "-n",
    "datahood",
    "-A",
    "jsr:@datahood/cli",
  ];
  if (await deno(args, { cwd: work, env }) !== 0) return false;
  const windows = Deno.build.os === "windows";
  const name = windows ? "datahood.cmd" : "datahood";
  // What is installed starts whatever deno is on PATH.
  const PATH = [dirname(Deno.execPath()), Deno.env.get("PATH")].join(windows ? ";" : ":");
  return await transfers([join(root, "bin", name)], work, { ...env, PATH });
}

async function imports(work: string, url: string): Promise<boolean> {
  const env = await fresh(work, url);
  const cwd = await Deno.makeTempDir({ dir: work });
  await Deno.writeTextFile(join(cwd, "script.ts"), scriptWith("jsr:@datahood/cli"));
  if (await deno(["run", "--quiet", "-A", "--check", "script.ts"], { cwd, env }) !== 0) {
    return false;
  }
  return await sameBytes(join(cwd, "rows.bson"), join(cwd, "back.bson"));
}

function stepsFor(tree: string, work: string, registry: Registry): Step[] {
  const env = { JSR_URL: registry.url, DENO_DIR: join(work, "deno") };
  const inTree = { cwd: tree, env };
  const succeeds = async (args: string[]) => await deno(args, inTree) === 0;
  const bundle = join(work, "datahood.js");
  const run = [Deno.execPath(), "run", "--quiet", "-A"];
  return [
    {
      name: "type check",
      run: () => succeeds(["check", "--quiet", "mod.ts", "cli.ts", "src", "tests", "scripts"]),
    },
    {
      name: "names",
      counts: true,
      run: () => succeeds(["test", "--quiet", "-A", ...ABOUT_NAMES]),
    },
    { name: "bundle", run: () => succeeds(["bundle", "--quiet", "cli.ts", "-o", bundle]) },
    { name: "bundle transfer", run: () => transfers([...run, bundle], work, env) },
    {
      name: "publish",
      async run() {
        const paths = await publishedPaths(tree, env);
        if (paths !== undefined) await registry.publish(tree, paths);
        return paths !== undefined;
      },
    },
    {
      name: "jsr:@datahood/cli transfer",
      run: async () =>
        await transfers([...run, "jsr:@datahood/cli"], work, await fresh(work, registry.url)),
    },
    { name: "deno install -g jsr:@datahood/cli", run: () => installs(work, registry.url) },
    { name: "a script with jsr:@datahood/cli", run: () => imports(work, registry.url) },
    {
      name: "the command line as jsr:@datahood/cli",
      counts: true,
      async run() {
        const own = await fresh(work, registry.url);
        // In the tree its deno.json would say that the package is the tree.
        const how = ["run", "--no-config", "--no-prompt"];
        // What is downloaded is told by the first start, and no test is to see that.
        const first = [...how, "--quiet", "-A", "jsr:@datahood/cli", "--version"];
        if (await deno(first, { cwd: tree, env: own }) !== 0) return false;
        const start = [
          ...Object.entries(own).map(([name, value]) => `${name}=${value}`),
          Deno.execPath(),
          ...how,
          "{permissions} jsr:@datahood/cli",
        ];
        return await testStart(start.join(" "), [], inTree);
      },
    },
  ];
}

async function main(args: readonly string[]): Promise<StepCounts> {
  const work = await Deno.makeTempDir({ prefix: "datahood-jsr-" });
  const tree = `${work}/tree`;
  try {
    await copyTree(ROOT, tree);
    await dropLock(tree);
    const registry = await openRegistry();
    if (registry === undefined) {
      const why = "JSR cannot be reached; JSR_URL names another registry";
      const optional = args.includes("--optional");
      const skip = optional ? { skip: why } : {};
      if (!optional) say(why);
      return await runSteps([{ name: "JSR", ...skip, run: () => Promise.resolve(false) }]);
    }
    try {
      const steps = stepsFor(tree, work, registry);
      if (!args.includes("--only")) return await runSteps(steps);
      const only = args[args.indexOf("--only") + 1];
      if (!steps.some(({ name }) => name === only)) {
        throw new Error(`Cannot run only "${only}": no such step`);
      }
      // What is on the registry is there by that step.
      return await runSteps(steps.filter(({ name }) => name === only || name === "publish"));
    } finally {
      await registry.close();
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

if (import.meta.main) {
  const counts = await main(Deno.args);
  sayCounts(counts);
  Deno.exit(counts.failed.length ? 1 : 0);
}
