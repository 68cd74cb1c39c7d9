/**
 * Measures how long the command line takes to start: `datahood --help` over an empty program, from the
 * source and as the bundle, in turn, in one run.
 *
 * `deno run -A bench/start.ts [--runs 20] [--no-save]`
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { join } from "@std/path";
import config from "../deno.json" with { type: "json" };
import { bundleCli } from "../scripts/bundle.ts";
import { measure, type Spread, spread, type Usage } from "./_measure.ts";
import { machine, saveSection } from "./_results.ts";

const FLAGS = ["run", "-A", "--import-map", join("npm", "import_map.json")];

async function run(args: string[]): Promise<Usage> {
  return await measure({ program: Deno.execPath(), args: [...FLAGS, ...args] });
}

async function main(args: string[]): Promise<void> {
  const flags = parseArgs(args, { string: ["runs"], boolean: ["no-save"] });
  const runs = Number(flags.runs ?? 20);
  const folder = await Deno.makeTempDir();
  const empty = join(folder, "empty.ts");
  const bundle = join(folder, "datahood.js");
  await Deno.writeTextFile(empty, "");
  await bundleCli(bundle);
  const programs: Record<string, string[]> = {
    "an empty program": [empty],
    "datahood --help": ["cli.ts", "--help"],
    "datahood transfer --help": ["cli.ts", "transfer", "--help"],
    "datahood.js --help": [bundle, "--help"],
  };
  const names = Object.keys(programs);
  const taken: Record<string, Usage[]> = {};
  let size: number;
  try {
    size = (await Deno.stat(bundle)).size;
    // The first turn fills the caches.
    for (let turn = 0; turn <= runs; turn++) {
      for (const name of names) {
        const usage = await run(programs[name]!);
        if (turn > 0) (taken[name] ??= []).push(usage);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const base = taken[names[0]!]!;
  const show = ({ median, min, max }: Spread) =>
    `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`;
  const date = new Date().toISOString().slice(0, 10);
  const body = [
    `${date} · ${await machine()} · datahood ${config.version}, Deno ${Deno.version.deno} · ` +
    `${runs} turns after a warm-up, median (least–greatest)`,
    "",
    `The bundle has ${(size / 1e6).toFixed(2)} MB. The goal is 60 ms over an empty program.`,
    "",
    "| program | ms | ms over empty | CPU ms over empty |",
    "|---|---|---|---|",
    ...names.map((name) => {
      const runs = taken[name]!;
      const over = (pick: (usage: Usage) => number) =>
        show(spread(runs.map((one, turn) => (pick(one) - pick(base[turn]!)) * 1000)));
      const wall = (usage: Usage) => usage.wallSeconds;
      const all = show(spread(runs.map((one) => wall(one) * 1000)));
      return `| ${name} | ${all} | ${over(wall)} | ${over(({ cpuSeconds }) => cpuSeconds)} |`;
    }),
  ].join("\n");
  Deno.stdout.writeSync(new TextEncoder().encode(`${body}\n`));
  if (!flags["no-save"]) await saveSection("Start", body);
}

if (import.meta.main) await main(Deno.args);
