import {
  addressStarts,
  type Place,
  PREFIX,
  type Value,
  valueCases,
  valueNames,
} from "./_places.ts";

const ADDRESS_OF = {
  source: `_datahood_words ${addressStarts("source").join(" ")}; _datahood_hidden`,
  target: `_datahood_words ${addressStarts("target").join(" ")}; _datahood_hidden`,
} as const;

function ofValue(value: Value): string {
  switch (value.kind) {
    case "words":
      return `_datahood_${value.many ? "list" : "words"} ${value.words.join(" ")}`;
    case "file":
      return "_datahood_files";
    case "server":
      return `_datahood_words ${value.starts.join(" ")}; _datahood_hidden`;
    case "any":
      return ":";
  }
}

/** Texts as a pattern of `case`; `* ` at the begin of one means any command. */
function pattern(texts: readonly string[]): string {
  return texts.map((text) => text.startsWith("* ") ? `*"${text.slice(1)}"` : `"${text}"`)
    .join(" | ");
}

/** What an argument of a command may be, by its position. */
function argumentCases({ path, children, words, takes, more }: Place): string[] {
  const first = [...children.map(({ name }) => name), ...words];
  const kinds = takes.length === 0 && first.length > 0 ? [undefined] : takes;
  return kinds.map((kind, at) => {
    const position = more && at === takes.length - 1 ? `"${path} "*` : `"${path} ${at}"`;
    const replies = [
      ...at === 0 && first.length > 0 ? [`_datahood_words ${first.join(" ")}`] : [],
      ...kind === undefined
        ? []
        : kind === "file"
        ? ["_datahood_files"]
        : [ADDRESS_OF[kind], "_datahood_files"],
    ];
    return `      ${position}) ${replies.join("; ")} ;;`;
  });
}

/** The commands that `help` can be asked for. */
function helpCases({ path, children }: Place): string[] {
  if (children.length === 0 || path === PREFIX) return [];
  return [`      "${path} 0") _datahood_words ${children.map(({ name }) => name).join(" ")} ;;`];
}

function optionCase({ path, options }: Place): string {
  const names = (collect: boolean) =>
    options.filter((option) => option.collect === collect).flatMap(({ names }) => names).join(" ");
  return `      "${path}") once="${names(false)}" again="${names(true)}" ;;`;
}

/** A script that completes the command line in bash, from version 3.2 on. */
export function bashScript(all: readonly Place[]): string {
  const deeper = all.filter(({ path }) => path !== "").map(({ path }) =>
    path.includes(" ") ? path : ` ${path}`
  );
  return `# bash completion for datahood
# Bash hands words over cut at colons and equals signs, and replaces just what is behind the cut.

# Offers a text; it begins with what was typed.
_datahood_reply() {
  local whole=$lead$1
  COMPREPLY+=("\${whole#"$cut"}")
}

_datahood_words() {
  local word
  for word; do
    if [[ $word == "$value"* && ( $word != "$value" || $word != *[:/@] ) ]]; then
      _datahood_reply "$word"
    fi
  done
}

# Words apart by commas, each once.
_datahood_list() {
  local word before=\${value%"\${value##*,}"}
  for word; do
    if [[ ",$before" != *",$word,"* ]]; then _datahood_words "$before$word"; fi
  done
}

# Files, behind a text that is no part of their names.
_datahood_files() {
  local file shown
  while IFS= read -r file; do
    shown=$file
    if [[ -z $quote ]]; then
      printf -v shown %q "$file"
      shown=\${shown/#\\\\~/\\~}
    fi
    if [[ -d \${file/#\\~/$HOME} ]]; then shown+=/; fi
    _datahood_reply "\${1-}$shown"
  done < <(compgen -f -- "\${value#"\${1-}"}")
}

# An address that is in a variable or a file.
_datahood_hidden() {
  local name
  case $value in
    env:*) for name in $(compgen -e); do _datahood_words "env:$name"; done ;;
    @*) _datahood_files @ ;;
  esac
}

_datahood_options() {
  local word
  for word in $once; do
    if [[ $used != *" $word "* ]]; then _datahood_words "$word"; fi
  done
  _datahood_words $again
}

_datahood() {
  local IFS=$' \\t\\n' rest=$COMP_LINE trimmed word i n=-1
  local path="" at=1 position=0 option="" used=" " once="" again="" help=""
  local quote="" typed cut lead="" value
  local -a line
  COMPREPLY=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    trimmed=\${rest#"\${rest%%[![:space:]]*}"}
    if ((i == 0)) || [[ $trimmed != "$rest" ]]; then line[++n]=""; fi
    word=\${COMP_WORDS[i]}
    rest=\${trimmed#"$word"}
    if ((i == COMP_CWORD)) && [[ -n $word ]]; then
      # What is behind the cursor is not looked at.
      word=\${trimmed:0:COMP_POINT - (\${#COMP_LINE} - \${#trimmed})}
    fi
    line[n]+=$word
  done

  word=\${line[n]}
  case $word in
    [\\"\\']*) quote=\${word:0:1} typed=\${word:1} cut=\${word:1} ;;
    *) typed=\${word//\\\\/} cut=$word ;;
  esac
  cut=\${cut%"$2"}
  value=$typed

  while ((at < n)); do
    word=\${line[at]}
    case "$path $word" in
      ${pattern(deeper)})
        path=\${path:+$path }$word ;;
      " help") ((at == 1)) && help=1 || break ;;
      "${PREFIX} -"*) ;;
      "${PREFIX} "*) path="" && continue ;;
      *) break ;;
    esac
    ((at++))
  done

  for (( ; at < n; at++)); do
    word=\${line[at]}
    if [[ -n $option ]]; then
      option=""
      continue
    fi
    case $word in
      --*=*) used+="\${word%%=*} " ;;
      ${valueNames(all).join(" | ")})
        used+="$word " option=$word ;;
      -?*) used+="$word " ;;
      *) ((position++)) ;;
    esac
  done

  if [[ -z $option && $typed == --*=* ]]; then
    option=\${typed%%=*} lead=\${typed%%=*}= value=\${typed#*=}
  fi
  if [[ -n $help ]]; then
    case "$path $position" in
${all.flatMap(helpCases).join("\n")}
    esac
  elif [[ -n $option ]]; then
    case "$path $option" in
${
    valueCases(all).map(({ value, places }) =>
      `      ${pattern(places)})\n        ${ofValue(value)} ;;`
    ).join("\n")
  }
    esac
  elif [[ $typed == -* ]]; then
    case $path in
${all.map(optionCase).join("\n")}
    esac
    _datahood_options
  else
    case "$path $position" in
${all.flatMap(argumentCases).join("\n")}
    esac
  fi
  # What goes on is not closed with a blank; an old bash cannot be told.
  if ((\${#COMPREPLY[@]} == 1)) && [[ \${COMPREPLY[0]} == *[:/=@,] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _datahood datahood
`;
}
