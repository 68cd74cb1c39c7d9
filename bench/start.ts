/**
 * Measures how long the command line takes to start: `datahood --help` over an empty program, in
 * turn, in one run.
 *
 * `deno run -A bench/start.ts [--runs 20] [--no-save]`
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { join } from "@std/path";
import config from "../deno.json" with { type: "json" };
import { ROOT, type Spread, spread } from "./_measure.ts";
import { machine, saveSection } from "./_results.ts";

const FLAGS = ["run", "-A", "--import-map", join("npm", "import_map.json")];

async function run(args: string[]): Promise<number> {
  const start = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...FLAGS, ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`Cannot measure "${args.join(" ")}": it failed`);
  return performance.now() - start;
}

async function main(args: string[]): Promise<void> {
  const flags = parseArgs(args, { string: ["runs"], boolean: ["no-save"] });
  const runs = Number(flags.runs ?? 20);
  const empty = await Deno.makeTempFile({ suffix: ".ts" });
  const programs: Record<string, string[]> = {
    "an empty program": [empty],
    "datahood --help": ["cli.ts", "--help"],
    "datahood transfer --help": ["cli.ts", "transfer", "--help"],
  };
  const names = Object.keys(programs);
  const taken: Record<string, number[]> = {};
  try {
    // The first turn fills the caches.
    for (let turn = 0; turn <= runs; turn++) {
      for (const name of names) {
        const ms = await run(programs[name]!);
        if (turn > 0) (taken[name] ??= []).push(ms);
      }
    }
  } finally {
    await Deno.remove(empty);
  }
  const base = taken[names[0]!]!;
  const show = ({ median, min, max }: Spread) =>
    `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`;
  const date = new Date().toISOString().slice(0, 10);
  const body = [
    `${date} · ${await machine()} · datahood ${config.version}, Deno ${Deno.version.deno} · ` +
    `${runs} turns after a warm-up, median (least–greatest)`,
    "",
    "| program | ms | ms over empty |",
    "|---|---|---|",
    ...names.map((name) => {
      const over = taken[name]!.map((ms, turn) => ms - base[turn]!);
      return `| ${name} | ${show(spread(taken[name]!))} | ${show(spread(over))} |`;
    }),
  ].join("\n");
  Deno.stdout.writeSync(new TextEncoder().encode(`${body}\n`));
  if (!flags["no-save"]) await saveSection("Start", body);
}

if (import.meta.main) await main(Deno.args);
