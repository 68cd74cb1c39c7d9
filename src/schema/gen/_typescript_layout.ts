import { WIDTH } from "./_javascript.ts";

/** A TypeScript type, before it is known on how many lines it stands. */
export type TypeText =
  | string
  | { readonly union: readonly TypeText[] }
  | { readonly array: TypeText }
  | { readonly tuple: readonly TypeText[] }
  | { readonly record: TypeText };

/** A type on one line. */
export function flat(type: TypeText): string {
  if (typeof type === "string") return type;
  if ("union" in type) return type.union.map(flat).join(" | ");
  if ("tuple" in type) return `[${type.tuple.map(flat).join(", ")}]`;
  if ("record" in type) return `Record<string, ${flat(type.record)}>`;
  return isUnion(type.array) ? `(${flat(type.array)})[]` : `${flat(type.array)}[]`;
}

/** A union of types, each once; of one type that type, and of none `unknown`. */
export function unionOf(types: readonly TypeText[]): TypeText {
  const parts = new Map<string, TypeText>();
  for (const type of types) {
    const inner = typeof type !== "string" && "union" in type ? type.union : [type];
    for (const part of inner) parts.set(flat(part), part);
  }
  if (parts.size === 0) return "unknown";
  return parts.size === 1 ? [...parts.values()][0]! : { union: [...parts.values()] };
}

/**
 * Lays out a type as `deno fmt` does, so that nothing is left for it to do.
 *
 * @param indent Columns before the first line.
 * @param before What stands before the type on its first line, such as `name: `.
 * @param after What stands behind it, such as `;`.
 */
export function layout(indent: number, before: string, type: TypeText, after: string): string {
  const pad = " ".repeat(indent);
  const one = `${pad}${before}${flat(type)}${after}`;
  if ([...one].length <= WIDTH) return one;
  const list = (parts: readonly TypeText[], at: number, end: string) =>
    parts.map((part, i) => layout(at, "| ", part, i === parts.length - 1 ? end : "")).join("\n");
  const hangs = before.length > 2;
  if (typeof type === "string") return hangs ? hanging(indent, before, type, after) : one;
  if ("union" in type) {
    if (!hangs) return list(type.union, indent, after);
    return `${pad}${before.trimEnd()}\n${list(type.union, indent + 2, after)}`;
  }
  if ("record" in type) {
    const inner = layout(indent + 2, "", type.record, "");
    return `${pad}${before}Record<\n${pad}  string,\n${inner}\n${pad}>${after}`;
  }
  if ("tuple" in type) {
    const inner = type.tuple.map((part) => layout(indent + 2, "", part, ",")).join("\n");
    return `${pad}${before}[\n${inner}\n${pad}]${after}`;
  }
  if (isUnion(type.array)) {
    const inner = list(type.array.union, indent + 2, "");
    return `${pad}${before}(\n${inner}\n${pad})[]${after}`;
  }
  return layout(indent, before, type.array, `[]${after}`);
}

function hanging(indent: number, before: string, name: string, after: string): string {
  return `${" ".repeat(indent)}${before.trimEnd()}\n${" ".repeat(indent + 2)}${name}${after}`;
}

function isUnion(type: TypeText): type is { readonly union: readonly TypeText[] } {
  return typeof type !== "string" && "union" in type;
}

/** A comment for documentation, on one line if it fits. */
export function docComment(indent: number, text: string): string {
  const pad = " ".repeat(indent);
  const one = `${pad}/** ${text} */`;
  if ([...one].length <= WIDTH) return one;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + 3 + [...line].length + 1 + [...word].length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return [`${pad}/**`, ...lines.map((line) => `${pad} * ${line}`), `${pad} */`].join("\n");
}
