import { Binary, type Document, serialize } from "bson";
import { assertEquals } from "@std/assert";
import type { ValuesMode } from "../../../../src/profile/mod.ts";
import { compareProfiles, OffenderSearch } from "../../../../src/schema/drift/mod.ts";
import { collectionOf, profileOf } from "../../profile/_profiles.ts";

const NAMESPACE = { db: "shop", collection: "orders" };
const COUNT = 200;

/** Documents, one of which may be another. */
function many(make: (i: number) => Document, odd: Record<number, Document> = {}): Uint8Array[] {
  return Array.from({ length: COUNT }, (_, i) => serialize({ _id: i, ...(odd[i] ?? make(i)) }));
}

/** What is told after the documents of now were searched, and the number of documents looked at. */
function search(
  before: readonly Uint8Array[],
  after: readonly Uint8Array[],
  values: ValuesMode = "enums",
): { messages: string[]; looked: number } {
  const found = new OffenderSearch(compareProfiles(
    [collectionOf(profileOf(before, values))],
    [collectionOf(profileOf(after, values))],
  ));
  let looked = 0;
  for (const bytes of after) {
    if (!found.looking) break;
    found.addDocument(NAMESPACE, bytes);
    looked++;
  }
  return { messages: found.drifts.map(({ message }) => message), looked };
}

Deno.test("OffenderSearch names the documents that a profile cannot name", async (t) => {
  const uuid = new Binary(new Uint8Array(16), 4), bytes = new Binary(new Uint8Array(3), 0);
  const day = (i: number) => `2024-01-${String(i % 28 + 1).padStart(2, "0")}`;
  const kinds = (i: number) => i % 2 ? { kind: "card", last4: "1" } : { kind: "cash", of: 1 };
  const table: [string, Uint8Array[], Uint8Array[], string][] = [
    [
      "a gap",
      many(() => ({ a: 1, b: 1 })),
      many(() => ({ a: 1, b: 1 }), { 77: { b: 1 } }),
      'orders.a: missing in 1 of 200 (was always there), _id {"$numberInt":"77"}',
    ],
    [
      "a gap in objects in arrays",
      many(() => ({ items: [{ a: 1, b: 1 }] })),
      many(() => ({ items: [{ a: 1, b: 1 }] }), { 78: { items: [{ a: 1, b: 1 }, { b: 1 }] } }),
      'orders.items[].a: missing in 1 of 201 (was always there), _id {"$numberInt":"78"}',
    ],
    [
      "a gap under a key of a map",
      many((i) => ({ days: { [day(i)]: { a: 1, b: 1 }, total: 1 } })),
      many((i) => ({ days: { [day(i)]: { a: 1, b: 1 }, total: 1 } }), {
        79: { days: { "2024-01-01": { b: 1 }, total: 1 } },
      }),
      'orders.days.*.a: missing in 1 of 200 (was always there), _id {"$numberInt":"79"}',
    ],
    [
      "values",
      many((i) => ({ s: i % 2 ? "a" : "b" })),
      many((i) => ({ s: i % 2 ? "a" : "b" }), { 80: { s: "c" }, 81: { s: "c" } }),
      'orders.s: "c" in 2 of 200 (was one of 2 values), _id {"$numberInt":"80"}, {"$numberInt":"81"}',
    ],
    [
      "a subtype",
      many(() => ({ u: uuid })),
      many(() => ({ u: uuid }), { 82: { u: bytes } }),
      'orders.u: binary of subtype 0 in 1 of 200 (was of 4), _id {"$numberInt":"82"}',
    ],
    [
      "no number",
      many(() => ({ n: 1.5 })),
      many(() => ({ n: 1.5 }), { 83: { n: -Infinity } }),
      "orders.n: NaN or infinite in 1 of 200 doubles (was always finite), " +
      '_id {"$numberInt":"83"}',
    ],
    [
      "a new variant",
      many(kinds),
      many(kinds, { 84: { kind: "bank", of: 1 } }),
      'orders.kind: "bank" in 1 of 200 is no variant (was one of 2), _id {"$numberInt":"84"}',
    ],
    [
      "a variant without its field",
      many(kinds),
      many(kinds, { 85: { kind: "card" } }),
      'orders.last4: missing in 1 of 100 where kind is "card" (was always there), ' +
      '_id {"$numberInt":"85"}',
    ],
    [
      "a variant with a field of another",
      many(kinds),
      many(kinds, { 86: { kind: "cash", of: 1, last4: "1" } }),
      'orders.last4: new where kind is "cash", in 1 of 100, _id {"$numberInt":"86"}',
    ],
  ];
  for (const [name, before, after, message] of table) {
    await t.step(name, () => {
      const { messages, looked } = search(before, after);
      assertEquals(messages, [message]);
      // It stops where all are found.
      assertEquals(looked < 90, true, `${looked} looked at`);
    });
  }
});

Deno.test("OffenderSearch names three at most, and says that there are more", () => {
  const before = many((i) => ({ s: i % 2 ? "a" : "b" }));
  const { messages, looked } = search(before, many((i) => ({ s: i % 20 === 0 ? "c" : "a" })));
  assertEquals(
    messages[0]!.split("_id ")[1],
    [0, 20, 40].map((n) => `{"$numberInt":"${n}"}, `).join("") + "…",
  );
  assertEquals(looked, 41);
});

Deno.test("OffenderSearch looks for nothing in profiles without values, and hides what is personal", () => {
  const before = many(() => ({ a: 1 })), after = many(() => ({ a: 1 }), { 77: {} });
  assertEquals(search(before, after, "none"), {
    messages: ["orders.a: missing in 1 of 200 (was always there)"],
    looked: 0,
  });
  const mailed = [...before, serialize({ _id: "ada@example.org" })];
  assertEquals(search(before, mailed).messages, [
    "orders._id: a string in 1 of 201 (was int)",
    "orders.a: missing in 1 of 201 (was always there)",
  ]);
  assertEquals(
    search(before, mailed, "all").messages.at(-1)!.split("_id ")[1],
    '"ada@example.org"',
  );
});

Deno.test("OffenderSearch passes over other collections", () => {
  const before = many(() => ({ a: 1 })), after = many(() => ({ a: 1 }), { 77: {} });
  const found = new OffenderSearch(
    compareProfiles([collectionOf(profileOf(before))], [collectionOf(profileOf(after))]),
  );
  for (const other of [{ db: "shop", collection: "x" }, { db: "x", collection: "orders" }]) {
    for (const bytes of after) found.addDocument(other, bytes);
  }
  assertEquals(found.looking, true);
  found.addBatch({
    namespace: NAMESPACE,
    buffer: after[77]!,
    starts: Uint32Array.of(0),
    firstIndex: 77,
    lane: 0,
    seq: 0,
    after: { version: 1 } as never,
  });
  assertEquals(found.looking, false);
});
