import type { NamedModel, ScalarModel, SchemaModel, TypeModel, ValueModel } from "./model.ts";

/** Visits a type and all that it is made of, in the order they are met. */
export function walkType(type: TypeModel, visit: (type: TypeModel) => void): void {
  visit(type);
  switch (type.type) {
    case "object":
      for (const field of type.fields) walkTypes(field.value, visit);
      break;
    case "variants":
      for (const { object } of type.variants) walkType(object, visit);
      break;
    case "map":
      for (const field of type.named) walkTypes(field.value, visit);
      walkTypes(type.value, visit);
      break;
    case "array":
      if (type.element !== null) walkTypes(type.element, visit);
      break;
    case "tuple":
      for (const element of type.elements) walkTypes(element, visit);
      break;
    case "scalar":
    case "ref":
      break;
    default:
      void (type satisfies never);
  }
}

function walkTypes({ types }: ValueModel, visit: (type: TypeModel) => void): void {
  for (const type of types) walkType(type, visit);
}

/** All types of objects that something is made of, by name. */
export function namedTypes(root: NamedModel): Map<string, NamedModel> {
  const found = new Map<string, NamedModel>();
  walkType(root, (type) => {
    if (type.type !== "object" && type.type !== "variants" && type.type !== "map") return;
    if (!found.has(type.name)) found.set(type.name, type);
  });
  return found;
}

/** Names of the types that recursive ones go back to. */
export function referredNames(models: readonly SchemaModel[]): Set<string> {
  const names = new Set<string>();
  for (const { root } of models) {
    walkType(root, (type) => {
      if (type.type === "ref") names.add(type.name);
    });
  }
  return names;
}

/** Whether some of the values are objects or arrays that lie too deep to be known. */
export function hasUnknown({ types, nulls, undefineds, total, outliers }: ValueModel): boolean {
  let known = nulls + undefineds;
  for (const { count } of types) known += count;
  for (const { count } of outliers) known += count;
  return known < total;
}

/** Whether binaries are UUIDs, each of them. */
export function isUuid(subtypes: ScalarModel["subtypes"]): boolean {
  return subtypes !== undefined && subtypes.size > 0 &&
    [...subtypes.keys()].every((subtype) => subtype === 4);
}
