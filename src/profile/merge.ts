import { compareBytes } from "./_hash.ts";
import { CAPS } from "./caps.ts";
import { foldInto, trim } from "./fold.ts";
import { ArrayNode, type Field, IdSample, ObjectNode, type Tag, type ValueNode } from "./node.ts";
import { LongStats, NumberStats, StringStats } from "./stats.ts";
import { type ValueEntry, ValueSketch } from "./value_sketch.ts";

/** Adds to a node what another counted; the other stays as it is. */
export function mergeValue(into: ValueNode, from: ValueNode): void {
  for (let kind = 0; kind < from.counts.length; kind++) into.counts[kind]! += from.counts[kind]!;
  if (from.string) {
    (into.string ??= new StringStats(from.string.values !== null)).merge(from.string);
  }
  if (from.symbol) {
    (into.symbol ??= new StringStats(from.symbol.values !== null)).merge(from.symbol);
  }
  if (from.int) (into.int ??= new NumberStats()).merge(from.int);
  if (from.intValues) (into.intValues ??= new ValueSketch()).merge(from.intValues);
  if (from.double) (into.double ??= new NumberStats()).merge(from.double);
  if (from.long) (into.long ??= new LongStats()).merge(from.long);
  if (from.date) (into.date ??= new LongStats()).merge(from.date);
  into.trues += from.trues;
  into.tooDeep += from.tooDeep;
  if (from.binary) {
    const binary = into.binary ??= new Map();
    for (const [subtype, count] of from.binary) {
      binary.set(subtype, (binary.get(subtype) ?? 0) + count);
    }
  }
  if (from.ids) {
    const ids = into.ids ??= [];
    from.ids.forEach((sample, kind) => {
      const own = ids[kind] ??= new IdSample();
      for (const id of sample.kept) own.add(id);
    });
  }
  if (from.object) mergeObject(into.object ??= new ObjectNode(), from.object);
  if (from.array) {
    if (into.array === null) (into.array = new ArrayNode()).element.personal = into.personal;
    mergeArray(into.array, from.array);
  }
}

function mergeArray(into: ArrayNode, from: ArrayNode): void {
  into.minLength = Math.min(into.minLength, from.minLength);
  into.maxLength = Math.max(into.maxLength, from.maxLength);
  into.empty += from.empty;
  from.positions.forEach((count, i) => into.positions[i]! += count);
  mergeValue(into.element, from.element);
}

/** Adds to objects what others counted. */
export function mergeObject(into: ObjectNode, from: ObjectNode): void {
  if (from.count === 0) return;
  const untouched = into.count === 0;
  // Who is in every object of its side: known only while the counts are still apart.
  const always = new Set<Field>();
  for (const side of [into, from]) {
    for (const field of side.all()) if (field.count === side.count) always.add(field);
  }
  const before = [...into.all()];
  into.count += from.count;
  into.limit = Math.min(into.limit, from.limit);
  const pairs = new Map<Field, Field>();
  for (const other of from.all()) {
    const field = own(into, other);
    pairs.set(other, field);
    field.count += other.count;
    field.positions += other.positions;
    field.repeated += other.repeated;
    mergeValue(field.node, other.node);
  }
  if (from.folded) {
    const folded = foldInto(into, EMPTY, 0, 0, 0);
    into.folded!.occurrences += from.folded.occurrences;
    from.folded.classes.forEach((count, i) => into.folded!.classes[i]! += count);
    mergeValue(folded, from.folded.node);
  }
  into.always = 0;
  for (const field of into.all()) if (field.count === into.count) into.always++;
  if (into.kept > CAPS.tagFields || into.folded !== null || from.tags === null) into.tags = null;
  else if (untouched) {
    into.tags = from.tags.map(({ field }) => ({ field: pairs.get(field)!, rows: new Map() }));
  }
  if (into.tags !== null) into.tags = mergeTags(into.tags, before, from, always, pairs);
  trim(into);
}

const EMPTY = new Uint8Array(0);

function own(into: ObjectNode, other: Field): Field {
  const { keyBytes, hash } = other;
  const found = into.find(keyBytes, 0, keyBytes.length - 1, hash);
  if (found !== null) return found;
  const field = into.insert(keyBytes, hash);
  field.node.personal = other.node.personal;
  return field;
}

/** The tags of both sides that are tags of the whole, with the rows of both. */
function mergeTags(
  tags: readonly Tag[],
  before: readonly Field[],
  from: ObjectNode,
  always: ReadonlySet<Field>,
  pairs: ReadonlyMap<Field, Field>,
): Tag[] {
  const result: Tag[] = [];
  for (const { field, rows } of tags) {
    const other = from.tags!.find((tag) => pairs.get(tag.field) === field);
    if (other === undefined) continue;
    for (const row of rows.values()) {
      for (const own of before) if (always.has(own)) set(row.present, own.ordinal, row.total);
    }
    let fits = true;
    for (const [entry, row] of other.rows) {
      const same = sameEntry(field, other.field, entry);
      if (same === null) {
        fits = false;
        break;
      }
      const merged = rows.get(same) ?? { total: 0, present: [] };
      rows.set(same, merged);
      merged.total += row.total;
      for (const [theirs, ours] of pairs) {
        const count = always.has(theirs) ? row.total : row.present[theirs.ordinal] ?? 0;
        if (count > 0) {
          set(merged.present, ours.ordinal, (merged.present[ours.ordinal] ?? 0) + count);
        }
      }
    }
    // A sketch that overflowed has no entries left that rows could stand for.
    const kept = [...rows.keys()].every((entry) => hasEntry(field, entry));
    if (fits && kept && rows.size <= CAPS.tagValues) result.push({ field, rows });
  }
  return result;
}

function set(row: number[], ordinal: number, count: number): void {
  while (row.length <= ordinal) row.push(0);
  row[ordinal] = count;
}

function hasEntry(field: Field, entry: ValueEntry): boolean {
  return (field.node.intValues?.entries?.includes(entry) ?? false) ||
    (field.node.string?.values?.entries?.includes(entry) ?? false);
}

/** The entry of a field's values that has the same kind and bytes as another field's. */
function sameEntry(field: Field, other: Field, entry: ValueEntry): ValueEntry | null {
  const isInt = other.node.intValues?.entries?.includes(entry) ?? false;
  const entries = isInt ? field.node.intValues?.entries : field.node.string?.values?.entries;
  return entries?.find((e) => compareBytes(e.bytes, entry.bytes) === 0) ?? null;
}
