import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DataError } from "../../../src/core/mod.ts";
import { BSON_TYPE, bsonTypeName, elements, findElement } from "../../../src/bson/mod.ts";
import {
  cstring,
  double,
  everyTypeDocuments,
  int64,
  RAW_VALUES,
  string,
} from "../../fixtures/every_type.ts";
import { anyDocument, concat, document, element, int32 } from "./_documents.ts";

/** Bytes with others around them, at an offset: what is read beside a document would be wrong. */
function padded(bytes: Uint8Array, offset: number, fill: number): Uint8Array {
  const buffer = new Uint8Array(offset + bytes.length + 40).fill(fill);
  buffer.set(bytes, offset);
  return buffer;
}

Deno.test("elements() gives type, key and value of every type", () => {
  for (const { name, type, bytes } of RAW_VALUES) {
    const before = element(BSON_TYPE.null, "before");
    const it = element(type, "kéy", bytes);
    const buffer = padded(document(before, it, element(BSON_TYPE.int, "c", int32(1))), 13, 0x31);
    const [, span, last, ...rest] = [...elements(buffer, 13)];
    assert(span !== undefined && last !== undefined && rest.length === 0, name);
    assertEquals(span.type, type, name);
    assertEquals(buffer.slice(span.start, span.end), it, name);
    assertEquals(buffer.slice(span.keyStart, span.keyEnd), cstring("kéy").slice(0, -1), name);
    assertEquals(buffer.slice(span.valueStart, span.end), bytes, name);
    assertEquals(last.start, span.end, name);
    assertEquals(findElement(buffer, 13, "kéy"), {
      type,
      start: span.start,
      valueStart: span.valueStart,
      end: span.end,
    });
  }
});

Deno.test("elements() covers a document without a gap", () => {
  fc.assert(fc.property(anyDocument, fc.nat({ max: 9 }), (bytes, offset) => {
    const buffer = padded(bytes, offset, 0xff);
    let at = offset + 4;
    for (const { start, end } of elements(buffer, offset)) {
      assertEquals(start, at);
      at = end;
    }
    assertEquals(at, offset + bytes.length - 1);
  }));
});

Deno.test("RAW_VALUES has every type", () => {
  assertEquals(new Set(RAW_VALUES.map(({ type }) => type)), new Set(Object.values(BSON_TYPE)));
});

/** Bytes that say which of them are read, as typed arrays do to a reader: none outside. */
function guarded(bytes: Uint8Array, first: number, end: number): Uint8Array {
  return new Proxy(bytes, {
    get(target, key) {
      if (typeof key === "string" && /^-?\d+$/.test(key)) {
        const at = Number(key);
        assert(at >= first && at < end, `read byte ${at} outside ${first} to ${end}`);
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("elements() never reads beside a document, whatever is wrong in it", () => {
  const documents = everyTypeDocuments().map(({ bytes }) => bytes);
  let wrong = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...documents),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      (original, flips) => {
        const buffer = padded(original, 20, 0x10);
        // The length and the last byte stay: that is what framing has checked.
        for (const [where, byte] of flips) {
          buffer[24 + where % (original.length - 5)] = byte;
        }
        const end = 20 + original.length;
        try {
          for (const span of elements(guarded(buffer, 20, end), 20)) {
            assert(span.end > span.start && span.end < end);
          }
        } catch (error) {
          assert(error instanceof DataError, `${error}`);
          assert(error.offset! >= 20 && error.offset! < end);
          wrong++;
        }
      },
    ),
    { numRuns: 3000 },
  );
  assert(wrong > 300, `only ${wrong} were wrong`);
});

Deno.test("elements() refuses every value that is cut short", () => {
  for (const { name, type, bytes } of RAW_VALUES) {
    for (let length = 0; length < bytes.length; length++) {
      const cut = document(element(type, "v", bytes.slice(0, length)));
      const error = assertThrows(
        () => [...elements(padded(cut, 3, 0x41), 3)],
        DataError,
        undefined,
        `${name}, ${length} bytes of it`,
      );
      assert(error.offset! >= 3 && error.offset! < 3 + cut.length);
    }
  }
});

Deno.test("elements() refuses what cannot be", async (t) => {
  const bad = (type: number, ...parts: Uint8Array[]) =>
    document(element(type, "v", concat(...parts)));
  const scope = document();
  const table: [string, Uint8Array][] = [
    ["an unknown type", bad(0x20, int32(1))],
    ["a string of length 0", bad(2, int32(0), cstring(""))],
    ["a string of negative length", bad(2, int32(-1), cstring(""))],
    ["a string that does not end in 0", bad(2, int32(2), new Uint8Array([65, 66]))],
    ["a string longer than its document", bad(2, int32(1000), cstring("x"))],
    ["an object of length 4", bad(3, int32(4), new Uint8Array(1))],
    ["an object longer than its document", bad(3, int32(1000), new Uint8Array(1))],
    ["an object that does not end in 0", bad(3, int32(6), new Uint8Array([10, 1]))],
    ["a binary of negative length", bad(5, int32(-1), new Uint8Array([0]))],
    ["a binary longer than its document", bad(5, int32(3), new Uint8Array([0, 1, 2]))],
    ["a regex without options", bad(11, new Uint8Array([65, 66]))],
    ["code with scope, its length too small", bad(15, int32(13), string(""), scope)],
    ["code with scope, its length too large", bad(15, int32(99), string(""), scope)],
    [
      "code with scope that it does not fill",
      bad(15, int32(15), string(""), scope, new Uint8Array(1)),
    ],
    ["a value that takes the last byte", bad(16, new Uint8Array(3))],
    ["an element without a value", document(new Uint8Array([16, 65]))],
    ["a 0 before the end", document(new Uint8Array([0, 0]))],
  ];
  for (const [name, bytes] of table) {
    await t.step(name, () => {
      assertThrows(() => [...elements(bytes, 0)], DataError);
      assertThrows(() => findElement(bytes, 0, "other"), DataError);
    });
  }
});

Deno.test("elements() refuses bytes that are no document", () => {
  const good = document(element(10, "a"));
  for (const start of [-1, 5, 8, 100]) {
    assertThrows(() => [...elements(good, start)], DataError);
  }
  assertThrows(() => [...elements(concat(int32(9), new Uint8Array(4)), 0)], DataError);
  assertThrows(() => [...elements(concat(int32(5), [1]), 0)], DataError, "does not end in 0");
  assertThrows(() => [...elements(new Uint8Array(), 0)], DataError);
});

Deno.test("findElement() finds the first of a key, at the top level only", () => {
  const inner = document(element(BSON_TYPE.int, "x", int32(1)));
  const bytes = document(
    element(BSON_TYPE.object, "inner", inner),
    element(BSON_TYPE.double, "xy", double(1)),
    element(BSON_TYPE.long, "x", int64(2n)),
    element(BSON_TYPE.int, "x", int32(3)),
    element(BSON_TYPE.int, "", int32(4)),
    element(BSON_TYPE.int, [0xff], int32(5)),
  );
  assertEquals(findElement(bytes, 0, "x")?.type, BSON_TYPE.long);
  assertEquals(findElement(bytes, 0, new Uint8Array([0x78]))?.type, BSON_TYPE.long);
  assertEquals(findElement(bytes, 0, "y"), undefined);
  assertEquals(bytes[findElement(bytes, 0, "")!.valueStart], 4);
  assertEquals(bytes[findElement(bytes, 0, new Uint8Array([0xff]))!.valueStart], 5);
  assertEquals(findElement(document(), 0, "x"), undefined);
});

Deno.test("bsonTypeName() names every type byte and no other", () => {
  const names = Array.from({ length: 256 }, (_, type) => bsonTypeName(type));
  assertEquals(names.filter((name) => name !== undefined).length, 21);
  for (const [name, type] of Object.entries(BSON_TYPE)) assertEquals<string>(names[type]!, name);
});
