/** JSON text that stands in a result as the value that it is, with its keys in their order. */
export class RawJson {
  /** The text. */
  readonly text: string;

  /** Takes text that is known to be JSON. */
  constructor(text: string) {
    this.text = text;
  }
}

/** Text as the JSON that it is; as a string where it is none, such as one that was cut. */
export function rawJson(text: string): RawJson | string {
  try {
    JSON.parse(text);
    return new RawJson(text);
  } catch {
    return text;
  }
}

/**
 * Writes a result as JSON. Parsing what is {@linkcode RawJson} and writing it again would lose digits of
 * numbers and the order of keys such as `2`, which in an index counts.
 *
 * @param value The result.
 * @param indent Spaces for each level; all in one line by default. Raw values stay in one line.
 * @returns The text.
 */
export function jsonText(value: unknown, indent?: number): string {
  // A string of the data cannot have it: nobody knows it beforehand.
  const mark = crypto.randomUUID();
  const texts: string[] = [];
  const json = JSON.stringify(
    value,
    (_key, inner) => inner instanceof RawJson ? `${mark}:${texts.push(inner.text) - 1}` : inner,
    indent,
  );
  return texts.length === 0
    ? json
    : json.replaceAll(new RegExp(`"${mark}:(\\d+)"`, "g"), (_, index) => texts[Number(index)]!);
}
