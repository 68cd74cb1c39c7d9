import { assertEquals } from "@std/assert";
import { serialize } from "bson";
import { idDocument, idValue, shownId } from "../../../../src/connectors/mongodb/_ids.ts";

/** `{_id: <one byte that is no UTF-8>}`, as servers store it and drivers do not write it. */
function notUtf8(): Uint8Array {
  const bytes = new Uint8Array(serialize({ _id: "?" }));
  bytes[bytes.indexOf(0x3f)] = 0xff;
  return bytes;
}

Deno.test("idValue() keeps the order of keys that look like numbers", () => {
  const document = new Uint8Array(serialize(new Map([["_id", new Map([["2", 1], ["1", 2]])]])));
  const id = idDocument(document)!;
  assertEquals(new Uint8Array(serialize({ _id: idValue(id)?.value })), id);
});

Deno.test("idValue() and shownId() do not fail at an _id that is not UTF-8", () => {
  const document = notUtf8();
  assertEquals(idValue(idDocument(document)!), undefined);
  assertEquals(shownId(document), '"\ufffd"');
});

Deno.test("shownId() gives canonical Extended JSON, and nothing without an _id", () => {
  assertEquals(shownId(serialize({ a: 1, _id: 7 })), '{"$numberInt":"7"}');
  assertEquals(shownId(serialize({ a: 1 })), undefined);
});
