import {
  type Field,
  KIND,
  type KindName,
  type ObjectNode,
  type Tag,
  ValueNode,
} from "../../../profile/mod.ts";
import type {
  FieldModel,
  Outlier,
  ScalarModel,
  SchemaModel,
  TupleModel,
  TypeModel,
  ValueModel,
  VariantsModel,
} from "../../../schema/model.ts";
import { readInt } from "../../../schema/infer/_scalar.ts";

/** A kind of value at a path, and what its values are like. */
export interface ReportKind {
  /** Such as `string`, `array` or `map`. */
  readonly kind: string;
  readonly count: number;
  /** Of all values at the path, from 0 to 1. */
  readonly share: number;
  /** Least and greatest number, date (ISO), or length of a string in bytes, of an array in elements. */
  readonly min?: number | string;
  readonly max?: number | string;
  /** The values of an enum, most frequent first. */
  readonly values?: readonly { readonly value: string | number; readonly count: number }[];
  readonly format?: string;
  /** Booleans that are true. */
  readonly trues?: number;
  /** What else there is to say. */
  readonly notes?: readonly string[];
}

/** What stands at a path. */
export interface ReportRow {
  /** As overrides name it: `items[].price`, `scores.*`. */
  readonly path: string;
  /** Objects that have it. */
  readonly count: number;
  /** Of so many. */
  readonly of: number;
  /** None where which of several kinds a variant has was not counted; the row of all variants has them. */
  readonly kinds: readonly ReportKind[];
  /** Values that are null, if that was counted. */
  readonly nulls?: number;
  /** Why the values are likely to be someone's own: `key`, or the format. */
  readonly personal?: string;
}

/** Formats whose values are someone's own. */
const PERSONAL_FORMATS = new Set(["email", "ipv4", "ipv6"]);

/**
 * A row for each path of a model, in the order of its fields. A model shares the type of objects that
 * are alike; what is counted at one path alone is in the profile it was made from.
 */
export function reportRows(model: SchemaModel, root: ObjectNode): ReportRow[] {
  const rows: ReportRow[] = [];
  const node = new ValueNode();
  node.counts[KIND.object] = root.count;
  node.object = root;
  walkType(model.root, "", node, { rows, fields: new Map() });
  return rows;
}

/** What a walk has found so far. */
interface Report {
  readonly rows: ReportRow[];
  /** The fields of objects that were asked for one, by their keys. */
  readonly fields: Map<ObjectNode, ReadonlyMap<string, Field>>;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What the profile has of a field, if it is there under that very key. */
function fieldNode(
  node: ValueNode | undefined,
  key: string,
  { fields }: Report,
): Field | undefined {
  const object = node?.object ?? null;
  if (object === null) return undefined;
  let byKey = fields.get(object);
  if (byKey === undefined) {
    // Of keys that read alike, as they are not UTF-8, the first one counts.
    byKey = new Map([...object.all()].reverse().map((field) => [keyOf(field), field]));
    fields.set(object, byKey);
  }
  return byKey.get(key);
}

function keyOf({ keyBytes }: Field): string {
  return decoder.decode(keyBytes.subarray(0, -1));
}

function keyText(key: string): string {
  return key === "" || /[.[\]*"{}]/.test(key) ? JSON.stringify(key) : key;
}

function join(path: string, step: string): string {
  return path === "" ? step : `${path}.${step}`;
}

/** How many objects have a field, of how many. */
interface Presence {
  readonly count: number;
  readonly of: number;
}

function walkField(
  field: FieldModel,
  path: string,
  around: ValueNode | undefined,
  report: Report,
  presence?: Presence,
): void {
  const at = join(path, keyText(field.key));
  const found = fieldNode(around, field.key, report);
  const { count, of } = presence ?? (found === undefined ? field : {
    count: found.count,
    of: around!.object!.count,
  });
  report.rows.push(rowOf({ path: at, count, of }, field.value, found?.node, field));
  for (const type of field.value.types) walkType(type, at, found?.node, report);
}

/** What one of several values is like: an element, or a value of a map. */
function walkInner(
  value: ValueModel,
  path: string,
  node: ValueNode | undefined,
  report: Report,
): void {
  const total = node?.total ?? value.total;
  report.rows.push(rowOf({ path, count: total, of: total }, value, node));
  for (const type of value.types) walkType(type, path, node, report);
}

function walkType(
  type: TypeModel,
  path: string,
  node: ValueNode | undefined,
  report: Report,
): void {
  switch (type.type) {
    case "object":
      for (const field of type.fields) walkField(field, path, node, report);
      return;
    case "variants":
      return walkVariants(type, path, node, report);
    case "map":
      for (const field of type.named) walkField(field, path, node, report);
      return walkInner(type.value, join(path, "*"), undefined, report);
    case "array":
      if (type.element === null) return;
      return walkInner(type.element, `${path}[]`, node?.array?.element, report);
    case "tuple":
      return walkInner(ofAllPositions(type), `${path}[]`, node?.array?.element, report);
    case "scalar":
    case "ref":
      return;
  }
}

/**
 * Fields that several variants have come first, as they are in all of them: the profile counts which
 * variant has them, and not what they are like in each.
 */
function walkVariants(
  { tag, variants }: VariantsModel,
  path: string,
  node: ValueNode | undefined,
  report: Report,
): void {
  const having = new Map<string, FieldModel[]>();
  for (const { object } of variants) {
    for (const field of object.fields) {
      const known = having.get(field.key);
      if (known === undefined) having.set(field.key, [field]);
      else known.push(field);
    }
  }
  const all = variants.reduce((sum, { object }) => sum + object.count, 0);
  for (const [key, [field, ...others]] of having) {
    if (key === tag || others.length === 0) continue;
    const count = others.reduce((sum, { count }) => sum + count, field!.count);
    walkField({ ...field!, count, of: all }, path, node, report);
  }
  const counted = node?.object?.tags?.find(({ field }) => keyOf(field) === tag);
  for (const { value, object } of variants) {
    const which = `${path}{${keyText(tag)}=${JSON.stringify(value)}}`;
    const own = presenceAt(counted, value, node, report);
    for (const field of object.fields) {
      const presence = own?.(field.key) ?? field;
      if (field.key === tag) {
        walkField(field, which, undefined, report, presence);
      } else if (having.get(field.key)!.length === 1) {
        walkField(field, which, node, report, presence);
      } else {
        const { count, of } = presence;
        report.rows.push(sharedRow({ path: join(which, keyText(field.key)), count, of }, field));
      }
    }
  }
}

/** How many objects with one value of a tag have a field, where that was counted at this path. */
function presenceAt(
  tag: Tag | undefined,
  value: string | number,
  node: ValueNode | undefined,
  report: Report,
): ((key: string) => Presence) | undefined {
  if (tag === undefined) return undefined;
  const ints = tag.field.node.intValues?.entries ?? [];
  const found = [...tag.rows].find(([entry]) =>
    value === (ints.includes(entry) ? readInt(entry.bytes) : decoder.decode(entry.bytes))
  );
  if (found === undefined) return undefined;
  const [, { total, present }] = found;
  return (key) => {
    const field = fieldNode(node, key, report);
    const always = field !== undefined && field.count === node!.object!.count;
    const count = field === undefined ? 0 : present[field.ordinal] ?? 0;
    return { count: always ? total : count, of: total };
  };
}

/** A field of one variant that others have too: what is said is true of any part of its values. */
function sharedRow(
  place: { readonly path: string; readonly count: number; readonly of: number },
  field: FieldModel,
): ReportRow {
  const { value } = field;
  const { types, outliers, nulls, undefineds } = value;
  const kinds = types.length + outliers.length + Number(nulls > 0) + Number(undefineds > 0);
  const { count } = place;
  const personal = personalOf(field, rowOf(place, value, undefined).kinds);
  const about = personal === undefined ? {} : { personal };
  if (kinds !== 1) return { ...place, kinds: [], ...(nulls === 0 ? { nulls } : {}), ...about };
  const [type] = types;
  if (type === undefined) {
    const [kind = nulls > 0 ? "null" : "undefined"] = outliers.map(({ kind }) => kind);
    const only: ReportKind = { kind, count, share: 1 };
    return { ...place, kinds: [only], nulls: nulls > 0 ? count : 0, ...about };
  }
  const { kind, format } = kindOf(type, { count, share: 1 }, undefined);
  const only: ReportKind = { kind, count, share: 1, ...(format === undefined ? {} : { format }) };
  return { ...place, kinds: [only], nulls: 0, ...about };
}

/** Why the values of a field are likely to be someone's own. */
function personalOf(
  field: FieldModel | undefined,
  kinds: readonly ReportKind[],
): string | undefined {
  if (field?.personal === true && field.key !== "_id") return "key";
  return kinds.find(({ format }) => PERSONAL_FORMATS.has(format ?? ""))?.format;
}

/** What stands at any position of a tuple: ranges and values are known of all of them together. */
function ofAllPositions({ elements }: TupleModel): ValueModel {
  const types = new Map<string | TypeModel, TypeModel>();
  const outliers = new Map<KindName, Outlier>();
  const sum = (part: (element: ValueModel) => number) =>
    elements.reduce((sum, element) => sum + part(element), 0);
  for (const element of elements) {
    for (const type of element.types) {
      // Objects and arrays are the same ones at each position.
      const key = type.type === "scalar" ? type.kind : type;
      const known = types.get(key);
      if (known === undefined) types.set(key, type);
      else if (type.type === "scalar") types.set(key, { ...type, count: known.count + type.count });
    }
    for (const outlier of element.outliers) {
      const count = outlier.count + (outliers.get(outlier.kind)?.count ?? 0);
      outliers.set(outlier.kind, { ...outlier, count });
    }
  }
  return {
    types: [...types.values()],
    nulls: sum(({ nulls }) => nulls),
    undefineds: sum(({ undefineds }) => undefineds),
    total: sum(({ total }) => total),
    outliers: [...outliers.values()],
  };
}

/** Objects at a path whose type may be shared: what is left when all else is counted. */
function objectsOf({ types, nulls, undefineds, total, outliers }: ValueModel): number {
  const others = [...types, ...outliers].filter((one) =>
    !("type" in one) || bsonKind(one) !== "object"
  );
  return total - others.reduce((sum, { count }) => sum + count, nulls + undefineds);
}

function rowOf(
  place: { readonly path: string; readonly count: number; readonly of: number },
  value: ValueModel,
  node: ValueNode | undefined,
  field?: FieldModel,
): ReportRow {
  const total = node?.total ?? value.total;
  const share = (part: number) => total === 0 ? 0 : part / total;
  const counted = (kind: KindName, count: number) => {
    const own = node !== undefined
      ? node.counts[KIND[kind]]!
      : kind === "object"
      ? Math.min(count, objectsOf(value))
      : count;
    return { count: own, share: share(own) };
  };
  const kinds = value.types.map((type) => kindOf(type, counted(bsonKind(type), type.count), node))
    // A type that is shared may have kinds that are not at this path.
    .filter(({ count }) => count > 0);
  for (const { kind, count } of value.outliers) {
    kinds.push({ kind, ...counted(kind, count), notes: ["left out"] });
  }
  const nulls = counted("null", value.nulls), undefineds = counted("undefined", value.undefineds);
  if (nulls.count > 0) kinds.push({ kind: "null", ...nulls });
  if (undefineds.count > 0) kinds.push({ kind: "undefined", ...undefineds });
  const personal = personalOf(field, kinds);
  return {
    ...place,
    kinds,
    nulls: nulls.count,
    ...(personal === undefined ? {} : { personal }),
  };
}

function bsonKind(type: TypeModel): KindName {
  if (type.type === "scalar") return type.kind;
  return type.type === "array" || type.type === "tuple" ? "array" : "object";
}

function kindOf(
  type: TypeModel,
  counts: { readonly count: number; readonly share: number },
  node: ValueNode | undefined,
): ReportKind {
  switch (type.type) {
    case "scalar":
      return { kind: type.kind, ...counts, ...scalar(type), ...ownBounds(type, node) };
    case "array": {
      if (type.element === null) return { kind: "array", ...counts, notes: ["never filled"] };
      const { minLength: min, maxLength: max } = node?.array ?? type;
      return { kind: "array", ...counts, min, max };
    }
    case "tuple":
      return { kind: `array of ${type.elements.length}`, ...counts };
    case "map":
      return { kind: `map by ${type.keys}`, ...counts };
    case "variants":
      return { kind: `object, one of ${type.variants.length}`, ...counts };
    case "ref":
      return { kind: `object (${type.name} again)`, ...counts };
    case "object":
      return { kind: "object", ...counts, ...(type.open ? { notes: ["more fields"] } : {}) };
  }
}

/** The bounds at this path alone. */
function ownBounds({ kind }: ScalarModel, node: ValueNode | undefined): Partial<ReportKind> {
  if (node === undefined) return {};
  if (kind === "boolean") return { trues: node.trues };
  const text = kind === "string" ? node.string : kind === "symbol" ? node.symbol : null;
  if (text !== null) return { min: text.minBytes, max: text.maxBytes };
  const stats = kind === "int" || kind === "double" || kind === "long" || kind === "date"
    ? node[kind]
    : null;
  if (stats === null || stats.min > stats.max) return {};
  return { min: bound(kind, stats.min), max: bound(kind, stats.max) };
}

function scalar(type: ScalarModel): Partial<ReportKind> {
  const notes: string[] = [];
  if (type.kind === "double" && type.integers === type.count) notes.push("all whole");
  if (type.notFinite) notes.push(`${type.notFinite} not finite`);
  if (type.unsafe) notes.push(`${type.unsafe} not exact in JavaScript`);
  if (type.invalidUtf8) notes.push(`${type.invalidUtf8} not UTF-8`);
  if (type.constant !== undefined) notes.push(`always ${JSON.stringify(type.constant)}`);
  if (type.subtypes !== undefined) notes.push(`subtype ${[...type.subtypes.keys()].join(", ")}`);
  return {
    ...(type.trues === undefined ? {} : { trues: type.trues }),
    ...(type.range === undefined ? {} : {
      min: bound(type.kind, type.range.min),
      max: bound(type.kind, type.range.max),
    }),
    ...(type.values === undefined ? {} : { values: type.values }),
    ...(type.format === undefined ? {} : { format: type.format }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** The most milliseconds that a `Date` holds. */
const DATE_LIMIT = 8.64e15;

/** A bound as JSON can hold it: dates as ISO text, numbers beyond the safe ones as digits. */
function bound(kind: string, value: number | bigint): number | string {
  const number = Number(value);
  if (kind === "date") {
    return Math.abs(number) <= DATE_LIMIT ? new Date(number).toISOString() : `${value} ms`;
  }
  if (typeof value === "number") return value;
  return Number.isSafeInteger(number) ? number : String(value);
}
