import { FORMAT, FORMAT_NAMES } from "./_format.ts";
import { compareBytes } from "./_hash.ts";
import { compareIds, idToSaved, type SavedBytes, toSaved } from "./_saved_bytes.ts";
import { CAPS } from "./caps.ts";
import { KEY_CLASSES } from "./key_class.ts";
import { KIND, KIND_NAMES, KINDS } from "./kinds.ts";
import { mergeObject } from "./merge.ts";
import {
  type ArrayNode,
  type Field,
  type IdSample,
  type KeptId,
  ObjectNode,
  type Tag,
  type ValueNode,
} from "./node.ts";
import type { ProfiledCollection } from "./profile.ts";
import type { LongStats, NumberStats, StringStats } from "./stats.ts";
import type { ValueEntry, ValueSketch } from "./value_sketch.ts";

/** The lines of a saved profile between its head and its foot, and the path each line is about. */
export interface SavedLines {
  /** The lines, without line ends. */
  readonly lines: string[];
  /** For each line, where in which collection it stands, such as `orders.items[].price`. */
  readonly paths: string[];
}

/** Writes collections: a line for each collection, one for each of its fields. */
export function writeCollections(collections: readonly ProfiledCollection[]): SavedLines {
  const out: SavedLines = { lines: [], paths: [] };
  collections.forEach((collection, i) => {
    new Writer(out).collection(collection);
    if (i < collections.length - 1) out.lines[out.lines.length - 1] += ",";
  });
  return out;
}

/** A path's next step: odd keys are quoted. */
export function savedPath(path: string, key: SavedBytes): string {
  const text = typeof key === "string" ? key : key.base64;
  const odd = typeof key !== "string" || text === "" || /[.[\]*"{}\s\p{C}]/u.test(text);
  return `${path}.${odd ? JSON.stringify(text) : text}`;
}

class Writer {
  readonly #out: SavedLines;
  readonly #ids = new Map<KeptId, number>();
  #line = "";
  #path = "";

  constructor(out: SavedLines) {
    this.#out = out;
  }

  collection({ namespace, profile, of }: ProfiledCollection): void {
    // A copy is brought under the caps, which a profile that is being made may be above for a while.
    const root = new ObjectNode();
    mergeObject(root, profile.root);
    const ids = this.#collectIds(root);
    this.#path = namespace.collection;
    this.#line = `{"db":${JSON.stringify(namespace.db)},` +
      `"collection":${JSON.stringify(namespace.collection)},"values":"${profile.values}",` +
      (of === undefined ? "" : `"of":${of},`) +
      `"bytes":${profile.bytes},` +
      (ids.length === 0 ? "" : `"ids":${JSON.stringify(ids.map(idToSaved))},`) +
      '"documents":{';
    this.#object(root, namespace.collection, 1);
    this.#line += "}}";
    this.#flush();
  }

  #flush(): void {
    this.#out.lines.push(this.#line);
    this.#out.paths.push(this.#path);
  }

  #next(path: string, depth: number): void {
    this.#flush();
    this.#line = " ".repeat(depth);
    this.#path = path;
  }

  /** The table that nodes refer to: most paths keep the same `_id`s. */
  #collectIds(root: ObjectNode): KeptId[] {
    const all: KeptId[] = [];
    visitIds(root, (id) => all.push(id));
    all.sort(compareIds);
    const table: KeptId[] = [];
    for (const id of all) {
      const before = table.at(-1);
      if (before === undefined || compareIds(before, id) !== 0) table.push(id);
      this.#ids.set(id, table.length - 1);
    }
    return table;
  }

  /** The members of an object, the fields last and each on a line of its own. */
  #object(node: ObjectNode, path: string, depth: number): void {
    const fields = [...node.all()].sort((a, b) => compareBytes(a.keyBytes, b.keyBytes));
    const keys = new Map(fields.map((field) => [field, toSaved(field.keyBytes.subarray(0, -1))]));
    this.#line += `"count":${node.count}`;
    if (node.limit !== Infinity) this.#line += `,"limit":${node.limit}`;
    const tags = savedTags(node, fields, keys);
    if (tags !== undefined) this.#line += `,"tags":${JSON.stringify(tags)}`;
    this.#line += ',"fields":[';
    fields.forEach((field, i) => {
      const key = keys.get(field)!;
      const at = savedPath(path, key);
      this.#next(at, depth);
      this.#line += `{"key":${JSON.stringify(key)},"count":${field.count},` +
        `"positions":${field.positions},`;
      if (field.repeated > 0) this.#line += `"repeated":${field.repeated},`;
      this.#value(field.node, at, depth + 1);
      this.#line += i < fields.length - 1 ? "}," : "}";
    });
    this.#line += "]";
    if (node.folded === null) return;
    const { occurrences, classes, node: folded } = node.folded;
    this.#line += ",";
    this.#next(`${path}.*`, depth);
    const named = Object.fromEntries(
      [...KEY_CLASSES, "word"].flatMap((name, i) => classes[i]! > 0 ? [[name, classes[i]!]] : []),
    );
    this.#line += `"folded":{"occurrences":${occurrences},"classes":${JSON.stringify(named)},`;
    this.#value(folded, `${path}.*`, depth + 1);
    this.#line += "}";
  }

  /** The members of a value, what holds lines of its own last. */
  #value(node: ValueNode, path: string, depth: number): void {
    const { counts } = node;
    const parts: string[] = [`"kinds":${JSON.stringify(byKind((kind) => counts[kind]!))}`];
    const add = (name: string, value: unknown): void => {
      if (value !== undefined) parts.push(`"${name}":${JSON.stringify(value)}`);
    };
    add("string", savedString(node.string));
    add("symbol", savedString(node.symbol));
    add("int", savedNumber(node.int, counts[KIND.int]!, node.intValues));
    add("double", savedNumber(node.double, counts[KIND.double]!, null));
    add("long", savedLong(node.long, counts[KIND.long]!));
    add("date", savedLong(node.date, counts[KIND.date]!));
    if (node.trues > 0) add("trues", node.trues);
    if (node.binary !== null) {
      add("binary", [...node.binary].sort(([a], [b]) => a - b));
    }
    if (node.tooDeep > 0) add("tooDeep", node.tooDeep);
    if (node.ids !== null) add("ids", this.#savedIds(node.ids));
    this.#line += parts.join(",");
    if (node.array !== null) {
      this.#line += ',"array":{';
      this.#array(node.array, `${path}[]`, depth);
      this.#line += "}";
    }
    if (node.object !== null) {
      this.#line += ',"object":{';
      this.#object(node.object, path, depth);
      this.#line += "}";
    }
  }

  #array(node: ArrayNode, path: string, depth: number): void {
    const positions: unknown[] = [];
    for (let position = 0; position < CAPS.positions; position++) {
      const kinds = byKind((kind) => node.positions[position * KINDS + kind]!);
      if (Object.keys(kinds).length === 0) break;
      positions.push(kinds);
    }
    this.#line += `"lengths":[${node.minLength},${node.maxLength}],`;
    if (node.empty > 0) this.#line += `"empty":${node.empty},`;
    if (positions.length > 0) this.#line += `"positions":${JSON.stringify(positions)},`;
    this.#line += '"element":{';
    this.#value(node.element, path, depth);
    this.#line += "}";
  }

  #savedIds(ids: readonly IdSample[]): unknown {
    const named: Record<string, number[]> = {};
    KIND_NAMES.forEach((name, kind) => {
      const kept = ids[kind]?.kept ?? [];
      if (kept.length > 0) named[name] = kept.map((id) => this.#ids.get(id)!);
    });
    return named;
  }
}

function byKind(count: (kind: number) => number): Record<string, number> {
  const named: Record<string, number> = {};
  KIND_NAMES.forEach((name, kind) => {
    const n = count(kind);
    if (n > 0) named[name] = n;
  });
  return named;
}

function visitIds(node: ObjectNode, take: (id: KeptId) => void): void {
  const value = (node: ValueNode): void => {
    for (const sample of node.ids ?? []) sample?.kept.forEach(take);
    if (node.array !== null) value(node.array.element);
    if (node.object !== null) visitIds(node.object, take);
  };
  for (const field of node.all()) value(field.node);
  if (node.folded !== null) value(node.folded.node);
}

function byBytes(entries: readonly ValueEntry[]): ValueEntry[] {
  return [...entries].sort((a, b) => compareBytes(a.bytes, b.bytes));
}

/** An int is a number, a string a text: told apart by the sketch they are in. */
function savedInt({ bytes }: ValueEntry): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
}

function savedString(stats: StringStats | null): unknown {
  if (stats === null) return undefined;
  const { minBytes, maxBytes, formats, invalidUtf8, values } = stats;
  const names = FORMAT_NAMES.filter((name) => formats & FORMAT[name]);
  const entries = values?.entries ?? null;
  return {
    bytes: [minBytes, maxBytes],
    ...(names.length > 0 ? { formats: names } : {}),
    ...(invalidUtf8 > 0 ? { invalidUtf8 } : {}),
    ...(entries === null
      ? {}
      : { values: byBytes(entries).map((entry) => [toSaved(entry.bytes), entry.count]) }),
  };
}

/** JSON knows no infinite numbers, and no zero below zero. */
function savedDouble(value: number): number | string {
  return Number.isFinite(value) ? value + 0 : String(value);
}

function savedNumber(
  stats: NumberStats | null,
  count: number,
  sketch: ValueSketch | null,
): unknown {
  if (stats === null) return undefined;
  const { min, max, integers, safe, nan, infinite } = stats;
  const entries = sketch?.entries ?? null;
  return {
    range: [savedDouble(min), savedDouble(max)],
    ...(integers === count ? {} : { integers }),
    ...(safe === integers ? {} : { safe }),
    ...(nan > 0 ? { nan } : {}),
    ...(infinite > 0 ? { infinite } : {}),
    ...(entries === null ? {} : {
      values: entries.map((entry) => [savedInt(entry), entry.count] as const)
        .sort(([a], [b]) => a - b),
    }),
  };
}

function savedLong(stats: LongStats | null, count: number): unknown {
  if (stats === null) return undefined;
  return {
    range: [String(stats.min), String(stats.max)],
    ...(stats.safe === count ? {} : { safe: stats.safe }),
  };
}

/**
 * The tables of what may tell variants apart: the columns are the fields that are not in every object,
 * in the order of their keys.
 */
function savedTags(
  node: ObjectNode,
  fields: readonly Field[],
  keys: ReadonlyMap<Field, SavedBytes>,
): unknown[] | undefined {
  // None left and none allowed are the same from here on.
  if (node.tags === null || node.tags.length === 0) return undefined;
  const optional = fields.filter((field) => field.count < node.count);
  return [...node.tags]
    .sort((a, b) => compareBytes(a.field.keyBytes, b.field.keyBytes))
    .map((tag) => ({ key: keys.get(tag.field)!, rows: savedRows(tag, optional) }));
}

function savedRows({ field, rows }: Tag, optional: readonly Field[]): unknown[] {
  const ints = field.node.intValues?.entries ?? [];
  const saved = [...rows].map(([entry, row]) => ({
    entry,
    isInt: ints.includes(entry),
    cells: [row.total, ...optional.map((other) => row.present[other.ordinal] ?? 0)],
  }));
  saved.sort((a, b) =>
    a.isInt === b.isInt
      ? (a.isInt
        ? savedInt(a.entry) - savedInt(b.entry)
        : compareBytes(a.entry.bytes, b.entry.bytes))
      : (a.isInt ? -1 : 1)
  );
  return saved.map(({ entry, isInt, cells }) => [
    isInt ? savedInt(entry) : toSaved(entry.bytes),
    ...cells,
  ]);
}
