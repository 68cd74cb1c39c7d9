/** Where a text stops being JSON, and what was wanted there. */
export interface JsonError {
  /** Offset in UTF-16 units. */
  readonly at: number;
  /** What should have come, as a noun phrase. */
  readonly expected: string;
}

/** What is wrong with a text that `JSON.parse` refuses, and where, for people. */
export function describeJsonError(text: string): string {
  const { at, expected } = findJsonError(text);
  const before = text.slice(0, at).split("\n");
  const line = before.length;
  const column = before.at(-1)!.length + 1;
  const where = line === 1 ? `at column ${column}` : `at line ${line}, column ${column}`;
  const found = at >= text.length ? "the text ends" : `"${shown(text.slice(at))}" is`;
  return `${found} ${where}, where ${expected} should be`;
}

/** A user's text in a message: on one line, and not much of it. */
export function shown(text: string): string {
  return excerpt(text.replace(/\s+/g, " "), 20);
}

/** The beginning of a text, never half a character. */
export function excerpt(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = /[\ud800-\udbff]/.test(text[maxLength - 2]!) ? maxLength - 2 : maxLength - 1;
  return `${text.slice(0, end)}…`;
}

const SPACE = /[ \t\r\n]*/y;
// deno-lint-ignore no-control-regex -- JSON wants control characters escaped.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Finds where a text that `JSON.parse` refuses stops being JSON. Engines say it in different words,
 * and not always where.
 */
export function findJsonError(text: string): JsonError {
  const open: ("}" | "]")[] = [];
  let at = 0;
  const eat = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const space = () => void eat(SPACE);
  const key = (): JsonError | undefined => {
    if (!eat(STRING)) return { at, expected: "a key in double quotes" };
    space();
    if (text[at] !== ":") return { at, expected: 'a ":" behind the key' };
    at++;
    return undefined;
  };
  while (true) {
    // A value is due here.
    space();
    const begin = text[at];
    if (begin === "{" || begin === "[") {
      const close = begin === "{" ? "}" : "]";
      at++;
      space();
      if (text[at] !== close) {
        open.push(close);
        const wrong = close === "}" ? key() : undefined;
        if (wrong !== undefined) return wrong;
        continue;
      }
      at++;
    } else if (!eat(STRING) && !eat(SCALAR)) {
      return { at, expected: begin === '"' ? "a text that ends in a double quote" : "a value" };
    }
    // A value has ended here; so may what is around it.
    space();
    while (open.length > 0 && text[at] === open.at(-1)) {
      open.pop();
      at++;
      space();
    }
    const inside = open.at(-1);
    if (inside === undefined) return { at, expected: "the end of the text" };
    if (text[at] !== ",") return { at, expected: `"," or "${inside}"` };
    at++;
    space();
    const wrong = inside === "}" ? key() : undefined;
    if (wrong !== undefined) return wrong;
  }
}
