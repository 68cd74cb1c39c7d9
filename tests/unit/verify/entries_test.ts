import { assertEquals } from "@std/assert";
import { compareEntries, Entries } from "../../../src/verify/_entries.ts";
import { DocumentHash } from "../../../src/verify/_hash.ts";

/** Entries of `_id`s and of what stands for the content of documents. */
function entriesOf(pairs: Iterable<readonly [number, number]>): Entries {
  const entries = new Entries();
  const hash = new DocumentHash(new Uint8Array(32));
  for (const [id, content] of pairs) {
    Object.assign(hash, { h1: id, h2: 1, h3: 2, h4: 3 });
    entries.addId(hash);
    entries.addDocument(content, 4, 5, 6);
  }
  return entries;
}

Deno.test("compareEntries() pairs a hundred thousand entries, over all blocks", () => {
  const count = 100_000;
  const a = entriesOf(Array.from({ length: count }, (_, i) => [i, i]));
  const b = entriesOf(
    Array.from({ length: count }, (_, i) => {
      const id = count - i;
      return [id, id % 1000 === 0 ? -id : id];
    }),
  );
  const { missing, extra, different, counts } = compareEntries(a, b, 3);
  assertEquals(counts, { missing: 1, extra: 1, different: 99 });
  assertEquals([missing, extra], [[0], [0]]);
  assertEquals(different, [[99_000, 1000], [98_000, 2000], [97_000, 3000]]);
});

Deno.test("compareEntries() takes as long for one _id as for many", () => {
  // All of one `_id`: a search through them would take hours.
  const count = 300_000;
  const a = entriesOf(Array.from({ length: count }, () => [1, 7]));
  const b = entriesOf(Array.from({ length: count - 1 }, () => [1, 7]));
  assertEquals(compareEntries(a, b, 1).counts, { missing: 1, extra: 0, different: 0 });
  const c = entriesOf(Array.from({ length: count }, (_, i) => [1, 1_000_000 + i]));
  assertEquals(compareEntries(a, c, 1).counts, { missing: 0, extra: 0, different: count });
});
