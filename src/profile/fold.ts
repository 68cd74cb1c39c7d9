import { CAPS } from "./caps.ts";
import { KEY_CLASSES, keyClass } from "./key_class.ts";
import { mergeValue } from "./merge.ts";
import { type Field, type ObjectNode, ValueNode } from "./node.ts";

/** Counts a key that is not kept, and gives the node of all such. */
export function foldInto(
  node: ObjectNode,
  buffer: Uint8Array,
  keyStart: number,
  keyEnd: number,
  times: number,
): ValueNode {
  const folded = node.folded ??= {
    occurrences: 0,
    classes: new Array(KEY_CLASSES.length + 1).fill(0),
    node: new ValueNode(),
  };
  folded.occurrences += times;
  folded.classes[keyClass(buffer, keyStart, keyEnd)]! += times;
  return folded.node;
}

/**
 * Brings an object's fields under the cap: those in every object stay, of the others the ones with
 * the smallest key hashes; the rest is folded. Called late or often, it ends the same.
 */
export function trim(node: ObjectNode): void {
  const optional: Field[] = [];
  for (const field of node.all()) if (field.count < node.count) optional.push(field);
  if (optional.length > CAPS.fields) {
    optional.sort((a, b) => a.hash - b.hash);
    node.limit = Math.min(node.limit, optional[CAPS.fields - 1]!.hash);
  }
  const gone = new Set<Field>();
  for (const field of optional) if (field.hash > node.limit) gone.add(field);
  node.trimAt = node.kept - gone.size + CAPS.fields;
  if (gone.size === 0) return;
  for (const field of gone) {
    const list = node.fields.get(field.hash)!.filter((other) => other !== field);
    if (list.length === 0) node.fields.delete(field.hash);
    else node.fields.set(field.hash, list);
    node.kept--;
    const key = field.keyBytes;
    const times = field.count + field.repeated;
    mergeValue(foldInto(node, key, 0, key.length - 1, times), field.node);
  }
  node.tags = null;
  if (node.first !== null && gone.has(node.first)) node.first = null;
  for (const field of node.all()) {
    if (field.next !== null && gone.has(field.next)) field.next = null;
  }
}

/** Brings all objects under the caps. */
export function trimAll(node: ObjectNode): void {
  if (node.kept > CAPS.fields || node.limit !== Infinity) trim(node);
  for (const field of node.all()) trimBelow(field.node);
  if (node.folded !== null) trimBelow(node.folded.node);
}

function trimBelow(node: ValueNode): void {
  if (node.object !== null) trimAll(node.object);
  if (node.array !== null) trimBelow(node.array.element);
}
