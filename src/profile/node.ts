import { CAPS } from "./caps.ts";
import { compareBytes, hashBytes, sameBytes } from "./_hash.ts";
import { KINDS } from "./kinds.ts";
import type { LongStats, NumberStats, StringStats } from "./stats.ts";
import type { TagRow, ValueEntry } from "./value_sketch.ts";

/** What was seen at a path: how many values of each kind, and what they were like. */
export class ValueNode {
  /** Values of each kind, by its number. */
  readonly counts: number[] = new Array(KINDS).fill(0);
  /** Strings. */
  string: StringStats | null = null;
  /** Symbols. */
  symbol: StringStats | null = null;
  /** 32-bit integers. */
  int: NumberStats | null = null;
  /** Distinct 32-bit integers. */
  intValues: StringStats["values"] = null;
  /** Doubles. */
  double: NumberStats | null = null;
  /** 64-bit integers. */
  long: LongStats | null = null;
  /** Dates. */
  date: LongStats | null = null;
  /** Booleans that are true. */
  trues = 0;
  /** Binaries of each subtype, by its number. */
  binary: Map<number, number> | null = null;
  /** Objects. */
  object: ObjectNode | null = null;
  /** Arrays. */
  array: ArrayNode | null = null;
  /** `_id`s of documents that hold a kind here, by the kind's number. */
  ids: IdSample[] | null = null;
  /** Objects and arrays too deep to be entered. */
  tooDeep = 0;
  /** Whether the key says that the values are someone's own: none of them are kept. */
  personal = false;

  /** All values seen here. */
  get total(): number {
    let sum = 0;
    for (const count of this.counts) sum += count;
    return sum;
  }
}

/** An `_id` and the hash it is chosen by. */
export interface KeptId {
  /** Hash of the element's bytes. */
  readonly hash: number;
  /** The `_id` as one BSON element with an empty key: type byte, zero, value. */
  readonly element: Uint8Array;
}

/** As large as a quarter of a hash gets. A quarter, as small integers are compared fastest. */
const NO_LIMIT = 0x3fffffff;

/** The `_id`s with the smallest hashes, without doubles: a sample that no order changes. */
export class IdSample {
  /** Ascending by hash, then bytes. */
  readonly kept: KeptId[] = [];
  /** A quarter of the greatest hash that is kept once there are enough: a hash above it is not kept. */
  quarter: number = NO_LIMIT;

  /** Takes an `_id` if its hash is small enough. */
  add(id: KeptId): void {
    if (id.hash >>> 2 > this.quarter) return;
    let at = this.kept.length;
    while (at > 0) {
      const before = this.kept[at - 1]!;
      const order = before.hash - id.hash || compareBytes(before.element, id.element);
      if (order === 0) return;
      if (order < 0) break;
      at--;
    }
    this.kept.splice(at, 0, id);
    if (this.kept.length > CAPS.ids) this.kept.pop();
    if (this.kept.length === CAPS.ids) this.quarter = this.kept[CAPS.ids - 1]!.hash >>> 2;
  }
}

/** What was seen of arrays at a path. */
export class ArrayNode {
  /** The elements of all of them, as one. */
  readonly element: ValueNode = new ValueNode();
  /** Length of the shortest. */
  minLength: number = Infinity;
  /** Length of the longest. */
  maxLength = 0;
  /** Arrays without elements. */
  empty = 0;
  /** Kinds at the first positions: `position × KINDS + kind`. */
  readonly positions: number[] = new Array(CAPS.positions * KINDS).fill(0);
}

/** A field of an object: its key and what was seen under it. */
export class Field {
  /** The key's UTF-8 bytes and a zero after them, as they stand in BSON. */
  readonly keyBytes: Uint8Array;
  /** Hash of the key without the zero. */
  readonly hash: number;
  /** What was seen under it. */
  readonly node: ValueNode = new ValueNode();
  /** Objects that have it. */
  count = 0;
  /** Sum of its positions in them, from 0. */
  positions = 0;
  /** Times it stood in an object again. */
  repeated = 0;
  /** The field that came after it: what to compare with first. Only a hint. */
  next: Field | null = null;
  /** Number of the object it was last seen in, as its node counts them. */
  stamp = 0;
  /** Its value in that object, if the values are kept. */
  entry: ValueEntry | null = null;
  /** Number in its object, for the tables of variants. */
  readonly ordinal: number;
  /** The first four of the key's bytes as a number, of a shorter key all. */
  readonly head: number;
  /** Which bits of the first four bytes are the key's. */
  readonly headMask: number;
  /** The last four of the key's bytes as a number, of a shorter key 0. */
  readonly tail: number;
  /** How many bytes the key has, with the zero. */
  readonly size: number;

  /** Creates a field that nothing was seen of. */
  constructor(keyBytes: Uint8Array, hash: number, ordinal: number) {
    this.keyBytes = keyBytes;
    this.hash = hash;
    this.ordinal = ordinal;
    const length = keyBytes.length;
    this.head = wordOf(keyBytes, 0);
    this.headMask = length >= 4 ? -1 : (1 << (8 * length)) - 1;
    this.tail = length >= 4 ? wordOf(keyBytes, length - 4) : 0;
    this.size = length;
  }

  /** Whether the key stands at an offset, with the zero after it. */
  isAt(buffer: Uint8Array, view: DataView, at: number): boolean {
    const { size } = this;
    if (at + size + 4 > buffer.length) return isShortAt(this.keyBytes, buffer, at);
    if ((view.getInt32(at, true) & this.headMask) !== this.head) return false;
    if (size <= 4) return true;
    if (view.getInt32(at + size - 4, true) !== this.tail) return false;
    return size <= 8 || isMiddleAt(this.keyBytes, buffer, at);
  }
}

/** Four bytes as a number, the first the lowest; those after the end are 0. */
function wordOf(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word |= (bytes[at + i] ?? 0) << (8 * i);
  return word;
}

/** At the end of a buffer. */
function isShortAt(key: Uint8Array, buffer: Uint8Array, at: number): boolean {
  return at + key.length <= buffer.length && sameBytes(key, buffer, at);
}

/** What is between the first and the last four bytes. */
function isMiddleAt(key: Uint8Array, buffer: Uint8Array, at: number): boolean {
  for (let i = 4; i < key.length - 4; i++) if (key[i] !== buffer[at + i]) return false;
  return true;
}

/** A field that may tell variants apart, and which optional fields come with which of its values. */
export interface Tag {
  /** The field. */
  readonly field: Field;
  /** For each value: how many objects, and how many of them have each field, by its ordinal. */
  readonly rows: Map<ValueEntry, TagRow>;
}

/** What was seen of objects at a path. */
export class ObjectNode {
  /** How many. */
  count = 0;
  /** The fields that are kept, by the hash of their key; the rare ones with the same hash in a list. */
  readonly fields: Map<number, Field[]> = new Map();
  /** How many fields are kept. */
  kept = 0;
  /** Of those, the ones in every object so far; kept up only where there are tags. */
  always = 0;
  /** Above so many kept fields, some are folded. */
  trimAt: number = CAPS.fields * 2;
  /** The field that came first last. */
  first: Field | null = null;
  /** What was seen under keys that are not kept, as if it were one key; `null` if all are. */
  folded: { occurrences: number; classes: number[]; node: ValueNode } | null = null;
  /** The greatest key hash that is kept of fields not in every object. */
  limit: number = Infinity;
  /** Fields that may tell variants apart; `null` once there cannot be any. */
  tags: Tag[] | null = [];
  #ordinals = 0;

  /** Finds a kept field. */
  find(buffer: Uint8Array, start: number, end: number, hash: number): Field | null {
    const list = this.fields.get(hash);
    if (list === undefined) return null;
    for (const field of list) {
      if (field.keyBytes.length === end - start + 1 && sameBytes(field.keyBytes, buffer, start)) {
        return field;
      }
    }
    return null;
  }

  /** Adds a field that is not kept yet. */
  insert(keyBytes: Uint8Array, hash: number): Field {
    const field = new Field(keyBytes, hash, this.#ordinals++);
    const list = this.fields.get(hash);
    if (list === undefined) this.fields.set(hash, [field]);
    else list.push(field);
    this.kept++;
    return field;
  }

  /** All kept fields, in no order that means anything. */
  *all(): Generator<Field> {
    for (const list of this.fields.values()) yield* list;
  }
}

/** Hash of a key's bytes, without the zero. */
export function keyHash(keyBytes: Uint8Array): number {
  return hashBytes(keyBytes, 0, keyBytes.length - 1);
}
