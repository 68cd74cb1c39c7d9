import type { Field, ObjectNode, ValueNode } from "../../profile/mod.ts";
import { mergeValue } from "../../profile/merge.ts";

// A byte-order mark at the start of a key is a part of it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The key of a field as text. */
export function keyText(field: Field): string {
  return decoder.decode(field.keyBytes.subarray(0, -1));
}

/**
 * Makes one field of those whose keys are not UTF-8 and read the same as text: for whoever decodes
 * such documents they are one.
 *
 * @param node The objects; they are changed.
 */
export function joinUnreadableKeys(node: ObjectNode): void {
  const unreadable = Map.groupBy(
    [...node.all()].filter((field) => keyText(field).includes("\ufffd")),
    keyText,
  );
  for (const fields of unreadable.values()) {
    if (fields.length > 1) join(node, fields.sort((a, b) => a.hash - b.hash));
  }
  for (const field of node.all()) joinBelow(field.node);
}

function join(node: ObjectNode, [first, ...others]: Field[]): void {
  const kept = first!;
  const always = [kept, ...others].some(({ count }) => count === node.count);
  for (const other of others) {
    mergeValue(kept.node, other.node);
    kept.count += other.count;
    kept.positions += other.positions;
    const list = node.fields.get(other.hash)!.filter((field) => field !== other);
    if (list.length === 0) node.fields.delete(other.hash);
    else node.fields.set(other.hash, list);
    node.kept--;
  }
  // It is not known in how many objects there was one at least.
  const most = always ? node.count : node.count - 1;
  if (kept.count > most) {
    kept.positions = Math.floor(kept.positions * most / kept.count);
    kept.count = most;
  }
  node.tags = null;
}

function joinBelow(node: ValueNode): void {
  if (node.object !== null) joinUnreadableKeys(node.object);
  if (node.array !== null) joinBelow(node.array.element);
}
