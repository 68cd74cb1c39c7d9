import type { NamedModel, ValueModel } from "../model.ts";

/** Columns of a line at most, as `deno fmt` has it. */
export const WIDTH = 100;

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** A key as it stands in an object type or literal: quoted where it is no identifier. */
export function propertyKey(key: string): string {
  return IDENTIFIER.test(key) && key !== "__proto__" ? key : quoted(key);
}

/** A literal in double quotes that no reader of lines takes apart. */
function literal(value: string | number): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A literal in the quotes that make the fewest of its own be escaped, as `deno fmt` has it. */
export function quoted(value: string | number): string {
  const text = literal(value);
  const count = (quote: string) => text.slice(1, -1).split(quote).length;
  if (typeof value === "number" || count('"') <= count("'")) return text;
  return `'${text.slice(1, -1).replaceAll("'", "\\'").replaceAll('\\"', '"')}'`;
}

/** Imports the types of classes of the driver, in the order that `deno fmt` puts names in. */
export function importLine(classes: Iterable<string>): string {
  const names = [...classes].sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
  const line = `import type { ${names.join(", ")} } from "mongodb";`;
  if (line.length <= WIDTH) return line;
  return `import type {\n${names.map((name) => `  ${name},\n`).join("")}} from "mongodb";`;
}

/** Text that can stand inside a block comment. */
export function comment(text: string): string {
  return oneLine(text).replaceAll("*/", "*\\/");
}

/** Text on one line. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, " ");
}

/**
 * Whether the driver makes a `DBRef` of objects: those with a string `$ref` and an `$id`, and a string
 * `$db` if there is one, and no other key that starts with a dollar sign.
 */
export function dbRefOf(type: NamedModel): "always" | "some" | "never" {
  if (type.type === "variants") {
    const found = new Set(type.variants.map(({ object }) => dbRefOf(object)));
    return found.size === 1 ? [...found][0]! : "some";
  }
  const fields = type.type === "map" ? type.named : type.fields;
  const find = (key: string) => fields.find((field) => field.key === key);
  const ref = find("$ref"), id = find("$id"), db = find("$db");
  if (ref === undefined || id === undefined || !strings(ref.value).some) return "never";
  const others = fields.filter(({ key }) => key.startsWith("$") && !/^\$(?:ref|id|db)$/.test(key));
  if (id.value.types.length === 0 || others.some(({ optional }) => !optional)) return "never";
  if (type.type === "map" || type.open) return "some";
  const always = !ref.optional && !id.optional && strings(ref.value).all &&
    id.value.nulls + id.value.undefineds === 0 && (db === undefined || strings(db.value).all) &&
    others.length === 0;
  return always ? "always" : "some";
}

function strings({ types, nulls, undefineds, outliers }: ValueModel): {
  readonly some: boolean;
  readonly all: boolean;
} {
  const found = types.filter((type) =>
    type.type === "scalar" && (type.kind === "string" || type.kind === "symbol")
  );
  const all = found.length === types.length && nulls + undefineds === 0 && outliers.length === 0;
  return { some: found.length > 0, all };
}
