import { type ElementSpan, findElement } from "../../bson/mod.ts";
import type { Namespace } from "../../core/mod.ts";
import {
  type Field,
  KIND,
  KIND_NAMES,
  ObjectNode,
  type StringStats,
  ValueNode,
  type ValuesMode,
} from "../../profile/mod.ts";
import { mergeObject, mergeValue } from "../../profile/merge.ts";
import { enumValues } from "../infer/_enum.ts";
import { dynamicKeys } from "../infer/_map.ts";
import { compareVariants } from "./_compare_variants.ts";
import { foldAlike } from "./_fold_alike.ts";
import { isGone, isShift } from "./_chance.ts";
import { idsOf, idsWithout } from "./_ids.ts";
import { childPath } from "../_path.ts";
import { aKind, idWords, isNothing, kindsOf, oneLine, share } from "./_words.ts";
import { isSame, type Search, searches, type Step } from "./_search.ts";
import type { Drift, DriftClass } from "./drift.ts";

/** What a drift is about, besides its place. */
type About = Pick<Drift, "kind" | "count" | "of"> & {
  readonly ids?: readonly string[];
  /** How to find documents it is about, from the object or value at this path on. */
  readonly find?: { readonly from: string; readonly test: Search["test"] };
};

/** One of the two sides. */
interface Side<T> {
  readonly before: T;
  readonly after: T;
}

/** Goes through the documents of a collection on both sides at once. */
export class Comparison {
  /** What was found, in the order of the paths. */
  readonly drifts: Drift[] = [];
  readonly #namespace: Namespace;
  readonly #name: string;
  readonly #threshold: number;
  readonly #values: ValuesMode;
  /** The way to each path. */
  readonly #steps = new Map<string, readonly Step[]>([["", []]]);
  /** Paths of fields that tell variants apart: their values are told as such. */
  readonly #tags = new Set<string>();

  /** Creates it. The name is what the collection is called in messages. */
  constructor(namespace: Namespace, name: string, threshold: number, values: ValuesMode) {
    this.#values = values;
    this.#namespace = namespace;
    this.#name = name;
    this.#threshold = threshold;
  }

  /** Compares the documents. */
  documents(before: ObjectNode, after: ObjectNode): void {
    this.#objects(foldAlike(before, after), "");
  }

  #add(kind: DriftClass, path: string, what: string, about: About = {}): void {
    const { ids = [], find, ...rest } = about;
    const at = oneLine(path === "" ? this.#name : `${this.#name}.${path}`);
    const base = `${at}: ${oneLine(what)}`;
    const message = `${base}${idWords(ids, about.count ?? Infinity)}`;
    const drift = { class: kind, namespace: this.#namespace, path, message, ...rest, ids };
    this.drifts.push(drift);
    const steps = find === undefined ? undefined : this.#steps.get(find.from);
    if (steps === undefined || this.#values === "none") return;
    searches.set(drift, { base, steps, test: find!.test, personal: this.#values === "all" });
  }

  /** The path of what is below another, whose way is noted. */
  #below(path: string, child: string, step: Step): string {
    this.#steps.set(child, [...this.#steps.get(path) ?? [], step]);
    return child;
  }

  #objects({ before, after }: Side<ObjectNode>, path: string): void {
    const map = path === "" ? undefined : sharedMap(before, after);
    if (map === undefined) this.#variants({ before, after }, path);
    const fields = pairs(before, after);
    for (const [key, pair] of fields) {
      const field = pair.before ?? pair.after!;
      if (map?.isData(field)) continue;
      const child = this.#below(path, childPath(path, key), { key: bytesOf(field) });
      this.#field(before, after, pair, path, child);
    }
    const rest = path === "" ? "*" : `${path}.*`;
    if (map !== undefined) {
      this.#below(path, rest, { not: map.named });
      this.#both({ before: rests(before, map), after: rests(after, map) }, rest);
    } else if (before.folded !== null && after.folded !== null) {
      this.#both({ before: before.folded.node, after: after.folded.node }, rest);
    }
  }

  #variants({ before, after }: Side<ObjectNode>, path: string): void {
    const variants = compareVariants(before, after, keyText);
    if (variants === undefined) return;
    this.#tags.add(childPath(path, keyText(variants.tag)));
    const tag = bytesOf(variants.tag);
    for (const { class: kind, field, what, where, ...about } of variants.drifts) {
      const key = bytesOf(field);
      this.#add(kind, childPath(path, keyText(field)), what, {
        ...about,
        ...where && {
          find: {
            from: path,
            test: (buffer, { type, valueStart }) => {
              if (type !== 3) return false;
              const span = findElement(buffer, valueStart, tag);
              return span !== undefined && isValue(buffer, span, where.entry.bytes) &&
                (findElement(buffer, valueStart, key) !== undefined) === where.present;
            },
          },
        },
      });
    }
  }

  #field(
    before: ObjectNode,
    after: ObjectNode,
    pair: { before?: Field; after?: Field },
    parent: string,
    path: string,
  ): void {
    const was = pair.before, is = pair.after;
    if (was === undefined) {
      // Among very many keys, it may have been there without being kept.
      if (before.folded !== null && is!.hash > before.limit) return;
      const { node, count } = is!, of = after.count;
      const ids = idsOf(node);
      this.#add("new-field", path, `new, in ${count} of ${of} (${kindsOf(node)})`, {
        count,
        of,
        ids,
      });
      return;
    }
    if (is === undefined) {
      const { count, hash } = was, of = after.count;
      if (after.folded !== null && hash > after.limit) return;
      if (count < before.count && !isGone(count, before.count, of)) return;
      const what = `in none of ${of} (was in ${count} of ${before.count})`;
      const ids = idsWithout(after, undefined);
      this.#add("lost-field", path, what, { count: of, of, ids, find: without(was, parent) });
      return;
    }
    this.#presence(before, after, was, is, parent, path);
    this.#both({ before: was.node, after: is.node }, path);
  }

  #presence(
    before: ObjectNode,
    after: ObjectNode,
    was: Field,
    is: Field,
    parent: string,
    path: string,
  ): void {
    const gaps = before.count - was.count;
    const count = after.count - is.count, of = after.count;
    if (gaps === 0) {
      if (count === 0) return;
      const ids = idsWithout(after, is);
      this.#add("widening", path, `missing in ${count} of ${of} (was always there)`, {
        count,
        of,
        ids,
        find: without(was, parent),
      });
    } else if (count === 0) {
      if (!isGone(gaps, before.count, of)) return;
      const what = `always there in ${of} (was missing in ${gaps} of ${before.count})`;
      this.#add("narrowing", path, what, { count: of, of });
    } else if (isShift([was.count, before.count], [is.count, of], this.#threshold)) {
      const then = share(was.count, before.count);
      const what = `in ${is.count} of ${of} (${share(is.count, of)}, was ${then})`;
      this.#add("share-shift", path, what, { count: is.count, of });
    }
  }

  #both({ before, after }: Side<ValueNode>, path: string): void {
    const was = before.total, of = after.total;
    if (of === 0) return;
    const shifts: { kind: number; by: number }[] = [];
    const told = this.drifts.length;
    KIND_NAMES.forEach((kind, number) => {
      const then = before.counts[number]!, count = after.counts[number]!;
      const named = isNothing(kind) ? kind : aKind(kind);
      if (then === 0 && count > 0) {
        const what = was === 0
          ? "nothing stood here before"
          : isNothing(kind)
          ? `was never ${kind}`
          : `was ${kindsOf(before)}`;
        const ids = idsOf(after, number);
        this.#add("widening", path, `${named} in ${count} of ${of} (${what})`, {
          kind,
          count,
          of,
          ids,
        });
      } else if (count === 0 && then > 0) {
        if (!isGone(then, was, of)) return;
        const never = isNothing(kind) ? `never ${kind}` : `no ${kind}`;
        this.#add("narrowing", path, `${never} in ${of} (was in ${then} of ${was})`, {
          kind,
          count: 0,
          of,
        });
      } else if (then > 0 && isShift([then, was], [count, of], this.#threshold)) {
        shifts.push({ kind: number, by: count / of - then / was });
      }
    });
    // A kind that came or went says it already.
    if (this.drifts.length === told) this.#kindShift({ before, after }, shifts, path);
    this.#scalars({ before, after }, path);
    this.#inside({ before, after }, path);
  }

  /** As one kind gains what others lose, the one that gains most says it all. */
  #kindShift(
    { before, after }: Side<ValueNode>,
    shifts: { kind: number; by: number }[],
    path: string,
  ): void {
    const most = shifts.sort((a, b) => b.by - a.by)[0];
    if (most === undefined) return;
    const kind = KIND_NAMES[most.kind]!;
    const count = after.counts[most.kind]!, of = after.total;
    const then = share(before.counts[most.kind]!, before.total);
    const named = isNothing(kind) ? kind : aKind(kind);
    const what = `${named} in ${count} of ${of} (${share(count, of)}, was ${then})`;
    this.#add("share-shift", path, what, { kind, count, of });
  }

  #scalars({ before, after }: Side<ValueNode>, path: string): void {
    this.#newValues(before, after, "string", path);
    this.#newValues(before, after, "symbol", path);
    if (before.binary !== null && after.binary !== null) {
      const was = [...before.binary.keys()].sort((a, b) => a - b).join(", ");
      for (const [subtype, count] of [...after.binary].sort(([a], [b]) => a - b)) {
        if (before.binary.has(subtype)) continue;
        const of = after.counts[KIND.binary]!;
        const what = `binary of subtype ${subtype} in ${count} of ${of} (was of ${was})`;
        const test: Search["test"] = (buffer, { type, valueStart }) =>
          type === 5 && buffer[valueStart + 4] === subtype;
        this.#add("widening", path, what, {
          kind: "binary",
          count,
          of,
          find: { from: path, test },
        });
      }
    }
    const then = before.double, now = after.double;
    if (then === null || now === null) return;
    const count = now.nan + now.infinite, of = after.counts[KIND.double]!;
    if (then.nan + then.infinite > 0 || count === 0) return;
    const what = `NaN or infinite in ${count} of ${of} doubles (was always finite)`;
    const test: Search["test"] = ({ buffer, byteOffset }, { type, valueStart }) =>
      type === 1 &&
      !Number.isFinite(new DataView(buffer, byteOffset + valueStart).getFloat64(0, true));
    this.#add("widening", path, what, { kind: "double", count, of, find: { from: path, test } });
  }

  /** New values of what is an enum by its values of before. */
  #newValues(before: ValueNode, after: ValueNode, kind: "string" | "symbol", path: string): void {
    const was: StringStats | null = before[kind], is: StringStats | null = after[kind];
    if (was === null || is === null || is.values === null || this.#tags.has(path)) return;
    const values = enumValues(was, before.counts[KIND[kind]]!);
    if (values === undefined) return;
    const of = after.counts[KIND[kind]]!;
    const { entries } = is.values;
    if (entries === null) {
      const what = `other values than the ${values.length} of before, too many or too long to tell`;
      this.#add("new-value", path, what, { kind, of });
      return;
    }
    const known = new Set(values.map(({ value }) => value));
    const found = entries
      .map(({ bytes, count }) => ({ value: decoder.decode(bytes), bytes, count }))
      .filter(({ value }) => !known.has(value))
      .sort((a, b) => a.value < b.value ? -1 : 1);
    for (const { value, bytes, count } of found) {
      const what = `${JSON.stringify(value)} in ${count} of ${of} (was one of ${values.length} ` +
        `values)`;
      const test: Search["test"] = (buffer, span) =>
        span.type === KIND[kind] + 1 && isValue(buffer, span, bytes);
      this.#add("new-value", path, what, { kind, count, of, find: { from: path, test } });
    }
  }

  #inside({ before, after }: Side<ValueNode>, path: string): void {
    if (before.array !== null && after.array !== null) {
      const was = before.array, is = after.array;
      const arrays = before.counts[KIND.array]!, of = after.counts[KIND.array]!;
      if (is.element.total > 0) {
        const elements = this.#below(path, `${path}[]`, "element");
        this.#both({ before: was.element, after: is.element }, elements);
      } else if (was.empty < arrays && isGone(arrays - was.empty, arrays, of)) {
        const what = `always empty in ${of} (was filled in ${arrays - was.empty} of ${arrays})`;
        this.#add("narrowing", path, what, { kind: "array", count: of, of });
      }
    }
    // Where both are folded into an ancestor, they are compared there.
    if (before.object !== null && after.object !== null) {
      this.#objects({ before: before.object, after: after.object }, path);
    }
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The fields of both sides by their key, in the order of its bytes. */
function pairs(
  before: ObjectNode,
  after: ObjectNode,
): [string, { before?: Field; after?: Field }][] {
  const found: { key: Uint8Array; pair: { before?: Field; after?: Field } }[] = [];
  for (const field of before.all()) {
    const { keyBytes, hash } = field;
    const other = after.find(keyBytes, 0, keyBytes.length - 1, hash);
    found.push({ key: keyBytes, pair: { before: field, ...(other && { after: other }) } });
  }
  for (const field of after.all()) {
    const { keyBytes, hash } = field;
    if (before.find(keyBytes, 0, keyBytes.length - 1, hash) !== null) continue;
    found.push({ key: keyBytes, pair: { after: field } });
  }
  found.sort((a, b) => compareBytes(a.key, b.key));
  return found.map(({ pair }) => [keyText(pair.before ?? pair.after!), pair]);
}

/**
 * Which keys are data, if the objects are a map: by the documents of before, or by all of them if
 * those were too few to tell.
 */
function sharedMap(
  before: ObjectNode,
  after: ObjectNode,
): DataKeys | undefined {
  let map = dynamicKeys(before);
  if (map === undefined) {
    const all = new ObjectNode();
    mergeObject(all, before);
    mergeObject(all, after);
    map = dynamicKeys(all);
  }
  if (map === undefined) return undefined;
  const named = new Set(map.named.map(keyOf));
  return { named, isData: (field) => !named.has(keyOf(field)) };
}

/** Which keys of a map are data: all but those that are names. */
interface DataKeys {
  readonly named: ReadonlySet<string>;
  readonly isData: (field: Field) => boolean;
}

function keyOf(field: Field): string {
  return String.fromCharCode(...bytesOf(field));
}

/** A key as text. */
function keyText(field: Field): string {
  return decoder.decode(bytesOf(field));
}

/** The bytes of a key without the 0. */
function bytesOf({ keyBytes }: Field): Uint8Array {
  return keyBytes.subarray(0, -1);
}

/** Finds objects that do not have a field. */
function without(field: Field, parent: string): NonNullable<About["find"]> {
  const key = bytesOf(field);
  const test: Search["test"] = (buffer, { type, valueStart }) =>
    type === 3 && findElement(buffer, valueStart, key) === undefined;
  return { from: parent, test };
}

/** Whether a text or an int has these bytes. */
function isValue(buffer: Uint8Array, span: ElementSpan, bytes: Uint8Array): boolean {
  const { type, valueStart, end } = span;
  if (type === 16) return isSame(buffer.subarray(valueStart, end), bytes);
  return (type === 2 || type === 14) && isSame(buffer.subarray(valueStart + 4, end - 1), bytes);
}

/** What stands under all keys that are data. */
function rests(node: ObjectNode, { isData }: DataKeys): ValueNode {
  const value = new ValueNode();
  for (const field of node.all()) if (isData(field)) mergeValue(value, field.node);
  if (node.folded !== null) mergeValue(value, node.folded.node);
  return value;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
