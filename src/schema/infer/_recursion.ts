import { ObjectNode, type ValueNode } from "../../profile/mod.ts";
import { mergeObject } from "../../profile/merge.ts";
import { joinUnreadableKeys, keyText } from "./_unreadable_keys.ts";

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
 * @returns The copy, and the references by the node that holds them.
 */
export function foldRecursion(
  root: ObjectNode,
): { root: ObjectNode; references: ReadonlyMap<ValueNode, Reference> } {
  const copy = new ObjectNode();
  mergeObject(copy, root);
  joinUnreadableKeys(copy);
  const references = new Map<ValueNode, Reference>();
  descend(copy, [], references);
  return { root: copy, references };
}

function descend(
  object: ObjectNode,
  ancestors: readonly Ancestor[],
  references: Map<ValueNode, Reference>,
): void {
  for (const field of [...object.all()]) {
    visit(field.node, keyText(field), ancestors, references);
  }
}

function visit(
  node: ValueNode,
  key: string,
  ancestors: readonly Ancestor[],
  references: Map<ValueNode, Reference>,
): void {
  while (node.object !== null) {
    const found = ancestors.findLast((a) => a.key === key && fits(node.object!, a.object));
    if (found === undefined) break;
    const { object } = node;
    node.object = null;
    const reference = references.get(node) ?? { to: found.object, count: 0 };
    reference.count += object.count;
    references.set(node, reference);
    // What is below it joins what is below the ancestor, and may bring an object here again.
    mergeObject(found.object, object);
  }
  if (node.object !== null) {
    descend(node.object, [...ancestors, { key, object: node.object }], references);
  }
  if (node.array !== null) visit(node.array.element, key, ancestors, references);
}

/** Whether every field of the one is a field of the other, with no kind that is new there. */
function fits(object: ObjectNode, ancestor: ObjectNode): boolean {
  if (object.kept === 0 || ancestor.kept === 0) return false;
  for (const field of object.all()) {
    const { keyBytes, hash, node } = field;
    const other = ancestor.find(keyBytes, 0, keyBytes.length - 1, hash);
    if (other === null) return false;
    if (node.counts.some((count, kind) => count > 0 && other.node.counts[kind] === 0)) return false;
  }
  return true;
}
