import { type Document, Double, Int32, serialize } from "bson";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../../../src/core/mod.ts";
import { loadProfiles, saveProfiles, type ValuesMode } from "../../../../src/profile/mod.ts";
import {
  type CompareOptions,
  compareProfiles,
  DEFAULT_FAIL_ON,
  type Drift,
} from "../../../../src/schema/drift/mod.ts";
import { inferSchemas } from "../../../../src/schema/mod.ts";
import { validateDocument } from "../../../../src/schema/validate.ts";
import { anyDocuments, collectionOf, profileOf } from "../../profile/_profiles.ts";

function drift(
  before: readonly Uint8Array[],
  after: readonly Uint8Array[],
  options: CompareOptions = {},
  values: ValuesMode = "enums",
): Drift[] {
  // As a check does: one side comes from a file.
  const saved = loadProfiles(saveProfiles([collectionOf(profileOf(before, values))]), "x");
  return compareProfiles(saved, [collectionOf(profileOf(after, values))], options);
}

/** `count` documents with `_id`s from 0 on, or from another number. */
function many(count: number, make: (i: number) => Document, first = 0): Uint8Array[] {
  return Array.from(
    { length: count },
    (_, i) => serialize({ _id: new Int32(i + first), ...make(i) }, { ignoreUndefined: true }),
  );
}

/** Which of several `_id`s are told is by their hashes, and no matter here. */
const told = (drifts: readonly Drift[]) =>
  drifts.map((drift) => `${drift.class} ${drift.message.replace(/ _id \S+, .*/, " several _ids")}`);

Deno.test("compareProfiles() tells each class of drift", async (t) => {
  const id = (n: number) => `{"$numberInt":"${n}"}`;
  const base = (i: number) => ({ total: new Double(i + 0.5), note: i % 2 ? "x" : undefined });
  const table: [string, Uint8Array[], Uint8Array[], string[]][] = [
    ["a new kind", many(400, base), [
      ...many(400, base),
      serialize({ _id: new Int32(400), total: "free", note: "x" }),
    ], [
      `widening orders.total: a string in 1 of 401 (was double), _id ${id(400)}`,
    ]],
    ["a null", many(40, base), many(40, (i) => i === 7 ? { ...base(i), total: null } : base(i)), [
      `widening orders.total: null in 1 of 40 (was never null), _id ${id(7)}`,
    ]],
    ["a kind beside others", many(40, (i) => ({ a: [null, "s", new Int32(1)][i % 3] })), [
      serialize({ _id: new Int32(1), a: {} }),
    ], [
      `widening orders.a: an object in 1 of 1 (was string, int or null), _id ${id(1)}`,
    ]],
    ["a gap", many(3, base), many(2, (i) => i === 1 ? { note: "x" } : base(i)), [
      `widening orders.total: missing in 1 of 2 (was always there), _id ${id(1)}`,
    ]],
    ["a new field", many(40, base), many(40, (i) => i === 3 ? { ...base(i), tip: 1 } : base(i)), [
      `new-field orders.tip: new, in 1 of 40 (int), _id ${id(3)}`,
    ]],
    ["a lost field", many(40, base), many(2, () => ({ note: "x" })), [
      `lost-field orders.total: in none of 2 (was in 40 of 40), several _ids`,
    ]],
    ["an optional field that is lost", many(40, base), many(40, (i) => ({ total: i + 0.5 })), [
      `lost-field orders.note: in none of 40 (was in 20 of 40), several _ids`,
    ]],
    ["an optional field that few do not have", many(40, base), many(5, () => ({ total: 1.5 })), []],
    ["a kind that is gone", many(60, (i) => ({ a: i % 3 ? 1 : "s" })), many(60, () => ({ a: 1 })), [
      "narrowing orders.a: no string in 60 (was in 20 of 60)",
    ]],
    [
      "a kind that few do not have",
      many(60, (i) => ({ a: i % 3 ? 1 : "s" })),
      many(9, () => ({
        a: 1,
      })),
      [],
    ],
    [
      "a null that is gone",
      many(60, (i) => ({ a: i % 3 ? 1 : null })),
      many(60, () => ({ a: 1 })),
      [
        "narrowing orders.a: never null in 60 (was in 20 of 60)",
      ],
    ],
    ["a gap that is gone", many(60, (i) => i % 2 ? { a: 1 } : {}), many(60, () => ({ a: 1 })), [
      "narrowing orders.a: always there in 60 (was missing in 30 of 60)",
    ]],
    [
      "a value",
      many(100, (i) => ({ s: i % 2 ? "a" : "b" })),
      many(100, (i) => ({
        s: i < 2 ? "c\n" : i % 2 ? "a" : "b",
      })),
      [
        `new-value orders.s: "c\\n" in 2 of 100 (was one of 2 values)`,
      ],
    ],
    [
      "many values",
      many(100, (i) => ({ s: i % 2 ? "a" : "b" })),
      many(100, (i) => ({
        s: `v${i}`,
      })),
      [
        "new-value orders.s: other values than the 2 of before, too many or too long to tell",
      ],
    ],
    [
      "values that are no enum",
      many(12, (i) => ({ s: `v${i}` })),
      many(12, (i) => ({
        s: `w${i}`,
      })),
      [],
    ],
    [
      "a share",
      many(100, (i) => i < 80 ? { a: 1 } : {}),
      many(100, (i) => i < 30 ? { a: 1 } : {}),
      [
        "share-shift orders.a: in 30 of 100 (30%, was 80%)",
      ],
    ],
    [
      "a share that chance explains",
      many(10, (i) => i < 8 ? { a: 1 } : {}),
      many(
        10,
        (i) => i < 5 ? { a: 1 } : {},
      ),
      [],
    ],
    [
      "a share of a kind",
      many(100, (i) => ({ a: i < 2 ? null : 1 })),
      many(100, (i) => ({
        a: i < 60 ? null : 1,
      })),
      [
        "share-shift orders.a: null in 60 of 100 (60%, was 2%)",
      ],
    ],
    [
      "an element",
      many(20, () => ({ items: [{ price: 1.5 }] })),
      many(20, (i) => ({
        items: [{ price: 1.5 }, { price: i === 4 ? "2" : 2.5 }],
      })),
      [
        `widening orders.items[].price: a string in 1 of 40 (was double), _id ${id(4)}`,
      ],
    ],
    [
      "elements of what was empty",
      many(20, () => ({ items: [] })),
      many(1, () => ({
        items: ["x"],
      })),
      [
        `widening orders.items[]: a string in 1 of 1 (nothing stood here before), _id ${id(0)}`,
      ],
    ],
    [
      "arrays that are empty now",
      many(20, () => ({ items: ["x"] })),
      many(20, () => ({
        items: [],
      })),
      [
        "narrowing orders.items: always empty in 20 (was filled in 20 of 20)",
      ],
    ],
    ["no number", many(20, () => ({ a: 1.5 })), many(20, (i) => ({ a: i ? 1.5 : NaN })), [
      "widening orders.a: NaN or infinite in 1 of 20 doubles (was always finite)",
    ]],
    ["variants", many(60, (i) => i % 2 ? { kind: "card", last4: "1" } : { kind: "cash", of: 1 }), [
      ...many(30, (i) => i % 2 ? { kind: "card", last4: "1" } : { kind: "cash", of: 1 }),
      ...many(2, () => ({ kind: "card", of: 1 }), 30),
      ...many(1, () => ({ kind: "bank", of: 1 }), 32),
    ], [
      'widening orders.kind: "bank" in 1 of 33 is no variant (was one of 2)',
      'widening orders.last4: missing in 2 of 17 where kind is "card" (was always there)',
      'new-field orders.of: new where kind is "card", in 2 of 17',
    ]],
    [
      "more variants than can be told",
      many(60, (i) => i % 2 ? { kind: 1, last4: "1" } : { kind: 2, of: 1 }),
      many(60, (i) => ({ kind: i, of: 1 })),
      [
        "widening orders.kind: other values than the 2 that told variants apart",
        "lost-field orders.last4: in none of 60 (was in 30 of 60), several _ids",
        "narrowing orders.of: always there in 60 (was missing in 30 of 60)",
      ],
    ],
    [
      "odd keys",
      many(2, () => ({})),
      many(1, () => ({ 'a.b"\n\u202e': 1, "": 2, ["__proto__"]: 3 })),
      [
        `new-field orders."": new, in 1 of 1 (int), _id ${id(0)}`,
        `new-field orders.__proto__: new, in 1 of 1 (int), _id ${id(0)}`,
        `new-field orders."a.b\\"\\n\\u202e": new, in 1 of 1 (int), _id ${id(0)}`,
      ],
    ],
  ];
  for (const [name, before, after, expected] of table) {
    await t.step(name, () => assertEquals(told(drift(before, after)), expected));
  }
});

Deno.test("compareProfiles() gives the members of a drift beside its sentence", () => {
  const before = many(10, () => ({ a: 1 })), after = many(10, (i) => ({ a: i ? 1 : "s" }));
  const [only, ...rest] = drift(before, after);
  assertEquals(rest, []);
  assertEquals(only, {
    class: "widening",
    namespace: { db: "shop", collection: "orders" },
    path: "a",
    message: 'orders.a: a string in 1 of 10 (was int), _id {"$numberInt":"0"}',
    kind: "string",
    count: 1,
    of: 10,
    ids: ['{"$numberInt":"0"}'],
  });
});

Deno.test("compareProfiles() of the same documents gives nothing", () => {
  fc.assert(fc.property(
    anyDocuments,
    fc.constantFrom<ValuesMode>("none", "enums", "all"),
    (documents, values) => {
      assertEquals(drift(documents, [...documents].reverse(), {}, values), []);
    },
  ));
});

Deno.test("compareProfiles() of a part of the documents gives nothing that fails", () => {
  fc.assert(
    fc.property(anyDocuments, fc.nat(), (documents, n) => {
      const part = documents.slice(n % Math.max(1, documents.length));
      const failing = drift(documents, part).filter((one) => DEFAULT_FAIL_ON.includes(one.class));
      // Twelve documents are too few for a loss.
      assertEquals(told(failing), []);
    }),
    { numRuns: 300 },
  );
});

Deno.test("compareProfiles() tells what types of before refuse, and no more", () => {
  fc.assert(
    fc.property(anyDocuments, anyDocuments, fc.boolean(), (before, some, more) => {
      fc.pre(before.length > 0 && some.length > 0);
      const after = more ? [...before, some[0]!] : some;
      const failing = drift(before, after).filter((one) => DEFAULT_FAIL_ON.includes(one.class));
      const sure = failing
        // Of these only some targets know; and of empty arrays types say nothing.
        .filter(({ message }) =>
          !/: (?:NaN|binary of subtype)|\(nothing stood here before\)/.test(message)
        );
      const [model] = inferSchemas([collectionOf(profileOf(before))]);
      const refused = after.map((bytes) => validateDocument(model!, bytes, 0, { closed: true }))
        .filter((mismatch) => mismatch !== undefined);
      if (failing.length === 0) assertEquals(refused, []);
      if (sure.length > 0) assert(refused.length > 0, told(sure).join("\n"));
    }),
    { numRuns: 500 },
  );
});

Deno.test("compareProfiles() takes new keys of a map as data", () => {
  const day = (i: number) => `2024-01-${String(i % 28 + 1).padStart(2, "0")}`;
  const before = many(100, (i) => ({ days: { [day(i)]: { n: 1 }, total: 1 } }));
  const after = many(100, (i) => ({ days: { [`2025${day(i).slice(4)}`]: { n: 1 }, total: 1 } }));
  assertEquals(told(drift(before, after)), []);
  const changed = [...after, serialize({ _id: 500, days: { "2025-01-01": { n: "x" }, total: 1 } })];
  assertEquals(told(drift(before, changed)), [
    'widening orders.days.*.n: a string in 1 of 101 (was int), _id {"$numberInt":"500"}',
  ]);
});

Deno.test("compareProfiles() finds keys above the cap to be the same", () => {
  const wide = many(1, () => ({ o: Object.fromEntries(range(3000).map((n) => [`k${n}x`, 1])) }));
  const before = [...wide, ...many(30, () => ({ o: {} }), 1)];
  assertEquals(told(drift(before, before)), []);
  const part = many(1, () => ({ o: Object.fromEntries(range(2500).map((n) => [`k${n}x`, 1])) }));
  assertEquals(told(drift(before, [...part, ...many(30, () => ({ o: {} }), 1)])), []);
});

Deno.test("compareProfiles() takes deeper levels of a recursive structure as the same", () => {
  const thread = (depth: number): Document => ({
    text: "x",
    replies: depth === 0 ? [] : [thread(depth - 1), thread(0)],
  });
  const before = many(30, (i) => ({ thread: thread(i % 3), replies: [thread(i % 3)] }));
  const after = many(30, (i) => ({ thread: thread(i % 5), replies: [thread(i % 6)] }));
  assertEquals(told(drift(before, after)), []);
});

Deno.test("compareProfiles() puts collections together", async (t) => {
  const some = profileOf(many(5, () => ({ a: 1 }))), none = profileOf([]);
  const at = (collection: string, db = "shop", profile = some) =>
    collectionOf(profile, collection, db);
  await t.step("by database and name", () => {
    assertEquals(told(compareProfiles([at("a"), at("b")], [at("b"), at("c")])), [
      "lost-collection a: not there (had 5 documents)",
      `new-collection c: new, with 5 documents, several _ids`,
    ]);
  });
  await t.step("by name alone, with another database", () => {
    assertEquals(compareProfiles([at("a"), at("b")], [at("a", "prod"), at("b", "prod")]), []);
  });
  await t.step("with the database in the name where there are several", () => {
    assertEquals(told(compareProfiles([at("a"), at("a", "zoo")], [at("a")])), [
      "lost-collection zoo.a: not there (had 5 documents)",
    ]);
  });
  await t.step("whatever the name, if each side has one", () => {
    assertEquals(compareProfiles([at("a", "")], [at("b", "prod")]), []);
  });
  await t.step("that are empty", () => {
    assertEquals(told(compareProfiles([at("a", "shop", none)], [at("a")])), [
      `new-collection a: no longer empty, with 5 documents, several _ids`,
    ]);
    assertEquals(told(compareProfiles([at("a")], [at("a", "shop", none)])), [
      "lost-collection a: empty (had 5 documents)",
    ]);
    assertEquals(compareProfiles([at("a", "x", none)], [at("a", "x", none)]), []);
  });
});

Deno.test("compareProfiles() tells a shift from the given share on, and refuses what is none", () => {
  const before = many(1000, (i) => i < 500 ? { a: 1 } : {});
  const after = many(1000, (i) => i < 580 ? { a: 1 } : {});
  assertEquals(drift(before, after), []);
  assertEquals(told(drift(before, after, { shareShift: 0.05 })), [
    "share-shift orders.a: in 580 of 1000 (58%, was 50%)",
  ]);
  for (const shareShift of [-0.1, 1.1, NaN]) {
    assertThrows(() => drift([], [], { shareShift }), UsageError, "it is no share");
  }
});

Deno.test("compareProfiles() names no _id of profiles without values", () => {
  const before = many(10, () => ({ a: 1 })), after = many(10, () => ({ a: "s" }));
  for (const { ids, message } of drift(before, after, {}, "none")) {
    assertEquals(ids, []);
    assert(!message.includes("_id"), message);
  }
});

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
