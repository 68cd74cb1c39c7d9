/** Data may hold anything; a terminal would obey some of it. */
function escaped(text: string, pattern: RegExp): string {
  return text.replace(
    pattern,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text for a terminal, its lines as they are: what the terminal would obey is shown instead. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return escaped(text, /[\0-\x08\x0b-\x1f\x7f-\x9f]/g);
}

/** The same of text that is to stay one line. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return escaped(text, /[\0-\x1f\x7f-\x9f\u2028\u2029]/g);
}
