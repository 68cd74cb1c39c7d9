import { childPath } from "../_path.ts";
import type { Field, ObjectNode, ValueNode } from "../../profile/mod.ts";
import { geoType } from "./_geo.ts";
import { keyText } from "./_recursion.ts";
import type { Shape } from "./_shape.ts";

/** Where in documents something stands. */
export interface Place {
  /** Such as `items[].price`. */
  readonly path: string;
  /** How many keys are on the way. */
  readonly depth: number;
  /** The last key on the way; none for the values of a map. */
  readonly key: string;
  /** The last key on the way that is a name: a type is called by it. */
  readonly label: string;
  /** The label of the object around it. */
  readonly parentLabel: string;
  /** The path of the object around it. */
  readonly parentPath: string;
  /** Whether it is one of several: an element, or a value of a map. */
  readonly one: boolean;
  /** Whether it is the value of a map. */
  readonly ofMap: boolean;
  /** Whether the object around it is GeoJSON. */
  readonly geo: boolean;
}

/** The place of documents. */
export const ROOT: Place = {
  path: "",
  depth: 0,
  key: "",
  label: "",
  parentLabel: "",
  parentPath: "",
  one: false,
  ofMap: false,
  geo: false,
};

/** The place of a field of an object, which is GeoJSON or not. */
export function fieldPlace(field: Field, around: Place, geo: boolean): Place {
  const key = keyText(field);
  return {
    path: childPath(around.path, key),
    depth: around.depth + 1,
    key,
    label: key,
    parentLabel: around.label,
    parentPath: around.path,
    one: false,
    ofMap: false,
    geo,
  };
}

/** The place of the elements of an array. */
export function elementPlace(array: Place): Place {
  return { ...array, path: `${array.path}[]`, one: true };
}

/** The place of the values of a map: their type is called as the map is, so what is around stays. */
export function valuePlace(map: Place): Place {
  return {
    ...map,
    path: map.path === "" ? "*" : `${map.path}.*`,
    depth: map.depth + 1,
    key: "",
    one: true,
    ofMap: true,
    geo: false,
  };
}

/** What stands right below objects, each with its place. */
export function* below(
  node: ObjectNode,
  shape: Shape,
  place: Place,
): Generator<{ field: Field | null; value: ValueNode; place: Place }> {
  const geo = geoType(node) !== undefined;
  for (const field of shape.as === "map" ? shape.named : node.all()) {
    yield { field, value: field.node, place: fieldPlace(field, place, geo) };
  }
  if (shape.as === "map") yield { field: null, value: shape.value, place: valuePlace(place) };
}
