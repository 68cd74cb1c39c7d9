// A shell in a terminal, at which keys are pressed.

/** A shell that waits for more of a line would wait for ever. */
const GIVEN_UP_MS = 60_000;
const MARK = "\u001e";
const END = "\u001d";

/** The key that completes. */
export const TAB = "\t";

/** A shell that can be typed into. */
export interface Shell {
  readonly name: string;
  readonly options: readonly string[];
  /** Commands before the completion script. */
  readonly before: string;
  /** Commands behind it. */
  readonly after: string;
  /** Keys that put in all that TAB would offer. */
  readonly insertAll: string;
}

/** Shells whose lines are typed and run. */
export const SHELLS: readonly Shell[] = [
  {
    name: "bash",
    options: ["--norc", "--noprofile", "-i"],
    before: "bind 'set enable-bracketed-paste off' 2>/dev/null",
    after: "",
    insertAll: "\x1b*",
  },
  {
    name: "zsh",
    options: ["-f", "-i"],
    before: "autoload -Uz compinit; compinit -u -D; unset zle_bracketed_paste",
    after: `zle -C all-matches complete-word _generic
bindkey '^Xa' all-matches
zstyle ':completion:all-matches:*' insert true
zstyle ':completion:all-matches::::' completer _all_matches _complete`,
    insertAll: "\x18a",
  },
];

/** The words that run a program in a terminal of its own; `script` is part of every Unix. */
export function inTerminal(program: string, args: readonly string[]): string[] {
  return Deno.build.os === "darwin"
    ? ["script", "-q", "/dev/null", program, ...args]
    : ["script", "-qec", [program, ...args].join(" "), "/dev/null"];
}

/**
 * An interactive shell, in which `datahood` prints its arguments. What is typed is answered before
 * more is typed: nothing waits for time to pass.
 */
export class ShellTerminal implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #seen = "";

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#writer = process.stdin.getWriter();
  }

  /**
   * Starts a shell that reads nothing of its user's.
   *
   * @param shell Which one.
   * @param script The completion script.
   * @param options Its folder, and environment variables beside the inherited ones.
   */
  static async start(
    { name, options, before, after }: Shell,
    script: string,
    { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ): Promise<ShellTerminal> {
    const [command, ...rest] = inTerminal(name, options);
    const terminal = new ShellTerminal(
      new Deno.Command(command!, {
        args: rest,
        cwd,
        env: { TERM: "dumb", LC_ALL: "C.UTF-8", ...env },
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn(),
    );
    const file = await Deno.makeTempFile({ prefix: "datahood_shell_" });
    try {
      // The marks are printed by printf, so that the echo of this line has none.
      await Deno.writeTextFile(
        file,
        `${before}\n${script}\n${after}\ndatahood() { printf '\\036'; printf '%s\\n' "$@"; printf '\\035'; }\n`,
      );
      await terminal.#type(`. ${file}; datahood ready\n`);
      await terminal.#answer();
    } finally {
      await Deno.remove(file);
    }
    return terminal;
  }

  /** Types a line, presses keys at its end and then Enter; gives the arguments that were made of it. */
  async arguments(line: string, keys: string): Promise<string[]> {
    await this.#type(`datahood ${line}${keys}\n`);
    return await this.#answer();
  }

  async #type(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text));
  }

  async #answer(): Promise<string[]> {
    for (;;) {
      const [, answer, after] =
        new RegExp(`${MARK}([^${END}]*)${END}(.*)$`, "s").exec(this.#seen) ??
          [];
      if (answer !== undefined) {
        this.#seen = after!;
        return answer.split(/\r?\n/).slice(0, -1);
      }
      const giveUp = setTimeout(() => this.#process.kill("SIGKILL"), GIVEN_UP_MS);
      const { done, value } = await this.#reader.read().finally(() => clearTimeout(giveUp));
      if (done) throw new Error(`The shell ended, or does not answer: ${this.#seen}`);
      this.#seen += value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The shell is told that there is no more to come.
    await this.#type("exit\n").catch(() => {});
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel().catch(() => {});
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#process.status;
  }
}
