import type { Field, ObjectNode, ValueEntry } from "../../profile/mod.ts";
import { findVariants } from "../infer/_variants.ts";
import type { DriftClass } from "./drift.ts";

/** What no longer fits the variants that objects had. */
export interface VariantDrift {
  /** Its class. */
  readonly class: DriftClass;
  /** The field it is about. */
  readonly field: Field;
  /** The sentence behind the path. */
  readonly what: string;
  /** The value of the tag it is about, and whether the field is there in what it is about. */
  readonly where?: { readonly entry: ValueEntry; readonly present: boolean };
  /** How many objects of now it is about. */
  readonly count?: number;
  /** Of how many. */
  readonly of: number;
}

/** The drift of variants, and the field that tells them apart. */
export interface VariantsDrift {
  /** The field, as it was. */
  readonly tag: Field;
  /** What was found, by the tag's value, then the key. */
  readonly drifts: readonly VariantDrift[];
}

/**
 * Compares objects by the variants they had: each value of the tag has fields that are always there,
 * and some that never are.
 *
 * @param keyOf The key of a field, as text.
 * @returns `undefined` if the objects had no variants.
 */
export function compareVariants(
  before: ObjectNode,
  after: ObjectNode,
  keyOf: (field: Field) => string,
): VariantsDrift | undefined {
  const found = findVariants(before);
  if (found === undefined) return undefined;
  const tag = found.field;
  const is = find(after, tag);
  if (is === null) return { tag, drifts: [] };
  const drifts: VariantDrift[] = [];
  const rows = after.tags?.find(({ field }) => field === is)?.rows;
  const values = valuesOf(is);
  const of = is.count;
  const known = new Map(found.rows.map((row) => [valueOf(tag, row.entry), row]));
  if (values === null) {
    const what = `other values than the ${known.size} that told variants apart`;
    drifts.push({ class: "widening", field: tag, what, of });
  }
  for (const { entry, value } of values ?? []) {
    const was = known.get(value);
    if (was === undefined) {
      const what = `${value} in ${entry.count} of ${of} is no variant (was one of ${known.size})`;
      const where = { entry, present: true };
      drifts.push({ class: "widening", field: tag, what, where, count: entry.count, of });
      continue;
    }
    const row = rows?.get(entry);
    if (row === undefined) continue;
    for (const field of optionalFields(before)) {
      const now = find(after, field);
      if (now === null) continue;
      const count = now.count === after.count ? row.total : row.present[now.ordinal] ?? 0;
      const then = was.presence(field);
      const where = `where ${keyOf(tag)} is ${value}`;
      if (then === was.total && count < row.total) {
        const gaps = row.total - count;
        const what = `missing in ${gaps} of ${row.total} ${where} (was always there)`;
        const about = { entry, present: false };
        drifts.push({ class: "widening", field, what, where: about, count: gaps, of: row.total });
      } else if (then === 0 && count > 0) {
        const what = `new ${where}, in ${count} of ${row.total}`;
        const about = { entry, present: true };
        drifts.push({ class: "new-field", field, what, where: about, count, of: row.total });
      }
    }
  }
  return { tag, drifts };
}

function find(node: ObjectNode, { keyBytes, hash }: Field): Field | null {
  return node.find(keyBytes, 0, keyBytes.length - 1, hash);
}

function optionalFields(node: ObjectNode): Field[] {
  return [...node.all()].filter((field) => field.count < node.count).sort((a, b) => order(a, b));
}

function order(a: Field, b: Field): number {
  const key = ({ keyBytes }: Field) => String.fromCharCode(...keyBytes);
  return key(a) < key(b) ? -1 : 1;
}

/** The values of a field, as they are shown, in order; `null` if they were too many. */
function valuesOf(field: Field): { entry: ValueEntry; value: string }[] | null {
  const { string, intValues } = field.node;
  const strings = string === null ? [] : string.values?.entries ?? null;
  const ints = intValues === null ? [] : intValues.entries;
  if (strings === null || ints === null) return null;
  return [...ints, ...strings].map((entry) => ({ entry, value: valueOf(field, entry) }))
    .sort((a, b) => a.value < b.value ? -1 : 1);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function valueOf({ node }: Field, entry: ValueEntry): string {
  const { bytes } = entry;
  return node.intValues?.entries?.includes(entry)
    ? String(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true))
    : JSON.stringify(decoder.decode(bytes));
}
