import { type ArrayNode, CAPS, KIND, KIND_NAMES, KINDS } from "../../profile/mod.ts";
import { isNumeric, isPlaceKey } from "./_geo.ts";
import type { Place } from "./_place.ts";

/** Arrays of fewer than this many that are not places are no tuples. */
const LEAST = 20;

/** Whether arrays are tuples: a constant length and kinds that differ by position, or a place. */
export function isTuple(
  array: ArrayNode,
  count: number,
  { key, geo }: Pick<Place, "key" | "geo">,
): boolean {
  const { minLength, maxLength, element } = array;
  if (minLength !== maxLength || maxLength < 2 || maxLength > CAPS.positions) return false;
  const place = (geo && key === "coordinates" && maxLength <= 3) ||
    (isPlaceKey(key) && maxLength === 2 && element.counts[KIND.double]! > 0);
  if (place && isNumeric(element)) return true;
  if (count < LEAST) return false;
  const signature = (position: number) =>
    KIND_NAMES.map((_, kind) => array.positions[position * KINDS + kind]! > 0 ? 1 : 0).join("");
  const first = signature(0);
  for (let i = 1; i < maxLength; i++) if (signature(i) !== first) return true;
  return false;
}
