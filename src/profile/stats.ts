import { ALL_FORMATS, formatsOf } from "./_format.ts";
import { type ValueEntry, ValueSketch } from "./value_sketch.ts";

/** What was seen of strings (and of symbols and code, by their text). */
export class StringStats {
  /** Length in bytes of the shortest. */
  minBytes = Infinity;
  /** Length in bytes of the longest. */
  maxBytes = 0;
  /** Bits of `FORMAT` that every string has. */
  formats: number = ALL_FORMATS;
  /** Strings that are not UTF-8. */
  invalidUtf8 = 0;
  /** The distinct values, while there are few; `null` where values are not looked at. */
  readonly values: ValueSketch | null;

  /** Creates empty statistics, with or without values. */
  constructor(values: boolean) {
    this.values = values ? new ValueSketch() : null;
  }

  /** Counts the string in `[start, end)`. */
  add(buffer: Uint8Array, start: number, end: number): ValueEntry | null {
    const bytes = end - start;
    if (bytes < this.minBytes) this.minBytes = bytes;
    if (bytes > this.maxBytes) this.maxBytes = bytes;
    if (this.formats !== 0) this.formats &= formatsOf(buffer, start, end, this.formats);
    if (!isUtf8(buffer, start, end)) this.invalidUtf8++;
    return this.values === null ? null : this.values.add(buffer, start, end);
  }

  /** Adds what another counted. */
  merge(other: StringStats): void {
    this.minBytes = Math.min(this.minBytes, other.minBytes);
    this.maxBytes = Math.max(this.maxBytes, other.maxBytes);
    this.formats &= other.formats;
    this.invalidUtf8 += other.invalidUtf8;
    if (this.values !== null && other.values !== null) this.values.merge(other.values);
  }
}

/** Whether bytes are well-formed UTF-8 (Unicode 15, table 3-7). */
function isUtf8(b: Uint8Array, start: number, end: number): boolean {
  let i = start;
  while (i < end && b[i]! < 0x80) i++;
  while (i < end) {
    const c = b[i]!;
    if (c < 0x80) {
      i++;
      continue;
    }
    const more = c < 0xc2 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : 0;
    if (more === 0 || i + more >= end) return false;
    const second = b[i + 1]!;
    const low = c === 0xe0 ? 0xa0 : c === 0xf0 ? 0x90 : 0x80;
    const high = c === 0xed ? 0x9f : c === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (let k = 2; k <= more; k++) if ((b[i + k]! & 0xc0) !== 0x80) return false;
    i += more + 1;
  }
  return true;
}

/** What was seen of ints or doubles. */
export class NumberStats {
  /** The least value; NaN is not looked at. */
  min = Infinity;
  /** The greatest value; NaN is not looked at. */
  max = -Infinity;
  /** Values without a fraction. */
  integers = 0;
  /** Of those, the ones that JavaScript holds exactly (±2^53 − 1). */
  safe = 0;
  /** Values that are not a number. */
  nan = 0;
  /** Infinite values. */
  infinite = 0;

  /** Counts a value. */
  add(value: number): void {
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (Number.isInteger(value)) {
      this.integers++;
      if (value <= 9007199254740991 && value >= -9007199254740991) this.safe++;
    } else if (value !== value) this.nan++;
    else if (value === Infinity || value === -Infinity) this.infinite++;
  }

  /** Adds what another counted. */
  merge(other: NumberStats): void {
    if (other.min < this.min) this.min = other.min;
    if (other.max > this.max) this.max = other.max;
    this.integers += other.integers;
    this.safe += other.safe;
    this.nan += other.nan;
    this.infinite += other.infinite;
  }
}

/** What was seen of 64-bit integers: longs, or dates in milliseconds since 1970. */
export class LongStats {
  /** Values that JavaScript holds exactly; for dates, those within ±8.64e15 ms. */
  safe = 0;
  // Halves, so that no bigint is made for each value that is a new end, as ascending ones are.
  #minHigh = 0x7fffffff;
  #minLow = 0xffffffff;
  #maxHigh = -0x80000000;
  #maxLow = 0;

  /** The least value. */
  get min(): bigint {
    return BigInt(this.#minHigh) * 4294967296n + BigInt(this.#minLow);
  }

  /** The greatest value. */
  get max(): bigint {
    return BigInt(this.#maxHigh) * 4294967296n + BigInt(this.#maxLow);
  }

  /** Counts a value given as its halves: the low one unsigned, the high one signed. */
  add(low: number, high: number, safe: boolean): void {
    if (high < this.#minHigh || (high === this.#minHigh && low < this.#minLow)) {
      this.#minHigh = high;
      this.#minLow = low;
    }
    if (high > this.#maxHigh || (high === this.#maxHigh && low > this.#maxLow)) {
      this.#maxHigh = high;
      this.#maxLow = low;
    }
    if (safe) this.safe++;
  }

  /** Adds what another counted. */
  merge(other: LongStats): void {
    this.add(other.#minLow, other.#minHigh, false);
    this.add(other.#maxLow, other.#maxHigh, false);
    this.safe += other.safe;
  }

  /** Takes both ends from a saved profile. */
  include(min: bigint, max: bigint): void {
    for (const value of [min, max]) {
      this.add(Number(BigInt.asUintN(32, value)), Number(BigInt.asIntN(32, value >> 32n)), false);
    }
  }
}
