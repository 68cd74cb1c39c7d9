import { type Field, ObjectNode, type ValueNode } from "../../profile/mod.ts";
import { mergeObject } from "../../profile/merge.ts";
import { foldRecursion } from "../infer/_recursion.ts";

/** The way from the document: a key's field, or into an array. */
type Way = readonly (Field | "element")[];

/** A place that is folded into an object further up. */
interface Fold {
  readonly at: Way;
  readonly to: Way;
}

/**
 * Folds recursive structures on both sides at the same places: into the objects that are recursive by
 * the documents of before, from wherever any of the documents have one. So one more level of replies
 * is none that is new.
 */
export function foldAlike(
  before: ObjectNode,
  after: ObjectNode,
): { before: ObjectNode; after: ObjectNode } {
  const recursive = new Set(foldsOf(before).map(({ to }) => textOf(to)));
  if (recursive.size === 0) return { before, after };
  const all = copyOf(before);
  mergeObject(all, after);
  const folds = foldsOf(all).filter(({ to }) => recursive.has(textOf(to)));
  return { before: folded(before, folds), after: folded(after, folds) };
}

function foldsOf(documents: ObjectNode): Fold[] {
  const { root, references } = foldRecursion(documents);
  if (references.size === 0) return [];
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
  return found.flatMap(({ at, to }) => {
    const way = objects.get(to);
    return way === undefined ? [] : [{ at, to: way }];
  });
}

function textOf(way: Way): string {
  return way.map((step) => step === "element" ? "" : String.fromCharCode(...step.keyBytes)).join(
    "/",
  );
}

function copyOf(root: ObjectNode): ObjectNode {
  const copy = new ObjectNode();
  mergeObject(copy, root);
  return copy;
}

function folded(root: ObjectNode, folds: readonly Fold[]): ObjectNode {
  const copy = copyOf(root);
  // What joins an ancestor may bring objects to where others were taken from: those are less deep.
  for (let more = true; more;) {
    more = false;
    for (const { at, to } of folds) {
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
