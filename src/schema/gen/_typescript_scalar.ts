import type { ScalarModel } from "../model.ts";
import type { DriverDecoding } from "./_driver_options.ts";
import { isUuid } from "../_walk.ts";
import { quoted } from "./_javascript.ts";
import type { TypeText } from "./_typescript_layout.ts";

/** A Long has no JSON of its own. */
const LONG_JSON = "{ high: number; low: number; unsigned: boolean }";

/**
 * The types of values of one kind, as the driver gives them or as `JSON.stringify` writes those.
 *
 * @param use Has a name imported, and gives it.
 */
export function scalarTypes(
  scalar: ScalarModel,
  decoding: DriverDecoding,
  use: (name: string) => string,
): TypeText[] {
  return decoding.json ? jsonTypes(scalar, decoding) : driverTypes(scalar, decoding, use);
}

function driverTypes(
  { kind, values, closed, subtypes }: ScalarModel,
  { promoteValues, promoteLongs, useBigInt64, bsonRegExp }: DriverDecoding,
  use: (name: string) => string,
): TypeText[] {
  switch (kind) {
    case "string":
      return stringTypes(values, closed);
    case "symbol":
      return promoteValues ? stringTypes(values, closed) : [use("BSONSymbol")];
    case "int":
      return promoteValues ? intTypes(values, closed) : [use("Int32")];
    case "double":
      return promoteValues ? ["number"] : [use("Double")];
    case "long":
      if (useBigInt64) return ["bigint"];
      if (!promoteValues || !promoteLongs) return [use("Long")];
      return ["number", use("Long")];
    case "boolean":
      return ["boolean"];
    case "date":
      return ["Date"];
    case "regex":
      return bsonRegExp ? [use("BSONRegExp")] : ["RegExp"];
    case "objectId":
      return [use("ObjectId")];
    case "binary":
      return [use(isUuid(subtypes) ? "UUID" : "Binary")];
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

function jsonTypes(
  { kind, values, closed, unsafe, notFinite }: ScalarModel,
  { promoteLongs, promoteValues, bsonRegExp }: DriverDecoding,
): TypeText[] {
  switch (kind) {
    case "string":
    case "symbol":
      return stringTypes(values, closed);
    case "objectId":
    case "binary":
      return ["string"];
    case "date":
      return unsafe ? ["string", "null"] : ["string"];
    case "int":
      return intTypes(values, closed);
    case "double":
      return notFinite ? ["number", "null"] : ["number"];
    case "long":
      if (!promoteValues || !promoteLongs) return [LONG_JSON];
      return unsafe ? ["number", LONG_JSON] : ["number"];
    case "boolean":
      return ["boolean"];
    case "decimal":
      return ["{ $numberDecimal: string }"];
    case "timestamp":
      return ["{ $timestamp: string }"];
    case "code":
      return ["{ code: string }"];
    case "codeWithScope":
      return ["{ code: string; scope: Record<string, unknown> }"];
    case "dbPointer":
      return ["{ $ref: string; $id: string; $db?: string }"];
    case "regex":
      return [bsonRegExp ? "{ pattern: string; options: string }" : "Record<string, never>"];
    case "minKey":
    case "maxKey":
      return ["Record<string, never>"];
    default:
      return kind satisfies never;
  }
}

/** Strings; those of an open enum are named, so that editors offer them. */
function stringTypes(values: ScalarModel["values"], closed = false): TypeText[] {
  if (values === undefined) return ["string"];
  const literals = values.map(({ value }) => quoted(value));
  return closed ? literals : [...literals, "(string & {})"];
}

function intTypes(values: ScalarModel["values"], closed = false): TypeText[] {
  return values !== undefined && closed ? values.map(({ value }) => String(value)) : ["number"];
}
