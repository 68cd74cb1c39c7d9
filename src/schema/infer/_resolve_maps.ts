import {
  type Field,
  KEY_CLASSES,
  type KeyClass,
  ObjectNode,
  type ValueNode,
} from "../../profile/mod.ts";
import { mergeValue } from "../../profile/merge.ts";
import { dynamicKeys } from "./_map.ts";
import { childPath } from "../_path.ts";
import { keyText } from "./_unreadable_keys.ts";
import type { Overrides } from "./options.ts";

/**
 * Key of the field that stands for all keys of a map that are data. BSON has no key with a zero in it,
 * so it is no other's; the class of the keys is a part of it.
 */
const ANY = "\0";

const encoder = new TextEncoder();

/** The keys of a map: what they are, what stands under them, and those that are names. */
export interface MapKeys {
  /** What the keys are. */
  readonly keys: KeyClass;
  /** What stands under each. */
  readonly value: ValueNode;
  /** Fields that are names all the same. */
  readonly named: readonly Field[];
}

/**
 * Makes one field of all keys of a map that are data, in every map there is, so that what is below
 * them is looked at as one, and goes along when objects are merged.
 *
 * @param root The documents; they are changed. They are a record unless an override says otherwise.
 * @param overrides What is to be a map, or none.
 */
export function resolveMaps(root: ObjectNode, overrides: Overrides): void {
  const wanted = (path: string) => Object.hasOwn(overrides, path) ? overrides[path]!.as : undefined;

  function value(node: ValueNode, path: string): void {
    if (node.object !== null) node.object = object(node.object, path);
    if (node.array !== null) value(node.array.element, `${path}[]`);
  }

  function object(node: ObjectNode, path: string): ObjectNode {
    const as = wanted(path);
    const maybe = as === "map" || (as === undefined && path !== "");
    const found = maybe ? dynamicKeys(node, as === "map") : undefined;
    const resolved = found === undefined ? node : asMap(node, found);
    for (const field of resolved.all()) {
      const key = keyText(field);
      if (key.startsWith(ANY)) value(field.node, path === "" ? "*" : `${path}.*`);
      else value(field.node, childPath(path, key));
    }
    return resolved;
  }

  const resolved = object(root, "");
  if (resolved === root) return;
  // It stays the same node: who asked for it has it.
  root.fields.clear();
  root.kept = 0;
  root.folded = null;
  root.tags = null;
  for (const field of resolved.all()) move(root, field);
}

/** The objects with one field in place of all keys that are data. */
function asMap(node: ObjectNode, { keys, value, named }: MapKeys): ObjectNode {
  const map = new ObjectNode();
  map.count = node.count;
  map.tags = null;
  for (const field of named) move(map, field);
  const keyBytes = encoder.encode(`${ANY}${keys}\0`);
  // Its place among the hashes: there is one of a class in an object at most.
  const any = map.insert(keyBytes, (KEY_CLASSES as readonly string[]).indexOf(keys) + 1);
  any.count = node.count;
  any.positions = node.count * named.length;
  mergeValue(any.node, value);
  return map;
}

function move(into: ObjectNode, field: Field): void {
  const own = into.insert(field.keyBytes, field.hash);
  own.count = field.count;
  own.positions = field.positions;
  own.repeated = field.repeated;
  own.node.personal = field.node.personal;
  mergeValue(own.node, field.node);
}

/** Whether a field stands for all keys of a map that are data. */
function isAny({ keyBytes }: Field): boolean {
  return keyBytes[0] === 0 && keyBytes.length > 1;
}

/** What the keys of objects are, if {@linkcode resolveMaps} made a map of them. */
export function mapKeys(node: ObjectNode): MapKeys | undefined {
  const any = node.all().find(isAny);
  if (any === undefined) return undefined;
  return {
    keys: keyText(any).slice(ANY.length) as KeyClass,
    value: any.node,
    named: [...node.all()].filter((field) => field !== any),
  };
}

/** Whether objects are a map without keys that are names: one without any key fits it too. */
export function isPlainMap(node: ObjectNode): boolean {
  return node.kept === 1 && node.all().some(isAny);
}
