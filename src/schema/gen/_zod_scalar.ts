import type { ScalarModel } from "../model.ts";
import { isUuid } from "../_walk.ts";
import type { DriverDecoding } from "./_driver_options.ts";
import { FORMAT_PATTERNS } from "./_format_patterns.ts";
import { quoted } from "./_javascript.ts";
import { call, list, type Node, typeOf } from "./_zod_layout.ts";

/** A schema as code, and its type as code. */
export interface ZodNode {
  /** The expression. */
  readonly value: Node;
  /** Its type. */
  readonly type: Node;
}

/** What a scalar's schema is written with. */
export interface ZodScalarContext {
  /** How documents are decoded. */
  readonly decoding: DriverDecoding;
  /** Whether formats of strings are checked. */
  readonly enforceFormats: boolean;
  /** The schema of a class of the driver's, declared where it is used. */
  readonly use: (helper: ZodHelper) => ZodNode;
}

/** A schema that is declared at the top of a file where it is used. */
export type ZodHelper =
  | "ObjectId"
  | "Decimal128"
  | "Long"
  | "Int32"
  | "Double"
  | "Timestamp"
  | "Binary"
  | "UUID"
  | "Code"
  | "BSONRegExp"
  | "BSONSymbol"
  | "DBRef"
  | "MinKey"
  | "MaxKey"
  | "anyNumber"
  | "anyDate"
  | "inherited";

const simple = (name: string, type: string): ZodNode => ({ value: `z.${name}()`, type });
/** Text. */
export const STRING: ZodNode = simple("string", "z.ZodString");
/** Anything. */
export const UNKNOWN: ZodNode = simple("unknown", "z.ZodUnknown");
/** Null. */
export const NULL: ZodNode = simple("null", "z.ZodNull");
/** Undefined. */
export const UNDEFINED: ZodNode = simple("undefined", "z.ZodUndefined");
/** Nothing: there is no such value. */
export const NEVER: ZodNode = simple("never", "z.ZodNever");
const INT = simple("int", "z.ZodInt");
const NUMBER = simple("number", "z.ZodNumber");

/** An array. */
export function arrayOf(element: ZodNode): ZodNode {
  return { value: call("z.array", element.value), type: typeOf("z.ZodArray", element.type) };
}

/** Objects with any keys. */
export function recordOf(value: ZodNode): ZodNode {
  return {
    value: call("z.record", STRING.value, value.value),
    type: typeOf("z.ZodRecord", STRING.type, value.type),
  };
}

/** One of some. */
export function unionOf(options: readonly ZodNode[]): ZodNode {
  if (options.length === 1) return options[0]!;
  return {
    value: call("z.union", list(options.map(({ value }) => value))),
    type: typeOf("z.ZodUnion", list(options.map(({ type }) => type))),
  };
}

/** It, or null. */
export function nullable({ value, type }: ZodNode): ZodNode {
  return { value: call("z.nullable", value), type: typeOf("z.ZodNullable", type) };
}

/** It, or nothing: no such key. */
export function exactOptional({ value, type }: ZodNode): ZodNode {
  return { value: call("z.exactOptional", value), type: typeOf("z.ZodExactOptional", type) };
}

/** An object of fixed members, for what `JSON.stringify` makes of the driver's classes. */
function members(fields: Readonly<Record<string, ZodNode>>): ZodNode {
  const text = (part: (node: ZodNode) => Node) =>
    Object.entries(fields).map(([key, node]) => `${key}: ${part(node) as string}`).join(", ");
  if (Object.keys(fields).length === 0) {
    return { value: "z.looseObject({})", type: "z.ZodObject<Record<never, never>, z.core.$loose>" };
  }
  return {
    value: `z.looseObject({ ${text(({ value }) => value)} })`,
    type: `z.ZodObject<{ ${text(({ type }) => type)} }, z.core.$loose>`,
  };
}

/** The schemas of which a scalar has one. */
export function zodScalar(scalar: ScalarModel, context: ZodScalarContext): ZodNode[] {
  const { kind, values, closed } = scalar;
  const { decoding, use } = context;
  const { promoteValues, json } = decoding;
  const own = promoteValues || json;
  const only = closed && values !== undefined ? values.map(({ value }) => value) : undefined;
  switch (kind) {
    case "string":
      return [only === undefined ? text(scalar, context) : zodLiterals(only)];
    case "symbol":
      if (!own) return [use("BSONSymbol")];
      return [only === undefined ? STRING : zodLiterals(only)];
    case "int":
      if (own) return [only === undefined ? INT : zodLiterals(only)];
      return [only === undefined ? use("Int32") : int32s(only, use("Int32"))];
    case "double": {
      if (json) return scalar.notFinite ? [NUMBER, NULL] : [NUMBER];
      if (!own) return [use("Double")];
      return [scalar.notFinite ? use("anyNumber") : NUMBER];
    }
    case "long":
      if (decoding.useBigInt64) return [simple("bigint", "z.ZodBigInt")];
      if (!promoteValues || !decoding.promoteLongs) return [use("Long")];
      if (json && !scalar.unsafe) return [INT];
      return [INT, use("Long")];
    case "boolean":
      return [simple("boolean", "z.ZodBoolean")];
    case "date":
      return dates(scalar, context);
    case "regex":
      if (decoding.bsonRegExp) return [use("BSONRegExp")];
      if (json) return [members({})];
      return [{
        value: "z.instanceof(RegExp)",
        type: "z.ZodCustom<RegExp, RegExp>",
      }];
    case "objectId":
      return [use("ObjectId")];
    case "binary":
      return [use(isUuid(scalar.subtypes) ? "UUID" : "Binary")];
    case "decimal":
      return [use("Decimal128")];
    case "timestamp":
      return [use("Timestamp")];
    case "code":
    case "codeWithScope":
      return [use("Code")];
    case "dbPointer":
      return [use("DBRef")];
    case "minKey":
      return [use("MinKey")];
    case "maxKey":
      return [use("MaxKey")];
    default:
      return kind satisfies never;
  }
}

/** One of some values, which are all strings or all ints. */
function zodLiterals(values: readonly (string | number)[]): ZodNode {
  const texts = values.map(quoted);
  if (texts.length === 1) {
    return { value: call("z.literal", texts[0]!), type: typeOf("z.ZodLiteral", texts[0]!) };
  }
  return {
    value: call("z.literal", list(texts)),
    type: typeOf("z.ZodLiteral", texts.join(" | ")),
  };
}

/** An `Int32` of some values. */
function int32s(values: readonly (string | number)[], { value, type }: ZodNode): ZodNode {
  return {
    value: call(
      `${value as string}.refine`,
      `({ value }) => [${values.join(", ")}].includes(value)`,
    ),
    type,
  };
}

function text({ format, invalidUtf8 }: ScalarModel, { enforceFormats }: ZodScalarContext): ZodNode {
  if (!enforceFormats || format === undefined || invalidUtf8) return STRING;
  return { value: call("z.string().regex", `/${FORMAT_PATTERNS[format]}/`), type: STRING.type };
}

const YEAR_0 = -62167219200000n;
const YEAR_10000 = 253402300800000n;

function dates({ unsafe, range }: ScalarModel, { decoding, use }: ZodScalarContext): ZodNode[] {
  if (!decoding.json) {
    return [unsafe ? use("anyDate") : simple("date", "z.ZodDate")];
  }
  const written = range !== undefined && range.min >= YEAR_0 && range.max < YEAR_10000;
  const node = written ? simple("iso.datetime", "z.ZodISODateTime") : STRING;
  return unsafe ? [node, NULL] : [node];
}

/** What a helper is in the JSON form; `undefined` if it is declared. */
export function jsonForm(helper: ZodHelper): ZodNode | undefined {
  switch (helper) {
    case "Decimal128":
      return members({ $numberDecimal: STRING });
    case "Long":
      return members({
        high: INT,
        low: INT,
        unsigned: simple("boolean", "z.ZodBoolean"),
      });
    case "Timestamp":
      return members({ $timestamp: STRING });
    case "Binary":
      return STRING;
    case "Code":
      return members({ code: STRING });
    case "BSONRegExp":
      return members({ pattern: STRING, options: STRING });
    case "DBRef":
      return members({ $ref: STRING, $id: UNKNOWN });
    case "MinKey":
    case "MaxKey":
      return members({});
    default:
      return undefined;
  }
}
