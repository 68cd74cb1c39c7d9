import { propertyKey } from "./_javascript.ts";

/** Columns of a line at most. */
export const WIDTH = 100;

/** An expression: text, or parts between brackets. */
export type Code = string | {
  /** What stands before the bracket. */
  readonly head: string;
  /** The bracket. */
  readonly open: "{" | "[" | "(";
  /** The parts; those of an object have a key. */
  readonly parts: readonly { readonly key?: string; readonly code: Code }[];
};

const CLOSE = { "{": "}", "[": "]", "(": ")" } as const;

/** An object. */
export function object(members: readonly (readonly [string, Code])[]): Code {
  const parts = members.map(([key, code]) => ({ key: `${propertyKey(key)}: `, code }));
  return { head: "", open: "{", parts };
}

/** An array. */
export function array(elements: readonly Code[]): Code {
  return { head: "", open: "[", parts: elements.map((code) => ({ code })) };
}

/** A call. */
export function call(head: string, ...args: readonly Code[]): Code {
  return { head, open: "(", parts: args.map((code) => ({ code })) };
}

/** On one line. */
export function flat(code: Code): string {
  if (typeof code === "string") return code;
  const { head, open, parts } = code;
  const inner = parts.map(({ key = "", code }) => `${key}${flat(code)}`).join(", ");
  return open === "{" && inner !== "" ? `{ ${inner} }` : `${head}${open}${inner}${CLOSE[open]}`;
}

/**
 * Text that `deno fmt` leaves as it is.
 *
 * @param code What to write.
 * @param indent Blanks before the line it is on.
 * @param before Columns of what stands before it on its line, with the blanks.
 * @param after Columns of what stands after it.
 */
export function layout(code: Code, indent: number, before: number, after: number): string {
  const text = flat(code);
  if (typeof code === "string" || before + [...text].length + after <= WIDTH) return text;
  const { head, open, parts } = code;
  const last = parts.at(-1)?.code;
  const hugs = open === "(" || (open === "[" && parts.length === 1);
  if (hugs && typeof last === "object" && last.open !== "(") {
    const first = parts.slice(0, -1).map(({ code }) => `${flat(code)}, `).join("");
    const start = `${head}${open}${first}`;
    // The last part hangs on to the bracket.
    if (before + [...start].length + 1 <= WIDTH) {
      return `${start}${broken(last, indent)}${CLOSE[open]}`;
    }
  }
  return broken(code, indent);
}

function broken(code: Exclude<Code, string>, indent: number): string {
  const { head, open, parts } = code;
  const blanks = " ".repeat(indent);
  const lines = parts.map(({ key = "", code }) => `${part(key, code, indent + 2)},\n`);
  return `${head}${open}\n${lines.join("")}${blanks}${CLOSE[open]}`;
}

/** A member of an object on its own lines, with its comma. */
export function memberLine(key: string, code: Code, indent: number): string {
  return `${part(`${propertyKey(key)}: `, code, indent)},`;
}

function part(key: string, code: Code, indent: number): string {
  const start = `${" ".repeat(indent)}${key}`;
  const columns = [...start].length;
  const first = typeof code === "string" ? [...code].length + 1 : code.head.length + 1;
  if (key !== "" && columns + first > WIDTH) {
    const below = layout(code, indent + 2, indent + 2, 1);
    return `${start.trimEnd()}\n${" ".repeat(indent + 2)}${below}`;
  }
  return `${start}${layout(code, indent, columns, 1)}`;
}
