import { hashBytes } from "./_hash.ts";
import { isPersonalKey, looksPersonal, looksPersonalId, looksPersonalNumber } from "./_personal.ts";
import { CAPS } from "./caps.ts";
import { foldInto, trim } from "./fold.ts";
import { KIND, KINDS } from "./kinds.ts";
import { mergeValue } from "./merge.ts";
import { ArrayNode, type Field, IdSample, type KeptId, ObjectNode, ValueNode } from "./node.ts";
import { LongStats, NumberStats, StringStats } from "./stats.ts";
import { ValueSketch } from "./value_sketch.ts";
import type { ValueEntry } from "./value_sketch.ts";

/** What is wrong with a document, and where. */
export class CorruptDocument extends Error {
  /** Offset in the buffer. */
  readonly at: number;
  /** Creates it. */
  constructor(what: string, at: number) {
    super(what);
    this.at = at;
  }
}

/** Looks at documents, byte by byte, and counts into a profile's nodes. One at a time. */
export class Scanner {
  readonly #values: boolean;
  readonly #guarded: boolean;
  #buffer: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #stamp = 0;
  /** The entry of the scalar looked at last, if its value is kept. */
  #entry: ValueEntry | null = null;
  /** Optional fields met in the objects that are open, innermost last. */
  readonly #optional: Field[] = [];
  #idHash = Infinity;
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
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
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
    this.#optional.length = 0;
    this.#id = null;
    this.#idHash = Infinity;
    if (this.#values) this.#findId(start, end);
    this.#object(root, start, end, 0);
  }

  #findId(start: number, end: number): void {
    const b = this.#buffer;
    // Almost always the first field; where it is not, the ids are left out.
    const at = start + 5;
    if (b[at] !== 0x5f || b[at + 1] !== 0x69 || b[at + 2] !== 0x64 || b[at + 3] !== 0) return;
    const type = b[start + 4]!;
    const valueEnd = at + 4 + this.#sizeOf(type, at + 4, end);
    if (valueEnd - at > 80) return;
    // Texts, and what may hold some.
    if (this.#guarded && type >= 2 && type <= 4 && looksPersonalId(b, at + 4, valueEnd)) return;
    this.#idHash = hashBytes(b, at + 4, valueEnd);
    this.#idStart = at + 3;
    this.#idEnd = valueEnd;
  }

  #keptId(): KeptId {
    if (this.#id === null) {
      const element = this.#buffer.slice(this.#idStart - 4 - 0, this.#idEnd);
      // type byte, then an empty key: the three letters of the key are left out.
      const short = new Uint8Array(element.length - 3);
      short[0] = this.#buffer[this.#idStart - 4]!;
      short.set(element.subarray(4), 1);
      this.#id = { hash: this.#idHash, element: short };
    }
    return this.#id;
  }

  #object(node: ObjectNode, start: number, end: number, depth: number): void {
    const b = this.#buffer;
    if (b[end - 1] !== 0) throw new CorruptDocument("an object does not end in 0", end - 1);
    const stamp = ++this.#stamp;
    const count = ++node.count;
    const base = this.#optional.length;
    const tags = node.tags;
    const wantOptional = tags !== null && (count === 1 || tags.length > 0);
    let always = 0;
    let index = 0;
    let previous: Field | null = null;
    let pos = start + 4;
    const last = end - 1;
    while (pos < last) {
      const type = b[pos++]!;
      const expected: Field | null = previous === null ? node.first : previous.next;
      let field: Field | null = null;
      if (expected !== null) {
        const key = expected.keyBytes;
        let i = 0;
        while (i < key.length && key[i] === b[pos + i]) i++;
        if (i === key.length) {
          field = expected;
          pos += i;
        }
      }
      if (field === null) {
        const from = pos;
        while (pos < last && b[pos] !== 0) pos++;
        if (pos >= last) throw new CorruptDocument("a key does not end", from - 1);
        const hash = hashBytes(b, from, pos);
        field = node.find(b, from, pos, hash);
        if (field === null && (hash <= node.limit || count === 1)) {
          field = node.insert(b.slice(from, pos + 1), hash);
          if (this.#guarded) field.node.personal = isPersonalKey(b, from, pos);
        }
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
      if (field.stamp === stamp) {
        field.repeated++;
      } else {
        field.stamp = stamp;
        if (field.count === count - 1) always++;
        else if (wantOptional) this.#optional.push(field);
        field.count++;
        field.positions += index;
      }
      index++;
      pos = this.#value(field.node, type, pos, last, depth);
      field.entry = this.#entry;
    }
    if (pos !== last) throw new CorruptDocument("a value runs past the end of its object", pos);
    this.#close(node, stamp, always, base);
  }

  /** After the last field: who is in every object still, and which fields came with which tag. */
  #close(node: ObjectNode, stamp: number, always: number, base: number): void {
    const optional = this.#optional;
    if (node.count === 1) {
      node.always = node.kept;
      if (node.tags !== null) {
        for (const field of node.all()) {
          if (field.entry !== null) node.tags.push({ field, rows: new Map() });
        }
      }
    } else if (always < node.always) {
      this.#lose(node, stamp);
      node.always = always;
    }
    if (node.kept > CAPS.tagFields || node.folded !== null) node.tags = null;
    if (node.kept - node.always > CAPS.fields * 2) trim(node);
    const tags = node.tags;
    if (tags !== null && tags.length > 0) {
      let kept = 0;
      for (let t = 0; t < tags.length; t++) {
        const tag = tags[t]!;
        const entry = tag.field.stamp === stamp ? tag.field.entry : null;
        if (entry === null) continue;
        let row = tag.rows.get(entry);
        if (row === undefined) {
          if (tag.rows.size === CAPS.tagValues) continue;
          row = { total: 0, present: [] };
          tag.rows.set(entry, row);
        }
        row.total++;
        for (let i = base; i < optional.length; i++) {
          const ordinal = optional[i]!.ordinal;
          while (row.present.length <= ordinal) row.present.push(0);
          row.present[ordinal]!++;
        }
        tags[kept++] = tag;
      }
      tags.length = kept;
    }
    optional.length = base;
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
    if (b[end - 1] !== 0) throw new CorruptDocument("an array does not end in 0", end - 1);
    const last = end - 1;
    let pos = start + 4;
    let length = 0;
    while (pos < last) {
      const type = b[pos++]!;
      while (pos < last && b[pos] !== 0) pos++;
      if (++pos > last) throw new CorruptDocument("an index does not end", pos - 1);
      if (length < CAPS.positions) {
        const kind = kindOf(type, pos - 1);
        node.positions[length * KINDS + kind]!++;
      }
      length++;
      pos = this.#value(node.element, type, pos, last, depth);
    }
    if (pos !== last) throw new CorruptDocument("a value runs past the end of its array", pos);
    if (length === 0) node.empty++;
    if (length < node.minLength) node.minLength = length;
    if (length > node.maxLength) node.maxLength = length;
  }

  /** Counts the value at `pos` and gives where the next element starts. */
  #value(node: ValueNode, type: number, pos: number, last: number, depth: number): number {
    const kind = kindOf(type, pos);
    const end = pos + this.#sizeOf(type, pos, last);
    node.counts[kind]!++;
    if (this.#idHash !== Infinity) {
      const ids = (node.ids ??= []);
      const sample = (ids[kind] ??= new IdSample());
      if (this.#idHash <= sample.limit) sample.add(this.#keptId());
    }
    this.#entry = null;
    switch (type) {
      case 0x01:
        (node.double ??= new NumberStats()).add(this.#view.getFloat64(pos, true));
        break;
      case 0x02:
        this.#entry = this.#string(node.string ??= this.#newString(node), pos + 4, end - 1);
        break;
      case 0x03:
        if (depth >= CAPS.depth) node.tooDeep++;
        else this.#object(node.object ??= new ObjectNode(), pos, end, depth + 1);
        this.#entry = null;
        break;
      case 0x04:
        if (depth >= CAPS.depth) node.tooDeep++;
        else this.#array(node.array ??= newArray(node), pos, end, depth + 1);
        this.#entry = null;
        break;
      case 0x05: {
        const subtype = this.#buffer[pos + 4]!;
        const binary = node.binary ??= new Map();
        binary.set(subtype, (binary.get(subtype) ?? 0) + 1);
        break;
      }
      case 0x08:
        if (this.#buffer[pos] !== 0) node.trues++;
        break;
      case 0x09: {
        const low = this.#view.getUint32(pos, true), high = this.#view.getInt32(pos + 4, true);
        const ms = high * 4294967296 + low;
        (node.date ??= new LongStats()).add(low, high, ms <= 8.64e15 && ms >= -8.64e15);
        break;
      }
      case 0x0e:
        this.#string(node.symbol ??= this.#newString(node), pos + 4, end - 1);
        break;
      case 0x10: {
        const value = this.#view.getInt32(pos, true);
        (node.int ??= new NumberStats()).add(value);
        if (this.#values) {
          const sketch = node.intValues ??= newSketch(node);
          this.#entry = sketch.add(this.#buffer, pos, end);
          if (this.#guarded && looksPersonalNumber(value)) this.#entry = sketch.entries = null;
        }
        break;
      }
      case 0x12: {
        const low = this.#view.getUint32(pos, true), high = this.#view.getInt32(pos + 4, true);
        // Within ±(2^53 − 1): the high half says it but at the very end.
        const safe = (high >= -0x200000 && high < 0x200000) && !(high === -0x200000 && low === 0);
        (node.long ??= new LongStats()).add(low, high, safe);
        break;
      }
    }
    return end;
  }

  #newString(node: ValueNode): StringStats {
    const stats = new StringStats(this.#values);
    if (node.personal && stats.values !== null) stats.values.entries = null;
    return stats;
  }

  /** Counts a text; it is looked at closer only when it is met first. */
  #string(stats: StringStats, start: number, end: number): ValueEntry | null {
    const entry = stats.add(this.#buffer, start, end);
    if (entry === null || !this.#guarded || entry.count > 1) return entry;
    if (!looksPersonal(this.#buffer, start, end)) return entry;
    return stats.values!.entries = null;
  }

  /** Bytes of the value at `pos`, which end at `last` at the latest. */
  #sizeOf(type: number, pos: number, last: number): number {
    let size: number;
    switch (type) {
      case 0x01:
      case 0x09:
      case 0x11:
      case 0x12:
        size = 8;
        break;
      case 0x02:
      case 0x0d:
      case 0x0e:
        size = 4 + this.#length(pos, last, 1);
        if (pos + size <= last && this.#buffer[pos + size - 1] !== 0) {
          throw new CorruptDocument("a string does not end in 0", pos);
        }
        break;
      case 0x03:
      case 0x04:
        size = this.#length(pos, last, 5);
        break;
      case 0x05:
        size = 5 + this.#length(pos, last, 0);
        break;
      case 0x06:
      case 0x0a:
      case 0xff:
      case 0x7f:
        size = 0;
        break;
      case 0x07:
        size = 12;
        break;
      case 0x08:
        size = 1;
        break;
      case 0x0b: {
        let at = pos;
        for (let zeros = 0; zeros < 2; at++) {
          if (at >= last) throw new CorruptDocument("a regular expression does not end", pos);
          if (this.#buffer[at] === 0) zeros++;
        }
        size = at - pos;
        break;
      }
      case 0x0c:
        size = 4 + this.#length(pos, last, 1) + 12;
        break;
      case 0x0f:
        size = this.#length(pos, last, 14);
        break;
      case 0x10:
        size = 4;
        break;
      case 0x13:
        size = 16;
        break;
      default:
        throw new CorruptDocument(`0x${type.toString(16).padStart(2, "0")} is no type`, pos);
    }
    if (pos + size > last) throw new CorruptDocument("a value runs past the end", pos);
    return size;
  }

  /** A length in four bytes, not less than a least and not past the end. */
  #length(pos: number, last: number, least: number): number {
    if (pos + 4 > last) throw new CorruptDocument("a length runs past the end", pos);
    const length = this.#view.getInt32(pos, true);
    if (length < least || length > last - pos) {
      throw new CorruptDocument(`a length of ${length} cannot be`, pos);
    }
    return length;
  }
}

function newArray(node: ValueNode): ArrayNode {
  const array = new ArrayNode();
  array.element.personal = node.personal;
  return array;
}

function newSketch(node: ValueNode): ValueSketch {
  const sketch = new ValueSketch();
  if (node.personal) sketch.entries = null;
  return sketch;
}

function kindOf(type: number, at: number): number {
  if (type >= 1 && type <= 19) return type - 1;
  if (type === 0xff) return KIND.minKey;
  if (type === 0x7f) return KIND.maxKey;
  throw new CorruptDocument(`0x${type.toString(16).padStart(2, "0")} is no type`, at);
}
