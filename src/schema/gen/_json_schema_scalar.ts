import type { ScalarModel } from "../model.ts";
import { isUuid } from "../_walk.ts";
import { FORMAT_PATTERNS } from "./_format_patterns.ts";
import type { FormatName } from "../../profile/mod.ts";
import type { Json, JsonObject } from "./_json_schema_layout.ts";

/** A schema: an object, or `true` for anything. */
export type Schema = { readonly [key: string]: Json };

/** What a scalar's schema is written with. */
export interface JsonScalarContext {
  /** Whether the text is canonical Extended JSON, not relaxed. */
  readonly canonical: boolean;
  /** Whether formats of strings are checked. */
  readonly enforceFormats: boolean;
  /** A reference to the schema of an Extended JSON form, which is declared where it is used. */
  readonly use: (form: JsonForm) => Schema;
}

/** A form of Extended JSON that has a schema of its own. */
export type JsonForm =
  | "Int32"
  | "Int64"
  | "Double"
  | "NotFinite"
  | "Decimal128"
  | "ObjectId"
  | "Date"
  | "Binary"
  | "UUID"
  | "RegularExpression"
  | "Timestamp"
  | "Code"
  | "CodeWithScope"
  | "Symbol"
  | "DBPointer"
  | "MinKey"
  | "MaxKey"
  | "Undefined";

/**
 * The format that validators know, for strings that the profile says have it. Most of them check it,
 * and are stricter than people are with URIs, and with dates that have no offset: for those the
 * description has to do.
 */
const FORMATS: Readonly<Partial<Record<FormatName, string>>> = {
  uuid: "uuid",
  date: "date",
  email: "email",
  ipv4: "ipv4",
  ipv6: "ipv6",
};

/** Text. */
export const STRING: Schema = { type: "string" };

/** The schemas of which a scalar has one. */
export function jsonScalar(scalar: ScalarModel, context: JsonScalarContext): Schema[] {
  const { kind, values, closed } = scalar;
  const { canonical, use } = context;
  const only = closed && values !== undefined ? values.map(({ value }) => value) : undefined;
  switch (kind) {
    case "string":
      return [text(scalar, context)];
    case "symbol":
      return [only === undefined ? use("Symbol") : wrapped("$symbol", oneOf(only))];
    case "int":
      if (only !== undefined) {
        return [canonical ? wrapped("$numberInt", oneOf(only.map(String))) : oneOf(only)];
      }
      return [canonical ? use("Int32") : { type: "integer" }];
    case "long":
      return [canonical ? use("Int64") : { type: "integer" }];
    case "double":
      if (canonical) return [use("Double")];
      return scalar.notFinite ? [{ type: "number" }, use("NotFinite")] : [{ type: "number" }];
    case "boolean":
      return [{ type: "boolean" }];
    case "date":
      return [use("Date")];
    case "regex":
      return [use("RegularExpression")];
    case "objectId":
      return [use("ObjectId")];
    case "binary":
      return [use(isUuid(scalar.subtypes) ? "UUID" : "Binary")];
    case "decimal":
      return [use("Decimal128")];
    case "timestamp":
      return [use("Timestamp")];
    case "code":
      return [use("Code")];
    case "codeWithScope":
      return [use("CodeWithScope")];
    case "dbPointer":
      return [use("DBPointer")];
    case "minKey":
      return [use("MinKey")];
    case "maxKey":
      return [use("MaxKey")];
    default:
      return kind satisfies never;
  }
}

function text(scalar: ScalarModel, { enforceFormats }: JsonScalarContext): Schema {
  const { values, closed, format } = scalar;
  if (values !== undefined) {
    const list = values.map(({ value }) => value);
    return closed ? oneOf(list) : { ...STRING, examples: list };
  }
  if (format === undefined) return STRING;
  const known = FORMATS[format];
  return {
    ...STRING,
    ...(known === undefined ? {} : { format: known }),
    ...(format === "base64" ? { contentEncoding: "base64" } : {}),
    ...(enforceFormats ? { pattern: FORMAT_PATTERNS[format] } : {}),
  };
}

function oneOf(values: readonly (string | number)[]): Schema {
  return values.length === 1 ? { const: values[0]! } : { enum: values };
}

/** An object with these members, all of them, and no others. */
function exactly(properties: { readonly [key: string]: Json }): Schema {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

function wrapped(key: string, value: JsonObject): Schema {
  return exactly({ [key]: value });
}

const matching = (pattern: string): Schema => ({ type: "string", pattern });
const UINT32: Schema = { type: "integer", minimum: 0, maximum: 4294967295 };
const OBJECT_ID = wrapped("$oid", matching("^[\\da-fA-F]{24}$"));
const NUMBER_LONG = wrapped("$numberLong", matching("^-?\\d{1,19}$"));
const DATE_TIME = {
  ...matching("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?Z$"),
  format: "date-time",
};

/** The schema of a form, as the specification of Extended JSON v2 has it. */
export function formSchema(form: JsonForm, canonical: boolean): Schema {
  switch (form) {
    case "Int32":
      return wrapped("$numberInt", matching("^-?\\d{1,10}$"));
    case "Int64":
      return NUMBER_LONG;
    case "Double":
      return wrapped(
        "$numberDouble",
        matching("^(?:-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|-?Infinity|NaN)$"),
      );
    case "NotFinite":
      return wrapped("$numberDouble", { enum: ["NaN", "Infinity", "-Infinity"] });
    case "Decimal128":
      return wrapped("$numberDecimal", STRING);
    case "ObjectId":
      return OBJECT_ID;
    case "Date":
      // The years 1970 to 9999 are written for people in relaxed Extended JSON.
      return wrapped("$date", canonical ? NUMBER_LONG : { anyOf: [DATE_TIME, NUMBER_LONG] });
    case "Binary":
    case "UUID": {
      const subType = form === "UUID" ? { const: "04" } : matching("^[\\da-fA-F]{1,2}$");
      const base64 = { ...STRING, contentEncoding: "base64" };
      return wrapped("$binary", exactly({ base64, subType }));
    }
    case "RegularExpression":
      return wrapped("$regularExpression", exactly({ pattern: STRING, options: STRING }));
    case "Timestamp":
      return wrapped("$timestamp", exactly({ t: UINT32, i: UINT32 }));
    case "Code":
      return wrapped("$code", STRING);
    case "CodeWithScope":
      return exactly({ $code: STRING, $scope: { type: "object" } });
    case "Symbol":
      return wrapped("$symbol", STRING);
    case "DBPointer":
      return wrapped("$dbPointer", exactly({ $ref: STRING, $id: OBJECT_ID }));
    case "MinKey":
      return wrapped("$minKey", { const: 1 });
    case "MaxKey":
      return wrapped("$maxKey", { const: 1 });
    case "Undefined":
      return wrapped("$undefined", { const: true });
    default:
      return form satisfies never;
  }
}
