import fc from "fast-check";
import { double, int32, int64, string } from "../../fixtures/every_type.ts";
import { document, element } from "../bson/_documents.ts";

type Value = [type: number, bytes: Uint8Array];

const text = (value: string) => string(new TextEncoder().encode(value));

/** Keys of each class, and personal ones; some have the same beginning and end, some are short. */
function keyOf(n: number): string {
  switch (n % 8) {
    case 0:
      return String(n);
    case 1:
      return `2024-${String(1 + n % 12).padStart(2, "0")}-${String(1 + n % 28).padStart(2, "0")}`;
    case 2:
      return n.toString(16).padStart(24, "0");
    case 3:
      return ["password", "email", "phone", "token", "iban"][n % 5]! + (n % 3 === 0 ? "" : `-${n}`);
    case 4:
      return `user${n}@x.example`;
    case 5:
      return `same-beginning-${n}-same-end`;
    default:
      return n.toString(36);
  }
}

function valueOf(n: number, depth: number): Value {
  switch (n % 11) {
    case 0:
      return [16, int32(n % 70)];
    case 1:
      return [2, text(`t${n % 60}`)];
    case 2:
      return [1, double(n / 4)];
    case 3:
      return [18, int64(BigInt(n) - 300n)];
    case 4:
      return [10, new Uint8Array(0)];
    case 5:
      return [2, Uint8Array.of(2, 0, 0, 0, 0xff, 0)];
    case 6:
      return [2, text(n % 5 === 0 ? "a".repeat(70) : "short")];
    case 7:
      return [8, Uint8Array.of(n & 1)];
    case 8:
      return [2, text("2024-05-06")];
    default:
      return depth > 2
        ? [10, new Uint8Array(0)]
        : n % 11 === 9
        ? [3, objectOf(n * 31, 1 + n % 3, 1, depth + 1)]
        : [
          4,
          document(
            ...Array.from({ length: n % 12 }, (_, i) => {
              const [type, bytes] = valueOf(n + i * 7, depth + 1);
              return element(type, String(i), bytes);
            }),
          ),
        ];
  }
}

/** An object with `length` keys from the `from`th on, each so many apart. */
function objectOf(from: number, length: number, step: number, depth: number): Uint8Array {
  return document(...Array.from({ length }, (_, i) => {
    const n = from + i * step;
    const [type, bytes] = valueOf(n * 7 + length, depth);
    return element(type, keyOf(n % 3500), bytes);
  }));
}

const nested = (levels: number): Uint8Array => {
  let inner = document(element(16, "end", int32(levels)));
  for (let i = 0; i < levels; i++) {
    inner = i % 2 === 0 ? document(element(3, "o", inner)) : document(element(4, "0", inner));
  }
  return inner;
};

const crowdedDocument: fc.Arbitrary<Uint8Array> = fc.record({
  id: fc.nat(40),
  hasId: fc.boolean(),
  tag: fc.nat(24),
  tagKind: fc.nat(20),
  few: fc.nat(6),
  from: fc.nat(3500),
  length: fc.oneof(fc.nat(8), fc.integer({ min: 200, max: 1500 })),
  step: fc.constantFrom(1, 7),
  inner: fc.nat(2000),
  innerLength: fc.oneof(fc.nat(4), fc.nat(900)),
  levels: fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(230) }),
  again: fc.nat(3),
}).map((of) => {
  const tag: Value = of.tagKind === 0 ? [16, int32(of.tag)] : [2, text(`tag${of.tag}`)];
  const small: Value = [16, int32(of.few)];
  return document(
    ...(of.hasId ? [element(16, "_id", int32(of.id))] : []),
    element(tag[0], "tag", tag[1]),
    element(small[0], "small", small[1]),
    ...(of.few % 2 === 0 ? [element(8, "even", [1])] : []),
    ...(of.tag % 3 === 0 ? [element(8, "third", [0])] : []),
    element(3, "data", objectOf(of.inner, of.innerLength, of.step, 1)),
    ...Array.from({ length: of.again }, (_, i) => element(2, keyOf(of.from), text(`again${i}`))),
    objectOf(of.from, of.length, of.step, 0).subarray(4, -1),
    element(3, "deep", nested(of.levels)),
  );
});

/** Documents above every cap: thousands of keys, many values, deep ones, keys that repeat. */
export const crowdedDocuments: fc.Arbitrary<Uint8Array[]> = fc.array(crowdedDocument, {
  minLength: 2,
  maxLength: 7,
});

/** Documents of few fields that may have tags, up to above their caps. */
export const taggedDocuments: fc.Arbitrary<Uint8Array[]> = fc.array(
  fc.record({
    kind: fc.nat(30),
    most: fc.nat(40),
    type: fc.nat(30),
    twice: fc.nat(12),
    fields: fc.uniqueArray(fc.nat(9), { maxLength: 6 }),
  }).map(({ kind, most, type, twice, fields }) =>
    document(
      element(2, "kind", text(`k${kind % most}`)),
      element(16, "type", int32(type % 4)),
      ...(type === 29 ? [] : [element(2, "often", text(type === 28 ? "1234567" : `o${type % 3}`))]),
      ...fields.map((n) => element(8, `f${n}`, [n & 1])),
      ...(twice === 0 ? [element(3, "type", document())] : []),
      ...(twice === 1 ? [element(2, "kind", text("last"))] : []),
    )
  ),
  { maxLength: 60 },
);
