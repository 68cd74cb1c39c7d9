/**
 * A Python with what generated types are checked by: installed under `.cache/python` if it is missing.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";

/** Python or its packages cannot be had here; the message says what to install. */
export class NoPythonError extends Error {
  override readonly name = "NoPythonError";
}

/** What is installed: versions that each run has alike. */
const PACKAGES = ["pydantic==2.14.3", "pymongo==4.20.0", "mypy==2.4.1"];
/** What a complete installation says that it holds: the packages and what mypy knows of them. */
const CONTENTS = ["1", ...PACKAGES].join("\n");
/** The oldest Python that generated types are for. */
const OLDEST = "3.11";

const WINDOWS = Deno.build.os === "windows";
const CACHE = join(fromFileUrl(new URL("..", import.meta.url)), ".cache");
const VENV = join(CACHE, "python");
const PYTHON = join(VENV, WINDOWS ? "Scripts/python.exe" : "bin/python");
/** What mypy knows of the packages: to be copied, for it is not safe to be shared by processes. */
export const MYPY_CACHE = join(VENV, "mypy");
/** How mypy is run; another way would not use what it knows. */
export const MYPY_ARGS = [
  "-m",
  "mypy",
  "--strict",
  "--python-version",
  OLDEST,
  "--no-error-summary",
];
/** The file that says it. */
const INSTALLED = join(VENV, "installed.txt");

/**
 * Finds the Python of the tests; installs it with its packages if it is missing.
 *
 * @returns Path of the interpreter.
 * @throws {NoPythonError} If there is no Python of 3.11 or newer, or PyPI cannot be reached.
 */
export async function findPython(): Promise<string> {
  if (await isInstalled()) return PYTHON;
  await Deno.mkdir(CACHE, { recursive: true });
  // Two test processes may find it missing at once: one installs, the other waits.
  using lock = await Deno.open(join(CACHE, "python.lock"), { create: true, write: true });
  await lock.lock(true);
  try {
    if (!await isInstalled()) await install();
  } finally {
    await lock.unlock();
  }
  return PYTHON;
}

async function isInstalled(): Promise<boolean> {
  try {
    return await Deno.readTextFile(INSTALLED) === CONTENTS;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function install(): Promise<void> {
  const base = await findBase();
  const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  say(`installing ${PACKAGES.join(", ")} under .cache/python for the tests (about 30 s, once)`);
  await run(base, ["-m", "venv", "--clear", VENV]);
  await run(PYTHON, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    ...PACKAGES,
  ]);
  const first = "import datetime, typing\nimport bson, pydantic, typing_extensions\n";
  await run(PYTHON, [...MYPY_ARGS, "--cache-dir", MYPY_CACHE, "-c", first]);
  await Deno.writeTextFile(INSTALLED, CONTENTS);
}

/** A Python that is new enough. */
async function findBase(): Promise<string> {
  const names = ["python3", "python", "python3.13", "python3.12", "python3.11"];
  const [major, minor] = OLDEST.split(".");
  for (const name of names) {
    const args = ["-c", `import sys; sys.exit(sys.version_info < (${major}, ${minor}))`];
    try {
      const { success } = await new Deno.Command(name, { args, stdout: "null", stderr: "null" })
        .output();
      if (success) return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new NoPythonError(
    `No Python for the tests: none of ${names.join(", ")} is Python ${OLDEST} or newer; ` +
      `install Python ${OLDEST}`,
  );
}

async function run(program: string, args: string[]): Promise<void> {
  const output = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" })
    .output();
  if (output.success) return;
  const last = new TextDecoder().decode(output.stderr).trim().split("\n").at(-1) ?? "";
  throw new NoPythonError(
    `No Python for the tests: ${program} ${args.slice(0, 3).join(" ")} failed (${last}); ` +
      `install Python ${OLDEST} with venv and pip, and access to PyPI`,
  );
}
