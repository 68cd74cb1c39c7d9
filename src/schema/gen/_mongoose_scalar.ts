import type { ScalarModel } from "../model.ts";
import { isUuid } from "../_walk.ts";
import { quoted } from "./_javascript.ts";
import { array, type Code } from "./_mongoose_layout.ts";

/** What stands at a path: its type, and options beside it. */
export interface Spec {
  /** The type. */
  readonly type: Code;
  /** Options. */
  readonly options: readonly (readonly [string, Code])[];
  /** Words about it. */
  readonly note?: string;
}

/** Anything. */
export const MIXED = "Schema.Types.Mixed";

/** The type of Mongoose for scalars, or `undefined` if it has none that takes them all. */
export function scalarType(scalar: ScalarModel): string | undefined {
  const { kind, notFinite = 0, unsafe = 0, subtypes } = scalar;
  switch (kind) {
    case "string":
    case "symbol":
      return "String";
    case "int":
      return "Number";
    case "long":
      return unsafe > 0 ? "BigInt" : "Number";
    case "double":
      // It takes no NaN.
      return notFinite > 0 ? undefined : "Number";
    case "boolean":
      return "Boolean";
    case "date":
      // It takes no invalid date, which is what dates are that JavaScript cannot hold.
      return unsafe > 0 ? undefined : "Date";
    case "objectId":
      return "Schema.Types.ObjectId";
    case "decimal":
      return "Schema.Types.Decimal128";
    case "binary":
      return isUuid(subtypes) ? "Schema.Types.UUID" : "Buffer";
    case "regex":
    case "dbPointer":
    case "code":
    case "codeWithScope":
    case "timestamp":
    case "minKey":
    case "maxKey":
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** What the helper `kindOf` of a generated module says of scalars. */
export function scalarKinds({ kind, unsafe = 0 }: ScalarModel): string[] {
  switch (kind) {
    case "string":
    case "symbol":
      return ["string"];
    case "int":
    case "double":
      return ["number"];
    case "long":
      return unsafe > 0 ? ["number", "Long"] : ["number"];
    case "boolean":
      return ["boolean"];
    case "date":
      return ["Date"];
    case "objectId":
      return ["ObjectId"];
    case "decimal":
      return ["Decimal128"];
    case "binary":
      return ["Binary"];
    case "regex":
      return ["RegExp"];
    case "dbPointer":
      return ["DBRef"];
    case "code":
    case "codeWithScope":
      return ["Code"];
    case "timestamp":
      return ["Timestamp"];
    case "minKey":
      return ["MinKey"];
    case "maxKey":
      return ["MaxKey"];
    default:
      return kind satisfies never;
  }
}

/** Literals in an array. */
export function literals(values: readonly (string | number)[]): Code {
  return array(values.map(quoted));
}
