import { FORMAT, FORMAT_NAMES, type FormatName, type StringStats } from "../../profile/mod.ts";

/** Formats whose values are someone's, or are never the same twice: no enum is made of them. */
const PERSONAL = FORMAT.email | FORMAT.uri | FORMAT.uuid | FORMAT.ipv4 | FORMAT.ipv6 |
  FORMAT.hex24 | FORMAT.dateTime | FORMAT.date;

/** A value of an enum. */
export interface EnumValue {
  /** The value. */
  readonly value: string;
  /** How often it was seen. */
  readonly count: number;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The values of strings that are an enum: few, each often, short, and nobody's own.
 *
 * @param stats What was seen of the strings.
 * @param n How many there were.
 * @param forced Take it as an enum as long as the values are known.
 * @returns The values, most frequent first; `undefined` if it is not one.
 */
export function enumValues(
  stats: StringStats,
  n: number,
  forced = false,
): readonly EnumValue[] | undefined {
  const entries = stats.values?.entries;
  if (entries === null || entries === undefined || stats.invalidUtf8 > 0) return undefined;
  if (!forced) {
    const distinct = entries.length;
    const few = n >= 10 && distinct < Math.sqrt(n) && distinct < 50 && n > 10 * distinct;
    if (!few || (n >= 20 && stats.formats & PERSONAL)) return undefined;
    let once = 0;
    for (const { bytes, count } of entries) {
      if (bytes.length > 64) return undefined;
      if (count === 1) once++;
    }
    if (once / n > 0.001) return undefined;
  }
  return entries.map(({ bytes, count }) => ({ value: decoder.decode(bytes), count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

/** Lengths that ids and digests have in hex: those of 16, 20, 24, 28, 32, 48 and 64 bytes. */
const HEX_LENGTHS: ReadonlySet<number> = new Set([32, 40, 48, 56, 64, 96, 128]);

/** The format that all of at least 20 strings have; the most telling, if more than one. */
export function commonFormat(stats: StringStats, n: number): FormatName | undefined {
  if (n < 20) return undefined;
  const format = FORMAT_NAMES.find((name) => stats.formats & FORMAT[name]);
  return format === "base64" && isLikelyHex(stats) ? undefined : format;
}

/** Whether strings that could be base64 are rather hex: as their values say, or else their length. */
function isLikelyHex({ minBytes, maxBytes, values }: StringStats): boolean {
  const entries = values?.entries;
  if (entries) return entries.every(({ bytes }) => /^[\dA-Fa-f]+$/.test(decoder.decode(bytes)));
  return minBytes === maxBytes && HEX_LENGTHS.has(minBytes);
}
