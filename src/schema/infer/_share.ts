import { ObjectNode, type ValueNode } from "../../profile/mod.ts";
import { mergeObject } from "../../profile/merge.ts";
import { geoType } from "./_geo.ts";
import { commonWords, nameWords } from "./_names.ts";
import { below, elementPlace, type Place, ROOT } from "./_place.ts";
import type { Shapes } from "./_shape.ts";
import type { Signatures } from "./_signature.ts";
import type { Survey } from "./_survey.ts";
import { typeName } from "./name.ts";
import type { Overrides } from "./options.ts";

/** From this many fields on, one structure is one type even if no name fits all its places. */
const MANY = 5;

/** Objects of one structure at several places, taken together. */
export interface Shared {
  /** All of them as one. */
  readonly node: ObjectNode;
  /** Where they stand, nearest to the document first. */
  readonly places: readonly Place[];
}

/** Objects that are one type for sure: their structure and their key are the same. */
interface Group {
  readonly label: string;
  readonly members: readonly ObjectNode[];
  readonly merged: ObjectNode;
}

/**
 * Makes objects of one structure one node, wherever they stand. Those under the same key are one if
 * their keys and kinds are the same, whatever is missing or null in some; those under other keys if
 * that is the same too, and there is a name for all of them, or they have many fields.
 *
 * @returns Those that stand at several places, by their node.
 */
export function shareStructures(
  root: ObjectNode,
  { objects }: Survey,
  shapes: Shapes,
  signatures: Signatures,
  overrides: Overrides,
): ReadonlyMap<ObjectNode, Shared> {
  const byKey = Map.groupBy(
    [...objects].filter(([node, { path }]) => node.kept > 0 && path !== ""),
    ([node, place]) => groupKey(signatures.of(node).kinds, place, overrides),
  );
  const groups: Group[] = [];
  for (const list of byKey.values()) {
    const members = list.map(([node]) => node);
    const merged = mergedOf(members, signatures);
    if (merged !== undefined) groups.push({ label: labelOf(list[0]![1]), members, merged });
  }
  const shared = new Map<ObjectNode, Shared>();
  const byMember = new Map<string, ObjectNode>();
  const alike = Map.groupBy(groups, ({ merged }) => signatures.of(merged).exact);
  for (const same of alike.values()) {
    for (const together of split(same, objects, overrides)) {
      const members = together.flatMap(({ members }) => members);
      if (members.length === 1) continue;
      const node = together.length === 1 ? together[0]!.merged : mergedOf(members, signatures);
      if (node === undefined) continue;
      const places = members.map((member) => objects.get(member)!).sort(byPath);
      shared.set(node, { node, places });
      for (const member of members) {
        const place = objects.get(member)!;
        byMember.set(groupKey(signatures.of(member).kinds, place, overrides), node);
      }
    }
  }
  if (shared.size > 0) replaceAll(root, shapes, signatures, overrides, byMember);
  return shared;
}

/** A structure, a key and the name that someone gave to it. */
function groupKey(kinds: number, place: Place, overrides: Overrides): string {
  return `${kinds} ${givenName(place, overrides) ?? ""} ${labelOf(place)}`;
}

function givenName({ path }: Place, overrides: Overrides): string | undefined {
  return Object.hasOwn(overrides, path) ? overrides[path]!.name : undefined;
}

function labelOf({ label, one }: Place): string {
  const labels = one ? LABELS.one : LABELS.all;
  let found = labels.get(label);
  if (found === undefined) {
    found = typeName(label, one) || label;
    if (labels.size > 10_000) labels.clear();
    labels.set(label, found);
  }
  return found;
}

/** Words of keys, which come again and again. */
const LABELS = { one: new Map<string, string>(), all: new Map<string, string>() };

/** All of them as one, if its structure is still theirs. */
function mergedOf(members: readonly ObjectNode[], signatures: Signatures): ObjectNode | undefined {
  if (members.length === 1) return members[0];
  const merged = new ObjectNode();
  for (const member of members) mergeObject(merged, member);
  return signatures.of(merged).kinds === signatures.of(members[0]!).kinds ? merged : undefined;
}

/** Which groups of one structure are one type. */
function split(
  groups: readonly Group[],
  objects: ReadonlyMap<ObjectNode, Place>,
  overrides: Overrides,
): (readonly Group[])[] {
  if (groups.length === 1) return [groups];
  const placesOf = (list: readonly Group[]) =>
    list.flatMap(({ members }) => members.map((member) => objects.get(member)!));
  // What someone gave names of its own to is apart from the rest.
  const given = (group: Group) => givenName(placesOf([group])[0]!, overrides);
  const named = groups.filter((group) => given(group) !== undefined);
  if (named.length > 0) {
    const others = groups.filter((group) => given(group) === undefined);
    return [...Map.groupBy(named, given).values(), ...split2(others, placesOf)];
  }
  return split2(groups, placesOf);
}

function split2(
  groups: readonly Group[],
  placesOf: (list: readonly Group[]) => readonly Place[],
): (readonly Group[])[] {
  if (groups.length === 0) return [];
  const { merged } = groups[0]!;
  const places = placesOf(groups);
  const together = geoType(merged) !== undefined || merged.kept >= MANY ||
    commonWords(places.map(nameWords)).length > 0 || siblingsOf(places) !== undefined;
  return together ? [groups] : groups.map((group) => [group]);
}

/**
 * The singular of the key that all the objects around have, if it is a plural: `thumb` and `small`
 * in `sizes` are sizes.
 */
export function siblingsOf(places: readonly Place[]): string | undefined {
  const { parentLabel } = places[0]!;
  if (places.some((place) => place.parentLabel !== parentLabel)) return undefined;
  const one = typeName(parentLabel, true);
  return one !== "" && one !== typeName(parentLabel) ? one : undefined;
}

/** Nearest to the document first. */
export function byPath(a: Place, b: Place): number {
  return a.depth - b.depth || a.path.length - b.path.length || (a.path < b.path ? -1 : 1);
}

/** Puts the shared nodes where their members stand. */
function replaceAll(
  root: ObjectNode,
  shapes: Shapes,
  signatures: Signatures,
  overrides: Overrides,
  byMember: ReadonlyMap<string, ObjectNode>,
): void {
  const done = new Set<ObjectNode>();

  function object(node: ObjectNode, place: Place): void {
    if (done.has(node)) return;
    done.add(node);
    for (const inner of below(node, shapes.of(node), place)) value(inner.value, inner.place);
  }

  function value(node: ValueNode, place: Place): void {
    if (node.object !== null) {
      const key = groupKey(signatures.of(node.object).kinds, place, overrides);
      node.object = byMember.get(key) ?? node.object;
      object(node.object, place);
    }
    if (node.array !== null) value(node.array.element, elementPlace(place));
  }

  object(root, ROOT);
}
