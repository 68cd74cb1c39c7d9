import { addressStarts, type Place, PREFIX, type Value, valueNames } from "./_places.ts";

/** A text in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function ofValue(value: Value | undefined): string {
  switch (value?.kind) {
    case undefined:
      return "";
    case "words":
      return value.many
        ? ` -x -a '(__datahood_list ${value.words.join(" ")})'`
        : ` -x -a '${value.words.join(" ")}'`;
    case "file":
      return " -r -F";
    case "server":
      return ` -x -a '(__datahood_address ${value.starts.join(" ")})'`;
    case "any":
      return " -x";
  }
}

function linesOf({ path, children, words, takes, more, options }: Place): string[] {
  const at = (position: number | string, also = "") =>
    `complete -c datahood -n '__datahood_at "${path}"${
      position === "" ? "" : ` ${position}`
    }${also}'`;
  const optionLines = options.map(({ names, help, value }) => {
    const spelled = names.map((name) =>
      name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`
    );
    return `${at("")} ${spelled.join(" ")}${ofValue(value)} -d ${quoted(help)}`;
  });
  const helpAt = `complete -c datahood -n '__datahood_at "${`help ${path}`.trim()}" 0'`;
  return [
    ...children.map(({ name, help }) => `${at(0)} -a ${name} -d ${quoted(help)}`),
    ...path === PREFIX
      ? []
      : children.map(({ name, help }) => `${helpAt} -a ${name} -d ${quoted(help)}`),
    ...words.length > 0 ? [`${at(0)} -a '${words.join(" ")}'`] : [],
    ...takes.flatMap((kind, i) => {
      const position = more && i === takes.length - 1 ? "" : i;
      if (kind === "file") return [`${at(position)} -F`];
      return [
        `${at(position)} -a '(__datahood_address ${addressStarts(kind).join(" ")})'`,
        `${at(position, "; and __datahood_file")} -F`,
      ];
    }),
    ...optionLines,
  ];
}

/** A script that completes the command line in fish. */
export function fishScript(all: readonly Place[]): string {
  const deeper = all.filter(({ path }) => path !== "").map(({ path }) =>
    quoted(path.includes(" ") ? path : ` ${path}`)
  );
  return `# fish completion for datahood

# The words that select the command, and how many arguments stand behind them.
function __datahood_state
    set -l words (commandline -opc)
    set -e words[1]
    set -l path ''
    set -l help ''
    if test "$words[1]" = help
        set help help
        set -e words[1]
    end
    while set -q words[1]
        switch "$path $words[1]"
            case ${deeper.join(" ")}
                set path (string trim -- "$path $words[1]")
            case '${PREFIX} -*'
            case '${PREFIX} *'
                set path ''
                continue
            case '*'
                break
        end
        set -e words[1]
    end
    set -l position 0
    set -l value no
    for word in $words
        if test $value = yes
            set value no
            continue
        end
        switch $word
            case '--*=*'
            case ${valueNames(all).join(" ")}
                set value yes
            case -
                set position (math $position + 1)
            case '-*'
            case '*'
                set position (math $position + 1)
        end
    end
    printf '%s\\n' (string trim -- "$help $path") $position
end

function __datahood_at
    set -l state (__datahood_state)
    test "$state[1]" = "$argv[1]"; or return
    not set -q argv[2]; or test "$state[2]" = "$argv[2]"
end

# What is typed of a value, without a quote or the option before it.
function __datahood_typed
    commandline -ct | string replace -r '^--[a-z-]+=' '' | string trim -l -c "\\"'"
end

# An address: how it may begin, or the variable or the file that it is in.
function __datahood_address
    set -l typed (__datahood_typed)
    switch "$typed"
        case 'env:*'
            printf 'env:%s\\n' (set -xn)
        case '@*'
            printf '@%s\\n' (__fish_complete_path (string sub -s 2 -- $typed))
        case '*'
            printf '%s\\n' $argv
    end
end

# Whether a file may be meant: fish looks for one behind each colon as well.
function __datahood_file
    not string match -q '*:*' -- (commandline -ct)
end

# Words apart by commas, each once.
function __datahood_list
    set -l typed (__datahood_typed)
    set -l before (string replace -r '[^,]*$' '' -- "$typed")
    for word in $argv
        string match -q -- "*,$word,*" ",$before"; or echo "$before$word"
    end
end

complete -c datahood -f
${all.flatMap(linesOf).join("\n")}
`;
}
