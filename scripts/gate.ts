/**
 * All checks of the code short of its tests, in one go: `deno task ci`.
 *
 * @module
 */
import { deno, ROOT, runSteps, say, type Step } from "./_run.ts";

function task(name: string, ...args: string[]): Step {
  const label = [name, ...args].join(" ");
  return { name: label, run: async () => await deno(["task", "--quiet", name, ...args]) === 0 };
}

/** A lock file that names a registry works only where that registry is. */
async function lockNamesNoRegistry(): Promise<boolean> {
  const lines = (await Deno.readTextFile(`${ROOT}/deno.lock`)).split("\n");
  const found = [...lines.entries()].filter(([, line]) => /https?:\/\/|"jsr"|"tarball"/.test(line));
  for (const [index, line] of found) say(`deno.lock:${index + 1}: ${line.trim()}`);
  return found.length === 0;
}

const STEPS: readonly Step[] = [
  task("fmt", "--check"),
  task("lint"),
  task("check"),
  task("layers"),
  task("doc"),
  task("test:doc"),
  task("docs", "--check"),
  { name: "deno.lock names no registry", run: lockNamesNoRegistry },
  { ...task("publish:check"), counts: true },
];

if (import.meta.main) {
  const { passed, failed } = await runSteps(STEPS);
  const counted = STEPS.filter((step) => !step.counts).length;
  say(`\ngate: ${passed} of ${counted} checks passed, ${failed.length} of ${STEPS.length} failed`);
  for (const name of failed) say(`failed: ${name}`);
  Deno.exit(failed.length ? 1 : 0);
}
