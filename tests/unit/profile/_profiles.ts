import fc from "fast-check";
import { Profile, type ProfiledCollection, type ValuesMode } from "../../../src/profile/mod.ts";
import { double, int32, int64, RAW_VALUES, string } from "../../fixtures/every_type.ts";
import { document, element } from "../bson/_documents.ts";

/** The profile of documents. */
export function profileOf(
  documents: readonly Uint8Array[],
  values: ValuesMode = "enums",
): Profile {
  const profile = new Profile({ values });
  for (const bytes of documents) profile.addDocument(bytes);
  return profile;
}

/** A profile as the one of a collection. */
export function collectionOf(
  profile: Profile,
  collection = "orders",
  db = "shop",
): ProfiledCollection {
  return { namespace: { db, collection }, profile };
}

const text = (value: string) => string(new TextEncoder().encode(value));

/** Few keys and few values, so that documents share them; odd ones among both. */
const key = fc.constantFrom<string | Uint8Array>(
  "a",
  "b",
  "phone",
  "kind",
  "",
  "__proto__",
  "1",
  "ключ",
  'x"y.z[]',
  "\u2028\n",
  "\ufeff",
  Uint8Array.of(0xff, 0xfe),
);

const scalar: fc.Arbitrary<[number, Uint8Array]> = fc.oneof(
  fc.constantFrom("x", "y", "", "\ufeffz", "2024-01-01", "a@b.cc").map((
    s,
  ): [number, Uint8Array] => [
    2,
    text(s),
  ]),
  fc.constantFrom(0, 1, -7, 5551234).map((n): [number, Uint8Array] => [16, int32(n)]),
  fc.constantFrom(0, -0, 1.5, NaN, Infinity, -Infinity, 2 ** 60).map((n): [number, Uint8Array] => [
    1,
    double(n),
  ]),
  fc.constantFrom(0n, -(2n ** 63n), 2n ** 63n - 1n).map((n): [number, Uint8Array] => [
    18,
    int64(n),
  ]),
  fc.constantFrom(...RAW_VALUES).map(({ type, bytes }): [number, Uint8Array] => [type, bytes]),
);

const value: fc.Arbitrary<[number, Uint8Array]> = fc.letrec<
  { value: [number, Uint8Array]; object: Uint8Array }
>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    tie("object").map((bytes): [number, Uint8Array] => [3, bytes]),
    fc.array(tie("value"), { maxLength: 3 }).map((all): [number, Uint8Array] => [
      4,
      document(...all.map(([type, bytes], i) => element(type, String(i), bytes))),
    ]),
  ),
  object: fc.array(fc.tuple(key, tie("value")), { maxLength: 4 })
    .map((all) => document(...all.map(([key, [type, bytes]]) => element(type, key, bytes)))),
})).value;

/** Any documents, most with an `_id`, with keys and values that repeat. */
export const anyDocuments: fc.Arbitrary<Uint8Array[]> = fc.array(
  fc.tuple(
    fc.option(fc.oneof(fc.nat(5).map((n): [number, Uint8Array] => [16, int32(n)]), scalar)),
    fc.array(fc.tuple(key, value), { maxLength: 5 }),
  ).map(([id, all]) =>
    document(
      ...(id === null ? [] : [element(id[0], "_id", id[1])]),
      ...all.map(([key, [type, bytes]]) => element(type, key, bytes)),
    )
  ),
  { maxLength: 12 },
);
