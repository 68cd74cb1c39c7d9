import { ALL_FORMATS, formatsOf } from "./_format.ts";
import { isAscii, isUtf8 } from "./_utf8.ts";
import { type ValueEntry, ValueSketch } from "./value_sketch.ts";

/** What was seen of strings, or of symbols by their text. */
export class StringStats {
  /** Length in bytes of the shortest. */
  minBytes = 0x7fffffff;
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

  /** Counts the string in `[start, end)`; gives its entry, if its value is kept. */
  add(buffer: Uint8Array, view: DataView, start: number, end: number): ValueEntry | null {
    const { values } = this;
    if (values === null || values.entries === null) {
      this.#look(buffer, view, start, end);
      return null;
    }
    const entry = values.add(buffer, start, end);
    // A value that was met before has been looked at.
    if (entry === null || entry.count === 1) this.#look(buffer, view, start, end);
    else if (!entry.utf8) this.invalidUtf8++;
    return entry;
  }

  #look(buffer: Uint8Array, view: DataView, start: number, end: number): void {
    const bytes = end - start;
    if (bytes < this.minBytes) this.minBytes = bytes;
    if (bytes > this.maxBytes) this.maxBytes = bytes;
    if (this.formats !== 0) this.formats &= formatsOf(buffer, start, end, this.formats);
    if (!isAscii(view, start, end) && !isUtf8(buffer, start, end)) this.invalidUtf8++;
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

/** What was seen of ints or doubles. */
export class NumberStats {
  /** The least value; NaN is not looked at. */
  min: number = Infinity;
  /** The greatest value; NaN is not looked at. */
  max: number = -Infinity;
  /** Values without a fraction. */
  integers = 0;
  /** Of those, the ones that JavaScript holds exactly (±2^53 − 1). */
  safe = 0;
  /** Values that are not a number. */
  nan = 0;
  /** Infinite values. */
  infinite = 0;

  /** Counts an int. */
  addInt(value: number): void {
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.integers++;
    this.safe++;
  }

  /** Counts a double. */
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

const SIGN = -0x80000000;

function whole(high: number, low: number): bigint {
  return BigInt(high) * 4294967296n + BigInt((low ^ SIGN) >>> 0);
}

/** What was seen of 64-bit integers: longs, or dates in milliseconds since 1970. */
export class LongStats {
  /** Values that JavaScript holds exactly; for dates, those within ±8.64e15 ms. */
  safe = 0;
  // Halves, so that no bigint is made for each value that is a new end, as ascending ones are; the low
  // ones with the sign bit turned, so that they are small integers in the order of their values.
  #minHigh = 0x7fffffff;
  #minLow = 0x7fffffff;
  #maxHigh = -0x80000000;
  #maxLow = -0x80000000;

  /** The least value. */
  get min(): bigint {
    return whole(this.#minHigh, this.#minLow);
  }

  /** The greatest value. */
  get max(): bigint {
    return whole(this.#maxHigh, this.#maxLow);
  }

  /** Counts a value given as its halves, both signed. */
  add(low: number, high: number, safe: boolean): void {
    this.#include(low ^ SIGN, high);
    if (safe) this.safe++;
  }

  #include(low: number, high: number): void {
    if (high < this.#minHigh || (high === this.#minHigh && low < this.#minLow)) {
      this.#minHigh = high;
      this.#minLow = low;
    }
    if (high > this.#maxHigh || (high === this.#maxHigh && low > this.#maxLow)) {
      this.#maxHigh = high;
      this.#maxLow = low;
    }
  }

  /** Adds what another counted. */
  merge(other: LongStats): void {
    this.#include(other.#minLow, other.#minHigh);
    this.#include(other.#maxLow, other.#maxHigh);
    this.safe += other.safe;
  }

  /** Takes both ends from a saved profile. */
  include(min: bigint, max: bigint): void {
    for (const value of [min, max]) {
      this.add(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)), false);
    }
  }
}
