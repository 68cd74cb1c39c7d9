/**
 * Formats that strings may all have, as bits; a set of strings has those that each of them has.
 * Matching is over the bytes, so that no string is made.
 */
export const FORMAT = {
  uuid: 1,
  dateTime: 2,
  date: 4,
  email: 8,
  uri: 16,
  ipv4: 32,
  ipv6: 64,
  hex24: 128,
  int: 256,
  base64: 512,
} as const;

/** The name of a string format. */
export type FormatName = keyof typeof FORMAT;

/** The names of all formats, most telling first. */
export const FORMAT_NAMES: readonly FormatName[] = Object.keys(FORMAT) as FormatName[];

/** All bits set: what no string has contradicted yet. */
export const ALL_FORMATS = 1023;

const DIGIT = 1, HEX = 2, ALPHA = 4, EMAIL = 8, BASE64 = 16, URI = 32;
/** What each ASCII character may be a part of. */
const CLASS = new Uint8Array(256);
for (let c = 0x21; c < 0x7f; c++) {
  const text = String.fromCharCode(c);
  CLASS[c] = (/\d/.test(text) ? DIGIT : 0) | (/[\da-f]/i.test(text) ? HEX : 0) |
    (/[a-z]/i.test(text) ? ALPHA : 0) | (/[\w.!#$%&'*+/=?^`{|}~-]/.test(text) ? EMAIL : 0) |
    (/[a-z\d+/]/i.test(text) ? BASE64 : 0) | (/[^<>"{}|\\^`]/.test(text) ? URI : 0);
}

/**
 * The formats, out of those asked for, that a string has.
 *
 * @param mask Bits of {@linkcode FORMAT} to look at.
 * @returns The bits that hold.
 */
export function formatsOf(b: Uint8Array, start: number, end: number, mask: number): number {
  const n = end - start;
  if (n === 0) return 0;
  let found = 0;
  if ((mask & FORMAT.uuid) && n === 36 && isUuid(b, start)) found |= FORMAT.uuid;
  if ((mask & FORMAT.dateTime) && n >= 16 && n <= 35 && isDateTime(b, start, end)) {
    found |= FORMAT.dateTime;
  }
  if ((mask & FORMAT.date) && n === 10 && isDate(b, start)) found |= FORMAT.date;
  if ((mask & FORMAT.email) && n <= 254 && isEmail(b, start, end)) found |= FORMAT.email;
  if ((mask & FORMAT.uri) && isUri(b, start, end)) found |= FORMAT.uri;
  if ((mask & FORMAT.ipv4) && n >= 7 && n <= 15 && isIpv4(b, start, end)) found |= FORMAT.ipv4;
  if ((mask & FORMAT.ipv6) && n >= 2 && n <= 45 && isIpv6(b, start, end)) found |= FORMAT.ipv6;
  if ((mask & FORMAT.hex24) && n === 24 && all(b, start, end, HEX)) found |= FORMAT.hex24;
  if ((mask & FORMAT.int) && isInt(b, start, end)) found |= FORMAT.int;
  if ((mask & FORMAT.base64) && n >= 24 && n % 4 === 0 && isBase64(b, start, end)) {
    found |= FORMAT.base64;
  }
  return found;
}

function all(b: Uint8Array, start: number, end: number, what: number): boolean {
  for (let i = start; i < end; i++) if (!(CLASS[b[i]!]! & what)) return false;
  return true;
}

function isUuid(b: Uint8Array, s: number): boolean {
  return b[s + 8] === 0x2d && b[s + 13] === 0x2d && b[s + 18] === 0x2d && b[s + 23] === 0x2d &&
    all(b, s, s + 8, HEX) && all(b, s + 9, s + 13, HEX) && all(b, s + 14, s + 18, HEX) &&
    all(b, s + 19, s + 23, HEX) && all(b, s + 24, s + 36, HEX);
}

function two(b: Uint8Array, s: number): number {
  const tens = b[s]! - 0x30, ones = b[s + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 99;
}

function isDate(b: Uint8Array, s: number): boolean {
  const month = two(b, s + 5), day = two(b, s + 8);
  return b[s + 4] === 0x2d && b[s + 7] === 0x2d && all(b, s, s + 4, DIGIT) &&
    month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/** RFC 3339, with a blank for the T and without seconds or offset too. */
function isDateTime(b: Uint8Array, s: number, end: number): boolean {
  if (!isDate(b, s)) return false;
  const t = b[s + 10]!;
  if ((t !== 0x54 && t !== 0x74 && t !== 0x20) || b[s + 13] !== 0x3a) return false;
  if (two(b, s + 11) > 24 || two(b, s + 14) > 59) return false;
  let i = s + 16;
  if (b[i] === 0x3a && i < end) {
    if (i + 3 > end || two(b, i + 1) > 60) return false;
    i += 3;
    if (i < end && (b[i] === 0x2e || b[i] === 0x2c)) {
      const from = ++i;
      while (i < end && CLASS[b[i]!]! & DIGIT) i++;
      if (i === from) return false;
    }
  }
  if (i === end) return true;
  if (b[i] === 0x5a || b[i] === 0x7a) return i + 1 === end;
  if (b[i] !== 0x2b && b[i] !== 0x2d) return false;
  if (i + 3 > end || two(b, i + 1) > 23) return false;
  i += 3;
  if (b[i] === 0x3a && i < end) i++;
  return i === end || (i + 2 === end && two(b, i) < 60);
}

function isEmail(b: Uint8Array, s: number, end: number): boolean {
  let at = -1, dot = -1;
  for (let i = s; i < end; i++) {
    const c = b[i]!;
    if (c === 0x40) {
      if (at >= 0) return false;
      at = i;
    } else if (!(CLASS[c]! & EMAIL)) return false;
    else if (c === 0x2e) dot = i;
  }
  return at > s && dot > at + 1 && dot < end - 1;
}

/** A scheme, `://`, and something without blanks. */
function isUri(b: Uint8Array, s: number, end: number): boolean {
  let i = s;
  if (!(CLASS[b[i]!]! & ALPHA)) return false;
  while (
    i < end && (CLASS[b[i]!]! & (ALPHA | DIGIT) || b[i] === 0x2b || b[i] === 0x2d || b[i] === 0x2e)
  ) i++;
  if (b[i] !== 0x3a || b[i + 1] !== 0x2f || b[i + 2] !== 0x2f || i + 3 >= end) return false;
  return all(b, i + 3, end, URI);
}

function isIpv4(b: Uint8Array, s: number, end: number): boolean {
  let parts = 0, i = s;
  while (true) {
    let value = 0;
    const from = i;
    while (i < end && CLASS[b[i]!]! & DIGIT) value = value * 10 + b[i++]! - 0x30;
    if (i === from || i - from > 3 || value > 255) return false;
    parts++;
    if (i === end) return parts === 4;
    if (b[i++] !== 0x2e) return false;
  }
}

function isIpv6(b: Uint8Array, s: number, end: number): boolean {
  let groups = 0, i = s, gap = false;
  if (b[i] === 0x3a) {
    if (b[i + 1] !== 0x3a) return false;
    i++;
  }
  while (i < end) {
    if (b[i] === 0x3a) {
      if (gap) return false;
      gap = true;
      if (++i === end) break;
    }
    const from = i;
    while (i < end && CLASS[b[i]!]! & HEX) i++;
    if (i < end && b[i] === 0x2e) return groups <= 6 && groups > 0 && isIpv4(b, from, end);
    if (i === from || i - from > 4) return false;
    groups++;
    if (i === end) break;
    if (b[i++] !== 0x3a || i === end && b[i - 2] !== 0x3a) return false;
  }
  return gap ? groups < 8 : groups === 8;
}

function isInt(b: Uint8Array, s: number, end: number): boolean {
  const from = b[s] === 0x2d ? s + 1 : s;
  return end > from && end - from <= 19 && all(b, from, end, DIGIT) &&
    (b[from] !== 0x30 || end - from === 1);
}

function isBase64(b: Uint8Array, s: number, end: number): boolean {
  const padding = b[end - 1] === 0x3d ? (b[end - 2] === 0x3d ? 2 : 1) : 0;
  return all(b, s, end - padding, BASE64);
}
