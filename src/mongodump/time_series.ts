import { textField } from "../bson/_text_field.ts";
import { BSON_TYPE, elements, findElement } from "../bson/mod.ts";

/** Servers before 8.3 keep the documents of a time series `X` in `system.buckets.X`. */
const PREFIX = "system.buckets.";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The time series whose buckets a collection holds.
 *
 * @param collection The collection's name.
 * @returns The name of the time series; `undefined` if it holds none.
 */
export function seriesOfBuckets(collection: string): string | undefined {
  return collection.startsWith(PREFIX) && collection.length > PREFIX.length
    ? collection.slice(PREFIX.length)
    : undefined;
}

/**
 * The collection that holds the buckets of a time series.
 *
 * @param series The name of the time series.
 * @returns The name of the collection.
 */
export function bucketsOfSeries(series: string): string {
  return `${PREFIX}${series}`;
}

/**
 * Under which name a dump has the buckets of a time series: from 8.3 on a server has no collection of
 * its own for them, and mongorestore looks for them under the name of the series.
 *
 * @param series The name of the time series.
 * @param serverVersion The version of the server that was dumped; `""` where that is not known.
 * @returns The name.
 *
 * @example
 * ```ts
 * import { dumpedBuckets } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dumpedBuckets("weather", "8.0.1"), "system.buckets.weather");
 * assertEquals(dumpedBuckets("weather", "8.3.0"), "weather");
 * ```
 */
export function dumpedBuckets(series: string, serverVersion: string): string {
  const [major = 0, minor = 0] = serverVersion.split(".").map(Number);
  return major > 8 || (major === 8 && minor >= 3) ? series : bucketsOfSeries(series);
}

/**
 * Whether a document of a time series is one of its buckets, as the server keeps them, and not a
 * measurement: that has its time at the front, a bucket has it inside.
 *
 * @param buffer The bytes that hold the document.
 * @param start Where it starts.
 * @param options The options of the time series, raw; `timeseries.timeField` names the time.
 * @returns `true` for a bucket.
 * @throws {DataError} If the document is not BSON inside.
 */
export function isBucket(
  buffer: Uint8Array,
  start: number,
  options: Uint8Array | undefined,
): boolean {
  const timeField = timeFieldOf(options);
  if (timeField === undefined) return false;
  let control = false, data = false;
  for (const { type, keyStart, keyEnd } of elements(buffer, start)) {
    const key = decoder.decode(buffer.subarray(keyStart, keyEnd));
    if (key === timeField && type === BSON_TYPE.date) return false;
    if (type !== BSON_TYPE.object) continue;
    control ||= key === "control";
    data ||= key === "data";
  }
  return control && data;
}

function timeFieldOf(options: Uint8Array | undefined): string | undefined {
  const series = options === undefined ? undefined : findElement(options, 0, "timeseries");
  if (options === undefined || series?.type !== BSON_TYPE.object) return undefined;
  return textField(options, series.valueStart, "timeField");
}
