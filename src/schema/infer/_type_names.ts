import type { ObjectNode, ValueNode } from "../../profile/mod.ts";
import { UsageError } from "../../core/mod.ts";
import { geoType } from "./_geo.ts";
import {
  commonWords,
  exactName,
  keyName,
  LONGEST_KEY,
  nameWords,
  type TypeNames,
} from "./_names.ts";
import { below, elementPlace, type Place, ROOT } from "./_place.ts";
import type { Shapes } from "./_shape.ts";
import { byPath, type Shared, siblingsOf } from "./_share.ts";
import type { Overrides } from "./options.ts";

/** An object that has a name, and the path that names what is below it. */
export interface Named {
  /** The name of its type. */
  readonly name: string;
  /** Where it stands; the first place, if there are several. */
  readonly place: Place;
}

/**
 * Names all objects, by their paths: those near the document first, so that they have the short names.
 *
 * @param root The documents.
 * @param rootName The name of the documents' type.
 */
export function nameObjects(
  root: ObjectNode,
  rootName: string,
  shapes: Shapes,
  shared: ReadonlyMap<ObjectNode, Shared>,
  overrides: Overrides,
  names: TypeNames,
): ReadonlyMap<ObjectNode, Named> {
  const found = new Map<ObjectNode, Place>();

  function object(node: ObjectNode, reached: Place): void {
    if (found.has(node)) return;
    const place = shared.get(node)?.places[0] ?? reached;
    found.set(node, place);
    for (const inner of below(node, shapes.of(node), place)) value(inner.value, inner.place);
  }

  function value(node: ValueNode, place: Place): void {
    if (node.object !== null) object(node.object, place);
    if (node.array !== null) value(node.array.element, elementPlace(place));
  }

  object(root, ROOT);
  const named = new Map<ObjectNode, Named>([[root, { name: rootName, place: ROOT }]]);
  const nameAt = new Map<string, string>([["", rootName]]);
  found.delete(root);
  const inOrder = [...found].sort(([, a], [, b]) => byPath(a, b));

  // What someone named has the name before anything else takes it.
  for (const [node, place] of inOrder) {
    const given = new Set(
      (shared.get(node)?.places ?? [place]).map(({ path }) =>
        Object.hasOwn(overrides, path) ? overrides[path]!.name : undefined
      ).filter((name) => name !== undefined),
    );
    if (given.size === 0) continue;
    if (given.size > 1) {
      throw new UsageError(
        `Cannot call one type ${[...given].map((name) => `"${name}"`).join(" and ")}: ` +
          `what is at "${place.path}" has one structure`,
      );
    }
    const name = names.takeGiven([...given][0]!, `the type at "${place.path}"`);
    named.set(node, { name, place });
    nameAt.set(place.path, name);
  }
  // Most targets write a map where it stands, without its name: what it holds is to have the short one.
  const isPlainMap = ([node]: readonly [ObjectNode, Place]) => {
    const shape = shapes.of(node);
    return shape.as === "map" && shape.named.length === 0;
  };
  const records = inOrder.filter((entry) => !isPlainMap(entry));
  for (const [node, place] of [...records, ...inOrder.filter(isPlainMap)]) {
    if (named.has(node)) continue;
    const parent = nameAt.get(place.parentPath) ?? rootName;
    const wanted = [
      ...geoNames(node, rootName),
      ...sharedNames(shared.get(node)?.places, rootName),
      ...ownNames(place, parent, shapes.of(node).as === "map"),
    ];
    const name = names.take(wanted, place.path);
    named.set(node, { name, place });
    nameAt.set(place.path, name);
  }
  return named;
}

/** Names for what stands at one place. */
function ownNames({ label, one, ofMap }: Place, parent: string, isMap: boolean): string[] {
  const key = keyName(label, one);
  return [
    ...(key === "" ? [] : [`${parent}${key}`]),
    // What a map holds is called as the map is, in singular; where that is taken, a value.
    ...(ofMap ? [`${parent}${key}Value`] : []),
    ...(isMap ? [`${parent}${key}Map`, `${parent}${key}MapMap`] : []),
    `${parent}${exactName(label)}`,
  ];
}

/** The name of GeoJSON of one type, wherever it stands: `OrderPoint`. */
function geoNames(node: ObjectNode, rootName: string): string[] {
  const geo = geoType(node);
  return geo === undefined || geo.includes(" ") ? [] : [`${rootName}${geo}`];
}

/** Names for what stands at several places, the shortest first. */
function sharedNames(places: readonly Place[] | undefined, rootName: string): string[] {
  if (places === undefined) return [];
  const words = commonWords(places.map(nameWords)).join("");
  if (words === "") {
    const sibling = siblingsOf(places);
    return sibling === undefined ? [] : [`${rootName}${sibling}`];
  }
  if (words.length > LONGEST_KEY) return [];
  const labels = places.map(({ parentLabel }) => nameWords({ ...ROOT, label: parentLabel }));
  const around = commonWords(labels).join("");
  return [`${rootName}${words}`, ...(around === "" ? [] : [`${rootName}${around}${words}`])];
}
