import type { ValidationError } from "@cliffy/command";
import { UsageError } from "../core/mod.ts";
import { nearest } from "../connectors/_nearest.ts";
import { type CommandData, spellings } from "./_options.ts";
import { commandAt } from "./_tree.ts";

/**
 * The command line that shows the help which is asked for: by `help` in front of a command, or by
 * `--help` anywhere, which the parser takes with nothing else. `undefined` where none is.
 *
 * @param args The command line.
 */
export function helpAsked(args: readonly string[]): readonly string[] | undefined {
  if (args[0] === "help") return [...args.slice(1), "--help"];
  const end = args.indexOf("--");
  const words = end < 0 ? args : args.slice(0, end);
  // What is behind permissions is another command line.
  if (args[0] === "permissions" || !words.some((word) => /^(?:-h|--help)$/.test(word))) {
    return undefined;
  }
  const other = words.findIndex((_, at) =>
    commandAt(words.slice(0, at + 1)) === commandAt(words.slice(0, at))
  );
  return [...words.slice(0, other), "--help"];
}

/** The spellings of a command's options. */
function optionNames(command: CommandData): string[] {
  return [
    ...(command.groups ?? []).flatMap(({ options }) =>
      options.flatMap((option) => spellings(option).names)
    ),
    "--help",
  ];
}

/** What other tools call it, and how it is done here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  restore: "datahood transfer dump/ mongodb://host/database writes a dump into a server",
  mongorestore: "datahood transfer dump/ mongodb://host/database writes a dump into a server",
  dump: "datahood transfer mongodb://host/database dump/ writes a dump",
  mongodump: "datahood transfer mongodb://host/database dump/ writes a dump",
  export: "datahood transfer mongodb://host/database.collection orders.bson.gz writes a file",
  import: "datahood transfer orders.bson.gz mongodb://host/database.collection reads a file",
  copy: "datahood transfer SOURCE TARGET copies between any two places",
  convert: "datahood transfer orders.bson orders.bson.zst converts; so between any two places",
  bsondump: "datahood inspect orders.bson --show 3 prints the first documents",
  diff: "datahood verify A B compares documents; datahood schema diff A B what they are like",
  compare: "datahood verify A B compares documents; datahood schema diff A B what they are like",
  "--gzip": "--compress gzip; or name the file ….gz. What is read is told by its content",
  "--archive": "name the source or target ….archive or ….archive.gz",
  "--uri": "an address stands alone: datahood transfer mongodb://host/database dump/",
};

/** The word that was meant, if one is near; the parser itself names some word in any case. */
function meant(what: string, word: string, command: CommandData): string | undefined {
  if (what === "command") {
    if (word === "version") return "--version";
    return nearest(word, (command.commands ?? []).map(({ name }) => name));
  }
  const names = optionNames(command).filter((name) => name.startsWith("--"));
  const near = nearest(word.replace(/^--/, ""), names.map((name) => name.slice(2)));
  return near === undefined ? undefined : `--${near}`;
}

/** Where an option belongs that stands before the command that has it. */
function placeOf(option: string, args: readonly string[], tree: CommandData): string | undefined {
  const before = args.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const first = args.findIndex((word, at) =>
    at > before && tree.commands?.some(({ name }) => name === word)
  );
  if (before < 0 || first < 0) return undefined;
  const words: string[] = [];
  for (const word of args.slice(first)) {
    if (!commandAt(words, tree).commands?.some(({ name }) => name === word)) break;
    words.push(word);
  }
  if (!optionNames(commandAt(words, tree)).includes(option)) return undefined;
  return `put it behind the command: datahood ${words.join(" ")} … ${option}`;
}

/** The command below another that was meant, where it stands too late or was mistyped. */
function subCommand(
  { commands = [] }: CommandData,
  path: string,
  args: readonly string[],
): string | undefined {
  const names = commands.map(({ name }) => name);
  const late = args.find((arg) => names.includes(arg));
  if (late !== undefined) return `put ${late} first: ${path} ${late} …`;
  const next = args[path.split(" ").length - 1] ?? "";
  const near = /^[a-z-]{3,}$/.test(next) ? nearest(next, names) : undefined;
  return near === undefined ? undefined : `did you mean ${path} ${near}?`;
}

/**
 * What the parser refuses, as an error with a hint: a word that is near, where an option belongs, or
 * where to read more.
 *
 * @param error The parser's.
 * @param args The command line.
 * @param tree All commands.
 */
export function usageError(
  error: ValidationError,
  args: readonly string[],
  tree: CommandData,
): UsageError {
  const path = error.cmd?.getPath() ?? tree.name;
  // A word that was not expected may be an address with a password.
  const shown = (text: string) => text.replace(/(\w:\/\/)\S*@/g, "$1***@");
  const help = `${path} --help lists what there is`;
  const [, what = "", word = ""] = /^Unknown (option|command) "([^"=]*)/.exec(error.message) ?? [];
  const command = commandAt(path.split(" ").slice(1), tree);
  if (word === "") {
    return new UsageError(shown(error.message), { hint: subCommand(command, path, args) ?? help });
  }
  const elsewhere = Object.hasOwn(ELSEWHERE, word) ? ELSEWHERE[word] : undefined;
  if (elsewhere !== undefined && (what === "option" || command === tree)) {
    return new UsageError(`Unknown ${what} "${word}".`, { hint: elsewhere });
  }
  const near = meant(what, word, command);
  const place = what === "option" && near === undefined ? placeOf(word, args, tree) : undefined;
  return new UsageError(
    shown(`Unknown ${what} "${word}".`) + (near === undefined ? "" : ` Did you mean "${near}"?`),
    { hint: place ?? help },
  );
}
