import { assertEquals } from "@std/assert";
import { Decimal128, Double, Long, ObjectId, serialize } from "bson";
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

Deno.test("shownId() gives relaxed Extended JSON that loses no type, and nothing without an _id", () => {
  const oid = "507f1f77bcf86cd799439011";
  const table: readonly [unknown, string][] = [
    [7, "7"],
    [new Double(3), "3.0"],
    [-1.5, "-1.5"],
    [new Double(1e300), "1e+300"],
    [new Double(NaN), '{"$numberDouble":"NaN"}'],
    [Long.fromInt(-7), "-7"],
    [Long.fromString("9007199254740993"), '{"$numberLong":"9007199254740993"}'],
    [Decimal128.fromString("1.50"), '{"$numberDecimal":"1.50"}'],
    [new ObjectId(oid), `{"$oid":"${oid}"}`],
    [new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
    [new Date(-1), '{"$date":{"$numberLong":"-1"}}'],
    ["é", '"é"'],
    ['{"$numberInt":"3"}', String.raw`"{\"$numberInt\":\"3\"}"`],
    [{ b: 1, a: [new Date(5), null] }, '{"b":1,"a":[{"$date":"1970-01-01T00:00:00.005Z"},null]}'],
    ["x".repeat(300), `"${"x".repeat(198)}…`],
    ["😀".repeat(300), `"${"😀".repeat(99)}…`],
  ];
  for (const [_id, text] of table) assertEquals(shownId(serialize({ a: 1, _id })), text);
  assertEquals(shownId(serialize({ a: 1 })), undefined);
});
