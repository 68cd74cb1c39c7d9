/** What generated modules need beside their schemas. */
export type MongooseHelper =
  | "present"
  | "presentOrNull"
  | "presentWhere"
  | "fits"
  | "tuple"
  | "each"
  | "orNull";

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
  present: `/**
 * Requires a field, whose value may be what Mongoose takes for a missing one: empty, or another UUID
 * than it knows. To TypeScript it is true, so that the type of the document has the field.
 */
function present(key: string): true {
  const isMissing = function (this: { get(path: string): unknown }): boolean {
    return (this.get(key) ?? null) === null;
  };
  return isMissing as unknown as true;
}`,
  presentOrNull: `/** Requires a field that may be null. */
function presentOrNull(key: string) {
  return function (this: { get(path: string): unknown }): boolean {
    return this.get(key) === undefined;
  };
}`,
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
  presentWhere: `/** Requires a field where another has one of some values. */
function presentWhere(key: string, tag: string, values: readonly unknown[]) {
  return function (this: { get(path: string): unknown }): boolean {
    return values.includes(this.get(tag)) && (this.get(key) ?? null) === null;
  };
}`,
  each: `/** Takes arrays and maps in which every value passes a check. */
function each(check: (value: unknown) => boolean) {
  return (value: unknown): boolean =>
    !(Array.isArray(value) || value instanceof Map) || [...value.values()].every(check);
}`,
  orNull: `/** Takes null, and what passes a check. */
function orNull(check: (value: unknown) => boolean) {
  return (value: unknown): boolean => value === null || check(value);
}`,
};

/** The texts of helpers, in an order that does not depend on which are used first. */
export function helperTexts(used: ReadonlySet<MongooseHelper>): string[] {
  const names = Object.keys(TEXTS) as MongooseHelper[];
  return names.filter((name) => used.has(name) || (name === "fits" && used.has("tuple")))
    .map((name) => TEXTS[name]);
}
