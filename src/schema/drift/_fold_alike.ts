import { type Field, ObjectNode, type ValueNode } from "../../profile/mod.ts";
import { mergeObject } from "../../profile/merge.ts";
import { foldRecursion } from "../infer/_recursion.ts";

/** The way from the document: a key's field, or into an array. */
type Way = readonly (Field | "element")[];

/**
 * Folds recursive structures on both sides at the same places: where they fold if all documents are
 * taken together. So one more level of replies is none that is new.
 */
export function foldAlike(
  before: ObjectNode,
  after: ObjectNode,
): { before: ObjectNode; after: ObjectNode } {
  const all = copyOf(before);
  mergeObject(all, after);
  const { root, references } = foldRecursion(all);
  if (references.size === 0) return { before, after };
  const objects = new Map<ObjectNode, Way>([[root, []]]);
  const found: { at: Way; to: ObjectNode }[] = [];
  const visit = (node: ValueNode, way: Way): void => {
    const reference = references.get(node);
    if (reference !== undefined) found.push({ at: way, to: reference.to });
    if (node.array !== null) visit(node.array.element, [...way, "element"]);
    if (node.object !== null) {
      objects.set(node.object, way);
      for (const field of node.object.all()) visit(field.node, [...way, field]);
    }
  };
  for (const field of root.all()) visit(field.node, [field]);
  const ways = found.flatMap(({ at, to }) => {
    const way = objects.get(to);
    return way === undefined ? [] : [{ at, to: way }];
  });
  return { before: folded(before, ways), after: folded(after, ways) };
}

function copyOf(root: ObjectNode): ObjectNode {
  const copy = new ObjectNode();
  mergeObject(copy, root);
  return copy;
}

function folded(root: ObjectNode, ways: readonly { at: Way; to: Way }[]): ObjectNode {
  const copy = copyOf(root);
  // What joins an ancestor may bring objects to where others were taken from: those are less deep.
  for (let more = true; more;) {
    more = false;
    for (const { at, to } of ways) {
      const node = nodeAt(copy, at);
      const ancestor = to.length === 0 ? copy : nodeAt(copy, to)?.object;
      if (!node?.object || !ancestor || node.object === ancestor) continue;
      const { object } = node;
      node.object = null;
      mergeObject(ancestor, object);
      more = true;
    }
  }
  return copy;
}

function nodeAt(root: ObjectNode, way: Way): ValueNode | undefined {
  let object: ObjectNode | null = root;
  let node: ValueNode | undefined;
  for (const step of way) {
    if (step === "element") node = node?.array?.element;
    else {
      const { keyBytes, hash }: Field = step;
      node = object?.find(keyBytes, 0, keyBytes.length - 1, hash)?.node;
    }
    if (node === undefined) return undefined;
    object = node.object;
  }
  return node;
}
