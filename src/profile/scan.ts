import { hashBytes } from "./_hash.ts";
import { isPersonalKey, looksPersonal, looksPersonalId, looksPersonalNumber } from "./_personal.ts";
import { CAPS } from "./caps.ts";
import { foldInto, trim } from "./fold.ts";
import { KINDS } from "./kinds.ts";
import { mergeValue } from "./merge.ts";
import {
  ArrayNode,
  type Field,
  IdSample,
  type KeptId,
  ObjectNode,
  type Tag,
  ValueNode,
} from "./node.ts";
import { LongStats, NumberStats, StringStats } from "./stats.ts";
import { CorruptDocument, oddKind, runsPast, sizedEnd, valueEnd } from "./_value_end.ts";
import { ValueSketch } from "./value_sketch.ts";
import type { TagRow, ValueEntry } from "./value_sketch.ts";

/** Bytes of a document that has nothing but an `_id`, and that is null. */
const SHORTEST_WITH_ID = 10;
/** The kinds whose number is the type byte less one. */
const ODD = 19;
const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

/** Looks at documents, byte by byte, and counts into a profile's nodes. One at a time. */
export class Scanner {
  readonly #values: boolean;
  readonly #guarded: boolean;
  #buffer: Uint8Array = NO_BYTES;
  #view: DataView = NO_VIEW;
  /** The entry of the scalar looked at last, if its value is kept. */
  #entry: ValueEntry | null = null;
  /** Optional fields met in the objects that are open, innermost last. */
  readonly #optional: Field[] = [];
  /** How many of them. */
  #open = 0;
  #hasId = false;
  #idHash = 0;
  #idStart = 0;
  #idEnd = 0;
  #id: KeptId | null = null;

  /** Creates a scanner that keeps values, or not; guarded, none that look personal. */
  constructor(values: boolean, guarded: boolean) {
    this.#values = values;
    this.#guarded = guarded;
  }

  /** Uses this buffer from now on. */
  use(buffer: Uint8Array): void {
    const { buffer: memory, byteOffset, byteLength } = buffer;
    // Not a subclass: slice() of a Buffer is no copy, and what is kept must not change with it.
    const plain = Object.getPrototypeOf(buffer) === Uint8Array.prototype;
    this.#buffer = plain ? buffer : new Uint8Array(memory, byteOffset, byteLength);
    this.#view = new DataView(memory, byteOffset, byteLength);
  }

  /** Lets go of the buffer, which is far larger than what is kept of a small collection. */
  release(): void {
    this.#buffer = NO_BYTES;
    this.#view = NO_VIEW;
  }

  /**
   * Counts one document.
   *
   * @param root The node of documents.
   * @param start Offset of its first byte.
   * @param end Offset after its last byte.
   * @throws {CorruptDocument} If it is not BSON inside; the profile may then hold a part of it.
   */
  document(root: ObjectNode, start: number, end: number): void {
    this.#open = 0;
    this.#id = null;
    this.#hasId = false;
    if (this.#values) this.#findId(start, end);
    this.#object(root, start, end, 0);
  }

  #findId(start: number, end: number): void {
    // Of a document that is too short for one, what follows is another document's.
    if (end - start < SHORTEST_WITH_ID) return;
    const b = this.#buffer;
    // Almost always the first field; where it is not, the ids are left out.
    const at = start + 5;
    if (b[at] !== 0x5f || b[at + 1] !== 0x69 || b[at + 2] !== 0x64 || b[at + 3] !== 0) return;
    const type = b[start + 4]!;
    const idEnd = valueEnd(b, this.#view, type, at + 4, end - 1);
    if (idEnd - at > 80) return;
    // Texts, and what may hold some.
    if (this.#guarded && type >= 2 && type <= 4 && looksPersonalId(b, at + 4, idEnd)) return;
    this.#hasId = true;
    this.#idHash = hashBytes(b, at + 4, idEnd);
    this.#idStart = start + 4;
    this.#idEnd = idEnd;
  }

  /** Keeps the document's `_id` as one with this kind here, if its hash is small enough. */
  #keepId(node: ValueNode, kind: number): void {
    const sample = (node.ids ??= [])[kind] ??= new IdSample();
    if (this.#id === null) {
      // Type byte, then an empty key: the three letters of the key are left out.
      const element = this.#buffer.slice(this.#idStart + 3, this.#idEnd);
      element[0] = this.#buffer[this.#idStart]!;
      this.#id = { hash: this.#idHash, element };
    }
    sample.add(this.#id);
  }

  #object(node: ObjectNode, start: number, end: number, depth: number): void {
    const b = this.#buffer, view = this.#view;
    const last = end - 1;
    if (b[last] !== 0) throw new CorruptDocument("an object does not end in 0", last);
    // Of the nodes below none is this one, so that its count tells its objects apart.
    const count = ++node.count;
    const base = this.#open;
    const withTags = node.tags !== null && (count === 1 || node.tags.length > 0);
    let always = 0;
    let index = 0;
    let previous: Field | null = null;
    let pos = start + 4;
    while (pos < last) {
      const type = b[pos++]!;
      let field: Field | null = previous === null ? node.first : previous.next;
      // Where an optional field is left out, the one after it is there.
      if (field !== null && !field.isAt(b, view, pos)) {
        field = field.next;
        if (field !== null && !field.isAt(b, view, pos)) field = null;
      }
      if (field !== null) {
        pos += field.size;
      } else {
        const from = pos;
        while (pos < last && b[pos] !== 0) pos++;
        if (pos >= last) throw new CorruptDocument("a key does not end", from - 1);
        field = this.#find(node, from, pos, count);
        pos++;
        if (field === null) {
          pos = this.#folded(node, type, from, pos, last, depth);
          index++;
          continue;
        }
        if (previous === null) node.first = field;
        else previous.next = field;
      }
      previous = field;
      if (field.stamp === count) field.repeated++;
      else {
        field.stamp = count;
        if (withTags) {
          if (field.count === count - 1) always++;
          else this.#optional[this.#open++] = field;
        }
        field.count++;
        field.positions += index;
      }
      index++;
      pos = this.#value(field.node, type, pos, last, depth);
      if (withTags) field.entry = type === 0x02 || type === 0x10 ? this.#entry : null;
    }
    if (pos !== last) throw new CorruptDocument("a value runs past the end of its object", pos);
    if (withTags) this.#close(node, count, always, base);
    if (node.kept > node.trimAt) trim(node);
  }

  /** The field of a key, a new one if it is to be kept. */
  #find(node: ObjectNode, from: number, to: number, count: number): Field | null {
    const b = this.#buffer;
    const hash = hashBytes(b, from, to);
    let field = node.find(b, from, to, hash);
    if (field === null && (hash <= node.limit || count === 1)) {
      field = node.insert(b.slice(from, to + 1), hash);
      if (this.#guarded) field.node.personal = isPersonalKey(b, from, to);
    }
    return field;
  }

  /** After the last field: who is in every object still, and which fields came with which tag. */
  #close(node: ObjectNode, stamp: number, always: number, base: number): void {
    const optional = this.#optional, open = this.#open;
    this.#open = base;
    if (stamp === 1) {
      node.always = node.kept;
      for (const field of node.all()) {
        if (field.entry !== null) node.tags!.push({ field, rows: new Map() });
      }
    } else if (always < node.always) {
      this.#lose(node, stamp);
      node.always = always;
    }
    if (node.kept > CAPS.tagFields || node.folded !== null) node.tags = null;
    const tags = node.tags;
    if (tags !== null && tags.length > 0) {
      let kept = 0;
      for (let t = 0; t < tags.length; t++) {
        const tag = tags[t]!;
        const entry = tag.field.stamp === stamp ? tag.field.entry : null;
        if (entry === null) continue;
        const row = entry.row ?? newRow(tag, entry);
        if (row === null) continue;
        row.total++;
        const { present } = row;
        for (let i = base; i < open; i++) {
          const ordinal = optional[i]!.ordinal;
          while (present.length <= ordinal) present.push(0);
          present[ordinal]!++;
        }
        tags[kept++] = tag;
      }
      if (kept < tags.length) tags.length = kept;
    }
  }

  /** Fields that were in every object until this one: their rows become what the totals were. */
  #lose(node: ObjectNode, stamp: number): void {
    if (node.tags === null || node.tags.length === 0) return;
    for (const field of node.all()) {
      if (field.stamp === stamp || field.count !== node.count - 1) continue;
      for (const tag of node.tags) {
        for (const row of tag.rows.values()) {
          while (row.present.length <= field.ordinal) row.present.push(0);
          row.present[field.ordinal] = row.total;
        }
      }
    }
  }

  #folded(
    node: ObjectNode,
    type: number,
    keyStart: number,
    pos: number,
    last: number,
    depth: number,
  ): number {
    const folded = foldInto(node, this.#buffer, keyStart, pos - 1, 1);
    if (this.#guarded && isPersonalKey(this.#buffer, keyStart, pos - 1)) {
      // As if it had been kept for a while.
      const own = new ValueNode();
      own.personal = true;
      const end = this.#value(own, type, pos, last, depth);
      mergeValue(folded, own);
      return end;
    }
    return this.#value(folded, type, pos, last, depth);
  }

  #array(node: ArrayNode, start: number, end: number, depth: number): void {
    const b = this.#buffer;
    const last = end - 1;
    if (b[last] !== 0) throw new CorruptDocument("an array does not end in 0", last);
    const { element, positions } = node;
    let pos = start + 4;
    let length = 0;
    while (pos < last) {
      const type = b[pos++]!;
      while (pos < last && b[pos] !== 0) pos++;
      if (++pos > last) throw new CorruptDocument("an index does not end", pos - 1);
      if (length < CAPS.positions) {
        const kind = type - 1 >>> 0 < ODD ? type - 1 : oddKind(type, pos);
        positions[length * KINDS + kind]!++;
      }
      length++;
      pos = this.#value(element, type, pos, last, depth);
    }
    if (pos !== last) throw new CorruptDocument("a value runs past the end of its array", pos);
    if (length === 0) node.empty++;
    if (length < node.minLength) node.minLength = length;
    if (length > node.maxLength) node.maxLength = length;
  }

  /** Counts the value at `pos` and gives where the next element starts. */
  #value(node: ValueNode, type: number, pos: number, last: number, depth: number): number {
    const kind = type - 1 >>> 0 < ODD ? type - 1 : oddKind(type, pos);
    node.counts[kind]!++;
    if (this.#hasId) {
      const sample = node.ids === null ? undefined : node.ids[kind];
      if (sample === undefined || this.#idHash >>> 2 <= sample.quarter) this.#keepId(node, kind);
    }
    const b = this.#buffer, view = this.#view;
    switch (type) {
      case 0x01: {
        const end = pos + 8;
        if (end > last) throw runsPast(pos);
        (node.double ??= new NumberStats()).add(view.getFloat64(pos, true));
        return end;
      }
      case 0x02: {
        const end = sizedEnd(view, pos, 4, last, 1);
        if (b[end - 1] !== 0) throw new CorruptDocument("a string does not end in 0", pos);
        this.#entry = this.#string(node.string ??= this.#newString(node), pos + 4, end - 1);
        return end;
      }
      case 0x03: {
        const end = sizedEnd(view, pos, 0, last, 5);
        if (depth >= CAPS.depth) node.tooDeep++;
        else this.#object(node.object ??= new ObjectNode(), pos, end, depth + 1);
        return end;
      }
      case 0x04: {
        const end = sizedEnd(view, pos, 0, last, 5);
        if (depth >= CAPS.depth) node.tooDeep++;
        else this.#array(node.array ??= newArray(node), pos, end, depth + 1);
        return end;
      }
      case 0x07: {
        const end = pos + 12;
        if (end > last) throw runsPast(pos);
        return end;
      }
      case 0x08: {
        if (pos >= last) throw runsPast(pos);
        if (b[pos] !== 0) node.trues++;
        return pos + 1;
      }
      case 0x09:
      case 0x12: {
        const end = pos + 8;
        if (end > last) throw runsPast(pos);
        const low = view.getInt32(pos, true), high = view.getInt32(pos + 4, true);
        if (type === 0x09) (node.date ??= new LongStats()).add(low, high, isDateSafe(low, high));
        // Within ±(2^53 − 1): the high half says it but at the very end.
        else {(node.long ??= new LongStats()).add(
            low,
            high,
            high >= -0x200000 && high < 0x200000 && !(high === -0x200000 && low === 0),
          );}
        return end;
      }
      case 0x0a:
        return pos;
      case 0x10: {
        const end = pos + 4;
        if (end > last) throw runsPast(pos);
        const value = view.getInt32(pos, true);
        (node.int ??= new NumberStats()).addInt(value);
        if (this.#values) this.#entry = this.#int(node, value, pos);
        return end;
      }
    }
    return this.#rare(node, type, pos, last);
  }

  #rare(node: ValueNode, type: number, pos: number, last: number): number {
    const end = valueEnd(this.#buffer, this.#view, type, pos, last);
    if (type === 0x05) {
      const subtype = this.#buffer[pos + 4]!;
      const binary = node.binary ??= new Map();
      binary.set(subtype, (binary.get(subtype) ?? 0) + 1);
    } else if (type === 0x0e) {
      this.#string(node.symbol ??= this.#newString(node), pos + 4, end - 1);
    }
    return end;
  }

  #int(node: ValueNode, value: number, pos: number): ValueEntry | null {
    const sketch = node.intValues ??= newSketch(node);
    if (sketch.entries === null) return null;
    if (this.#guarded && looksPersonalNumber(value)) {
      sketch.drop();
      return null;
    }
    return sketch.add(this.#buffer, pos, pos + 4);
  }

  #newString(node: ValueNode): StringStats {
    const stats = new StringStats(this.#values);
    if (node.personal && stats.values !== null) stats.values.drop();
    return stats;
  }

  /** Counts a text; it is looked at closer only when it is met first. */
  #string(stats: StringStats, start: number, end: number): ValueEntry | null {
    const entry = stats.add(this.#buffer, this.#view, start, end);
    if (entry === null || !this.#guarded || entry.count > 1) return entry;
    if (!looksPersonal(this.#buffer, start, end)) return entry;
    stats.values!.drop();
    return null;
  }
}

/** The row of a tag's value; `null` if there would be too many. */
function newRow(tag: Tag, entry: ValueEntry): TagRow | null {
  let row = tag.rows.get(entry);
  if (row === undefined) {
    if (tag.rows.size === CAPS.tagValues) return null;
    row = { total: 0, present: [] };
    tag.rows.set(entry, row);
  }
  return entry.row = row;
}

/** Whether JavaScript's Date goes that far, ±8.64e15 ms: the high half says it but near the ends. */
function isDateSafe(low: number, high: number): boolean {
  if (high > -2011656 && high < 2011656) return true;
  const ms = high * 4294967296 + (low >>> 0);
  return ms <= 8.64e15 && ms >= -8.64e15;
}

function newArray(node: ValueNode): ArrayNode {
  const array = new ArrayNode();
  array.element.personal = node.personal;
  return array;
}

function newSketch(node: ValueNode): ValueSketch {
  const sketch = new ValueSketch();
  if (node.personal) sketch.drop();
  return sketch;
}
