import { beforeAbort } from "../core/_before_abort.ts";
import type { PermissionNeed } from "../core/mod.ts";

/** What the command line needs of the process it runs in, so that a test can stand in for it. */
export interface CliIo {
  /** Whether a person can answer: standard input and error are a terminal. */
  readonly interactive: boolean;
  /** Whether standard input is a terminal. */
  readonly inputIsTerminal: boolean;
  /** Whether standard output is a terminal. */
  readonly outputIsTerminal: boolean;
  /** Whether standard error is a terminal. */
  readonly errorIsTerminal: boolean;
  /** Whether colours are unwanted. */
  readonly noColor: boolean;
  /** Columns of the terminal; 80 where there is none. */
  columns(): number;
  /** Writes data for the next program. */
  out(text: string): void;
  /** Writes for the person. */
  err(text: string): void;
  /** Milliseconds from some start, never going back. */
  now(): number;
  /** A variable's value. */
  env(name: string): string | undefined;
  /** A file's text. */
  readFile(path: string): string;
  /** Whether there is a folder of that name; `undefined` where it may not be looked at. */
  isFolder(path: string): boolean | undefined;
  /** Replaces a file's text. */
  writeFile(path: string, text: string): void;
  /** Adds text to a file. */
  appendFile(path: string, text: string): void;
  /** Asks a question, unless the signal comes first; `undefined` where nobody can answer. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Asks for a secret without showing it; `undefined` where nobody can answer. */
  askSecret(question: string): Promise<string | undefined>;
  /** Calls back when the process is told to stop; the function given back ends that. */
  onStop(listener: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  /**
   * Makes sure that all this is allowed, before any of it is done. It may throw
   * {@linkcode NotRunHere}, which a command lets pass.
   *
   * @param needs What is needed.
   * @param known `some` if there is more to come, which these are needed to learn.
   * @param discover Asks the network for the exact ones: names of members, SRV records.
   */
  allow(
    needs: readonly PermissionNeed[],
    known?: "some" | "all",
    discover?: () => Promise<readonly PermissionNeed[]>,
  ): Promise<void>;
  /** Ends the process at once. */
  exit(code: number): never;
}

/** A command was only asked what it needs, or another process has run it. */
export class NotRunHere extends Error {
  /** The exit code. */
  readonly code: number;
  /** Creates it. */
  constructor(code: number) {
    super("The command was not run here");
    this.code = code;
  }
}

/** Standard output was closed by the program that read it. */
export class ClosedOutput extends Error {}

/** Writes what a run came to; where nobody reads it any more, it came to that all the same. */
export function outIfRead(io: Pick<CliIo, "out">, text: string): void {
  try {
    io.out(text);
  } catch (error) {
    if (!(error instanceof ClosedOutput)) throw error;
  }
}

const encoder = new TextEncoder();

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}

async function readLine(): Promise<string | undefined> {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  // Not at once: while a process waits for the system, it is not told of Ctrl-C.
  while (await Deno.stdin.read(one) !== null) {
    if (one[0] === 10) return new TextDecoder().decode(new Uint8Array(bytes)).trim();
    bytes.push(one[0]!);
  }
  return undefined;
}

/** The real process. */
export function processIo(): CliIo {
  const interactive = Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
  return {
    interactive,
    inputIsTerminal: Deno.stdin.isTerminal(),
    outputIsTerminal: Deno.stdout.isTerminal(),
    errorIsTerminal: Deno.stderr.isTerminal(),
    noColor: Deno.noColor,
    columns() {
      try {
        return Deno.consoleSize().columns || 80;
      } catch {
        return 80;
      }
    },
    out(text) {
      try {
        writeAll(Deno.stdout, text);
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) throw new ClosedOutput();
        throw error;
      }
    },
    err(text) {
      try {
        writeAll(Deno.stderr, text);
      } catch {
        // Nobody listens any more; the run itself is not about that.
      }
    },
    now: () => performance.now(),
    env: (name) => Deno.env.get(name),
    readFile: (path) => Deno.readTextFileSync(path),
    isFolder(path) {
      try {
        return Deno.statSync(path).isDirectory;
      } catch (error) {
        return error instanceof Deno.errors.NotCapable ? undefined : false;
      }
    },
    writeFile: (path, text) => Deno.writeTextFileSync(path, text),
    appendFile: (path, text) => Deno.writeTextFileSync(path, text, { append: true }),
    async ask(question, signal) {
      if (!interactive) return undefined;
      writeAll(Deno.stderr, `${question} `);
      return await beforeAbort(readLine(), signal);
    },
    async askSecret(question) {
      // The prompt goes to standard output, which may be data unless it is the terminal.
      if (!interactive || !Deno.stdout.isTerminal()) return undefined;
      const { promptSecret } = await import("@std/cli");
      return promptSecret(question, { mask: "" }) ?? undefined;
    },
    onStop(listener) {
      const signals: readonly ("SIGINT" | "SIGTERM")[] = Deno.build.os === "windows"
        ? ["SIGINT"]
        : ["SIGINT", "SIGTERM"];
      const ends = signals.map((signal) => {
        const handler = () => listener(signal);
        Deno.addSignalListener(signal, handler);
        return () => Deno.removeSignalListener(signal, handler);
      });
      return () => ends.forEach((end) => end());
    },
    async allow(needs) {
      const { ensurePermissions } = await import("../permissions/mod.ts");
      await ensurePermissions(needs, { prompt: interactive });
    },
    exit: (code) => Deno.exit(code),
  };
}
