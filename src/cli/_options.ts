import type { Command } from "@cliffy/command";

/** An option of a command as data: help, parsing and completions are made from it. */
export interface OptionData {
  /** Its flags and value, as cliffy takes them; values are text that the action reads. */
  readonly flags: string;
  /** One line of help. */
  readonly help: string;
  /** Whether it may be given more than once. */
  readonly collect?: true;
  /** The words it takes, for completions. */
  readonly words?: readonly string[];
  /** Whether several of the words may be given in one value, apart by commas, for completions. */
  readonly many?: true;
  /** Whether its value is a file, for completions. */
  readonly file?: true;
  /** What else its value is, for completions: the format of an end, or a server's address. */
  readonly value?: "source-format" | "target-format" | "server";
}

/** Options under one heading of the help. */
export interface OptionGroup {
  readonly name: string;
  readonly options: readonly OptionData[];
}

/** What an argument of a command is: the address of an end, or a file. */
export type ArgumentKind = "source" | "target" | "file";

/** A command as data, with those below it. */
export interface CommandData {
  readonly name: string;
  readonly help: string;
  readonly arguments?: string;
  readonly groups?: readonly OptionGroup[];
  readonly commands?: readonly CommandData[];
  /** The words its argument takes, for completions. */
  readonly words?: readonly string[];
  /** What its arguments are, in order, for completions; the last goes on if there may be more. */
  readonly takes?: readonly ArgumentKind[];
  readonly examples?: readonly (readonly [string, string])[];
}

/** Adds options to a command. */
export function addOptions(command: Command, groups: readonly OptionGroup[]): void {
  for (const { name, options } of groups) {
    command.group(name);
    for (const option of options) {
      command.option(option.flags, option.help, option.collect ? { collect: true } : {});
    }
  }
}

/** The long and short spellings of an option, and whether a value follows. */
export function spellings(option: OptionData): { names: readonly string[]; takesValue: boolean } {
  return {
    names: option.flags.match(/(?<![\w-])--?[a-z][\w-]*/gi) ?? [],
    takesValue: option.flags.includes("<"),
  };
}
