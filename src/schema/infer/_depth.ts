import type { ObjectNode, ValueNode } from "../../profile/mod.ts";

/** How deep objects and arrays are in one another, the object itself 1. */
export function depthOf(object: ObjectNode): number {
  let depth = object.folded === null ? 0 : below(object.folded.node);
  for (const { node } of object.all()) depth = Math.max(depth, below(node));
  return depth + 1;
}

function below({ object, array, tooDeep }: ValueNode): number {
  return Math.max(
    tooDeep > 0 ? 1 : 0,
    object === null ? 0 : depthOf(object),
    array === null ? 0 : below(array.element) + 1,
  );
}
