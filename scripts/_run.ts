/**
 * Runs commands one after another and keeps count, for the scripts of the gate.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

/** The repository. */
export const ROOT: string = fromFileUrl(new URL("..", import.meta.url)).replace(/[/\\]$/, "");

/** What resolves the bare names where only an npm registry is reachable. */
export const IMPORT_MAP: readonly string[] = ["--import-map", "npm/import_map.json"];

/** Where and with what a command runs. */
export interface RunOptions {
  /** Directory; the repository by default. */
  readonly cwd?: string;
  /** Environment variables beside the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Prints a line of its own, on stdout.
 *
 * @param line The text, without its line end.
 */
export function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/**
 * Runs this very deno, with its output on the terminal.
 *
 * @param args What deno is asked.
 * @param options Where and with what.
 * @returns Its exit code.
 */
export async function deno(args: readonly string[], options: RunOptions = {}): Promise<number> {
  say(`$ deno ${args.join(" ")}`);
  const { cwd = ROOT, env = {} } = options;
  const child = new Deno.Command(Deno.execPath(), { args: [...args], cwd, env, stdin: "null" });
  return (await child.spawn().status).code;
}

/**
 * Runs the tests of the command line with another start than its source.
 *
 * @param command What starts it, as `DATAHOOD_CLI_COMMAND` takes it.
 * @param flags Flags for `deno test`, such as those that resolve bare names.
 * @param options Where and with what the tests run.
 * @returns Whether all passed.
 */
export async function testStart(
  command: string,
  flags: readonly string[],
  options: RunOptions = {},
): Promise<boolean> {
  say(`DATAHOOD_CLI_COMMAND="${command}"`);
  const env = { ...options.env, DATAHOOD_CLI_COMMAND: command };
  return await deno(["test", "-A", "--parallel", ...flags, "tests/cli"], { ...options, env }) === 0;
}

/** One named check. */
export interface Step {
  /** What the summary calls it. */
  readonly name: string;
  /** Why it cannot run here; it is counted as ignored. */
  readonly skip?: string;
  /** It prints a count of its own, so passing counts for nothing here. */
  readonly counts?: true;
  /** Does it, and says whether it passed. */
  run(): Promise<boolean>;
}

/** How steps went. */
export interface StepCounts {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly ignored: number;
}

/**
 * Runs every step, also after one failed.
 *
 * @param steps The steps, in order.
 * @returns How many passed and which failed.
 */
export async function runSteps(steps: readonly Step[]): Promise<StepCounts> {
  const failed: string[] = [];
  let passed = 0;
  let ignored = 0;
  for (const step of steps) {
    say(`\n== ${step.name}`);
    if (step.skip !== undefined) {
      say(`skipped: ${step.skip}`);
      ignored++;
    } else if (await succeeds(step)) {
      if (!step.counts) passed++;
    } else {
      say(`FAILED: ${step.name}`);
      failed.push(step.name);
    }
  }
  return { passed, failed, ignored };
}

async function succeeds(step: Step): Promise<boolean> {
  try {
    return await step.run();
  } catch (error) {
    say(error instanceof Error ? error.stack ?? error.message : String(error));
    return false;
  }
}

/** Prints the closing line in the form of `deno test`. */
export function sayCounts({ passed, failed, ignored }: StepCounts): void {
  const tail = ignored ? ` | ${ignored} ignored` : "";
  say("");
  for (const name of failed) say(`FAILED: ${name}`);
  say(`${failed.length ? "FAILED" : "ok"} | ${passed} passed | ${failed.length} failed${tail}`);
}
