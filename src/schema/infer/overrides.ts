import { describeJsonError } from "../../bson/_json_error.ts";
import { UsageError } from "../../core/mod.ts";
import { KIND_NAMES, type KindName } from "../../profile/mod.ts";
import { nearest } from "./_nearest.ts";
import type { Override, Overrides } from "./options.ts";
import { isTypeName } from "./type_name.ts";

const MEMBERS = {
  as: ["map", "record"],
  enum: ["open", "closed", "none"],
  name: "a name",
  type: 'kinds of BSON values, such as "string|null"',
  ignore: [true, false],
} as const;

const SUCH_AS = 'such as {"items[].price": {"type": "decimal"}, "scores": "map"}';

/** A key as it is or as a JSON string, or `*` for those of a map; `[]` behind it for elements. */
const KEY = String.raw`(?:\*|[^.[\]*"{}]+|"(?:[^"\\]|\\.)*")(?:\[\])*`;
const PATH = new RegExp(`^(?:${KEY}(?:\\.${KEY})*)?$`);

/** What a string in place of an object stands for. */
const SHORT: Readonly<Record<string, Override>> = {
  map: { as: "map" },
  record: { as: "record" },
  enum: { enum: "open" },
  ignore: { ignore: true },
};

/**
 * Reads a file of overrides: a JSON object, by path as {@linkcode Overrides} describes it. A member
 * is an object of {@linkcode Override}, with `type` as text such as `"string|null"`; or one of the
 * words `map`, `record`, `enum` and `ignore`.
 *
 * @param text The JSON.
 * @param name What the file is called in errors.
 * @returns The overrides.
 * @throws {UsageError} If it is not such JSON: the path and the member are named.
 *
 * @example
 * ```ts
 * import { parseOverrides } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const overrides = parseOverrides('{"scores": "map", "price": {"type": "decimal"}}', "o.json");
 * assertEquals(overrides["price"], { type: ["decimal"] });
 * ```
 */
export function parseOverrides(text: string, name: string): Overrides {
  const body = text.replace(/^\ufeff/, "");
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new UsageError(
      `Cannot read the overrides "${name}" as JSON: ${describeJsonError(body)}.`,
      { cause, hint: SUCH_AS },
    );
  }
  if (!isObject(json)) {
    throw new UsageError(`Cannot read the overrides "${name}": it is not a JSON object.`, {
      hint: SUCH_AS,
    });
  }
  return Object.fromEntries(
    Object.entries(json).map(([path, value]) => [path, parseOverride(path, value, name)]),
  );
}

function parseOverride(path: string, value: unknown, name: string): Override {
  const refuse = (what: string, hint: string): UsageError =>
    new UsageError(`Cannot use the override of "${path}" in "${name}": ${what}.`, { hint });
  if (!PATH.test(path)) {
    throw refuse(
      "it is no path",
      'a path is such as customer.name, items[].price, scores.* or prices."a.b"',
    );
  }
  if (typeof value === "string") {
    if (Object.hasOwn(SHORT, value)) return SHORT[value]!;
    throw refuse(`"${value}" is no word that it takes`, oneOf(Object.keys(SHORT)));
  }
  if (!isObject(value)) throw refuse("it is neither an object nor a word", oneOf(keys()));
  const override: { -readonly [K in keyof Override]: Override[K] } = {};
  for (const [key, given] of Object.entries(value)) {
    if (!Object.hasOwn(MEMBERS, key)) {
      const near = nearest(key, keys())[0];
      throw refuse(
        `it has no "${key}"`,
        near === undefined ? oneOf(keys()) : `did you mean "${near}"?`,
      );
    }
    const member = key as keyof typeof MEMBERS;
    const allowed = MEMBERS[member];
    if (typeof allowed !== "string") {
      if (!(allowed as readonly unknown[]).includes(given)) {
        throw refuse(`"${key}" is ${JSON.stringify(given)}`, oneOf(allowed));
      }
      Object.assign(override, { [key]: given });
    } else if (typeof given !== "string") {
      throw refuse(`"${key}" is ${JSON.stringify(given)}`, `it is ${allowed}`);
    } else if (member === "name") {
      if (!isTypeName(given)) {
        throw refuse(`the name "${given}" is no identifier`, "letters and digits make a name");
      }
      override.name = given;
    } else override.type = parseKinds(given, refuse);
  }
  return override;
}

function parseKinds(
  text: string,
  refuse: (what: string, hint: string) => UsageError,
): readonly KindName[] {
  const kinds = text.split("|").map((kind) => kind.trim());
  for (const kind of kinds) {
    if (!(KIND_NAMES as readonly string[]).includes(kind)) {
      throw refuse(`"${kind}" is no kind of BSON value`, oneOf(KIND_NAMES));
    }
  }
  return kinds as KindName[];
}

const keys = (): string[] => Object.keys(MEMBERS);

function oneOf(words: readonly (string | boolean)[]): string {
  return `it takes ${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
