import { type Field, ObjectNode, type ValueNode } from "../../profile/mod.ts";
import { mergeObject } from "../../profile/merge.ts";
import { isPlainMap, resolveMaps } from "./_resolve_maps.ts";
import { joinUnreadableKeys, keyText } from "./_unreadable_keys.ts";
import type { Overrides } from "./options.ts";

export { keyText };

/** An object on the way down: the key it stands under. */
interface Ancestor {
  readonly key: string;
  readonly object: ObjectNode;
}

/** Where a descendant was folded into an ancestor. */
export interface Reference {
  /** The object it is one of. */
  readonly to: ObjectNode;
  /** How many were folded. */
  count: number;
}

/**
 * A copy of a profile's objects in which every descendant under a key that its ancestor stands under
 * too, and whose fields fit that ancestor, became a reference to it.
 *
 * @param root The objects; they stay as they are.
 * @param overrides What is to be a map, or none; maps stay objects with many keys if it is not given.
 * @returns The copy, and the references by the node that holds them.
 */
export function foldRecursion(
  root: ObjectNode,
  overrides?: Overrides,
): { root: ObjectNode; references: ReadonlyMap<ValueNode, Reference> } {
  const copy = new ObjectNode();
  mergeObject(copy, root);
  joinUnreadableKeys(copy);
  if (overrides !== undefined) resolveMaps(copy, overrides);
  const references = new Map<ValueNode, Reference>();
  const documents = [...copy.all()].filter((field) => holdsDocuments(copy, field))
    .map((field) => ({ key: keyText(field), object: copy }));
  // What is folded may bring objects to where others have been folded before.
  while (descend(copy, documents, references));
  return { root: copy, references };
}

/**
 * Whether what a field of the document holds is a document as well: it has all that documents always
 * have and nothing else, and more of its own under the same key.
 */
function holdsDocuments(root: ObjectNode, field: Field): boolean {
  const object = objectOf(field.node);
  if (object === null || !fits(object, root)) return false;
  const inner = object.find(field.keyBytes, 0, field.keyBytes.length - 1, field.hash);
  if (inner === null || objectOf(inner.node) === null) return false;
  for (const { keyBytes, hash, count } of root.all()) {
    if (count < root.count) continue;
    const own = object.find(keyBytes, 0, keyBytes.length - 1, hash);
    if (own === null || own.count < object.count) return false;
  }
  return true;
}

/** The objects that a value is, or that are in its arrays. */
function objectOf(node: ValueNode): ObjectNode | null {
  while (node.object === null && node.array !== null) node = node.array.element;
  return node.object;
}

/** Folds what is below objects; says whether there was anything to fold. */
function descend(
  object: ObjectNode,
  ancestors: readonly Ancestor[],
  references: Map<ValueNode, Reference>,
): boolean {
  let folded = false;
  // In an order that does not depend on which document came first.
  const fields = [...object.all()].sort((a, b) => a.hash - b.hash);
  for (const field of fields) {
    if (visit(field.node, keyText(field), ancestors, references)) folded = true;
  }
  return folded;
}

function visit(
  node: ValueNode,
  key: string,
  ancestors: readonly Ancestor[],
  references: Map<ValueNode, Reference>,
): boolean {
  let folded = false;
  while (node.object !== null) {
    const { object: below } = node;
    const found = ancestors.findLast((a) =>
      a.key === key || references.get(node)?.to === a.object
        ? fits(below, a.object)
        : goesOn(below, key, a.object)
    );
    if (found === undefined) break;
    const { object } = node;
    node.object = null;
    const reference = references.get(node) ?? { to: found.object, count: 0 };
    reference.count += object.count;
    references.set(node, reference);
    // What is below it joins what is below the ancestor, and may bring an object here again.
    mergeObject(found.object, object);
    folded = true;
  }
  if (node.object !== null) {
    const inner = [...ancestors, { key, object: node.object }];
    if (descend(node.object, inner, references)) folded = true;
  }
  if (node.array !== null && visit(node.array.element, key, ancestors, references)) folded = true;
  return folded;
}

/**
 * Whether every field of the one is a field of the other, with no kind that is new there, and it has
 * one at least that the other always has.
 */
function fits(object: ObjectNode, ancestor: ObjectNode): boolean {
  if (object.kept === 0) return object.folded === null && isPlainMap(ancestor);
  let common = isPlainMap(ancestor);
  for (const field of object.all()) {
    const { keyBytes, hash, node } = field;
    const other = ancestor.find(keyBytes, 0, keyBytes.length - 1, hash);
    if (other === null) return false;
    if (node.counts.some((count, kind) => count > 0 && other.node.counts[kind] === 0)) return false;
    if (other.count === ancestor.count) common = true;
  }
  return common;
}

/**
 * Whether objects under a key that the ancestor has are as it is, and so is what they hold: a tree's
 * `left` goes on with a `right`, which is under its key for the first time.
 */
function goesOn(object: ObjectNode, key: string, ancestor: ObjectNode): boolean {
  const isOne = (node: ObjectNode | null) => node !== null && fits(node, ancestor);
  return isOne(object) && [...ancestor.all()].some((field) => keyText(field) === key) &&
    [...object.all()].some(({ node }) => isOne(objectOf(node)));
}
