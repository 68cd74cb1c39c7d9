import {
  CAPS,
  type Field,
  KEY_CLASSES,
  type KeyClass,
  KIND,
  type ObjectNode,
  ValueNode,
} from "../../profile/mod.ts";
import { keyClass } from "../../profile/key_class.ts";
import { mergeValue } from "../../profile/merge.ts";

/** Keys in this share of the objects are names, whatever else there is. */
const NAMED = 0.9;

/** An object whose keys are data. */
export interface DynamicKeys {
  /** What the keys are. */
  readonly keys: KeyClass;
  /** What stands under them, all taken together. */
  readonly value: ValueNode;
  /** Fields that are names all the same. */
  readonly named: readonly Field[];
}

/**
 * Whether an object is a map: its keys are data and not names.
 *
 * @param node What was seen of the objects.
 * @param forced `true` if it is known to be a map.
 * @returns What its keys and values are, or `undefined` for a record.
 */
export function dynamicKeys(node: ObjectNode, forced = false): DynamicKeys | undefined {
  const named: Field[] = [];
  const dynamic: Field[] = [];
  for (const field of node.all()) {
    (node.count > 1 && field.count >= NAMED * node.count ? named : dynamic).push(field);
  }
  if (dynamic.length === 0 && node.folded === null) {
    if (!forced || named.length === 0) return undefined;
    // Who says that it is a map says so of its keys.
    dynamic.push(...named.splice(0));
  }
  const keys = sharedClass(dynamic);
  if (!forced && keys === "word" && !looksDynamic(node, dynamic)) return undefined;
  const value = new ValueNode();
  for (const field of dynamic) mergeValue(value, field.node);
  if (node.folded !== null) mergeValue(value, node.folded.node);
  return { keys, value, named };
}

/** The class that at least 95% of the keys have, of at least two. */
function sharedClass(fields: readonly Field[]): KeyClass {
  if (fields.length < 2) return "word";
  const counts: number[] = new Array(KEY_CLASSES.length + 1).fill(0);
  for (const { keyBytes } of fields) counts[keyClass(keyBytes, 0, keyBytes.length - 1)]!++;
  const found = KEY_CLASSES.findIndex((_, i) => counts[i]! >= 0.95 * fields.length);
  return found < 0 ? "word" : KEY_CLASSES[found]!;
}

/** Many keys, each rare, many seen once, with like values: words that are data. */
function looksDynamic(node: ObjectNode, fields: readonly Field[]): boolean {
  if (node.folded === null && fields.length < 20) return false;
  let presence = 0, once = 0;
  const kinds = new Map<number, number>();
  for (const { count, node: value } of fields) {
    presence += count;
    if (count === 1) once++;
    const main = mainKind(value);
    kinds.set(main, (kinds.get(main) ?? 0) + 1);
  }
  const n = Math.max(fields.length, 1);
  const full = fields.length >= CAPS.fields;
  return presence / n / node.count < 0.1 && Math.max(...kinds.values()) / n >= 0.8 &&
    (once / n >= 0.2 || full);
}

/** The most frequent kind that is not null; numbers are one. */
function mainKind(node: ValueNode): number {
  let best: number = KIND.null, most = 0;
  node.counts.forEach((count, kind) => {
    if (kind === KIND.null || kind === KIND.undefined || count <= most) return;
    best = kind;
    most = count;
  });
  return best === KIND.double || best === KIND.long ? KIND.int : best;
}
