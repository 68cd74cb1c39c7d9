import type { FieldModel, NamedModel, ScalarModel, ValueModel } from "../model.ts";
import { type Expression, pythonLiteral, subscript } from "./_python.ts";
import { isBeyondDatetime } from "./_python_notes.ts";

/** What an embedded document is for PyMongo: a `DBRef`, a `dict`, or now this and now that. */
type Embedded = "reference" | "either" | "document";

/**
 * The Python types of a scalar, as PyMongo gives it without options.
 *
 * @param scalar What was seen.
 * @param use Has a name of a module imported, and gives it.
 */
export function scalarTypes(
  { kind, values, closed, subtypes, range }: ScalarModel,
  use: (module: string, name: string) => string,
): Expression[] {
  switch (kind) {
    case "string":
    case "symbol":
    case "int":
      if (values !== undefined && closed) {
        const literal = use("typing", "Literal");
        return [subscript(literal, ...values.map(({ value }) => pythonLiteral(value)))];
      }
      return [kind === "int" ? "int" : "str"];
    case "long":
      return [use("bson", "Int64")];
    case "double":
      return ["float"];
    case "boolean":
      return ["bool"];
    case "date": {
      const date: Expression[] = [use("datetime", "datetime")];
      if (range !== undefined && isBeyondDatetime({ range })) {
        date.push(use("bson", "DatetimeMS"));
      }
      return date;
    }
    case "binary": {
      const kinds = [...subtypes?.keys() ?? []];
      const types: Expression[] = [];
      if (kinds.some((subtype) => subtype !== 0)) types.push(use("bson", "Binary"));
      if (kinds.length === 0 || kinds.includes(0)) types.push("bytes");
      return types;
    }
    case "regex":
      return [subscript(use("bson", "Regex"), "str")];
    case "objectId":
      return [use("bson", "ObjectId")];
    case "decimal":
      return [use("bson", "Decimal128")];
    case "timestamp":
      return [use("bson", "Timestamp")];
    case "code":
    case "codeWithScope":
      return [use("bson", "Code")];
    case "dbPointer":
      return [use("bson", "DBRef")];
    case "minKey":
      return [use("bson", "MinKey")];
    case "maxKey":
      return [use("bson", "MaxKey")];
    default:
      return kind satisfies never;
  }
}

/** What an embedded document with these fields is for PyMongo. */
export function embedded(type: NamedModel): Embedded {
  if (type.type === "variants") {
    const kinds = new Set(type.variants.map(({ object }) => embedded(object)));
    return kinds.size === 1 ? [...kinds][0]! : "either";
  }
  const fields = type.type === "map" ? type.named : type.fields;
  const find = (key: string): FieldModel | undefined => fields.find((field) => field.key === key);
  const ref = find("$ref");
  const id = find("$id");
  const isString = (value: ValueModel) =>
    value.types.filter((type) => type.type === "scalar" && /^(?:string|symbol)$/.test(type.kind));
  if (ref === undefined || id === undefined || isString(ref.value).length === 0) return "document";
  const db = find("$db")?.value;
  const always = !ref.optional && !id.optional && ref.value.outliers.length === 0 &&
    ref.value.types.length === isString(ref.value).length && ref.value.nulls === 0 &&
    ref.value.undefineds === 0 && (db === undefined || isString(db).length === db.types.length);
  return always ? "reference" : "either";
}
