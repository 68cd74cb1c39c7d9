import { PermissionError, type PermissionNeed, UnsupportedError } from "../core/mod.ts";
import { revokeUnneeded, runSandboxed, sandboxWords } from "../permissions/mod.ts";
import type { CliIo } from "./_io.ts";
import { isNamed } from "./_named.ts";
import { SANDBOX } from "./_sandbox_option.ts";
import { howStarted, type Started } from "./_started.ts";

/** Where a confined run finds an address that may hold a secret: arguments are shown by the system. */
const ADDRESS_VARIABLE = "DATAHOOD_ADDRESS_";
const ADDRESS = /^((?:--[\w-]+=)?)([a-z][a-z0-9+.-]*:\/\/.*)$/is;
/** What an address has that holds a secret: rather too much than too little. */
const SECRET = /@|pass|secret|token|properties/i;

/** A command line that is run confined, as another process gets it. */
interface Confined extends Started {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it takes to learn all that it needs. */
  readonly first: readonly PermissionNeed[];
}

/**
 * Runs a command line in another process that may do just what it needs. Nothing of it is looked at
 * by a library here, where all may be allowed: what it needs is asked of a process that may do nothing.
 *
 * @param args The command line, without {@linkcode SANDBOX}.
 * @param io The process.
 * @returns The exit code of that process; `undefined` where none can be started.
 * @throws {PermissionError} If more is said to be needed than the command line names.
 */
export async function runConfined(
  args: readonly string[],
  io: CliIo,
): Promise<number | undefined> {
  if ((globalThis as { Deno?: { build?: object } }).Deno?.build === undefined) {
    throw new UnsupportedError(`Cannot use ${SANDBOX}: this runtime has no permissions.`, {
      hint: "run datahood with Deno",
    });
  }
  const started = howStarted();
  const { state } = await Deno.permissions.query({ name: "run", command: Deno.execPath() });
  if (started.standalone || state !== "granted") return undefined;
  const { words, env } = withoutSecrets(args);
  const run: Confined = { ...started, words, env, first: firstNeeds(words, io) };
  // What cannot be planned fails, and says itself why; it may look at what it was given.
  const needs = await planOf(run) ?? [...run.first, ...filesIn(words)];
  refuseUnnamed(needs, run, io);
  return await runSandboxed({ ...run, needs, args: words });
}

/**
 * A process that gives up the kinds of permissions that are not needed, before anything is done.
 *
 * @param args The command line, which tells how what is given up is said.
 * @param io The process.
 */
export function givingUp(args: readonly string[], io: CliIo): CliIo {
  const needed: PermissionNeed[] = [];
  const json = /\0--log-format[=\0]json\0/.test(`\0${args.join("\0")}\0`);
  return {
    ...io,
    async allow(needs, known = "all") {
      needed.push(...needs);
      await io.allow(needs, known);
      if (known === "some") return;
      const given = await revokeUnneeded(needed);
      if (args.includes("--quiet")) return;
      const what = given.length === 0 ? "nothing" : given.join(", ");
      const message =
        `${SANDBOX}: gave up ${what}; what is needed of another kind is allowed as a whole, which ` +
        "is coarser than a run by deno with exact flags";
      const time = new Date().toISOString();
      io.err(`${json ? JSON.stringify({ time, level: "info", message }) : message}\n`);
    },
  };
}

/** The words with each address that may hold a secret in a variable instead. */
function withoutSecrets(
  args: readonly string[],
): { words: string[]; env: Record<string, string> } {
  const env: Record<string, string> = {};
  const words = args.map((word) => {
    const [, option = "", address = ""] = ADDRESS.exec(word) ?? [];
    if (!SECRET.test(address)) return word;
    const name = `${ADDRESS_VARIABLE}${Object.keys(env).length + 1}`;
    env[name] = address;
    return `${option}env:${name}`;
  });
  return { words, env };
}

/** A word, or what follows the `=` of an option. */
function valueOf(word: string): string {
  return /^--[\w-]+=(.*)$/s.exec(word)?.[1] ?? word;
}

/** Where addresses are, and what only a look tells to be a folder. */
function firstNeeds(words: readonly string[], io: CliIo): PermissionNeed[] {
  return words.map(valueOf).flatMap((text): PermissionNeed[] => {
    const reason = "read an address";
    if (/^env:./.test(text)) return [{ kind: "env", target: text.slice(4), reason }];
    if (/^@./.test(text)) return [{ kind: "read", target: text.slice(1), reason }];
    if (text.startsWith("-") || text.includes("://") || !io.isFolder(text)) return [];
    return [{ kind: "read", target: text, reason: "see that it is a folder" }];
  });
}

/** Words that may be files or folders. */
function filesIn(words: readonly string[]): PermissionNeed[] {
  return words.filter((word) => !/^-|:\/\/|^env:|^@|^$/.test(word))
    .map((target) => ({ kind: "read", target, reason: "see what it is" }));
}

/** Asks a process that may do nothing else what the command line needs. */
async function planOf(run: Confined): Promise<readonly PermissionNeed[] | undefined> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: sandboxWords({
      ...run,
      needs: run.first,
      args: ["permissions", "--json", ...run.words],
    }),
    env: { ...run.env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  if (!success) return undefined;
  try {
    const { needs } = JSON.parse(new TextDecoder().decode(stdout));
    return needs as readonly PermissionNeed[];
  } catch {
    return undefined;
  }
}

function refuseUnnamed(needs: readonly PermissionNeed[], run: Confined, io: CliIo): void {
  const texts = run.words.map(valueOf).flatMap((text) => {
    if (/^env:./.test(text)) {
      const name = text.slice(4);
      return [text, (run.env[name] ?? io.env(name) ?? "").trim()];
    }
    return /^@./.test(text) ? [text, text.slice(1), addressIn(text.slice(1), io)] : [text];
  });
  const unnamed = needs.filter((need) => !isNamed(need, texts));
  if (unnamed.length === 0) return;
  const list = unnamed.map(({ kind, target }) => `${kind} "${target}"`).join(", ");
  throw new PermissionError(
    `Cannot use ${SANDBOX}: ${list} is said to be needed, and the command line does not name it.`,
    unnamed,
    { hint: "datahood permissions, with the same command line, says what for" },
  );
}

/** The address in a file; what is wrong with it is told by the run itself. */
function addressIn(path: string, io: CliIo): string {
  try {
    return io.readFile(path).replace(/^\uFEFF/, "").split(/\r?\n/)[0]!.trim();
  } catch {
    return "";
  }
}
