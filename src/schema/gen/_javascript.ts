const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** A key as it stands in an object type or literal: quoted where it is no identifier. */
export function propertyKey(key: string): string {
  return IDENTIFIER.test(key) && key !== "__proto__" ? key : literal(key);
}

/** A literal in double quotes that no reader of lines takes apart. */
export function literal(value: string | number): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text that can stand inside a block comment. */
export function comment(text: string): string {
  return oneLine(text).replaceAll("*/", "*\\/");
}

/** Text on one line. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, " ");
}
