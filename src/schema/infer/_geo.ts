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

/** Whether an object is GeoJSON (RFC 7946): a `type` that it knows, and `coordinates`. */
export function isGeoJson(node: ObjectNode): boolean {
  let type = false, coordinates = false;
  for (const { keyBytes, node: value, count } of node.all()) {
    const key = decoder.decode(keyBytes.subarray(0, -1));
    if (key === "coordinates") coordinates = value.array !== null;
    if (key !== "type" || count < node.count) continue;
    const entries = value.string?.values?.entries;
    type = entries !== null && entries !== undefined && entries.length > 0 &&
      entries.every(({ bytes }) => GEO_TYPES.has(decoder.decode(bytes)));
  }
  return type && coordinates;
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
