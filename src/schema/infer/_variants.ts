import type { Field, ObjectNode, Tag, ValueEntry } from "../../profile/mod.ts";

/** Objects of fewer than this many with one tag value are not a variant. */
const LEAST = 10;

/** A tag that tells an object's variants apart. */
export interface FoundVariants {
  /** The tag's field. */
  readonly field: Field;
  /** Its values: the entry, how many objects, and how many of them have a field. */
  readonly rows: readonly {
    readonly entry: ValueEntry;
    readonly total: number;
    readonly presence: (field: Field) => number;
  }[];
}

/**
 * The field whose value decides which others are there: always present, 2 to 20 values, at least ten
 * objects each, and at least half of the optional fields become certain.
 *
 * @param node What was seen of the objects.
 * @returns The best such field, or `undefined`.
 */
export function findVariants(node: ObjectNode): FoundVariants | undefined {
  if (node.tags === null) return undefined;
  const optional = [...node.all()].filter((field) => field.count < node.count);
  if (optional.length === 0) return undefined;
  let best: { tag: Tag; certain: number } | undefined;
  for (const tag of node.tags) {
    const { rows } = tag;
    if (rows.size < 2 || [...rows.values()].some(({ total }) => total < LEAST)) continue;
    const certain = optional.filter((field) => isCertain(tag, field)).length;
    if (certain * 2 < optional.length) continue;
    if (best === undefined || isBetter(tag, certain, best)) best = { tag, certain };
  }
  if (best === undefined) return undefined;
  const rows = [...best.tag.rows].map(([entry, row]) => ({
    entry,
    total: row.total,
    presence: (field: Field) =>
      field.count === node.count ? row.total : row.present[field.ordinal] ?? 0,
  }));
  return { field: best.tag.field, rows };
}

function isCertain({ rows }: Tag, field: Field): boolean {
  for (const { total, present } of rows.values()) {
    const count = present[field.ordinal] ?? 0;
    if (count !== 0 && count !== total) return false;
  }
  return true;
}

/** More fields become certain, or as many by fewer values, or by the key that comes first. */
function isBetter(tag: Tag, certain: number, best: { tag: Tag; certain: number }): boolean {
  if (certain !== best.certain) return certain > best.certain;
  const values = tag.rows.size - best.tag.rows.size;
  if (values !== 0) return values < 0;
  // Both are in every object, so the sums of positions compare as their means do.
  const order = tag.field.positions - best.tag.field.positions;
  return order < 0 || (order === 0 && tag.field.hash < best.tag.field.hash);
}
