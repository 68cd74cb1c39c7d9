import type { Field, ObjectNode } from "../../profile/mod.ts";
import { type DynamicKeys, dynamicKeys } from "./_map.ts";
import { findVariants, type FoundVariants } from "./_variants.ts";

/** What objects are: records, maps, or records of several shapes. */
export type Shape =
  | { readonly as: "record" }
  | { readonly as: "map" } & DynamicKeys
  | { readonly as: "variants" } & FoundVariants;

const RECORD: Shape = { as: "record" };

/** What each of a profile's objects are; found once, so that the values of a map stay the same. */
export class Shapes {
  readonly #known = new Map<ObjectNode, Shape>();

  /** What objects are, if nothing else was said of them. */
  of(node: ObjectNode): Shape {
    return this.#known.get(node) ?? this.decide(node, undefined, true);
  }

  /**
   * Decides what objects are.
   *
   * @param node The objects.
   * @param wanted What someone says that they are.
   * @param maybeMap Whether they may be a map without that.
   */
  decide(node: ObjectNode, wanted: "map" | "record" | undefined, maybeMap: boolean): Shape {
    const shape = decide(node, wanted, maybeMap);
    this.#known.set(node, shape);
    return shape;
  }
}

function decide(node: ObjectNode, wanted: "map" | "record" | undefined, maybeMap: boolean): Shape {
  if (wanted === "record") return RECORD;
  const map = maybeMap || wanted === "map" ? dynamicKeys(node, wanted === "map") : undefined;
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
