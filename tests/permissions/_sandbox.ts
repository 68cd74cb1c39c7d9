// Runs that confine themselves, as users start them: under -A, in a checkout.
import { NAMES } from "../cli/_deno.ts";
import { type CliResult, runCli, type RunCliOptions, spawnCli } from "../cli/_run_cli.ts";

/** What a checkout needs beside, so that the confined process finds the same modules. */
export const CHECKOUT: Readonly<Record<string, string>> = { DATAHOOD_DENO_FLAGS: NAMES.join(" ") };

/** Runs a command line under `--sandbox`. */
export function runSandboxed(
  args: readonly string[],
  options: RunCliOptions = {},
): Promise<CliResult> {
  return runCli([...args, "--sandbox"], { ...options, env: { ...CHECKOUT, ...options.env } });
}

/** Starts one. */
export function spawnSandboxed(
  args: readonly string[],
  options: RunCliOptions = {},
): Deno.ChildProcess {
  return spawnCli([...args, "--sandbox"], { ...options, env: { ...CHECKOUT, ...options.env } });
}

/** The processes that a process has started, with their arguments; by the files of Linux. */
export async function childrenOf(pid: number): Promise<{ pid: number; args: string[] }[]> {
  const found: { pid: number; args: string[] }[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = await Deno.readTextFile(`/proc/${name}/stat`);
      // The name, which may hold anything, ends with the last bracket; the parent is the second word.
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      if (parent !== pid) continue;
      const args = (await Deno.readTextFile(`/proc/${name}/cmdline`)).split("\0").slice(0, -1);
      found.push({ pid: Number(name), args });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** Waits until something is there. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  while (true) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
