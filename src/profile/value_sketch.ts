import { hashBytes, sameBytes } from "./_hash.ts";
import { isUtf8 } from "./_utf8.ts";
import { CAPS } from "./caps.ts";

/** The objects that have one value of a tag. */
export interface TagRow {
  /** How many. */
  total: number;
  /** How many of them have each field, by its ordinal; not those of fields in every object. */
  readonly present: number[];
}

/** One distinct value and how often it was seen. */
export interface ValueEntry {
  /** Its bytes: UTF-8 of a string, little-endian of a number. */
  readonly bytes: Uint8Array;
  /** Hash of the bytes. */
  readonly hash: number;
  /** Whether the bytes are UTF-8. */
  readonly utf8: boolean;
  /** How often. */
  count: number;
  /** Its row, if the field is a tag: so that none is looked up. */
  row: TagRow | null;
}

/** Slots that values are first looked for in. */
const SLOTS = 64;

/**
 * The distinct values of a scalar with exact counts, as long as there are few and they are short.
 * One too many or too long, and all are dropped for good: so the outcome is the same in any order.
 */
export class ValueSketch {
  /** The values, in the order met; `null` once there were too many. */
  entries: ValueEntry[] | null = [];
  /** Where values are that were met before, so that a hash is made of few. */
  #slots: (ValueEntry | null)[] | null = null;

  /** Counts a value; gives its entry, or `null` where values are no longer kept. */
  add(buffer: Uint8Array, start: number, end: number): ValueEntry | null {
    const entries = this.entries;
    if (entries === null) return null;
    const length = end - start;
    const slots = this.#slots ??= new Array(SLOTS).fill(null);
    const slot = length === 0
      ? 0
      : (length + buffer[start]! + 5 * buffer[start + (length >> 1)]! + 7 * buffer[end - 1]!) &
        (SLOTS - 1);
    const known = slots[slot]!;
    if (known !== null && known.bytes.length === length && sameBytes(known.bytes, buffer, start)) {
      known.count++;
      return known;
    }
    if (length > CAPS.valueBytes) {
      this.drop();
      return null;
    }
    const hash = hashBytes(buffer, start, end);
    return slots[slot] = this.#find(entries, buffer, start, end, hash, 1);
  }

  /** Drops all values, for good. */
  drop(): void {
    this.entries = null;
    this.#slots = null;
  }

  #find(
    entries: ValueEntry[],
    buffer: Uint8Array,
    start: number,
    end: number,
    hash: number,
    times: number,
  ): ValueEntry | null {
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (
        entry.hash === hash && entry.bytes.length === end - start &&
        sameBytes(entry.bytes, buffer, start)
      ) {
        entry.count += times;
        return entry;
      }
    }
    if (entries.length === CAPS.values) {
      this.drop();
      return null;
    }
    const utf8 = isUtf8(buffer, start, end);
    const entry = { bytes: buffer.slice(start, end), hash, utf8, count: times, row: null };
    entries.push(entry);
    return entry;
  }

  /** Adds what another sketch counted. */
  merge(other: ValueSketch): void {
    if (other.entries === null) this.drop();
    if (this.entries === null || other.entries === null) return;
    for (const { bytes, hash, count } of other.entries) {
      if (this.entries === null) return;
      this.#find(this.entries, bytes, 0, bytes.length, hash, count);
    }
  }
}
