import { hashBytes, sameBytes } from "./_hash.ts";
import { CAPS } from "./caps.ts";

/** One distinct value and how often it was seen. */
export interface ValueEntry {
  /** Its bytes: UTF-8 of a string, little-endian of a number. */
  readonly bytes: Uint8Array;
  /** Hash of the bytes. */
  readonly hash: number;
  /** How often. */
  count: number;
}

/**
 * The distinct values of a scalar with exact counts, as long as there are few and they are short.
 * One too many or too long, and all are dropped for good: so the outcome is the same in any order.
 */
export class ValueSketch {
  /** The values, in the order met; `null` once there were too many. */
  entries: ValueEntry[] | null = [];
  #last = 0;

  /** Counts a value; gives its entry, or `null` where values are no longer kept. */
  add(buffer: Uint8Array, start: number, end: number): ValueEntry | null {
    const entries = this.entries;
    if (entries === null) return null;
    const length = end - start;
    // Values repeat: the one seen last is the first to compare with, without a hash.
    const last = entries[this.#last];
    if (
      last !== undefined && last.bytes.length === length && sameBytes(last.bytes, buffer, start)
    ) {
      last.count++;
      return last;
    }
    if (length > CAPS.valueBytes) {
      this.entries = null;
      return null;
    }
    return this.#find(entries, buffer, start, end, hashBytes(buffer, start, end), 1);
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
        this.#last = i;
        return entry;
      }
    }
    if (entries.length === CAPS.values) {
      this.entries = null;
      return null;
    }
    const entry = { bytes: buffer.slice(start, end), hash, count: times };
    this.#last = entries.length;
    entries.push(entry);
    return entry;
  }

  /** Adds what another sketch counted. */
  merge(other: ValueSketch): void {
    if (other.entries === null) this.entries = null;
    if (this.entries === null || other.entries === null) return;
    for (const { bytes, hash, count } of other.entries) {
      if (this.entries === null) return;
      this.#find(this.entries, bytes, 0, bytes.length, hash, count);
    }
  }
}
