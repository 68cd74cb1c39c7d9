import { oneLine } from "./_javascript.ts";

/** Lines are no longer than this where they can be broken, as Black has it. */
const LINE = 88;

/** Words that are no identifiers in Python. */
const KEYWORDS: ReadonlySet<string> = new Set(
  ("False None True and as assert async await break class continue def del elif else except " +
    "finally for from global if import in is lambda nonlocal not or pass raise return try while " +
    "with yield").split(" "),
);

// Letters that every Python since 3.11 knows: newer ones are letters here and not there.
const IDENTIFIER =
  /^[A-Za-z_\u00c0-\u024f\u0370-\u03ff\u0400-\u052f\u3041-\u30ff\u4e00-\u9fa5\uac00-\ud7a3][\w\u00c0-\u024f\u0370-\u03ff\u0400-\u052f\u3041-\u30ff\u4e00-\u9fa5\uac00-\ud7a3]*$/;

/** Whether text is a word that Python reads as a name, and as just this one. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text) && /^\p{XIDS}|^_/u.test(text) && /^[\p{XIDC}]*$/u.test(text) &&
    text.normalize("NFKC") === text;
}

/** Whether text is a keyword. */
export function isKeyword(text: string): boolean {
  return KEYWORDS.has(text);
}

/** Signs that are not seen, end a line, or turn the direction of text. */
const HIDDEN =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function escaped(c: string): string {
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A literal of Python: a number, or a string in the quotes that need fewer backslashes. */
export function pythonLiteral(value: string | number): string {
  const literal = JSON.stringify(value).replace(HIDDEN, escaped);
  const count = (quote: string) => literal.split(quote).length - 1;
  if (typeof value === "number" || count('"') - 2 <= count("'")) return literal;
  return `'${literal.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** A docstring. */
export function docstring(text: string): string {
  const inside = oneLine(text).replaceAll("\\", "\\\\").replace(HIDDEN, escaped)
    .replaceAll('"""', '\\"\\"\\"').replace(/"$/, '\\"');
  return `"""${inside}"""`;
}

/** A space inside of what is not to be broken. */
export const HARD_SPACE = "\u0000";

/** Comment lines with a text, broken between words. */
export function commentLines(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of oneLine(text).split(" ")) {
    const shown = word.replaceAll(HARD_SPACE, " ").replace(HIDDEN, escaped);
    if (line.length + 1 + shown.length > LINE && line !== `${indent}#`) {
      lines.push(line);
      line = `${indent}#`;
    }
    line += ` ${shown}`;
  }
  return [...lines, line];
}

/** An expression: text, a name with what is in its brackets, or alternatives. */
export type Expression =
  | string
  | { readonly head: string; readonly open: "[" | "("; readonly parts: readonly Expression[] }
  | { readonly union: readonly Expression[] };

/** `head[parts]`. */
export function subscript(head: string, ...parts: readonly Expression[]): Expression {
  return { head, open: "[", parts };
}

/** `head(parts)`. */
export function call(head: string, ...parts: readonly Expression[]): Expression {
  return { head, open: "(", parts };
}

/** `a | b`, or `a` alone. */
export function unionOf(parts: readonly Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : { union: parts };
}

/** An expression on one line. */
export function flat(expression: Expression): string {
  if (typeof expression === "string") return expression;
  if ("union" in expression) return expression.union.map(flat).join(" | ");
  const { head, open, parts } = expression;
  return `${head}${open}${parts.map(flat).join(", ")}${open === "[" ? "]" : ")"}`;
}

/** An expression on as many lines as it needs, with what stands before and after it. */
export function layout(
  indent: string,
  before: string,
  expression: Expression,
  after = "",
): string[] {
  const line = `${indent}${before}${flat(expression)}${after}`;
  if (typeof expression === "string" || fits(line)) return [line];
  const inside = `${indent}    `;
  if ("union" in expression) {
    return [`${indent}${before}(`, ...alternatives(inside, expression.union), `${indent})${after}`];
  }
  const { head, open, parts } = expression;
  if (parts.length === 0) return [line];
  const body = `${inside}${parts.map(flat).join(", ")}`;
  const only = parts.length === 1 ? parts[0]! : undefined;
  const lines = fits(body)
    ? [body]
    : only !== undefined && open === "["
    ? (typeof only !== "string" && "union" in only
      ? alternatives(inside, only.union)
      : layout(inside, "", only))
    : parts.flatMap((part) => layout(inside, "", part, ","));
  return [
    `${indent}${before}${head}${open}`,
    ...lines,
    `${indent}${open === "[" ? "]" : ")"}${after}`,
  ];
}

function alternatives(indent: string, union: readonly Expression[]): string[] {
  return union.flatMap((part, i) => layout(indent, i === 0 ? "" : "| ", part));
}

function fits(line: string): boolean {
  return [...line].length <= LINE;
}
