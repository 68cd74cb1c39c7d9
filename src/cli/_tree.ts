import type { CommandData, OptionGroup } from "./_options.ts";
import { INSPECT } from "./tree/inspect.ts";
import { OF_PRESETS, OF_TARGETS, PRESET_TARGETS, SCHEMA } from "./tree/schema.ts";
import { TRANSFER } from "./tree/transfer.ts";
import { VERIFY } from "./tree/verify.ts";

const JSON_GROUP: OptionGroup = {
  name: "What it shows",
  options: [{ flags: "--json", help: "As one JSON object." }],
};

const SHELLS = ["bash", "zsh", "fish"] as const;

/** All commands, as data. */
export const TREE: CommandData = {
  name: "datahood",
  help: "Move MongoDB documents between servers and files, and make types from them.",
  commands: [
    TRANSFER,
    SCHEMA,
    INSPECT,
    VERIFY,
    {
      name: "permissions",
      help: "Print a command with the Deno flags that are just what it needs, ready to paste.",
      arguments: "[command:word]",
      groups: [{
        name: "What it shows",
        options: [
          {
            flags: "--json",
            help: "As one JSON object: flags, needs with their reasons, command.",
          },
          {
            flags: "--discover",
            help: "Ask DNS and the servers for the hosts that only they know. Connects.",
          },
        ],
      }],
      examples: [
        [
          "What a transfer needs",
          `datahood permissions transfer "mongodb://localhost/shop.orders" orders.bson.gz`,
        ],
        [
          "With a command's own options",
          "datahood permissions --json schema orders.bson -o types/",
        ],
      ],
    },
    {
      name: "connectors",
      help: "List what can be read and written, with examples of addresses.",
      groups: [JSON_GROUP],
    },
    {
      name: "completions",
      help: "Print completions for a shell: bash, zsh or fish.",
      arguments: "<shell:word>",
      words: SHELLS,
      examples: [
        ["In ~/.bashrc", "source <(datahood completions bash)"],
        ["In ~/.zshrc, behind compinit", "source <(datahood completions zsh)"],
        [
          "In fish, once",
          "datahood completions fish > ~/.config/fish/completions/datahood.fish",
        ],
      ],
    },
  ],
};

/**
 * All commands with the options that generators have. These are loaded for the commands that need
 * them: the others start without.
 */
export async function wholeTree(): Promise<CommandData> {
  const { generatorOptions } = await import("./commands/schema/_targets.ts");
  const of = new Map([
    [OF_TARGETS, { ...OF_TARGETS, options: generatorOptions() }],
    [OF_PRESETS, { ...OF_PRESETS, options: generatorOptions(PRESET_TARGETS) }],
  ]);
  const add = (command: CommandData): CommandData => ({
    ...command,
    ...(command.groups === undefined ? {} : {
      groups: command.groups.map((group) => of.get(group) ?? group),
    }),
    ...(command.commands === undefined ? {} : { commands: command.commands.map(add) }),
  });
  return add(TREE);
}

/** The command that the first words of a command line select. */
export function commandAt(words: readonly string[], tree: CommandData = TREE): CommandData {
  let found = tree;
  for (const word of words) {
    const next = found.commands?.find((command) => command.name === word);
    if (next === undefined) break;
    found = next;
  }
  return found;
}
