import type { KindName } from "../../profile/mod.ts";
import type { ScalarModel, TypeModel, ValueModel } from "../model.ts";

/** A value of the kinds that someone said, with what was seen of those that there were. */
export function givenValue(
  seen: ValueModel,
  kinds: readonly KindName[],
  path: string,
  name: () => string,
): ValueModel {
  const types: TypeModel[] = [];
  for (const kind of kinds) {
    if (kind === "null" || kind === "undefined") continue;
    const found = seen.types.filter((type) => kindOf(type) === kind);
    if (found.length > 0) types.push(...found);
    else types.push(unseen(kind, path, name));
  }
  const count = (kind: KindName, had: number) => kinds.includes(kind) ? Math.max(had, 1) : 0;
  return {
    types,
    given: true,
    nulls: count("null", seen.nulls),
    undefineds: count("undefined", seen.undefineds),
    total: seen.total,
    outliers: seen.outliers.filter(({ kind }) => !kinds.includes(kind)),
  };
}

/** The kind of BSON value that a type is of. */
export function kindOf(type: TypeModel): KindName {
  switch (type.type) {
    case "scalar":
      return type.kind;
    case "array":
    case "tuple":
      return "array";
    default:
      return "object";
  }
}

/** A type of a kind of which no value was seen. */
function unseen(
  kind: Exclude<KindName, "null" | "undefined">,
  path: string,
  name: () => string,
): TypeModel {
  switch (kind) {
    case "object": {
      const value = { types: [], nulls: 0, undefineds: 0, total: 0, outliers: [] };
      return { type: "map", name: name(), path, count: 0, keys: "word", value, named: [] };
    }
    case "array":
      return { type: "array", count: 0, element: null, minLength: 0, maxLength: 0 };
    case "binary":
      return { type: "scalar", kind, count: 0, subtypes: new Map([[0, 0]]) };
    default:
      return { type: "scalar", kind, count: 0 } satisfies ScalarModel;
  }
}
