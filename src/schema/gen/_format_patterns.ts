import type { FormatName } from "../../profile/mod.ts";

const DATE = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const TIME = String.raw`(?:[01]\d|2[0-4]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?`;
const OFFSET = String.raw`(?:[Zz]|[+-](?:[01]\d|2[0-3]):?(?:[0-5]\d)?)?`;
const BYTE = String.raw`(?:25[0-5]|2[0-4]\d|[01]?\d?\d)`;
const MAIL = "[\\w.!#$%&'*+/=?^`{|}~-]";
const HOST_END = "[\\w!#$%&'*+/=?^`{|}~-]";
const BASE64 = "[A-Za-z\\d+/]";
const HEX = "[\\dA-Fa-f]";

/**
 * Regular expressions that take every string of which a profile says that it has the format, in what
 * ECMAScript and PCRE have in common; there is no slash in them that is not in brackets or escaped.
 */
export const FORMAT_PATTERNS: Readonly<Record<FormatName, string>> = {
  uuid: `^${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}$`,
  dateTime: `^${DATE}[Tt ]${TIME}${OFFSET}$`,
  date: `^${DATE}$`,
  email: `^${MAIL}+@${MAIL}+\\.${HOST_END}+$`,
  uri: "^[A-Za-z][A-Za-z\\d+.-]*:\\/\\/[!#-;=?-\\[\\]_a-z~]+$",
  ipv4: `^(?:${BYTE}\\.){3}${BYTE}$`,
  ipv6: `^${HEX}{0,4}(?::${HEX}{0,4}){2,8}(?:\\d{1,3}(?:\\.\\d{1,3}){3})?$`,
  hex24: `^${HEX}{24}$`,
  int: "^-?(?:0|[1-9]\\d{0,18})$",
  base64: `^(?:${BASE64}{4}){5,}(?:${BASE64}{4}|${BASE64}{3}=|${BASE64}{2}==)$`,
};
