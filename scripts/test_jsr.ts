/**
 * Checks and tests with the names of `deno.json`, as JSR users get them: `deno task test:jsr`.
 * Everything runs on a copy of the tree with an empty `DENO_DIR` and without a lock file.
 *
 * `--only publish` stops after the dry run of publishing; `--optional` takes an unreachable JSR as a
 * skip instead of a failure.
 *
 * @module
 */
import { openRegistry, type Registry } from "./_jsr_registry.ts";
import {
  deno,
  denoOutput,
  ROOT,
  runSteps,
  say,
  sayCounts,
  type Step,
  type StepCounts,
} from "./_run.ts";
import { writeSample } from "./_sample.ts";

const NOT_COPIED = new Set([".git", ".cache", "node_modules", "coverage", "dist", "deno.lock"]);

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

function stepsFor(tree: string, work: string, registry: Registry): Step[] {
  const env = { JSR_URL: registry.url, DENO_DIR: `${work}/deno` };
  const inTree = { cwd: tree, env };
  const elsewhere = { cwd: work, env };
  const bundle = `${work}/datahood.js`;
  const succeeds = async (args: string[], options = inTree) => await deno(args, options) === 0;
  const prints = async (args: string[], text: string, options = inTree) => {
    const { code, stdout } = await denoOutput(args, options);
    const printed = new TextDecoder().decode(stdout);
    if (code === 0 && printed.includes(text)) return true;
    say(`exit ${code}, no "${text}" in: ${printed}`);
    return false;
  };
  /** Runs the command line as `entry`, in a folder of its own, and compares what comes back. */
  const transfers = async (entry: string) => {
    const cwd = await Deno.makeTempDir({ dir: work });
    const source = await writeSample(`${cwd}/sample.bson`);
    const run = ["run", "-A", entry, "transfer", "--quiet"];
    const copies = await succeeds([...run, "sample.bson", "there.bson.gz"], { cwd, env }) &&
      await succeeds([...run, "there.bson.gz", "back.bson"], { cwd, env });
    if (!copies) return false;
    const result = await Deno.readFile(`${cwd}/back.bson`);
    const same = source.length === result.length && source.every((b, i) => b === result[i]);
    say(same ? `${result.length} bytes, the same` : "what came back differs");
    return same;
  };
  const published = registry.servesTree
    ? {}
    : { skip: "the jsr:@datahood/cli of this registry is not this tree" };
  return [
    {
      name: "type check",
      run: () => succeeds(["check", "mod.ts", "cli.ts", "src", "tests", "scripts"]),
    },
    { name: "command line tests", counts: true, run: () => succeeds(["test", "-A", "tests/cli"]) },
    { name: "publish", run: () => succeeds(["publish", "--dry-run", "--allow-dirty"]) },
    { name: "bundle", run: () => succeeds(["bundle", "cli.ts", "-o", bundle]) },
    { name: "bundle --version", run: () => prints(["run", "-A", bundle, "-V"], "0.", elsewhere) },
    { name: "bundle transfer", run: () => transfers(bundle) },
    {
      name: "jsr:@datahood/cli --help",
      ...published,
      run: () => prints(["run", "-A", "jsr:@datahood/cli", "--help"], "transfer", elsewhere),
    },
    {
      name: "jsr:@datahood/cli transfer",
      ...published,
      run: () => transfers("jsr:@datahood/cli"),
    },
  ];
}

async function main(args: readonly string[]): Promise<StepCounts> {
  const work = await Deno.makeTempDir({ prefix: "datahood-jsr-" });
  const tree = `${work}/tree`;
  try {
    await copyTree(ROOT, tree);
    await dropLock(tree);
    const registry = await openRegistry(tree);
    if (registry === undefined) {
      const why = "JSR cannot be reached; JSR_URL names another registry";
      const optional = args.includes("--optional");
      const skip = optional ? { skip: why } : {};
      if (!optional) say(why);
      return await runSteps([{ name: "JSR", ...skip, run: () => Promise.resolve(false) }]);
    }
    try {
      const steps = stepsFor(tree, work, registry);
      const only = args[args.indexOf("--only") + 1];
      const chosen = args.includes("--only") ? steps.filter(({ name }) => name === only) : steps;
      if (!chosen.length) throw new Error(`Cannot run only "${only}": no such step`);
      return await runSteps(chosen);
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
