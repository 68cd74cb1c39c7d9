import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Digest, DocumentHash } from "../../../src/verify/_hash.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i * 37 + 11);

function words(hash: DocumentHash): number[] {
  return [hash.h1, hash.h2, hash.h3, hash.h4].map((word) => word >>> 0);
}

function hashed(bytes: Uint8Array, key = KEY): number[] {
  const hash = new DocumentHash(key);
  hash.hash(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  return words(hash);
}

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never, void> {
  let x = seed;
  while (true) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

Deno.test("DocumentHash spreads each bit of a document over all bits of its hash", () => {
  const random = numbers(1);
  const length = 61;
  const flips = new Uint32Array(length * 8);
  const perBit = new Uint32Array(128);
  const rounds = 200;
  for (let round = 0; round < rounds; round++) {
    const bytes = Uint8Array.from({ length }, () => random.next().value);
    const before = hashed(bytes);
    for (let bit = 0; bit < length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const after = hashed(bytes);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      for (let i = 0; i < 128; i++) {
        const changed = (before[i >> 5]! ^ after[i >> 5]!) >>> (i & 31) & 1;
        flips[bit]! += changed;
        perBit[i]! += changed;
      }
    }
  }
  for (const [bit, count] of flips.entries()) {
    const share = count / rounds / 128;
    assert(share > 0.45 && share < 0.55, `bit ${bit} of the document changes ${share} of the hash`);
  }
  for (const [bit, count] of perBit.entries()) {
    const share = count / rounds / (length * 8);
    assert(share > 0.48 && share < 0.52, `bit ${bit} of the hash changes at ${share}`);
  }
});

Deno.test("DocumentHash tells documents apart that differ in little, by any 64 of its bits", () => {
  const seen = [new Set<bigint>(), new Set<bigint>()];
  const bytes = new Uint8Array(44), view = new DataView(bytes.buffer);
  const hash = new DocumentHash(KEY);
  let count = 0;
  const add = () => {
    hash.hash(view, 0, bytes.length);
    const [h1, h2, h3, h4] = words(hash).map(BigInt) as [bigint, bigint, bigint, bigint];
    seen[0]!.add(h1 << 32n | h2);
    seen[1]!.add(h3 << 32n | h4);
    count++;
  };
  // Small counters at two places, and single and double bits: what real documents differ in.
  for (let i = 1; i <= 200; i++) {
    for (let j = 1; j <= 200; j++) {
      view.setInt32(4, i, true);
      view.setInt32(20, j, true);
      add();
    }
  }
  view.setInt32(4, 0);
  view.setInt32(20, 0);
  for (let i = 0; i < 352; i++) {
    for (let j = i; j < 352; j++) {
      bytes[i >> 3]! ^= 1 << (i & 7);
      if (j > i) bytes[j >> 3]! ^= 1 << (j & 7);
      add();
      bytes.fill(0);
    }
  }
  // Both loops make those whose two counters are one bit each.
  const both = 8 * 8;
  for (const one of seen) assert(one.size >= count - both, `${count - one.size} meet`);
});

Deno.test("DocumentHash depends on the length, on every bit of its key, and on nothing around", () => {
  const zeros = Array.from({ length: 40 }, (_, length) => hashed(new Uint8Array(length)).join());
  assertEquals(new Set(zeros).size, 40);
  const bytes = Uint8Array.from({ length: 50 }, (_, i) => i * i);
  const plain = hashed(bytes);
  for (let bit = 0; bit < 256; bit++) {
    // The lowest bit of a multiplier is always 1.
    if (bit >= 128 && bit % 32 === 0) continue;
    const key = KEY.slice();
    key[bit >> 3]! ^= 1 << (bit & 7);
    assertNotEquals(hashed(bytes, key), plain, `bit ${bit}`);
  }
  const around = new Uint8Array(60).fill(0xaa);
  around.set(bytes, 5);
  const hash = new DocumentHash(KEY);
  hash.hash(new DataView(around.buffer), 5, 55);
  assertEquals(words(hash), plain);
});

Deno.test("Digest adds modulo 2^128, in any order", () => {
  const random = numbers(7);
  const hash = new DocumentHash(KEY);
  const hashes = Array.from(
    { length: 1000 },
    () => [0, 0, 0, 0].map(() => random.next().value | 0),
  );
  // Carries that go through all words.
  hashes.push([-1, -1, -1, -1], [0, 0, 0, 1], [-1, -1, -1, -1], [0, -1, -1, -1], [0, 0, 0, 1]);
  const digestOf = (list: number[][]) => {
    const digest = new Digest();
    for (const [h1, h2, h3, h4] of list) {
      Object.assign(hash, { h1, h2, h3, h4 });
      digest.add(hash);
    }
    return digest;
  };
  const sum = hashes.reduce(
    (sum, list) => sum + list.reduce((one, word) => one << 32n | BigInt(word >>> 0), 0n),
    0n,
  );
  const expected = BigInt.asUintN(128, sum).toString(16).padStart(32, "0");
  assertEquals(digestOf(hashes).hex(), expected);
  assertEquals(digestOf(hashes.toReversed()).hex(), expected);
  const parts = digestOf(hashes.slice(0, 400)).plus(digestOf(hashes.slice(400)));
  assertEquals(parts.hex(), expected);
  assertEquals(new Digest().hex(), "0".repeat(32));
});
