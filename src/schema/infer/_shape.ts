import type { Field, ObjectNode } from "../../profile/mod.ts";
import { type MapKeys, mapKeys } from "./_resolve_maps.ts";
import { findVariants, type FoundVariants } from "./_variants.ts";

/** What objects are: records, maps, or records of several shapes. */
export type Shape =
  | { readonly as: "record" }
  | { readonly as: "map" } & MapKeys
  | { readonly as: "variants" } & FoundVariants;

const RECORD: Shape = { as: "record" };

/** What each of a profile's objects are, maps being resolved; looked up once. */
export class Shapes {
  readonly #known = new Map<ObjectNode, Shape>();

  /** What objects are. */
  of(node: ObjectNode): Shape {
    let shape = this.#known.get(node);
    if (shape === undefined) {
      shape = shapeOf(node);
      this.#known.set(node, shape);
    }
    return shape;
  }

  /** Takes objects as records, as someone said. */
  setRecord(node: ObjectNode): void {
    this.#known.set(node, RECORD);
  }
}

function shapeOf(node: ObjectNode): Shape {
  const map = mapKeys(node);
  if (map !== undefined) return { as: "map", ...map };
  const variants = findVariants(node);
  return variants === undefined ? RECORD : { as: "variants", ...variants };
}

/** How often a field is there in the objects of one variant. */
export function presenceClass(total: number, present: number): "none" | "some" | "all" {
  return present === 0 ? "none" : present === total ? "all" : "some";
}

/** Whether a field is missing from some of the objects. */
export function isOptional(node: ObjectNode, field: Field): boolean {
  return field.count < node.count;
}
