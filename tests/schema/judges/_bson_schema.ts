/**
 * The `$jsonSchema` of MongoDB over raw BSON, as its documentation and its parser have it: what a
 * server has to say, where there is none to ask, and to compare one with.
 *
 * @module
 */
import { BSON_TYPE, elements, type ElementSpan } from "../../../src/bson/mod.ts";

/** A schema as JSON. */
export type BsonSchema = { readonly [keyword: string]: unknown };

/** The names of kinds that `bsonType` takes, with their type bytes. */
const TYPES: Readonly<Record<string, readonly number[]>> = {
  double: [BSON_TYPE.double],
  string: [BSON_TYPE.string],
  object: [BSON_TYPE.object],
  array: [BSON_TYPE.array],
  binData: [BSON_TYPE.binary],
  undefined: [BSON_TYPE.undefined],
  objectId: [BSON_TYPE.objectId],
  bool: [BSON_TYPE.boolean],
  date: [BSON_TYPE.date],
  null: [BSON_TYPE.null],
  regex: [BSON_TYPE.regex],
  dbPointer: [BSON_TYPE.dbPointer],
  javascript: [BSON_TYPE.code],
  symbol: [BSON_TYPE.symbol],
  javascriptWithScope: [BSON_TYPE.codeWithScope],
  int: [BSON_TYPE.int],
  timestamp: [BSON_TYPE.timestamp],
  long: [BSON_TYPE.long],
  decimal: [BSON_TYPE.decimal],
  minKey: [BSON_TYPE.minKey],
  maxKey: [BSON_TYPE.maxKey],
  number: [BSON_TYPE.double, BSON_TYPE.int, BSON_TYPE.long, BSON_TYPE.decimal],
};

/** What the server allows one document inside another, with something left for what is around it. */
const DEEPEST = 180;

/**
 * What a server would say of a schema before it looked at any document.
 *
 * @param schema The schema.
 * @returns The first thing wrong with it.
 */
export function problemOf(schema: unknown, path = "$jsonSchema", depth = 1): string | undefined {
  if (depth > DEEPEST) return `${path}: nested too deep`;
  if (!isObject(schema)) return `${path}: not an object`;
  for (const [keyword, value] of Object.entries(schema)) {
    const problem = keywordProblem(keyword, value, `${path}.${keyword}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function keywordProblem(
  keyword: string,
  value: unknown,
  path: string,
  depth: number,
): string | undefined {
  const strings = (values: unknown) =>
    Array.isArray(values) && values.length > 0 && values.every((one) => typeof one === "string") &&
    new Set(values).size === values.length;
  const all = (entries: Iterable<readonly [string | number, unknown]>) => {
    for (const [key, one] of entries) {
      const problem = problemOf(one, `${path}.${key}`, depth + 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  switch (keyword) {
    case "title":
    case "description":
      return typeof value === "string" ? undefined : `${path}: not a string`;
    case "bsonType": {
      const names = typeof value === "string" ? [value] : value;
      if (!strings(names)) return `${path}: not one or more distinct names`;
      const unknown = (names as string[]).find((name) => !Object.hasOwn(TYPES, name));
      return unknown === undefined ? undefined : `${path}: no type is called "${unknown}"`;
    }
    case "required":
      return strings(value) ? undefined : `${path}: not one or more distinct names`;
    case "properties":
      return isObject(value) ? all(Object.entries(value)) : `${path}: not an object`;
    case "patternProperties":
      if (!isObject(value)) return `${path}: not an object`;
      for (const pattern of Object.keys(value)) new RegExp(pattern);
      return all(Object.entries(value));
    case "additionalProperties":
    case "additionalItems":
      return typeof value === "boolean" ? undefined : problemOf(value, path, depth);
    case "items":
      return Array.isArray(value) ? all(value.entries()) : problemOf(value, path, depth);
    case "minItems":
    case "maxItems":
      return Number.isInteger(value) && (value as number) >= 0 ? undefined : `${path}: no length`;
    case "anyOf":
    case "oneOf":
      return Array.isArray(value) && value.length > 0
        ? all(value.entries())
        : `${path}: no schemas`;
    case "enum": {
      if (!Array.isArray(value) || value.length === 0) return `${path}: no values`;
      return new Set(value).size === value.length ? undefined : `${path}: not distinct`;
    }
    case "pattern":
      new RegExp(value as string);
      return undefined;
    default:
      return `${path}: not a keyword`;
  }
}

/**
 * Holds a document to a schema.
 *
 * @param schema The schema.
 * @param document Raw BSON.
 * @returns What is wrong, or `undefined`.
 */
export function mismatchOf(schema: BsonSchema, document: Uint8Array): string | undefined {
  const whole: ElementSpan = {
    type: BSON_TYPE.object,
    start: 0,
    valueStart: 0,
    end: document.length,
  };
  return valueMismatch(schema, document, whole, "");
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function valueMismatch(
  schema: BsonSchema,
  bytes: Uint8Array,
  span: ElementSpan,
  path: string,
): string | undefined {
  const { bsonType, enum: values, anyOf, oneOf, pattern } = schema;
  if (bsonType !== undefined) {
    const names = typeof bsonType === "string" ? [bsonType] : bsonType as string[];
    if (!names.some((name) => TYPES[name]!.includes(span.type))) return `${path}: no ${names}`;
  }
  if (values !== undefined && !isOneOf(values as unknown[], bytes, span)) {
    return `${path}: not in enum`;
  }
  const fitting = (schemas: unknown) =>
    (schemas as BsonSchema[]).filter((one) => valueMismatch(one, bytes, span, path) === undefined);
  if (anyOf !== undefined && fitting(anyOf).length === 0) return `${path}: none of anyOf`;
  if (oneOf !== undefined && fitting(oneOf).length !== 1) return `${path}: not one of oneOf`;
  switch (span.type) {
    case BSON_TYPE.object:
      return objectMismatch(schema, bytes, span, path);
    case BSON_TYPE.array:
      return arrayMismatch(schema, bytes, span, path);
    case BSON_TYPE.string:
      if (pattern === undefined || new RegExp(pattern as string).test(text(bytes, span))) break;
      return `${path}: does not match ${pattern}`;
  }
  return undefined;
}

function objectMismatch(
  schema: BsonSchema,
  bytes: Uint8Array,
  { valueStart }: ElementSpan,
  path: string,
): string | undefined {
  const required = schema.required as readonly string[] | undefined ?? [];
  const properties = schema.properties as Record<string, BsonSchema> | undefined ?? {};
  const patterns = Object.entries(
    schema.patternProperties as Record<string, BsonSchema> | undefined ?? {},
  );
  const additional = schema.additionalProperties as BsonSchema | boolean | undefined ?? true;
  for (const name of required) {
    if (findPath(bytes, valueStart, name) === undefined) return `${path}.${name}: missing`;
  }
  for (const [name, inner] of Object.entries(properties)) {
    const found = findPath(bytes, valueStart, name);
    const mismatch = found && valueMismatch(inner, bytes, found, `${path}.${name}`);
    if (mismatch) return mismatch;
  }
  if (patterns.length === 0 && additional === true) return undefined;
  for (const span of elements(bytes, valueStart)) {
    const key = decoder.decode(bytes.subarray(span.keyStart, span.keyEnd));
    let known = Object.hasOwn(properties, key);
    for (const [pattern, inner] of patterns) {
      if (!new RegExp(pattern).test(key)) continue;
      known = true;
      const mismatch = valueMismatch(inner, bytes, span, `${path}.${key}`);
      if (mismatch !== undefined) return mismatch;
    }
    if (known || additional === true) continue;
    if (additional === false) return `${path}.${key}: not allowed`;
    const mismatch = valueMismatch(additional, bytes, span, `${path}.${key}`);
    if (mismatch !== undefined) return mismatch;
  }
  return undefined;
}

/** A server reads names as paths. */
function findPath(bytes: Uint8Array, start: number, path: string): ElementSpan | undefined {
  const dot = path.indexOf(".");
  const name = dot < 0 ? path : path.slice(0, dot);
  for (const span of elements(bytes, start)) {
    if (decoder.decode(bytes.subarray(span.keyStart, span.keyEnd)) !== name) continue;
    if (dot < 0) return span;
    if (span.type !== BSON_TYPE.object) return undefined;
    return findPath(bytes, span.valueStart, path.slice(dot + 1));
  }
  return undefined;
}

function arrayMismatch(
  { items, additionalItems, minItems, maxItems }: BsonSchema,
  bytes: Uint8Array,
  { valueStart }: ElementSpan,
  path: string,
): string | undefined {
  let index = 0;
  for (const span of elements(bytes, valueStart)) {
    const inner = Array.isArray(items)
      ? (items[index] ?? additionalItems) as BsonSchema | boolean | undefined
      : items as BsonSchema | undefined;
    if (inner === false) return `${path}[${index}]: not allowed`;
    if (isObject(inner)) {
      const mismatch = valueMismatch(inner, bytes, span, `${path}[${index}]`);
      if (mismatch !== undefined) return mismatch;
    }
    index++;
  }
  if (index < (minItems as number ?? 0)) return `${path}: less than ${minItems} elements`;
  if (index > (maxItems as number ?? Infinity)) return `${path}: more than ${maxItems} elements`;
  return undefined;
}

function isOneOf(values: readonly unknown[], bytes: Uint8Array, span: ElementSpan): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (span.type) {
    case BSON_TYPE.null:
      return values.includes(null);
    case BSON_TYPE.string:
    case BSON_TYPE.symbol:
      return values.includes(text(bytes, span));
    case BSON_TYPE.int:
      return values.includes(view.getInt32(span.valueStart, true));
    case BSON_TYPE.long:
      return values.includes(Number(view.getBigInt64(span.valueStart, true)));
    case BSON_TYPE.double:
      return values.includes(view.getFloat64(span.valueStart, true));
    default:
      return false;
  }
}

function text(bytes: Uint8Array, { valueStart, end }: ElementSpan): string {
  return decoder.decode(bytes.subarray(valueStart + 4, end - 1));
}

function isObject(value: unknown): value is BsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
