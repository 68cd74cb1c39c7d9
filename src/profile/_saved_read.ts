import { FORMAT, FORMAT_NAMES, type FormatName } from "./_format.ts";
import { compareBytes } from "./_hash.ts";
import { isPersonalKey } from "./_personal.ts";
import { fromSaved, idFromSaved } from "./_saved_bytes.ts";
import { savedPath } from "./_saved_write.ts";
import { CAPS } from "./caps.ts";
import { KEY_CLASSES } from "./key_class.ts";
import { KIND, type KindName, KINDS } from "./kinds.ts";
import {
  ArrayNode,
  type Field,
  IdSample,
  type KeptId,
  keyHash,
  ObjectNode,
  type Tag,
  ValueNode,
} from "./node.ts";
import { Profile, type ProfiledCollection } from "./profile.ts";
import { LongStats, NumberStats, StringStats } from "./stats.ts";
import { ValueSketch } from "./value_sketch.ts";

/** Something in a saved profile is not as it was written. */
export class NotAsSaved extends Error {
  /** Where, as `orders.items[].price`. */
  readonly path: string;
  /** Creates it. */
  constructor(what: string, path: string) {
    super(what);
    this.path = path;
  }
}

type Members = Readonly<Record<string, unknown>>;

/** Reads collections as `writeCollections()` wrote them, out of parsed JSON. */
export function readCollections(value: unknown): ProfiledCollection[] {
  return list(value, "collections", "").map((item, i) => {
    const members = object(item, `collection ${i}`, "");
    return new Reader(members, text(members, "collection", "")).collection();
  });
}

class Reader {
  readonly #top: Members;
  readonly #name: string;
  readonly #keepsValues: boolean;
  readonly #ids: readonly KeptId[];

  constructor(top: Members, name: string) {
    this.#top = top;
    this.#name = name;
    this.#keepsValues = top.values !== "none";
    this.#ids = top.ids === undefined ? [] : list(top.ids, "ids", name).map((id) => {
      const kept = idFromSaved(id);
      if (kept === undefined) throw new NotAsSaved("an _id is none", name);
      return kept;
    });
  }

  collection(): ProfiledCollection {
    const top = this.#top, name = this.#name;
    const { values } = top;
    if (values !== "none" && values !== "enums" && values !== "all") {
      throw new NotAsSaved(`"values" is none of none, enums, all`, name);
    }
    const profile = new Profile({ values });
    profile.bytes = count(top, "bytes", name);
    this.#object(profile.root, object(top.documents, "documents", name), name);
    const of = top.of === undefined ? {} : { of: count(top, "of", name) };
    return { namespace: { db: text(top, "db", name), collection: name }, profile, ...of };
  }

  #object(node: ObjectNode, members: Members, path: string): void {
    node.count = count(members, "count", path);
    const fields: Field[] = [];
    for (const item of list(members.fields, "fields", path)) {
      const saved = object(item, "field", path);
      const bytes = fromSaved(saved.key);
      if (bytes === undefined || bytes.includes(0)) throw new NotAsSaved("a key is none", path);
      const at = savedPath(path, saved.key as string);
      const keyBytes = new Uint8Array(bytes.length + 1);
      keyBytes.set(bytes);
      const before = fields.at(-1);
      if (before !== undefined && compareBytes(before.keyBytes, keyBytes) >= 0) {
        throw new NotAsSaved("a field is not in its place", at);
      }
      const field = node.insert(keyBytes, keyHash(keyBytes));
      fields.push(field);
      if (this.#top.values === "enums") {
        field.node.personal = isPersonalKey(bytes, 0, bytes.length);
      }
      field.count = count(saved, "count", at);
      field.positions = count(saved, "positions", at);
      field.repeated = count(saved, "repeated", at, 0);
      if (field.count === node.count) node.always++;
      this.#value(field.node, saved, at);
    }
    node.limit = count(members, "limit", path, Infinity);
    node.tags = this.#tags(node, members.tags, fields, path);
    if (members.folded === undefined) return;
    const folded = object(members.folded, "folded", path);
    const named = object(folded.classes, "classes", path);
    const classes = [...KEY_CLASSES, "word"].map((name) => count(named, name, path, 0));
    known(named, [...KEY_CLASSES, "word"], path);
    const value = new ValueNode();
    this.#value(value, folded, `${path}.*`);
    node.folded = { occurrences: count(folded, "occurrences", path), classes, node: value };
  }

  #value(node: ValueNode, members: Members, path: string): void {
    const kinds = byKind(members.kinds, path);
    kinds.forEach((n, kind) => node.counts[kind] = n);
    const { counts } = node;
    const part = (name: KindName): Members | undefined =>
      counts[KIND[name]]! > 0 ? object(members[name], name, path) : undefined;
    node.string = this.#string(part("string"), path);
    node.symbol = this.#string(part("symbol"), path);
    const int = part("int");
    if (int !== undefined) {
      node.int = readNumber(int, counts[KIND.int]!, path);
      if (this.#keepsValues) node.intValues = readSketch(int.values, intBytes, path);
    }
    const double = part("double");
    if (double !== undefined) node.double = readNumber(double, counts[KIND.double]!, path);
    const long = part("long");
    if (long !== undefined) node.long = readLong(long, counts[KIND.long]!, path);
    const date = part("date");
    if (date !== undefined) node.date = readLong(date, counts[KIND.date]!, path);
    node.trues = count(members, "trues", path, 0);
    node.tooDeep = count(members, "tooDeep", path, 0);
    if (counts[KIND.binary]! > 0) node.binary = pairs(members.binary, "binary", path);
    if (members.ids !== undefined) node.ids = this.#idSamples(members.ids, path);
    if (members.array !== undefined) {
      node.array = new ArrayNode();
      node.array.element.personal = node.personal;
      this.#array(node.array, object(members.array, "array", path), `${path}[]`);
    }
    if (members.object !== undefined) {
      this.#object(
        node.object = new ObjectNode(),
        object(members.object, "object", path),
        path,
      );
    }
  }

  #array(node: ArrayNode, members: Members, path: string): void {
    const [min, max] = list(members.lengths, "lengths", path);
    node.minLength = whole(min, "lengths", path);
    node.maxLength = whole(max, "lengths", path);
    node.empty = count(members, "empty", path, 0);
    const positions = members.positions === undefined
      ? []
      : list(members.positions, "positions", path);
    if (positions.length > CAPS.positions) throw new NotAsSaved(`too many "positions"`, path);
    positions.forEach((value, position) => {
      byKind(value, path).forEach((n, kind) => node.positions[position * KINDS + kind] = n);
    });
    this.#value(node.element, object(members.element, "element", path), path);
  }

  #string(members: Members | undefined, path: string): StringStats | null {
    if (members === undefined) return null;
    const stats = new StringStats(this.#keepsValues);
    const [min, max] = list(members.bytes, "bytes", path);
    stats.minBytes = whole(min, "bytes", path);
    stats.maxBytes = whole(max, "bytes", path);
    stats.formats = 0;
    const names = members.formats === undefined ? [] : list(members.formats, "formats", path);
    for (const name of names) {
      if (!FORMAT_NAMES.includes(name as FormatName)) {
        throw new NotAsSaved(`${JSON.stringify(name)} is no format`, path);
      }
      stats.formats |= FORMAT[name as FormatName];
    }
    stats.invalidUtf8 = count(members, "invalidUtf8", path, 0);
    if (stats.values !== null) {
      stats.values.entries = readSketch(members.values, fromSaved, path).entries;
    }
    return stats;
  }

  #idSamples(value: unknown, path: string): IdSample[] {
    const members = object(value, "ids", path);
    const samples: IdSample[] = [];
    for (const [name, refs] of Object.entries(members)) {
      const sample = samples[kindNumber(name, path)] = new IdSample();
      for (const ref of list(refs, "ids", path)) {
        const id = this.#ids[whole(ref, "ids", path)];
        if (id === undefined) throw new NotAsSaved("an _id is not in the table", path);
        sample.add(id);
      }
    }
    return samples;
  }

  #tags(
    node: ObjectNode,
    value: unknown,
    fields: readonly Field[],
    path: string,
  ): Tag[] | null {
    if (value === undefined) return node.count === 0 ? [] : null;
    const optional = fields.filter((field) => field.count < node.count);
    return list(value, "tags", path).map((item) => {
      const members = object(item, "tag", path);
      const key = fromSaved(members.key);
      const field = fields.find(({ keyBytes }) =>
        key !== undefined && compareBytes(keyBytes.subarray(0, -1), key) === 0
      );
      if (field === undefined) throw new NotAsSaved("a tag is no field", path);
      const rows: Tag["rows"] = new Map();
      for (const row of list(members.rows, "rows", path)) {
        const [tagValue, ...cells] = list(row, "row", path);
        const isInt = typeof tagValue === "number";
        const bytes = isInt ? intBytes(tagValue) : fromSaved(tagValue);
        const sketch = isInt ? field.node.intValues : field.node.string?.values;
        const entry = sketch?.entries?.find((entry) =>
          bytes !== undefined && compareBytes(entry.bytes, bytes) === 0
        );
        if (entry === undefined || cells.length !== optional.length + 1) {
          throw new NotAsSaved("a row of a tag fits no value", path);
        }
        const [total, ...present] = cells.map((cell) => whole(cell, "rows", path));
        const byOrdinal: number[] = new Array(fields.length).fill(0);
        optional.forEach((other, i) => byOrdinal[other.ordinal] = present[i]!);
        rows.set(entry, { total: total!, present: byOrdinal });
      }
      return { field, rows };
    });
  }
}

function readSketch(
  value: unknown,
  bytesOf: (value: unknown) => Uint8Array | undefined,
  path: string,
): ValueSketch {
  const sketch = new ValueSketch();
  if (value === undefined) {
    sketch.drop();
    return sketch;
  }
  for (const item of list(value, "values", path)) {
    const [saved, times] = list(item, "values", path);
    const bytes = bytesOf(saved);
    const entry = bytes && sketch.add(bytes, 0, bytes.length);
    if (!entry) throw new NotAsSaved("a value is none", path);
    entry.count = whole(times, "values", path);
  }
  return sketch;
}

function intBytes(value: unknown): Uint8Array | undefined {
  if (typeof value !== "number" || (value | 0) !== value) return undefined;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

function readNumber(members: Members, total: number, path: string): NumberStats {
  const stats = new NumberStats();
  const [min, max] = list(members.range, "range", path);
  stats.min = double(min, path);
  stats.max = double(max, path);
  stats.integers = count(members, "integers", path, total);
  stats.safe = count(members, "safe", path, stats.integers);
  stats.nan = count(members, "nan", path, 0);
  stats.infinite = count(members, "infinite", path, 0);
  return stats;
}

function readLong(members: Members, total: number, path: string): LongStats {
  const stats = new LongStats();
  const [min, max] = list(members.range, "range", path).map((end) => {
    if (typeof end !== "string" || !/^-?\d{1,19}$/.test(end)) {
      throw new NotAsSaved(`"range" holds no integer`, path);
    }
    return BigInt(end);
  });
  if (min === undefined || max === undefined) throw new NotAsSaved(`"range" has no ends`, path);
  stats.include(min, max);
  stats.safe = count(members, "safe", path, total);
  return stats;
}

function double(value: unknown, path: string): number {
  if (typeof value === "number") return value;
  if (value === "Infinity" || value === "-Infinity" || value === "NaN") return Number(value);
  throw new NotAsSaved(`"range" holds no number`, path);
}

function kindNumber(name: string, path: string): number {
  if (!Object.hasOwn(KIND, name)) {
    throw new NotAsSaved(`${JSON.stringify(name)} is no kind of value`, path);
  }
  return KIND[name as KindName];
}

function byKind(value: unknown, path: string): number[] {
  const members = object(value, "kinds", path);
  const counts: number[] = new Array(KINDS).fill(0);
  for (const [name, n] of Object.entries(members)) {
    counts[kindNumber(name, path)] = whole(n, name, path);
  }
  return counts;
}

function pairs(value: unknown, name: string, path: string): Map<number, number> {
  const map = new Map<number, number>();
  for (const item of list(value, name, path)) {
    const [key, times] = list(item, name, path);
    map.set(whole(key, name, path), whole(times, name, path));
  }
  return map;
}

function object(value: unknown, name: string, path: string): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new NotAsSaved(`"${name}" is no object`, path);
  }
  return value as Members;
}

function list(value: unknown, name: string, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new NotAsSaved(`"${name}" is no list`, path);
  return value;
}

function text(members: Members, name: string, path: string): string {
  const value = members[name];
  if (typeof value !== "string") throw new NotAsSaved(`"${name}" is no text`, path);
  return value;
}

function whole(value: unknown, name: string, path: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new NotAsSaved(`"${name}" is no count`, path);
  }
  return value;
}

function count(members: Members, name: string, path: string, absent?: number): number {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return value === undefined && absent !== undefined ? absent : whole(value, name, path);
}

function known(members: Members, names: readonly string[], path: string): void {
  const odd = Object.keys(members).find((name) => !names.includes(name));
  if (odd !== undefined) throw new NotAsSaved(`${JSON.stringify(odd)} is no class of keys`, path);
}
