// Runs the command line as a process of its own, as its user does.
import { NAMES } from "./_deno.ts";

/** How a process is started and what it is given. */
export interface RunCliOptions {
  /** What it reads on standard input; nothing by default. */
  readonly stdin?: Uint8Array | string;
  /** Environment variables beside the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder it runs in. */
  readonly cwd?: string;
  /** Deno's flags that say what it may do; `-A` by default. */
  readonly permissions?: readonly string[];
}

/** What came of it. */
export interface CliResult {
  readonly code: number;
  /** Standard output as bytes. */
  readonly stdout: Uint8Array;
  /** Standard output as text. */
  readonly out: string;
  /** Standard error as text. */
  readonly err: string;
}

/** Another way to start the command line than its source, given as a shell would take it. */
const GIVEN = Deno.env.get("DATAHOOD_CLI_COMMAND")?.trim() || undefined;

/**
 * The words that start the command line, where `{permissions}` stands for the flags. Another way to
 * start it, such as a bundle, is given as `DATAHOOD_CLI_COMMAND`, words apart by blanks; `NAME=value`
 * before the program are environment variables.
 */
const START: readonly string[] = GIVEN?.split(/\s+/) ??
  [
    Deno.execPath(),
    "run",
    "--no-prompt",
    "{permissions}",
    ...NAMES,
    new URL("../../cli.ts", import.meta.url).href,
  ];
const VARIABLES = START.slice(0, START.findIndex((word) => !/^[A-Z_]+=/.test(word)));
const START_ENV = Object.fromEntries(VARIABLES.map((word) => word.split(/=(.*)/)));

function startWords(permissions: readonly string[]): string[] {
  return START.slice(VARIABLES.length)
    .flatMap((word) => word === "{permissions}" ? permissions : [word]);
}

/** Whether the command line is started with permissions that a test can choose. */
export const HAS_PERMISSIONS: boolean = GIVEN === undefined || GIVEN.includes("{permissions}");

/** Prints a line beside what the tests print. */
export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Registers a test about permissions, which only some ways to start the command line have. */
export function permissionTest(name: string, fn: () => Promise<void>): void {
  if (!HAS_PERMISSIONS) say(`skipped "${name}": started as ${GIVEN} it has no permissions`);
  Deno.test({ name, ignore: !HAS_PERMISSIONS, fn });
}

/** Whether it is the npm package, started with Node.js. */
export const ON_NODE: boolean = START[VARIABLES.length] === "node";

/** Registers a test of what only the source has, such as modules that are loaded one by one. */
export function sourceTest(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  if (GIVEN !== undefined) say(`skipped "${name}": it is about the source, not ${GIVEN}`);
  Deno.test({ name, ignore: GIVEN !== undefined, fn });
}

/** Whether the runtime that the command line is started with has zstd: Node.js has it since 22.15. */
export async function hasZstd(): Promise<boolean> {
  if (HAS_PERMISSIONS) return true;
  const args = ["transfer", "-", "-", "--compress", "zstd"];
  const { code, err } = await runCli(args);
  if (code !== 0 && !err.includes("this runtime has no zstd")) throw new Error(err);
  if (code !== 0) say(`zstd is skipped: started as ${GIVEN} there is none`);
  return code === 0;
}

/** The words that start the command line with all permissions, for a shell. */
export function allStartWords(): readonly string[] {
  const words = startWords(["-A"]);
  return VARIABLES.length > 0 ? ["env", ...VARIABLES, ...words] : words;
}

/** Starts the command line, for tests that talk to it or stop it. All its streams are pipes. */
export function spawnCli(args: readonly string[], options: RunCliOptions = {}): Deno.ChildProcess {
  const [program, ...rest] = startWords(options.permissions ?? ["-A"]);
  return new Deno.Command(program!, {
    args: [...rest, ...args],
    env: { NO_COLOR: "1", ...START_ENV, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the command line to its end. */
export async function runCli(
  args: readonly string[],
  options: RunCliOptions = {},
): Promise<CliResult> {
  const child = spawnCli(args, options);
  const { stdin = "" } = options;
  const bytes = typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin;
  const feed = async () => {
    const writer = child.stdin.getWriter();
    try {
      if (bytes.length > 0) await writer.write(bytes);
      await writer.close();
    } catch {
      // It ended without reading all, which the exit code tells of.
    }
  };
  const [output] = await Promise.all([child.output(), feed()]);
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: output.stdout,
    out: decoder.decode(output.stdout),
    err: decoder.decode(output.stderr),
  };
}

/** Runs a test in a folder of its own. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "datahood_cli_" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
