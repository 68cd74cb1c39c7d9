/** What generated modules need beside their schemas. */
export type MongooseHelper = "emptyStrings" | "emptyBuffers" | "fits" | "tuple" | "where";

const KIND_OF = `/** The kind of a value: that of typeof, or a class. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "Date";
  if (value instanceof RegExp) return "RegExp";
  if (typeof value !== "object") return typeof value;
  return Object.getPrototypeOf(value)?._bsontype ?? "object";
}`;

const TEXTS: Readonly<Record<MongooseHelper, string>> = {
  emptyStrings:
    `// There are empty strings where one is required: to Mongoose they would be missing.
Schema.Types.String.checkRequired((value: unknown) => typeof value === "string");`,
  emptyBuffers: `// To Mongoose empty binaries would be missing where one is required.
Schema.Types.Buffer.checkRequired((value: unknown) => value != null);`,
  fits: `${KIND_OF}

/** Takes values of some kinds, and some values. */
function fits(kinds: readonly string[], values: readonly unknown[] = []) {
  return (value: unknown): boolean => kinds.includes(kindOf(value)) || values.includes(value);
}`,
  tuple: `/** Takes arrays of one length, with a check for each position. */
function tuple(...checks: readonly ((value: unknown) => boolean)[]) {
  return (value: unknown): boolean =>
    Array.isArray(value) && value.length === checks.length &&
    checks.every((check, i) => check(value[i]));
}`,
  where: `/** Says whether a field has one of some values. */
function where(key: string, values: readonly unknown[]) {
  return function (this: { get(path: string): unknown }): boolean {
    return values.includes(this.get(key));
  };
}`,
};

/** The texts of helpers, in an order that does not depend on which are used first. */
export function helperTexts(used: ReadonlySet<MongooseHelper>): string[] {
  const names = Object.keys(TEXTS) as MongooseHelper[];
  return names.filter((name) => used.has(name) || (name === "fits" && used.has("tuple")))
    .map((name) => TEXTS[name]);
}
