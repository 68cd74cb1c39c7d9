import { EXIT_CODES, UsageError } from "../../core/mod.ts";
import { nearest } from "../../connectors/_nearest.ts";
import type { CliIo } from "../_io.ts";
import { wholeTree } from "../_tree.ts";
import { bashScript } from "./completions/bash.ts";
import { fishScript } from "./completions/fish.ts";
import { type Place, places } from "./completions/_places.ts";
import { zshScript } from "./completions/zsh.ts";

const SHELLS: Readonly<Record<string, (all: readonly Place[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `datahood completions SHELL`: made from the commands' data. */
export async function completionsCommand(
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  const shell = words[0] ?? "";
  const generate = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (generate === undefined) {
    // A word that was not expected may be an address with a password.
    const shown = shell.replace(/(\w:\/\/)\S*@/g, "$1***@");
    const near = nearest(shell, Object.keys(SHELLS));
    throw new UsageError(
      `Cannot make completions for "${shown}": known are ${Object.keys(SHELLS).join(", ")}.`,
      near === undefined ? {} : { hint: `did you mean datahood completions ${near}?` },
    );
  }
  io.out(generate(places(await wholeTree())));
  return EXIT_CODES.done;
}
