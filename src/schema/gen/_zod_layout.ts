import { propertyKey, WIDTH } from "./_javascript.ts";

/** An expression or a type: text, or something with parts between brackets. */
export type Node = string | {
  /** What stands before the bracket. */
  readonly head: string;
  /** The bracket. */
  readonly open: "(" | "[" | "<";
  /** The parts. */
  readonly parts: readonly Node[];
};

const CLOSE = { "(": ")", "[": "]", "<": ">" } as const;

/** A call. */
export function call(head: string, ...parts: readonly Node[]): Node {
  return { head, open: "(", parts };
}

/** An array, or a tuple of types. */
export function list(parts: readonly Node[]): Node {
  return { head: "", open: "[", parts };
}

/** A type with arguments. */
export function typeOf(head: string, ...parts: readonly Node[]): Node {
  return { head, open: "<", parts };
}

/** On one line. */
export function flat(node: Node): string {
  if (typeof node === "string") return node;
  return `${node.head}${node.open}${node.parts.map(flat).join(", ")}${CLOSE[node.open]}`;
}

/**
 * Text that `deno fmt` leaves as it is.
 *
 * @param node What to write.
 * @param indent Blanks before the line it is on.
 * @param before Columns of what stands before it on its line, with the blanks.
 * @param after Columns of what stands after it.
 */
export function layout(node: Node, indent: number, before: number, after: number): string {
  const text = flat(node);
  if (typeof node === "string" || before + text.length + after <= WIDTH) return text;
  const { head, open, parts } = node;
  const last = parts.at(-1);
  const blanks = " ".repeat(indent);
  if (open === "(" && typeof last === "object" && last.open === "[") {
    // The last argument hangs on to the bracket if it is an array.
    const first = parts.slice(0, -1).map((part) => `${flat(part)}, `).join("");
    if (before + head.length + first.length + 2 <= WIDTH) {
      return `${head}(${first}${broken(last.parts, "[", indent)}${blanks}])`;
    }
  }
  return `${head}${broken(parts, open, indent)}${blanks}${CLOSE[open]}`;
}

function broken(parts: readonly Node[], open: "(" | "[" | "<", indent: number): string {
  const inner = indent + 2;
  const lines = parts.map((part, i) => {
    const comma = open === "<" && i === parts.length - 1 ? "" : ",";
    return `${" ".repeat(inner)}${layout(part, inner, inner, 1)}${comma}\n`;
  });
  return `${open}\n${lines.join("")}`;
}

/** A key as it stands in an object literal, where it has to be one of its own. */
export function memberKey(key: string): string {
  return key === "__proto__" ? '["__proto__"]' : propertyKey(key);
}
