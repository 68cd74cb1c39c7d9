import { assert, assertEquals } from "@std/assert";
import { type Cursor, Entries, placeOf } from "../../../src/verify/_entries.ts";
import { DocumentHash } from "../../../src/verify/_hash.ts";
import { type Group, mergeSides } from "../../../src/verify/_merge.ts";

type Pair = readonly [id: number, content: number];

/** Entries of `_id`s and of what stands for the content of documents; spilled after so many. */
async function entriesOf(
  pairs: Iterable<Pair>,
  { folder, each = Infinity }: { folder?: string; each?: number } = {},
): Promise<Entries> {
  const entries = new Entries();
  const hash = new DocumentHash(new Uint8Array(32));
  let place = 0;
  for (const [id, content] of pairs) {
    Object.assign(hash, { h1: content, h2: 4, h3: 5, h4: 6 });
    entries.addDocument(hash, 0, place++);
    // The words of a real hash are spread over all that they can be.
    Object.assign(hash, { h1: Math.imul(id, 0x9e3779b1), h2: id, h3: -id, h4: 3 });
    entries.addId(hash);
    if (folder !== undefined && entries.count >= each) await entries.spill(folder);
  }
  return entries;
}

async function merged(a: Cursor, b: Cursor, mostKept = 10) {
  const counts = { missing: 0, extra: 0, different: 0 };
  const places: [number[], number[]][] = [];
  const kept = (group: Group) => Array.from({ length: group.kept }, (_, i) => group.placeAt(i));
  await mergeSides(a, b, {
    takes: () => true,
    mostKept,
    signal: undefined,
    onGroup: (pair, a, b) => {
      assertEquals(pair, 0);
      const both = Math.min(a.count, b.count);
      counts.different += both;
      counts.missing += a.count - both;
      counts.extra += b.count - both;
      places.push([kept(a), kept(b)]);
    },
  });
  return { counts, places };
}

async function inTemp(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("mergeSides() finds what differs of a hundred thousand entries, in memory and in runs", () =>
  inTemp(async (folder) => {
    const count = 100_000;
    const ofA = Array.from({ length: count }, (_, i): Pair => [i, i]);
    const ofB = Array.from({ length: count }, (_, i): Pair => {
      const id = count - i;
      return [id, id % 1000 === 0 ? -id : id];
    });
    const expected = [[[0], []], [[], [0]]].concat(
      Array.from({ length: 99 }, (_, i) => [[(i + 1) * 1000], [count - (i + 1) * 1000]]),
    );
    const sort = (list: number[][][]) => list.map((one) => JSON.stringify(one)).toSorted();
    for (const each of [Infinity, 40_000, 777]) {
      const a = await entriesOf(ofA, { folder, each }), b = await entriesOf(ofB, { folder, each });
      const found = await merged(await a.sorted(folder, 100_000), await b.sorted(folder, 100_000));
      assertEquals(found.counts, { missing: 1, extra: 1, different: 99 });
      assertEquals(sort(found.places), sort(expected));
      await a.clear();
      await b.clear();
    }
  }));

Deno.test("mergeSides() takes as long for one _id as for many, and keeps few of it", async () => {
  // All of one `_id`: a search through them would take hours.
  const count = 300_000;
  const same = (): Pair => [1, 7];
  const a = await entriesOf(Array.from({ length: count }, same));
  const b = await entriesOf(Array.from({ length: count - 1 }, same));
  const [all, fewer] = [await a.sorted(undefined, 0), await b.sorted(undefined, 0)];
  assertEquals((await merged(all, fewer)).counts, { missing: 1, extra: 0, different: 0 });
  const c = await entriesOf(Array.from({ length: count }, (_, i) => [1, 1_000_000 + i]));
  const { counts, places } = await merged(
    await a.sorted(undefined, 0),
    await c.sorted(undefined, 0),
    3,
  );
  assertEquals(counts, { missing: 0, extra: 0, different: count });
  assertEquals(places, [[[0, 1, 2], [0, 1, 2]]]);
});

Deno.test("Entries keeps places beyond 32 bits", async () => {
  const entries = new Entries();
  const hash = new DocumentHash(new Uint8Array(32));
  const places = [0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 45 + 3, Number.MAX_SAFE_INTEGER];
  for (const [i, place] of places.entries()) {
    Object.assign(hash, { h1: i, h2: 0, h3: 0, h4: 0 });
    entries.addDocument(hash, 5, place);
    entries.addId(hash);
  }
  const cursor = await entries.sorted(undefined, 0);
  const found: number[] = [];
  for (; !cursor.isDone; await cursor.advance()) found.push(placeOf(cursor));
  assertEquals(found.toSorted((x, y) => x - y), places);
});

Deno.test("Entries gives what it has in one order, whatever is spilled", () =>
  inTemp(async (folder) => {
    let seed = 7;
    const random = () => (seed = Math.imul(seed ^ seed >>> 13, 0x5bd1e995) + 11) >>> 0;
    const pairs = Array.from({ length: 5000 }, (): Pair => [random() % 500, random() % 3]);
    const walk = async (entries: Entries) => {
      const cursor = await entries.sorted(folder, 4096);
      const keys: string[] = [];
      for (; !cursor.isDone; await cursor.advance()) {
        keys.push(cursor.words.slice(cursor.at, cursor.at + 9).join());
      }
      await entries.clear();
      return keys;
    };
    const whole = await walk(await entriesOf(pairs));
    assertEquals(whole.length, pairs.length);
    assert(new Set(whole).size < 1600);
    for (const each of [1, 64, 4999, 5000]) {
      assertEquals(await walk(await entriesOf(pairs, { folder, each })), whole);
    }
  }));
