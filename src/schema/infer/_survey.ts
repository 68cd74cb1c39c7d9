import type { ObjectNode, ValueNode } from "../../profile/mod.ts";
import { below, elementPlace, type Place, ROOT } from "./_place.ts";
import type { Shapes } from "./_shape.ts";
import type { Overrides } from "./options.ts";

/** What there is at the paths of documents. */
export interface Survey {
  /** Every object, and where it stands. */
  readonly objects: ReadonlyMap<ObjectNode, Place>;
  /** Every path. */
  readonly paths: ReadonlySet<string>;
  /** Objects at or below which something is to be done differently: they are like no others. */
  readonly alone: ReadonlySet<ObjectNode>;
}

/** What an override says beyond a name. */
const hasMore = (overrides: Overrides, path: string): boolean =>
  Object.hasOwn(overrides, path) &&
  Object.keys(overrides[path]!).some((member) => member !== "name");

/** Looks at every path once, and decides what the objects are. */
export function survey(root: ObjectNode, shapes: Shapes, overrides: Overrides): Survey {
  const objects = new Map<ObjectNode, Place>();
  const paths = new Set<string>();
  const alone = new Set<ObjectNode>();

  /** Whether something is to be done differently here or below. */
  function object(node: ObjectNode, place: Place): boolean {
    objects.set(node, place);
    const wanted = Object.hasOwn(overrides, place.path) ? overrides[place.path]!.as : undefined;
    if (wanted === "record") shapes.setRecord(node);
    const shape = shapes.of(node);
    let found = hasMore(overrides, place.path);
    for (const inner of below(node, shape, place)) {
      if (value(inner.value, inner.place)) found = true;
    }
    if (found) alone.add(node);
    return found;
  }

  function value(node: ValueNode, place: Place): boolean {
    paths.add(place.path);
    let found = hasMore(overrides, place.path);
    if (node.object !== null && object(node.object, place)) found = true;
    if (node.array !== null && value(node.array.element, elementPlace(place))) found = true;
    return found;
  }

  paths.add("");
  object(root, ROOT);
  return { objects, paths, alone };
}
