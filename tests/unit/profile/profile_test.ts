import { Buffer } from "node:buffer";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataError, type RawBatch } from "../../../src/core/mod.ts";
import { KIND_NAMES, Profile, saveProfiles, type ValueNode } from "../../../src/profile/mod.ts";
import { concat, int32, RAW_VALUES, string } from "../../fixtures/every_type.ts";
import { document, element } from "../bson/_documents.ts";
import { collectionOf, profileOf } from "./_profiles.ts";

const text = (value: string) => string(new TextEncoder().encode(value));

function nodeOf(profile: Profile, key: string): ValueNode {
  const field = [...profile.root.all()].find(({ keyBytes }) =>
    new TextDecoder().decode(keyBytes.subarray(0, -1)) === key
  );
  assert(field !== undefined, `no field ${key}`);
  return field.node;
}

function batchOf(documents: readonly Uint8Array[], firstIndex: number): RawBatch {
  let at = 0;
  const starts = documents.map((bytes) => (at += bytes.length) - bytes.length);
  return {
    namespace: { db: "shop", collection: "orders" },
    buffer: concat(...documents),
    starts: Uint32Array.from(starts),
    firstIndex,
    lane: 0,
    seq: 0,
    after: { v: 1, kind: "test" },
  };
}

Deno.test("Profile.addDocument() counts every kind of value", () => {
  for (const { type, bytes } of RAW_VALUES) {
    const profile = profileOf([document(element(type, "x", bytes), element(10, "after"))], "all");
    const name = KIND_NAMES.find((_, kind) => nodeOf(profile, "x").counts[kind] === 1);
    assert(name !== undefined, `type ${type}`);
    assertEquals(nodeOf(profile, "x").total, 1);
    assertEquals(nodeOf(profile, "after").total, 1);
    // In an array too.
    const inArray = profileOf([document(element(4, "x", document(element(type, "0", bytes))))]);
    const { array } = nodeOf(inArray, "x");
    assertEquals(array!.element.counts[KIND_NAMES.indexOf(name)], 1);
    assertEquals([array!.minLength, array!.maxLength], [1, 1]);
  }
  const kinds = new Set(RAW_VALUES.map(({ type }) => type));
  assertEquals(kinds.size, KIND_NAMES.length);
});

Deno.test("Profile.addBatch() keeps nothing of the buffer", () => {
  for (const make of [(n: number) => new Uint8Array(n), (n: number) => Buffer.alloc(n)]) {
    const one = document(element(16, "_id", int32(1)), element(2, "status", text("new")));
    const buffer = make(one.length);
    buffer.set(one);
    const profile = new Profile();
    profile.addBatch({ ...batchOf([one], 0), buffer });
    const before = saveProfiles([collectionOf(profile)]);
    assertEquals(new Uint8Array(buffer), one);
    buffer.fill(0x61);
    assertEquals(saveProfiles([collectionOf(profile)]), before);
  }
});

Deno.test("Profile.addBatch() says in which document and at which byte it is damaged", () => {
  const good = document(element(16, "a", int32(1)));
  const cases: [string, Uint8Array, number, RegExp][] = [
    ["no type", document(element(16, "a", int32(1)), element(0x20, "b")), 14, /0x20 is no type/],
    ["type 0 within", concat(int32(9), [0, 0x61, 0, 0, 0]), 7, /0x00 is no type/],
    ["a text that is longer", document(element(2, "a", concat(int32(99), [0x78, 0]))), 7, /99/],
    ["a text of no bytes", document(element(2, "a", concat(int32(0), [0]))), 7, /length of 0/],
    ["a negative length", document(element(2, "a", concat(int32(-5), [0]))), 7, /length of -5/],
    [
      "a text without its zero",
      document(element(2, "a", concat(int32(2), [0x78, 0x78]))),
      7,
      /end/,
    ],
    ["a key without its zero", concat(int32(8), [10, 0x61, 0x62, 0]), 4, /key does not end/],
    ["an int past the end", concat(int32(9), [16, 0x61, 0, 1, 0]), 7, /runs past/],
    ["a double past the end", concat(int32(11), [1, 0x61, 0, 1, 2, 3, 0]), 7, /runs past/],
    ["an ObjectId past the end", concat(int32(11), [7, 0x61, 0, 1, 2, 3, 0]), 7, /runs past/],
    ["a boolean past the end", concat(int32(8), [8, 0x61, 0, 0]), 7, /runs past/],
    ["an object too short", document(element(3, "a", concat(int32(4), [0]))), 7, /length of 4/],
    ["an object too long", document(element(3, "a", concat(int32(6), [0]))), 7, /length of 6/],
    ["an object without end", document(element(3, "a", concat(int32(5), [1]))), 11, /end in 0/],
    ["an array without end", document(element(4, "a", concat(int32(5), [1]))), 11, /end in 0/],
    ["a binary too long", document(element(5, "a", concat(int32(50), [0, 1]))), 7, /length of 50/],
    ["a regex without end", concat(int32(10), [11, 0x61, 0, 0x62, 0x62, 0]), 7, /does not end/],
    ["a document without end", concat(int32(5), [1]), 4, /end in 0/],
    [
      "max key type in an array",
      document(element(4, "a", document(element(0x50, "0")))),
      14,
      /0x50/,
    ],
  ];
  for (const [name, bytes, offset, message] of cases) {
    // At the very end of the buffer too, where nothing follows that could be read.
    for (const documents of [[good, bytes], [good, bytes, good]]) {
      for (const values of ["none", "enums"] as const) {
        const profile = new Profile({ values });
        const error = assertThrows(
          () => profile.addBatch(batchOf(documents, 41)),
          DataError,
          "",
          name,
        );
        assert(message.test(error.message), `${name}: ${error.message}`);
        assert(error.message.startsWith("Cannot read document 42: "), error.message);
        assertEquals([error.index, error.offset], [42, offset], `${name}: ${error.message}`);
      }
    }
  }
});

Deno.test("Profile.addBatch() does not take what follows an empty document for its _id", () => {
  // The length of the second one reads as `_id`.
  const length = new DataView(new TextEncoder().encode("_id\0").buffer).getInt32(0, true);
  const filled = document(element(2, "a", string(new Uint8Array(length - 13))));
  assertEquals(filled.length, length);
  const profile = new Profile();
  profile.addBatch(batchOf([document(), filled], 0));
  assertEquals(profile.documents, 2);
});

Deno.test("Profile.addDocument() throws nothing but DataError, whatever the bytes", () => {
  const whole = document(
    ...RAW_VALUES.map(({ type, bytes }, i) => element(type, `key${i}`, bytes)),
  );
  let refused = 0;
  for (let at = 4; at < whole.length; at++) {
    for (const byte of [0x00, 0x01, 0x02, 0x04, 0x7f, 0x80, 0xff]) {
      const bytes = whole.slice();
      bytes[at] = byte;
      const profile = profileOf([whole]);
      try {
        profile.addDocument(bytes);
      } catch (error) {
        assert(error instanceof DataError, String(error));
        assert(error.offset! >= 4 && error.offset! <= bytes.length, error.message);
        refused++;
      }
    }
  }
  assert(refused > 500, `${refused} refused`);
});

Deno.test("Profile.addDocument() counts texts that are not UTF-8", () => {
  const bad = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x61, 0x62, 0x63, 0x64, 0xe2, 0x82]];
  for (const values of ["none", "enums", "all"] as const) {
    const texts = [...bad, ...bad, [0x61], [0xe2, 0x82, 0xac], []];
    const profile = profileOf(
      texts.map((bytes) => document(element(2, "x", string(Uint8Array.from(bytes))))),
      values,
    );
    assertEquals(nodeOf(profile, "x").string!.invalidUtf8, 8);
    assertEquals(nodeOf(profile, "x").string!.minBytes, 0);
    assertEquals(nodeOf(profile, "x").string!.maxBytes, 6);
  }
});

Deno.test("Profile.addDocument() takes what is large", async (t) => {
  await t.step("a text of 16 MiB", () => {
    const long = new Uint8Array(16 * 1024 * 1024 - 32).fill(0x78);
    const profile = profileOf([document(element(2, "x", string(long)))]);
    const { string: stats } = nodeOf(profile, "x");
    assertEquals([stats!.minBytes, stats!.maxBytes, stats!.values!.entries], [
      long.length,
      long.length,
      null,
    ]);
  });
  await t.step("an array of a million", () => {
    const parts = Array.from(
      { length: 1_000_000 },
      (_, i) => [16, 0x30 + i % 10, 0, i % 7, 0, 0, 0],
    );
    const profile = profileOf([document(element(4, "x", document(parts.flat())))]);
    const { array } = nodeOf(profile, "x");
    assertEquals(array!.maxLength, 1_000_000);
    assertEquals(array!.element.intValues!.entries!.length, 7);
  });
  await t.step("ten thousand keys, in one document and in the next", () => {
    const keys = (from: number) =>
      document(...Array.from({ length: 10_000 }, (_, i) => element(10, `k${from + i}`)));
    const one = profileOf([keys(0)]);
    assertEquals(one.root.kept, 10_000);
    one.addDocument(keys(9_500));
    // Half a thousand are in both; of the others a thousand are kept.
    assertEquals(one.root.kept, 1_500);
    assertEquals(one.root.folded!.occurrences, 18_000);
  });
  await t.step("200 levels, and more", () => {
    const deep = (levels: number) => {
      let bytes = document();
      for (let i = 0; i < levels; i++) bytes = document(element(3, "o", bytes));
      return bytes;
    };
    const depthOf = (profile: Profile) => {
      let depth = 0, tooDeep = 0;
      for (let at = profile.root; at.kept > 0;) {
        const { node } = [...at.all()][0]!;
        tooDeep += node.tooDeep;
        depth++;
        if (node.object === null) break;
        at = node.object;
      }
      return { depth, tooDeep };
    };
    assertEquals(depthOf(profileOf([deep(100)])), { depth: 100, tooDeep: 0 });
    assertEquals(depthOf(profileOf([deep(200)])), { depth: 200, tooDeep: 0 });
    assertEquals(depthOf(profileOf([deep(5000)])), { depth: 201, tooDeep: 1 });
  });
  await t.step("documents without fields", () => {
    const profile = profileOf([document(), document()]);
    assertEquals([profile.documents, profile.bytes, profile.root.kept], [2, 10, 0]);
  });
});

Deno.test("Profile.addDocument() counts a key that repeats once an object", () => {
  const profile = profileOf([
    document(element(16, "a", int32(1)), element(16, "b", int32(2)), element(2, "a", text("x"))),
    document(element(16, "b", int32(2))),
  ]);
  const [a] = [...profile.root.all()];
  assertEquals([a!.count, a!.repeated, a!.node.total], [1, 1, 2]);
});
