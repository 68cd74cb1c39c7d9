/**
 * Runs commands one after another and keeps count, for the scripts of the gate.
 *
 * @module
 */

/** The repository. */
export const ROOT: string = decodeFileUrl(new URL("../", import.meta.url));

/** What resolves the bare names where only an npm registry is reachable. */
export const IMPORT_MAP: readonly string[] = ["--import-map", "npm/import_map.json"];

/** Where and with what a command runs. */
export interface RunOptions {
  /** Directory; the repository by default. */
  readonly cwd?: string;
  /** Environment variables beside the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
}

function decodeFileUrl(url: URL): string {
  const path = decodeURIComponent(url.pathname).replace(/\/$/, "");
  return Deno.build.os === "windows" ? path.slice(1).replaceAll("/", "\\") : path;
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
 * Runs this very deno and collects what it prints.
 *
 * @param args What deno is asked.
 * @param options Where and with what.
 * @returns Its exit code and stdout; stderr goes to the terminal.
 */
export async function denoOutput(
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number; stdout: Uint8Array }> {
  say(`$ deno ${args.join(" ")}`);
  const { cwd = ROOT, env = {} } = options;
  return await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env,
    stdin: "null",
    stderr: "inherit",
  }).output();
}

/** One named check. */
export interface Step {
  /** What the summary calls it. */
  readonly name: string;
  /** Why it cannot run here; it is counted as ignored. */
  readonly skip?: string;
  /** Does it, and says whether it passed. */
  run(): Promise<boolean>;
}

/**
 * Runs every step, also after one failed, and closes with a line in the form of `deno test`.
 *
 * @param steps The steps, in order.
 * @returns Whether none failed.
 */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  const failed: string[] = [];
  let ignored = 0;
  for (const step of steps) {
    say(`\n== ${step.name}`);
    if (step.skip !== undefined) {
      say(`skipped: ${step.skip}`);
      ignored++;
    } else if (!await step.run()) {
      say(`FAILED: ${step.name}`);
      failed.push(step.name);
    }
  }
  const passed = steps.length - failed.length - ignored;
  const tail = ignored ? ` | ${ignored} ignored` : "";
  for (const name of failed) say(`FAILED: ${name}`);
  say(`\n${failed.length ? "FAILED" : "ok"} | ${passed} passed | ${failed.length} failed${tail}`);
  return failed.length === 0;
}
