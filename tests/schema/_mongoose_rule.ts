import type { KindName } from "../../src/profile/mod.ts";
import { dbRefOf } from "../../src/schema/gen/_javascript.ts";
import { isUsableKey } from "../../src/schema/gen/_mongoose_keys.ts";
import { scalarType } from "../../src/schema/gen/_mongoose_scalar.ts";
import type {
  FieldModel,
  ScalarModel,
  SchemaModel,
  TypeModel,
  ValueModel,
} from "../../src/schema/mod.ts";
import type { Mutant } from "../../src/testing/mod.ts";

function fieldsOf(type: SchemaModel["root"]): readonly FieldModel[] {
  if (type.type === "variants") return type.variants.flatMap(({ object }) => object.fields);
  return type.type === "map" ? type.named : type.fields;
}

/** How Mongoose has what stands at a path. */
function shapeOf(
  { types, nulls, undefineds }: ValueModel,
): "anything" | "checked" | readonly string[] | TypeModel {
  const [only] = types;
  if (only === undefined) return nulls + undefineds > 0 ? "checked" : "anything";
  if (types.every((type): type is ScalarModel => type.type === "scalar")) {
    const names = [...new Set(types.map(scalarType))];
    const plain = names.every((name): name is string => name !== undefined);
    const mixed = names.length > 1 && (names.includes("Buffer") || names.includes("BigInt"));
    return plain && !mixed ? names : "checked";
  }
  if (types.length > 1 || only.type === "ref") return "checked";
  if (only.type === "object" || only.type === "variants" || only.type === "map") {
    const fields = fieldsOf(only);
    if (dbRefOf(only) !== "never" || fields.some(({ key }) => !isUsableKey(key))) return "checked";
    if (only.type === "map" && (only.keys === "word" || only.keys === "email")) return "checked";
    if (only.type !== "map" && fields.length === 0) return "checked";
  }
  return only;
}

/** Whether Mongoose takes a value of another kind for a right one. */
function takes(model: ValueModel, kind: KindName): boolean {
  const shape = shapeOf(model);
  if (shape === "anything") return true;
  if (shape === "checked") return false;
  if (isNames(shape)) return false;
  switch (shape.type) {
    case "object":
    case "variants": {
      // Anything that is an object to JavaScript is taken for one, with its fields missing.
      const fields = shape.type === "object" ? shape.fields : shape.variants[0]!.object.fields;
      const needed = fields.some(({ optional, value }) => !optional && isNeeded(value));
      return !needed && !["string", "int", "double", "boolean", "array"].includes(kind);
    }
    case "map":
      return kind !== "string" && kind !== "array";
    default:
      return false;
  }
}

function isNames(shape: readonly string[] | TypeModel): shape is readonly string[] {
  return Array.isArray(shape);
}

/** Whether it can be `required`, which refuses null as well. */
function isNeeded({ nulls, undefineds, total }: ValueModel): boolean {
  return nulls + undefineds === 0 && total > 0;
}

/**
 * Whether Mongoose, that does not cast, has any way to tell a mutant. (Where it casts, as it does by
 * default, it makes a string of nearly anything.)
 *
 * Beyond it is what is inside of values that are `Mixed` to it: unions with objects, recursion, tuples,
 * maps of words, references, objects with keys that it cannot hold. So are: a field dropped that may
 * be null, for `required` would refuse null; null for a field that may be missing, an element, or a
 * value of a map; a class of BSON for an object whose fields may all be missing; and a field added to
 * a document one of whose keys it cannot hold.
 */
export function mongooseTells(
  { change, above, value, field, kind, path }: Mutant,
  { root }: SchemaModel,
): boolean {
  const inside = above.map(shapeOf);
  const isTuple = (shape: ReturnType<typeof shapeOf>) =>
    typeof shape === "object" && "type" in shape && shape.type === "tuple";
  const parent = inside.at(-1);
  if (inside.slice(0, -1).some((shape) => typeof shape === "string" || isTuple(shape))) {
    return false;
  }
  if (typeof parent === "string") return false;
  // The kinds at the positions of a tuple are checked, and nothing in them.
  if (parent !== undefined && isTuple(parent)) return change === "swap";
  if (change === "add") {
    // Where a key had to be left out, others cannot be refused.
    return path !== "" || fieldsOf(root).every(({ key }) => isUsableKey(key));
  }
  if (field !== undefined && !isUsableKey(field.key)) return false;
  if (change === "drop") return isNeeded(value!);
  if (kind === "null") {
    if (shapeOf(value!) === "checked" && field === undefined) return true;
    return field !== undefined && !field.optional && path !== "_id" && isNeeded(value!);
  }
  return !takes(value!, kind!);
}
