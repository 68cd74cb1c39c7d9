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

/** Numbers that make sense, where a thousand does not. */
const USUAL: Readonly<Record<string, number>> = {
  "--retries": 5,
  "--parallel": 4,
  "--parallel-writes": 4,
  "--show": 3,
};

/** A whole number of things, from 0 (or `least`). */
export function parseCount(flag: string, text: string, least = 0): number {
  const usual = USUAL[flag] ?? 1000;
  const count = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(count)) {
    refuse(flag, text, "it is not a whole number", `such as ${flag} ${usual}`);
  }
  if (count < least) {
    refuse(flag, text, `it is less than ${least}`, `such as ${flag} ${usual}`);
  }
  return count;
}

/** A share from 0 to 1, such as `0.01`, or in percent, such as `1%`. */
export function parseShare(flag: string, text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text) ?? [];
  const share = digits === undefined ? NaN : Number(digits) / (percent === "%" ? 100 : 1);
  if (!(share >= 0 && share <= 1)) {
    refuse(flag, text, "it is no share from 0 to 1", `such as ${flag} 0.01, or ${flag} 1%`);
  }
  return share;
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
      "it is none of none, gzip, gzip:1 to gzip:9, zstd, zstd:1 to zstd:22",
      `${near === undefined ? "such as" : "did you mean"} ${flag} ${near ?? "gzip"}`,
    );
  }
  const most = name === "gzip" ? 9 : name === "zstd" ? 22 : 0;
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

/** Refuses an address in the place of a document: an excerpt of it would show its password. */
async function refuseAddress(flag: string, text: string, hint: string): Promise<void> {
  if (!/^\s*mongodb(\+srv)?:/i.test(text)) return;
  const { redactConnectionString } = await import("../connectors/_mongodb_address.ts");
  refuse(flag, redactConnectionString(text), "it is an address, not a document", hint);
}

/** A document as Extended JSON; numbers keep the type that is written. */
export async function parseDocument(flag: string, text: string): Promise<Document> {
  await refuseAddress(flag, text, `such as ${flag} '{"field": 1}'`);
  const { parseExtendedJsonDocument } = await import("../bson/mod.ts");
  return parseExtendedJsonDocument(text, flag);
}

/** A sort order: a document, or a list of `[field, 1 or -1]` pairs. */
export async function parseSort(flag: string, text: string): Promise<Document> {
  await refuseAddress(flag, text, `such as ${flag} '{"at": -1}'`);
  const { parseExtendedJson } = await import("../bson/mod.ts");
  const value = parseExtendedJson(text, flag);
  const example = `such as ${flag} '{"at": -1}', or '[["at", -1], ["_id", 1]]'`;
  if (typeof value !== "object" || value === null || "_bsontype" in value) {
    refuse(flag, text, "it is not a document", example);
  }
  const pairs: readonly unknown[] = Array.isArray(value) ? value : Object.entries(value);
  const read = pairs.map((pair): [string, unknown] => {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") {
      refuse(flag, text, "it is not a list of pairs of a field and a direction", example);
    }
    return [pair[0], direction(pair[1])];
  });
  const wrong = read.find(([, way]) => way === undefined)?.[0];
  if (wrong !== undefined) {
    refuse(flag, text, `the direction of "${wrong}" is neither 1 nor -1`, example);
  }
  if (Array.isArray(value)) return read as unknown as Document;
  if (read.length > 1 && read.some(([key]) => /^\d+$/.test(key))) {
    // JavaScript puts such keys first, and the order of a sort is its meaning.
    refuse(flag, text, "a field whose name is a number loses its place in a document", example);
  }
  return Object.fromEntries(read);
}

/** 1, -1, or an order by something computed, as `{"$meta": "textScore"}`. */
function direction(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("_bsontype" in value)) return "$meta" in value ? value : undefined;
  const number = Number(value);
  return number === 1 || number === -1 ? number : undefined;
}
