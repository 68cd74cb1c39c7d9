import type { KindName } from "../../profile/mod.ts";
import type { ScalarModel } from "../model.ts";
import { FORMAT_PATTERNS } from "./_format_patterns.ts";
import { flatJson, type Json, type JsonObject } from "./_json_schema_layout.ts";

/** Objects and arrays in one another at most; the server takes 200, of all that is around it too. */
export const MAX_NESTING = 150;
/** How many schemas a validator may have more of because recursion is followed. */
export const MAX_UNROLLED = 2000;
/** Bytes of a validator at most: that of a document, less what a command has beside it. */
export const MAX_TEXT: number = 16 * 1024 * 1024 - 16 * 1024;

/** What is chosen by options. */
export interface Rules {
  /** Whether formats of strings are checked. */
  readonly enforceFormats: boolean;
  /** Whether kinds of numbers are told apart. */
  readonly strictNumbers: boolean;
}

/** A part of a union: kinds of values, and what is said of them alone. */
export interface Part {
  /** Names of kinds as `$type` has them. */
  readonly types: readonly string[];
  /** The only values; the keyword concerns all kinds. */
  readonly values?: readonly (string | number)[];
  /** Keywords. Each concerns values of one kind only. */
  readonly rules?: ReadonlyMap<string, Json>;
  /** Words about it. */
  readonly notes?: readonly string[];
}

/** Anything. */
export const ANY: JsonObject = {};

/** The names of kinds that `$type` has for them, where they are not the same. */
const ALIASES: Readonly<Partial<Record<KindName, string>>> = {
  binary: "binData",
  boolean: "bool",
  code: "javascript",
  codeWithScope: "javascriptWithScope",
};

const NUMBERS = ["double", "int", "long"];

/** Scalars as a part. */
export function partOf(scalar: ScalarModel, { enforceFormats, strictNumbers }: Rules): Part {
  const { kind, values, closed, format } = scalar;
  const types = !strictNumbers && NUMBERS.includes(kind) ? NUMBERS : [ALIASES[kind] ?? kind];
  if (closed && values !== undefined && kind !== "symbol") {
    return { types, values: values.map(({ value }) => value) };
  }
  if (enforceFormats && kind === "string" && format !== undefined) {
    return { types, rules: new Map([["pattern", FORMAT_PATTERNS[format]]]) };
  }
  return { types };
}

/** The value of `bsonType`. */
export function bsonTypes(types: readonly string[]): Json {
  const distinct = [...new Set(types)];
  return distinct.length === 1 ? distinct[0]! : distinct;
}

/**
 * A union: one schema as long as no keyword of one part says anything about values of another, else
 * `anyOf`.
 */
export function joined(parts: readonly Part[]): JsonObject {
  if (parts.length === 0) return ANY;
  const plain = parts.filter((part) => isPlain(part));
  const groups: Part[][] = [];
  for (const part of parts) {
    if (isPlain(part)) continue;
    const group = groups.find((group) => group.every((other) => fit(part, other)));
    if (group === undefined) groups.push([part]);
    else group.push(part);
  }
  const [only, ...others] = groups;
  if (only === undefined) return together(plain);
  if (others.length === 0 && plain.every((one) => only.every((other) => fit(one, other)))) {
    // In the order of the model.
    return together(parts);
  }
  return anyOf([...groups, ...(plain.length === 0 ? [] : [plain])].map(together));
}

function isPlain({ values, rules }: Part): boolean {
  return values === undefined && rules === undefined;
}

/** Whether what is said of the one says nothing of the other. */
function fit(one: Part, other: Part): boolean {
  const listed = (part: Part) => part.values !== undefined || part.types[0] === "null";
  if (one.values !== undefined || other.values !== undefined) return listed(one) && listed(other);
  return one.types.every((type) => !other.types.includes(type));
}

function together(parts: readonly Part[]): JsonObject {
  const schema = new Map<string, Json>();
  const notes = parts.flatMap(({ notes = [] }) => notes);
  if (notes.length > 0) schema.set("description", [...new Set(notes)].join(" "));
  schema.set("bsonType", bsonTypes(parts.flatMap(({ types }) => types)));
  const values = parts.flatMap(({ values = [] }): (string | number | null)[] => [...values]);
  if (values.length > 0) {
    if (parts.some(({ types }) => types.includes("null"))) values.push(null);
    schema.set("enum", [...new Set(values)]);
  }
  for (const { rules = [] } of parts) for (const [key, value] of rules) schema.set(key, value);
  return schema;
}

/** One of some schemas. */
export function anyOf(options: readonly JsonObject[]): JsonObject {
  if (options.length === 1) return options[0]!;
  const distinct = [...new Map(options.map((option) => [flatJson(option), option])).values()];
  return distinct.length === 1 ? distinct[0]! : { anyOf: distinct };
}

/** Whether a server finds a field by that name: it reads one with dots as a path. */
export function isFindable(key: string): boolean {
  return key !== "" && !key.includes(".");
}

/**
 * The pattern that is written in place of a key: where the server would not find a field of that name,
 * and where drivers in JavaScript would take the object of the keys for a value of their own.
 */
export function propertyPattern(key: string): string | undefined {
  if (isFindable(key) && key !== "_bsontype") return undefined;
  return `^${key.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&")}$`;
}
