import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../src/core/mod.ts";
import { documentId, withId, withIdFirst } from "../../../src/bson/mod.ts";
import { RAW_VALUES } from "../../fixtures/every_type.ts";
import { concat, document, element, int32 } from "./_documents.ts";

const a = element(10, "a");
const b = element(16, "b", int32(7));
const inner = element(3, "in", document(element(16, "_id", int32(1))));

Deno.test("documentId() finds _id of every type, first or not", () => {
  for (const { name, type, bytes } of RAW_VALUES) {
    const id = element(type, "_id", bytes);
    const first = documentId(concat([9, 9], document(id, a)), 2);
    assertEquals([first?.first, first?.span.start, first?.span.type], [true, 6, type], name);
    const later = documentId(document(a, id), 0);
    assertEquals([later?.first, later?.span.end], [false, 4 + a.length + id.length], name);
  }
  assertEquals(documentId(document(a, inner), 0), undefined);
  assertEquals(documentId(document(), 0), undefined);
});

Deno.test("withIdFirst() moves _id and nothing else", () => {
  for (const { name, type, bytes } of RAW_VALUES) {
    const id = element(type, "_id", bytes);
    const want = document(id, a, inner, b);
    for (
      const order of [[id, a, inner, b], [a, id, inner, b], [a, inner, id, b], [a, inner, b, id]]
    ) {
      assertEquals(withIdFirst(concat([1, 2, 3], document(...order), [4]), 3), want, name);
    }
  }
  // Of two the first is the one that counts.
  const [one, two] = [element(16, "_id", int32(1)), element(16, "_id", int32(2))];
  assertEquals(withIdFirst(document(a, one, two), 0), document(one, a, two));
  assertThrows(() => withIdFirst(document(a), 0), DataError, "it has none");
});

Deno.test("withId() adds an ObjectId at the front", () => {
  const oid = Uint8Array.from({ length: 12 }, (_, i) => i);
  const want = document(element(7, "_id", oid), a, b);
  assertEquals(withId(concat([1], document(a, b), [2]), 1, oid), want);
  assertEquals(withId(document(), 0, oid), document(element(7, "_id", oid)));
  assertThrows(() => withId(document(), 0, oid.subarray(1)), RangeError, "11 bytes");
});
