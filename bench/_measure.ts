/** Running a program and measuring it. */
import { fromFileUrl } from "@std/path";

/** A program and its arguments. */
export interface Command {
  /** The program. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** What one run took. */
export interface Usage {
  /** Wall time in seconds. */
  readonly wallSeconds: number;
  /** User and system time in seconds, of the program and all that it started and waited for. */
  readonly cpuSeconds: number;
  /** Peak of its resident memory in bytes. */
  readonly peakBytes: number;
}

/** The root of the repository. */
export const ROOT: string = fromFileUrl(new URL("..", import.meta.url));

const RUSAGE = fromFileUrl(new URL("./_rusage.py", import.meta.url));

/**
 * Runs a program to its end.
 *
 * @param command What to run, in the root of the repository.
 * @param options `mayFail`: a program that fails is measured too.
 * @returns What it took.
 * @throws {Error} If it fails; the message has its last lines.
 */
export async function measure(
  command: Command,
  { mayFail = false }: { readonly mayFail?: boolean } = {},
): Promise<Usage> {
  const output = await new Deno.Command("python3", {
    args: [RUSAGE, command.program, ...command.args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(output.stderr).trim().split("\n").slice(-5).join("\n");
  if (!output.success) throw new Error(`Cannot measure "${command.program}": ${said}`);
  const { code, ...usage }: Usage & { code: number } = JSON.parse(
    new TextDecoder().decode(output.stdout),
  );
  if (code !== 0 && !mayFail) {
    throw new Error(`Cannot run "${command.program}": it ended with ${code}\n${said}`);
  }
  return usage;
}

/**
 * Runs a program for what it prints.
 *
 * @param program The program.
 * @param args Its arguments.
 * @returns Its stdout, or `undefined` if it is not there or failed.
 */
export async function outputOf(program: string, args: string[]): Promise<string | undefined> {
  try {
    const output = await new Deno.Command(program, { args, stdin: "null", stderr: "null" })
      .output();
    return output.success ? new TextDecoder().decode(output.stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The middle of some numbers, and their ends. */
export interface Spread {
  /** The middle one; of an even count, the mean of the two in the middle. */
  readonly median: number;
  /** The least. */
  readonly min: number;
  /** The greatest. */
  readonly max: number;
}

/**
 * Sums up the figures of several runs.
 *
 * @param values At least one.
 * @returns Median, least and greatest.
 */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  return {
    median: sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2,
    min: sorted[0]!,
    max: sorted.at(-1)!,
  };
}
