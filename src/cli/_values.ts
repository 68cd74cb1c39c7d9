import { type Document, UsageError } from "../core/mod.ts";
import { nearest } from "../connectors/_nearest.ts";

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1000,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1000 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1000 ** 3,
  gib: 1024 ** 3,
};
const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

function refuse(flag: string, text: string, state: string, hint: string): never {
  throw new UsageError(`Cannot use ${flag} "${text}": ${state}.`, { hint });
}

/** A whole number of things, from 0 (or `least`). */
export function parseCount(flag: string, text: string, least = 0): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(count)) {
    refuse(flag, text, "it is not a whole number", `such as ${flag} 1000`);
  }
  if (count < least) refuse(flag, text, `it is less than ${least}`, `such as ${flag} 1000`);
  return count;
}

/** Bytes, such as `4MiB`; a bare number is bytes. */
export function parseSize(flag: string, text: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = SIZE_UNITS[unit.toLowerCase()];
  const bytes = digits === "" || factor === undefined ? NaN : Math.floor(Number(digits) * factor);
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    refuse(
      flag,
      text,
      "it is not a size",
      `such as ${flag} 4MiB (units: KiB, MiB, GiB, kB, MB, GB)`,
    );
  }
  return bytes;
}

/** Milliseconds, such as `10s`. */
export function parseDuration(flag: string, text: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/i.exec(text) ?? [];
  const milliseconds = Number(digits) * (DURATION_UNITS[unit.toLowerCase()] ?? NaN);
  // What a timer can hold.
  if (!(milliseconds >= 1 && milliseconds < 2 ** 31)) {
    refuse(flag, text, "it is not a duration", `such as ${flag} 10s (units: ms, s, m, h)`);
  }
  return Math.round(milliseconds);
}

/** One of a few words. */
export function parseChoice<const T extends string>(
  flag: string,
  text: string,
  words: readonly T[],
): T {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const near = nearest(text, words);
  return refuse(
    flag,
    text,
    `it is none of ${words.join(", ")}`,
    near === undefined ? `such as ${flag} ${words[0]}` : `did you mean ${flag} ${near}?`,
  );
}

/** `none`, `gzip`, `gzip:6`, `zstd`, `zstd:3`. */
export function parseCompression(flag: string, text: string): string {
  const [, name, level] = /^(none|gzip|zstd)(?::(\d{1,2}))?$/.exec(text) ?? [];
  if (name === undefined) {
    const near = nearest(text.replace(/:.*$/, ""), ["none", "gzip", "zstd"]);
    refuse(
      flag,
      text,
      "it is none of none, gzip, gzip:1 to gzip:9, zstd, zstd:1 to zstd:19",
      `${near === undefined ? "such as" : "did you mean"} ${flag} ${near ?? "gzip"}`,
    );
  }
  const most = name === "gzip" ? 9 : name === "zstd" ? 19 : 0;
  if (level !== undefined && (Number(level) < 1 || Number(level) > most)) {
    refuse(
      flag,
      text,
      most === 0 ? "there is no level of none" : `the level is from 1 to ${most}`,
      most === 0 ? `${flag} none` : `${flag} ${name}:${most}`,
    );
  }
  return text;
}

/** A document as Extended JSON; numbers keep the type that is written. */
export async function parseDocument(flag: string, text: string): Promise<Document> {
  const value = await parseExtendedJson(flag, text);
  // A number alone is an object of the BSON library.
  const isDocument = typeof value === "object" && value !== null && !Array.isArray(value) &&
    !("_bsontype" in value);
  if (!isDocument) {
    refuse(flag, text, "it is not a document", `such as ${flag} '{"name": "Ada"}'`);
  }
  return value as Document;
}

/** A sort order: a document, or a list of `[field, 1 or -1]` pairs. */
export async function parseSort(flag: string, text: string): Promise<Document> {
  const value = await parseExtendedJson(flag, text);
  const example = `such as ${flag} '{"at": -1}', or '[["at", -1], ["_id", 1]]'`;
  if (typeof value !== "object" || value === null) {
    refuse(flag, text, "it is not a document", example);
  }
  const pairs: readonly unknown[] = Array.isArray(value) ? value : Object.entries(value);
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") {
      refuse(flag, text, "it is not a list of pairs of a field and a direction", example);
    }
    const direction: unknown = pair[1];
    if (direction !== 1 && direction !== -1 && (typeof direction !== "object" || !direction)) {
      refuse(flag, text, `the direction of "${pair[0]}" is neither 1 nor -1`, example);
    }
  }
  const keys = pairs.map((pair) => (pair as [string, unknown])[0]);
  if (!Array.isArray(value) && keys.length > 1 && keys.some((key) => /^\d+$/.test(key))) {
    // JavaScript puts such keys first, and the order of a sort is its meaning.
    refuse(flag, text, "a field whose name is a number loses its place in a document", example);
  }
  return value as Document;
}

async function parseExtendedJson(flag: string, text: string): Promise<unknown> {
  const { EJSON } = await import("bson");
  try {
    const strict = flag === "--filter";
    return EJSON.parse(text, { relaxed: !strict });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\s+/g, " ") : "";
    const position = /position (\d+)/.exec(why)?.[1];
    refuse(
      flag,
      text,
      position === undefined
        ? "it is not Extended JSON"
        : `it is not Extended JSON at character ${position}`,
      `names and strings are in double quotes, the whole in single ones: ${flag} '{"name": "Ada"}'`,
    );
  }
}
