import { addressStarts, type Place, type PlaceOption, PREFIX, type Value } from "./_places.ts";

/** A text in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What `_arguments` is told of a value: its name, and what completes it. */
function ofValue(value: Value | undefined): string {
  switch (value?.kind) {
    case undefined:
      return "";
    case "words":
      // The blank keeps options for another function away from this one.
      return value.many
        ? `:value: _values -s , value ${value.words.join(" ")}`
        : `:value:(${value.words.join(" ")})`;
    case "file":
      return ":file:_files";
    case "server":
      return `:address:_datahood_server`;
    case "any":
      return ":value: ";
  }
}

function optionSpecs({ names, help, collect, value }: PlaceOption): string[] {
  const others = collect ? "*" : names.length > 1 ? `(${names.join(" ")})` : "";
  const about = `[${help.replace(/[[\]:\\]/g, "\\$&")}]${ofValue(value)}`;
  return names.map((name) => {
    const sign = value !== undefined && name.startsWith("--") ? "=" : "";
    return quoted(`${others}${name}${sign}${about}`);
  });
}

const COMPLETES = {
  source: "_datahood_source",
  target: "_datahood_target",
  file: "_files",
} as const;

function argumentSpecs({ children, words, takes, more }: Place): string[] {
  if (takes.length === 0) {
    if (children.length > 0) return [quoted("1:command:_datahood_commands")];
    return words.length > 0 ? [quoted(`1:word:(${words.join(" ")})`)] : [];
  }
  return takes.map((kind, at) => {
    const position = more && at === takes.length - 1 ? "*" : String(at + 1);
    const own = at === 0 && children.length > 0 ? `{_datahood_commands; ${COMPLETES[kind]}}` : "";
    return quoted(`${position}:${kind}:${own === "" ? COMPLETES[kind] : own}`);
  });
}

function placeCase(place: Place): string {
  const specs = [...place.options.flatMap(optionSpecs), ...argumentSpecs(place)];
  const children = place.children.map(({ name, help }) =>
    quoted(`${name}:${help.replace(/[:\\]/g, "\\$&")}`)
  );
  return [
    `    ${quoted(place.path)})`,
    ...children.length > 0 ? [`      commands=(${children.join(" ")})`] : [],
    `      ((asked)) || _arguments -S \\\n        ${specs.join(" \\\n        ")}`,
    "      ;;",
  ].join("\n");
}

/** A script that completes the command line in zsh, to be sourced or put into `$fpath`. */
export function zshScript(all: readonly Place[]): string {
  const deeper = all.filter(({ path }) => path !== "").map(({ path }) =>
    quoted(path.includes(" ") ? path : ` ${path}`)
  );
  const server = all.flatMap(({ options }) => options)
    .flatMap(({ value }) => value?.kind === "server" ? [value.starts] : [])[0] ?? [];
  return `#compdef datahood
# zsh completion for datahood

_datahood_commands() {
  _describe -t commands command commands
}

# An address: how it may begin, or the variable or the file that it is in.
_datahood_address() {
  local -a starts=("$@")
  if compset -P 'env:'; then
    _parameters -g '*export*'
  elif compset -P '@'; then
    _files
  else
    compadd -S '' -a starts
  fi
}

_datahood_source() {
  _alternative 'addresses:address: _datahood_address ${addressStarts("source").join(" ")}' \\
    'files:file:_files'
}

_datahood_target() {
  _alternative 'addresses:address: _datahood_address ${addressStarts("target").join(" ")}' \\
    'files:file:_files'
}

_datahood_server() {
  _datahood_address ${server.join(" ")}
}

_datahood() {
  local command_path="" context state line
  local -a commands
  local -i at=2 asked=0
  local -A opt_args
  while ((at < CURRENT)); do
    case "$command_path \${words[at]}" in
      ${deeper.join(" | ")})
        command_path="\${command_path:+$command_path }\${words[at]}" ;;
      " help") ((at == 2)) && asked=1 || break ;;
      "${PREFIX} -"*) ;;
      "${PREFIX} "*) command_path="" && continue ;;
      *) break ;;
    esac
    ((at++))
  done
  # The words that led here are gone through; what is left is this command's.
  words=(datahood "\${(@)words[at,-1]}")
  ((CURRENT -= at - 2))
  case "$command_path" in
${all.map(placeCase).join("\n")}
  esac
  # Behind help stand commands and nothing else.
  if ((asked && CURRENT == 2)) && [[ "$command_path" != ${PREFIX} ]]; then _datahood_commands; fi
}

if [[ "$funcstack[1]" == "_datahood" ]]; then _datahood "$@"; else compdef _datahood datahood; fi
`;
}
