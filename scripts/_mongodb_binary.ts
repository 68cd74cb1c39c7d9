/** Which server program the tests start, and how it is had. */
import { fromFileUrl, join } from "@std/path";

/** A server program that can be started. */
export interface ServerBinary {
  /** Which kind of command line it takes. */
  readonly kind: "mongod" | "secantus";
  /** The program. */
  readonly path: string;
  /** Which it is, in words. */
  readonly how: string;
}

/** No server can be had here; the message says what to install. */
export class NoServerError extends Error {
  override readonly name = "NoServerError";
}

const VERSION = "0.7.0b3";
const WINDOWS = Deno.build.os === "windows";
const CACHE = join(fromFileUrl(new URL("..", import.meta.url)), ".cache");
const VENV = join(CACHE, "secantus");
const VENV_BIN = join(VENV, WINDOWS ? "Scripts" : "bin");
const SERVER = join(VENV_BIN, WINDOWS ? "secantusd-py.exe" : "secantusd-py");

/**
 * Finds a server program: `mongod` on PATH, else SecantusDB, installed if it is missing.
 *
 * @returns The program.
 * @throws {NoServerError} If none can be had.
 */
export async function findServer(): Promise<ServerBinary> {
  const mongod = await onPath(WINDOWS ? "mongod.exe" : "mongod");
  if (mongod !== undefined) return { kind: "mongod", path: mongod, how: `mongod (${mongod})` };
  if (!await exists(SERVER)) await installLocked();
  return { kind: "secantus", path: SERVER, how: `SecantusDB ${VERSION} (.cache/secantus)` };
}

async function onPath(name: string): Promise<string | undefined> {
  const separator = WINDOWS ? ";" : ":";
  for (const folder of (Deno.env.get("PATH") ?? "").split(separator)) {
    if (folder !== "" && await exists(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

/** Two test processes may find it missing at once: one installs, the other waits. */
async function installLocked(): Promise<void> {
  await Deno.mkdir(CACHE, { recursive: true });
  using lock = await Deno.open(join(CACHE, "secantus.lock"), { create: true, write: true });
  await lock.lock(true);
  try {
    if (!await exists(SERVER)) await install();
  } finally {
    await lock.unlock();
  }
}

async function install(): Promise<void> {
  const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  say(`installing SecantusDB ${VERSION} under .cache/secantus for the tests (about 30 s, once)`);
  const python = WINDOWS ? "python" : "python3";
  await run(python, ["-m", "venv", VENV]);
  const pip = join(VENV_BIN, WINDOWS ? "python.exe" : "python");
  await run(pip, ["-m", "pip", "install", "--quiet", `SecantusDB==${VERSION}`]);
}

async function run(program: string, args: string[]): Promise<void> {
  const hint = "install MongoDB (mongod on PATH), or Python 3 with access to PyPI, " +
    "or set DATAHOOD_TEST_MONGODB_URI";
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" }).output();
  } catch (error) {
    throw new NoServerError(`No MongoDB for the tests: cannot run ${program}; ${hint}`, {
      cause: error,
    });
  }
  if (output.success) return;
  const last = new TextDecoder().decode(output.stderr).trim().split("\n").at(-1) ?? "";
  throw new NoServerError(`No MongoDB for the tests: ${program} failed (${last}); ${hint}`);
}
