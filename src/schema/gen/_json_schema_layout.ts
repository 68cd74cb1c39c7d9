/** JSON; a map is an object whose keys keep their order, whatever they are. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json } | ReadonlyMap<string, Json>;

const WIDTH = 100;

/** The keys of a JSON object and what is under them. */
export function entriesOf(value: JsonObject): readonly (readonly [string, Json])[] {
  return value instanceof Map ? [...value] : Object.entries(value);
}

/**
 * JSON as `deno fmt` leaves it: what is short stays on one line.
 *
 * @param value What to write.
 * @param indent Blanks before the line it is on.
 * @param before Columns of what stands before it on its line, with the blanks.
 */
export function layoutJson(value: Json, indent = 0, before = 0): string {
  const text = flatJson(value);
  // A comma may follow.
  if (typeof value !== "object" || value === null || before + text.length < WIDTH) return text;
  const inner = indent + 2;
  const blanks = " ".repeat(inner);
  if (isArray(value)) {
    const lines = value.map((one) => `${blanks}${layoutJson(one, inner, inner)}`);
    return `[\n${lines.join(",\n")}\n${" ".repeat(indent)}]`;
  }
  const lines = entriesOf(value).map(([key, one]) => {
    const start = `${blanks}${quoted(key)}: `;
    return `${start}${layoutJson(one, inner, start.length)}`;
  });
  return `{\n${lines.join(",\n")}\n${" ".repeat(indent)}}`;
}

/** JSON on one line, with blanks in braces. */
export function flatJson(value: Json): string {
  if (typeof value !== "object" || value === null) {
    return typeof value === "string" ? quoted(value) : JSON.stringify(value);
  }
  if (isArray(value)) return `[${value.map(flatJson).join(", ")}]`;
  const members = entriesOf(value).map(([key, one]) => `${quoted(key)}: ${flatJson(one)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** A string without characters that end lines or cannot be seen. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
