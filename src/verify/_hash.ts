/**
 * The hash of one document, and the sum of many.
 *
 * A document's hash is 128 bits in four lanes of 32, since 32 bits are what JavaScript multiplies at
 * full speed. A lane takes a word by two multiplications with a shift between them, and the next lane
 * is added to it. All of that can be undone step by step, so two documents of one length that differ
 * only inside one block of 16 bytes never have the same hash; any other two have it by chance alone.
 *
 * Start values and multipliers come from a key that is random for each run. Both sides are read in one
 * run, so nothing is lost by it, and documents cannot be made beforehand to have the same hash. It is
 * no protection against someone who knows the key: the hash is not a signature.
 *
 * @module
 */

/** Bytes of a key. */
export const KEY_BYTES = 32;

/** Hashes documents; the words of the last hash stand in its members. */
export class DocumentHash {
  /** First word of the last hash. */
  h1 = 0;
  /** Second word. */
  h2 = 0;
  /** Third word. */
  h3 = 0;
  /** Fourth word. */
  h4 = 0;
  readonly #key: Int32Array;

  /** Takes a key of {@linkcode KEY_BYTES} bytes. */
  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, KEY_BYTES);
    this.#key = new Int32Array(8);
    for (let i = 0; i < 8; i++) {
      // A multiplier is odd: else it would drop bits.
      this.#key[i] = view.getInt32(i * 4, true) | (i < 4 ? 0 : 1);
    }
  }

  /** Hashes the bytes of a view from `start` up to `end`. */
  hash(view: DataView, start: number, end: number): void {
    const key = this.#key;
    const c1 = key[4]!, c2 = key[5]!, c3 = key[6]!, c4 = key[7]!;
    let h1 = key[0]!, h2 = key[1]!, h3 = key[2]!, h4 = key[3]!;
    let at = start;
    for (const last = end - 16; at <= last; at += 16) {
      let k = Math.imul(h1 ^ view.getInt32(at, true), c1);
      h1 = Math.imul(k ^ k >>> 15, c2) + h2 | 0;
      k = Math.imul(h2 ^ view.getInt32(at + 4, true), c2);
      h2 = Math.imul(k ^ k >>> 16, c3) + h3 | 0;
      k = Math.imul(h3 ^ view.getInt32(at + 8, true), c3);
      h3 = Math.imul(k ^ k >>> 17, c4) + h4 | 0;
      k = Math.imul(h4 ^ view.getInt32(at + 12, true), c4);
      h4 = Math.imul(k ^ k >>> 14, c1) + h1 | 0;
    }
    // Less than a block is left; what it lacks counts as 0, which the length tells from a real 0.
    let w1 = 0, w2 = 0, w3 = 0, w4 = 0;
    if (end - at >= 4) {
      w1 = view.getInt32(at, true);
      at += 4;
    }
    if (end - at >= 4) {
      w2 = view.getInt32(at, true);
      at += 4;
    }
    if (end - at >= 4) {
      w3 = view.getInt32(at, true);
      at += 4;
    }
    for (let shift = 0; at < end; at++, shift += 8) w4 |= view.getUint8(at) << shift;
    let k = Math.imul(h1 ^ w1, c1);
    h1 = Math.imul(k ^ k >>> 15, c2) + h2 | 0;
    k = Math.imul(h2 ^ w2, c2);
    h2 = Math.imul(k ^ k >>> 16, c3) + h3 | 0;
    k = Math.imul(h3 ^ w3, c3);
    h3 = Math.imul(k ^ k >>> 17, c4) + h4 | 0;
    k = Math.imul(h4 ^ w4, c4);
    h4 = Math.imul(k ^ k >>> 14, c1) + h1 | 0;
    const length = end - start;
    h1 ^= length;
    h2 ^= length;
    h3 ^= length;
    h4 ^= length;
    h1 = h1 + h2 + h3 + h4 | 0;
    h2 = h2 + h1 | 0;
    h3 = h3 + h1 | 0;
    h4 = h4 + h1 | 0;
    h1 = avalanche(h1);
    h2 = avalanche(h2);
    h3 = avalanche(h3);
    h4 = avalanche(h4);
    h1 = h1 + h2 + h3 + h4 | 0;
    this.h1 = h1;
    this.h2 = h2 + h1 | 0;
    this.h3 = h3 + h1 | 0;
    this.h4 = h4 + h1 | 0;
  }
}

/** Spreads every bit of a word over all of it; a bijection. */
function avalanche(word: number): number {
  word ^= word >>> 16;
  word = Math.imul(word, 0x85ebca6b);
  word ^= word >>> 13;
  word = Math.imul(word, 0xc2b2ae35);
  return word ^ word >>> 16;
}

/**
 * The digest of a multiset of documents: the sum of their hashes modulo 2^128, which no order changes.
 *
 * Not an exclusive or: a document that is there twice would vanish in it. Not a sum of bytes or of a
 * checksum: what one document gains another loses, and the sum stays. Not a sum of a hash of 32 or 64
 * bits: one change in 2^32 would go unseen, and in collections of billions two hashes of 64 bits meet by
 * chance. Not a hash of all bytes one after another: two servers seldom give the same order, and to sort
 * a collection costs more than to read it.
 */
export class Digest {
  #s1 = 0;
  #s2 = 0;
  #s3 = 0;
  #s4 = 0;

  /** Adds the last hash. */
  add(hash: DocumentHash): void {
    const s4 = this.#s4 + (hash.h4 >>> 0);
    const s3 = this.#s3 + (hash.h3 >>> 0) + (s4 > 0xffffffff ? 1 : 0);
    const s2 = this.#s2 + (hash.h2 >>> 0) + (s3 > 0xffffffff ? 1 : 0);
    this.#s1 = this.#s1 + (hash.h1 >>> 0) + (s2 > 0xffffffff ? 1 : 0) >>> 0;
    this.#s2 = s2 >>> 0;
    this.#s3 = s3 >>> 0;
    this.#s4 = s4 >>> 0;
  }

  /** The digest of both multisets together. */
  plus(other: Digest): Digest {
    const sum = new Digest();
    const s4 = this.#s4 + other.#s4;
    const s3 = this.#s3 + other.#s3 + (s4 > 0xffffffff ? 1 : 0);
    const s2 = this.#s2 + other.#s2 + (s3 > 0xffffffff ? 1 : 0);
    sum.#s1 = this.#s1 + other.#s1 + (s2 > 0xffffffff ? 1 : 0) >>> 0;
    sum.#s2 = s2 >>> 0;
    sum.#s3 = s3 >>> 0;
    sum.#s4 = s4 >>> 0;
    return sum;
  }

  /** The sum as 32 hex digits. */
  hex(): string {
    return [this.#s1, this.#s2, this.#s3, this.#s4]
      .map((word) => word.toString(16).padStart(8, "0")).join("");
  }
}
