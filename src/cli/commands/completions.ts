import { EXIT_CODES, UsageError } from "../../core/mod.ts";
import { nearest } from "../../connectors/_nearest.ts";
import type { CliIo } from "../_io.ts";
import { type CommandData, type OptionData, spellings } from "../_options.ts";
import { wholeTree } from "../_tree.ts";

/** A command with the words that lead to it. */
interface Place {
  readonly words: readonly string[];
  readonly command: CommandData;
}

function places(command: CommandData, words: readonly string[] = []): Place[] {
  return [
    { words, command },
    ...(command.commands ?? []).flatMap((child) => places(child, [...words, child.name])),
  ];
}

function optionsOf(command: CommandData): readonly OptionData[] {
  return [
    ...(command.groups ?? []).flatMap((group) => group.options),
    { flags: "-h, --help", help: "Show this help." },
  ];
}

/** Words that may follow a command. */
function wordsOf(command: CommandData): readonly string[] {
  return [...(command.commands ?? []).map((child) => child.name), ...(command.words ?? [])];
}

function bash(all: readonly Place[]): string {
  const cases = all.map(({ words, command }) => {
    const names = optionsOf(command).flatMap((option) => spellings(option).names);
    return `    "${words.join(" ")}") words="${[...wordsOf(command), ...names].join(" ")}";` +
      ` files=${command.files ? 1 : 0} ;;`;
  });
  return `# bash completion for datahood
_datahood() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" words="" files=0 i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
${
    all.filter(({ words }) => words.length > 0).map(({ words }) =>
      `      "${[words.slice(0, -1).join(" "), words.at(-1)].join(" ")}") path="${
        words.join(" ")
      }" ;;`
    ).join("\n")
  }
      *) break ;;
    esac
  done
  case "$prev" in
${optionCases(all).join("\n")}
  esac
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ $files == 1 && $cur != -* ]]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _datahood datahood
`;
}

/** The options that take a value, over all commands, each once. */
function valueOptions(all: readonly Place[]): readonly OptionData[] {
  const found = new Map<string, OptionData>();
  for (const { command } of all) {
    for (const option of optionsOf(command)) {
      if (spellings(option).takesValue) found.set(spellings(option).names.join("|"), option);
    }
  }
  return [...found.values()];
}

function optionCases(all: readonly Place[]): string[] {
  return valueOptions(all).map((option) => {
    const reply = option.words !== undefined
      ? `COMPREPLY=($(compgen -W "${option.words.join(" ")}" -- "$cur"))`
      : option.file
      ? `COMPREPLY=($(compgen -f -- "$cur"))`
      : "COMPREPLY=()";
    return `    ${spellings(option).names.join("|")}) ${reply}; return ;;`;
  });
}

function single(text: string): string {
  return text.replaceAll("'", `'\\''`);
}

function zsh(all: readonly Place[]): string {
  const cases = all.map(({ words, command }) => {
    const specs = optionsOf(command).flatMap((option) => {
      const { names, takesValue } = spellings(option);
      const help = option.help.replace(/[[\]:\\]/g, "\\$&");
      const value = !takesValue
        ? ""
        : option.words !== undefined
        ? `:value:(${option.words.join(" ")})`
        : option.file
        ? ":file:_files"
        : ":value: ";
      const star = option.collect ? "*" : "";
      return names.map((name) => `'${single(`${star}${name}[${help}]${value}`)}'`);
    });
    const next = wordsOf(command);
    const more = next.length > 0 && command.files
      ? `'1: :{_alternative "words:word:(${next.join(" ")})" "files:file:_files"}' '*:file:_files'`
      : next.length > 0
      ? `'1:word:(${next.join(" ")})'`
      : command.files
      ? "'*:file:_files'"
      : "";
    return `    "${words.join(" ")}") _arguments ${[...specs, more].join(" ").trim()} ;;`;
  });
  const deeper = all.filter(({ words }) => words.length > 0).map(({ words }) =>
    `      "${[words.slice(0, -1).join(" "), words.at(-1)].join(" ")}") path="${
      words.join(" ")
    }" ;;`
  );
  return `#compdef datahood
_datahood() {
  local path="" depth=0 i
  for ((i = 2; i < CURRENT; i++)); do
    case "$path \${words[i]}" in
${deeper.join("\n")}
      *) break ;;
    esac
    ((depth++))
  done
  # The words that led here are gone through; what is left is this command's.
  words=(datahood "\${(@)words[depth+2,-1]}")
  ((CURRENT -= depth))
  case "$path" in
${cases.join("\n")}
  esac
}
if [[ "$funcstack[1]" == "_datahood" ]]; then _datahood "$@"; else compdef _datahood datahood; fi
`.replaceAll("local path=", "local command_path=").replaceAll('"$path', '"$command_path')
    .replaceAll(' path="', ' command_path="');
}

function fish(all: readonly Place[]): string {
  const lines = ["# fish completion for datahood", "complete -c datahood -f"];
  for (const { words, command } of all) {
    const children = (command.commands ?? []).map((child) => child.name);
    const inside = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const notDeeper = children.length > 0
      ? [`not __fish_seen_subcommand_from ${children.join(" ")}`]
      : [];
    const condition = [...inside, ...notDeeper].join("; and ");
    const when = condition === "" ? "" : ` -n '${condition}'`;
    for (const child of command.commands ?? []) {
      lines.push(`complete -c datahood${when} -a ${child.name} -d '${single(child.help)}'`);
    }
    if (command.words !== undefined) {
      lines.push(`complete -c datahood${when} -a '${command.words.join(" ")}'`);
    }
    if (command.files) lines.push(`complete -c datahood${when} -F`);
    for (const option of optionsOf(command)) {
      const { names, takesValue } = spellings(option);
      const spelled = names.map((name) =>
        name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`
      );
      const value = !takesValue
        ? ""
        : option.words !== undefined
        ? ` -x -a '${option.words.join(" ")}'`
        : option.file
        ? " -r -F"
        : " -x";
      lines.push(
        `complete -c datahood${when} ${spelled.join(" ")}${value} -d '${single(option.help)}'`,
      );
    }
  }
  return lines.join("\n") + "\n";
}

const SHELLS: Readonly<Record<string, (all: readonly Place[]) => string>> = { bash, zsh, fish };

/** `datahood completions SHELL`: made from the commands' data. */
export async function completionsCommand(
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  const shell = words[0] ?? "";
  const generate = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (generate === undefined) {
    const near = nearest(shell, Object.keys(SHELLS));
    throw new UsageError(
      `Cannot make completions for "${shell}": known are ${Object.keys(SHELLS).join(", ")}.`,
      near === undefined ? {} : { hint: `did you mean datahood completions ${near}?` },
    );
  }
  io.out(generate(places(await wholeTree())));
  return EXIT_CODES.done;
}
