import { KIND, type ObjectNode, type ValueNode } from "../../profile/mod.ts";

const decoder = new TextDecoder();
const GEO_TYPES = new Set([
  "Point",
  "MultiPoint",
  "LineString",
  "MultiLineString",
  "Polygon",
  "MultiPolygon",
]);
/** Keys under which a pair of numbers is a place, as MongoDB's legacy coordinate pairs are. */
const PLACE_KEYS =
  /^(?:coordinates?|coords?|loc|location|position|geo|lng_?lat|lon_?lat|lat_?lng)$/i;

/**
 * Which GeoJSON (RFC 7946) objects are: they have `coordinates` and a `type` that it knows.
 *
 * @returns The types, with a blank between them; `undefined` if they are none.
 */
export function geoType(node: ObjectNode): string | undefined {
  let types: string[] = [];
  let coordinates = false;
  for (const { keyBytes, node: value, count } of node.all()) {
    const key = decoder.decode(keyBytes.subarray(0, -1));
    if (key === "coordinates") coordinates = value.array !== null;
    if (key !== "type" || count < node.count) continue;
    const only = value.counts[KIND.string] === value.total;
    const entries = (only ? value.string?.values?.entries : undefined) ?? [];
    types = entries.map(({ bytes }) => decoder.decode(bytes));
  }
  if (!coordinates || types.length === 0 || !types.every((type) => GEO_TYPES.has(type))) {
    return undefined;
  }
  return types.sort().join(" ");
}

/** Whether a key names a place. */
export function isPlaceKey(key: string): boolean {
  return PLACE_KEYS.test(key);
}

const NUMBERS: readonly number[] = [KIND.int, KIND.long, KIND.double, KIND.decimal];

/** Whether all elements are numbers. */
export function isNumeric(node: ValueNode): boolean {
  return node.counts.every((count, kind) => count === 0 || NUMBERS.includes(kind));
}
