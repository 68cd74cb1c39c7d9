/**
 * What bytes look like, for the message that they are not what was expected.
 *
 * @param head The first bytes of a file, a few hundred if there are as many; uncompressed if the
 * question is about what is inside.
 * @returns A noun phrase, such as `JSON text` or `a mongodump archive`; `unknown binary data` where
 * nothing fits.
 *
 * @example
 * ```ts
 * import { describeContent } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(describeContent(new TextEncoder().encode('{"a": 1}')), "JSON text");
 * ```
 */
export function describeContent(head: Uint8Array): string {
  if (head.length === 0) return "an empty file";
  for (const [name, magic] of MAGIC) {
    if (magic.length <= head.length && magic.every((byte, i) => byte < 0 || head[i] === byte)) {
      return name;
    }
  }
  const text = textOf(head);
  return text === undefined ? "unknown binary data" : describeText(text);
}

const ascii = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));

/** First bytes of formats that a file could be by mistake; -1 is any byte. */
const MAGIC: readonly (readonly [string, readonly number[]])[] = [
  ["a mongodump archive", [0x6d, 0xe2, 0x99, 0x81]],
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["bzip2", ascii("BZh")],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["lz4", [0x04, 0x22, 0x4d, 0x18]],
  ["a Snappy stream", [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50]],
  ["a zip file", [0x50, 0x4b, 0x03, 0x04]],
  ["a SQLite database", ascii("SQLite format 3\0")],
  ["a Parquet file", ascii("PAR1")],
  ["an Avro file", [...ascii("Obj"), 1]],
  ["an Arrow file", ascii("ARROW1")],
  ["a tar archive", [...Array(257).fill(-1), ...ascii("ustar")]],
  ["a PDF", ascii("%PDF-")],
  ["an ELF program", [0x7f, ...ascii("ELF")]],
  ["UTF-16 text", [0xff, 0xfe]],
  ["UTF-16 text", [0xfe, 0xff]],
];

/** The bytes as text, if they are UTF-8 without control characters; a cut last character is fine. */
function textOf(head: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    // deno-lint-ignore no-control-regex
    return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function describeText(text: string): string {
  const trimmed = text.trimStart();
  if (trimmed === "") return "blank text";
  if (/^\{\s*("|\}|$)/.test(trimmed) || /^\[\s*([\[{"\]\d-]|$)/.test(trimmed)) return "JSON text";
  if (/^<\?xml/i.test(trimmed)) return "XML";
  if (/^<(!doctype html|html)/i.test(trimmed)) return "HTML";
  const lines = trimmed.split(/\r?\n/).slice(0, 5);
  for (const [separator, name] of [[",", "CSV text"], ["\t", "tab-separated text"]] as const) {
    const columns = lines[0]!.split(separator).length;
    // The last line may be cut; a table has the same columns on each of the others.
    const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
    if (columns > 1 && whole.every((line) => line.split(separator).length >= columns)) return name;
  }
  return "text";
}
