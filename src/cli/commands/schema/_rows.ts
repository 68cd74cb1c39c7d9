import type {
  FieldModel,
  ScalarModel,
  SchemaModel,
  TypeModel,
  ValueModel,
} from "../../../schema/model.ts";

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
  readonly kinds: readonly ReportKind[];
  /** Values that are null. */
  readonly nulls: number;
  /** Why the values are likely to be someone's own: `key`, or the format. */
  readonly personal?: string;
}

/** Formats whose values are someone's own. */
const PERSONAL_FORMATS = new Set(["email", "ipv4", "ipv6"]);

/** A row for each path of a model, in the order of its fields. */
export function reportRows(model: SchemaModel): ReportRow[] {
  const rows: ReportRow[] = [];
  walkType(model.root, "", rows);
  return rows;
}

function keyText(key: string): string {
  return key === "" || /[.[\]*"{}]/.test(key) ? JSON.stringify(key) : key;
}

function join(path: string, step: string): string {
  return path === "" ? step : `${path}.${step}`;
}

function walkField(field: FieldModel, path: string, rows: ReportRow[]): void {
  const at = join(path, keyText(field.key));
  rows.push(rowOf(at, field.count, field.of, field.value, field));
  for (const type of field.value.types) walkType(type, at, rows);
}

/** What one of several values is like: an element, or a value of a map. */
function walkInner(value: ValueModel, path: string, of: number, rows: ReportRow[]): void {
  rows.push(rowOf(path, value.total, of, value));
  for (const type of value.types) walkType(type, path, rows);
}

function walkType(type: TypeModel, path: string, rows: ReportRow[]): void {
  switch (type.type) {
    case "object":
      for (const field of type.fields) walkField(field, path, rows);
      return;
    case "variants":
      for (const { value, object } of type.variants) {
        walkType(object, `${path}{${keyText(type.tag)}=${JSON.stringify(value)}}`, rows);
      }
      return;
    case "map":
      for (const field of type.named) walkField(field, path, rows);
      return walkInner(type.value, join(path, "*"), type.value.total, rows);
    case "array":
      if (type.element !== null) walkInner(type.element, `${path}[]`, type.element.total, rows);
      return;
    case "tuple":
      type.elements.forEach((element, i) =>
        walkInner(element, `${path}[${i}]`, element.total, rows)
      );
      return;
    case "scalar":
    case "ref":
      return;
  }
}

function rowOf(
  path: string,
  count: number,
  of: number,
  value: ValueModel,
  field?: FieldModel,
): ReportRow {
  const share = (part: number) => value.total === 0 ? 0 : part / value.total;
  const kinds = value.types.map((type) => kindOf(type, share(type.count)));
  for (const { kind, count } of value.outliers) {
    kinds.push({ kind, count, share: share(count), notes: ["left out"] });
  }
  if (value.nulls > 0) kinds.push({ kind: "null", count: value.nulls, share: share(value.nulls) });
  if (value.undefineds > 0) {
    kinds.push({ kind: "undefined", count: value.undefineds, share: share(value.undefineds) });
  }
  const format = value.types.find((type) =>
    type.type === "scalar" && PERSONAL_FORMATS.has(type.format ?? "")
  ) as ScalarModel | undefined;
  const personal = field?.personal === true && field.key !== "_id" ? "key" : format?.format;
  return {
    path,
    count,
    of,
    kinds,
    nulls: value.nulls,
    ...(personal === undefined ? {} : { personal }),
  };
}

function kindOf(type: TypeModel, share: number): ReportKind {
  const { count } = type;
  switch (type.type) {
    case "scalar":
      return { kind: type.kind, count, share, ...scalar(type) };
    case "array":
      return {
        kind: "array",
        count,
        share,
        ...(type.element === null ? {} : { min: type.minLength, max: type.maxLength }),
        ...(type.element === null ? { notes: ["never filled"] } : {}),
      };
    case "tuple":
      return { kind: `array of ${type.elements.length}`, count, share };
    case "map":
      return { kind: `map by ${type.keys}`, count, share };
    case "variants":
      return { kind: `object, one of ${type.variants.length}`, count, share };
    case "ref":
      return { kind: `object (${type.name} again)`, count, share };
    case "object":
      return { kind: "object", count, share, ...(type.open ? { notes: ["more fields"] } : {}) };
  }
}

function scalar(type: ScalarModel): Partial<ReportKind> {
  const notes: string[] = [];
  if (type.kind === "double" && type.integers === type.count) notes.push("all whole");
  if (type.notFinite) notes.push(`${type.notFinite} not finite`);
  if (type.unsafe) notes.push(`${type.unsafe} not exact in JavaScript`);
  if (type.invalidUtf8) notes.push(`${type.invalidUtf8} not UTF-8`);
  if (type.trues !== undefined) notes.push(`${type.trues} true`);
  if (type.constant !== undefined) notes.push(`always ${JSON.stringify(type.constant)}`);
  if (type.subtypes !== undefined) notes.push(`subtype ${[...type.subtypes.keys()].join(", ")}`);
  return {
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
