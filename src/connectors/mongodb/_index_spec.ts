/** Definitions of indexes, as `listIndexes` gives them and `createIndexes` takes them. */
import { numberOf, valuesOf } from "./_values.ts";

/** An index to build. */
export interface IndexSpec {
  /** Its name. */
  readonly name: string;
  /** What `createIndexes` takes. */
  readonly spec: ReadonlyMap<string, unknown>;
  /** The field whose age it goes by, and after how many seconds it deletes. */
  readonly ttl?: { readonly field: string; readonly seconds: number };
}

/** What an old server, or the listing, adds and no server takes. */
const LISTED_ONLY = ["v", "ns", "background", "safe", "dropDups"];

/** Options that current servers know; an old one may have let others pass. */
const KNOWN = new Set([
  "2dsphereIndexVersion",
  "bits",
  "collation",
  "default_language",
  "expireAfterSeconds",
  "hidden",
  "key",
  "language_override",
  "max",
  "min",
  "name",
  "partialFilterExpression",
  "prepareUnique",
  "sparse",
  "storageEngine",
  "textIndexVersion",
  "unique",
  "weights",
  "wildcardProjection",
]);

/**
 * The definition of the `_id` index for `create`, where it is not what every collection has.
 *
 * @param indexes The raw definitions.
 * @returns Its definition, or nothing.
 */
export function idIndexOf(
  indexes: readonly Uint8Array[],
): ReadonlyMap<string, unknown> | undefined {
  for (const raw of indexes) {
    const spec = valuesOf(raw);
    if (isIdIndex(spec) && spec.has("collation")) return cleaned(spec);
  }
  return undefined;
}

/**
 * The indexes to build after the data: all but the one on `_id`.
 *
 * @param indexes The raw definitions.
 * @returns What to build.
 */
export function indexSpecsOf(indexes: readonly Uint8Array[]): IndexSpec[] {
  const specs: IndexSpec[] = [];
  for (const raw of indexes) {
    const spec = valuesOf(raw);
    if (isIdIndex(spec) || spec.has("clustered")) continue;
    const key = spec.get("key");
    const field = key instanceof Map ? key.keys().next().value as string | undefined : undefined;
    const seconds = numberOf(spec.get("expireAfterSeconds"));
    specs.push({
      name: String(spec.get("name")),
      spec: cleaned(spec),
      ...(spec.has("expireAfterSeconds") && field !== undefined && Number.isFinite(seconds)
        ? { ttl: { field, seconds } }
        : {}),
    });
  }
  return specs;
}

/**
 * A definition that an old server let pass, as current servers take it.
 *
 * @param spec The definition.
 * @returns The changed definition and what was changed; nothing if there is nothing to change.
 */
export function modernSpec(
  { spec }: IndexSpec,
):
  | { readonly spec: ReadonlyMap<string, unknown>; readonly changed: readonly string[] }
  | undefined {
  const changed: string[] = [];
  const made = new Map<string, unknown>();
  for (const [name, value] of spec) {
    if (!KNOWN.has(name)) {
      changed.push(name);
      continue;
    }
    made.set(name, value);
  }
  const key = made.get("key");
  if (key instanceof Map) {
    const modern = new Map<string, unknown>();
    for (const [field, kind] of key) {
      const number = numberOf(kind);
      const good = typeof kind === "string" && kind !== "" ||
        (typeof kind !== "boolean" && Number.isFinite(number) && number !== 0);
      modern.set(field, good ? kind : 1);
      if (!good) changed.push(`key.${field}`);
    }
    made.set("key", modern);
  }
  return changed.length === 0 ? undefined : { spec: made, changed };
}

function isIdIndex(spec: ReadonlyMap<string, unknown>): boolean {
  const key = spec.get("key");
  return key instanceof Map && key.size === 1 && key.has("_id") && numberOf(key.get("_id")) === 1 &&
    !spec.has("expireAfterSeconds") && !spec.has("partialFilterExpression");
}

function cleaned(spec: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  return new Map([...spec].filter(([name]) => !LISTED_ONLY.includes(name)));
}
