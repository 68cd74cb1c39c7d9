/**
 * Finds what a TypeScript file imports and where it says `Deno`, without a parser.
 *
 * @module
 */

/** One import or re-export. */
export interface Import {
  /** What is imported, as it is written. */
  readonly specifier: string;
  /** Line, from 1. */
  readonly line: number;
  /** `import type` or `export type`: gone when the program runs. */
  readonly typeOnly: boolean;
  /** `import("…")`: loaded only when it is reached. */
  readonly dynamic: boolean;
}

/** What one file shows. */
export interface Scan {
  /** Its imports, in order. */
  readonly imports: readonly Import[];
  /** Lines, from 1, that use the `Deno` namespace. */
  readonly denoLines: readonly number[];
}

const SPACE = /[^\n]/g;
/** Before a slash that starts a regular expression instead of a division. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|yield|await))\s*$/;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** The source with comments, regular expressions and the text of strings as spaces, offsets kept. */
export function maskSource(source: string): string {
  let masked = "";
  let at = 0;
  /** Open braces inside each `${`, innermost last. */
  const templates: number[] = [];
  const blank = (end: number, keepQuotes = false) => {
    const text = source.slice(at, end);
    masked += keepQuotes && text.length > 1
      ? text[0] + text.slice(1, -1).replace(SPACE, " ") + text.at(-1)
      : text.replace(SPACE, " ");
    at = end;
  };
  const template = () => {
    let end = at + 1;
    while (end < source.length && source[end] !== "`" && !source.startsWith("${", end)) {
      end += source[end] === "\\" ? 2 : 1;
    }
    const opens = source.startsWith("${", end);
    if (opens) templates.push(0);
    blank(Math.min(source.length, end + (opens ? 2 : 1)));
  };
  while (at < source.length) {
    const char = source[at]!;
    if (source.startsWith("//", at)) {
      const end = source.indexOf("\n", at);
      blank(end === -1 ? source.length : end);
    } else if (source.startsWith("/*", at)) {
      const end = source.indexOf("*/", at + 2);
      blank(end === -1 ? source.length : end + 2);
    } else if (char === '"' || char === "'") {
      let end = at + 1;
      while (end < source.length && source[end] !== char) end += source[end] === "\\" ? 2 : 1;
      blank(Math.min(source.length, end + 1), true);
    } else if (char === "`") {
      template();
    } else if (char === "}" && templates.at(-1) === 0) {
      templates.pop();
      template();
    } else if (char === "/" && BEFORE_REGEX.test(masked.slice(-20))) {
      REGEX.lastIndex = at;
      const found = REGEX.exec(source);
      blank(at + (found?.[0].length ?? 1));
    } else {
      const inner = templates.length - 1;
      if (inner >= 0 && char === "{") templates[inner]!++;
      if (inner >= 0 && char === "}") templates[inner]!--;
      masked += char;
      at++;
    }
  }
  return masked;
}

const IMPORTS = [
  /\b(?:import|export)\s+(type\s)?[^"'`;()=]*?\bfrom\s*(["'])/g,
  /\bimport\s*()(["'])/g,
  /\bimport\s*\(\s*()(["'])/g,
];

/**
 * Reads one file.
 *
 * @param source Its text.
 * @returns What it imports and where it says `Deno`.
 */
export function scanSource(source: string): Scan {
  const masked = maskSource(source);
  const lineOf = (offset: number) => source.slice(0, offset).split("\n").length;
  const imports: Import[] = [];
  for (const [kind, pattern] of IMPORTS.entries()) {
    for (const match of masked.matchAll(pattern)) {
      const start = match.index + match[0].length;
      const specifier = source.slice(start, masked.indexOf(match[2]!, start));
      const line = lineOf(start);
      imports.push({
        specifier,
        line,
        typeOnly: match[1] !== undefined && kind === 0,
        dynamic: kind === 2,
      });
    }
  }
  const denoLines = [...masked.matchAll(/(?<![\w.$])Deno\b(?!\s*:)/g)].map((m) => lineOf(m.index));
  return {
    imports: imports.toSorted((a, b) => a.line - b.line),
    denoLines: [...new Set(denoLines)],
  };
}
