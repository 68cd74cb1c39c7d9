import { serialize } from "bson";
import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../src/core/mod.ts";
import { mergeProfiles, saveProfiles } from "../../../src/profile/mod.ts";
import { collectionOf, profileOf } from "./_profiles.ts";

const DOCUMENTS = Array.from(
  { length: 30 },
  (_, i) => serialize({ _id: i, kind: i % 2 ? "a" : "b", ...(i % 3 ? { n: i } : {}) }),
);

Deno.test("mergeProfiles() gives one profile a collection, as if read in one go", () => {
  const parts = [
    collectionOf(profileOf(DOCUMENTS.slice(0, 7)), "b"),
    collectionOf(profileOf(DOCUMENTS), "a"),
    collectionOf(profileOf(DOCUMENTS.slice(7)), "b"),
    collectionOf(profileOf(DOCUMENTS.slice(1)), "b", "zoo"),
  ];
  const before = saveProfiles(parts);
  const merged = mergeProfiles(parts);
  assertEquals(merged.map(({ namespace: { db, collection } }) => `${db}.${collection}`), [
    "shop.b",
    "shop.a",
    "zoo.b",
  ]);
  assertEquals(
    saveProfiles(merged),
    saveProfiles([
      collectionOf(profileOf(DOCUMENTS), "b"),
      collectionOf(profileOf(DOCUMENTS), "a"),
      collectionOf(profileOf(DOCUMENTS.slice(1)), "b", "zoo"),
    ]),
  );
  assertEquals(saveProfiles(parts), before, "the parts changed");
});

Deno.test("mergeProfiles() sums what samples were taken of", () => {
  const one = { ...collectionOf(profileOf(DOCUMENTS.slice(0, 5))), of: 1000 };
  const two = collectionOf(profileOf(DOCUMENTS.slice(5)));
  assertEquals(mergeProfiles([two, one])[0]!.of, 1025);
  assertEquals("of" in mergeProfiles([two, two])[0]!, false);
  assertEquals(mergeProfiles([]), []);
});

Deno.test("mergeProfiles() refuses profiles that keep other values", () => {
  const parts = [collectionOf(profileOf(DOCUMENTS)), collectionOf(profileOf(DOCUMENTS, "none"))];
  assertThrows(() => mergeProfiles(parts), UsageError, "Cannot merge profiles");
});
