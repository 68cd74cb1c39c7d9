import { assertEquals, assertThrows } from "@std/assert";
import { Binary, serialize } from "bson";
import { DataError } from "../../../../src/core/mod.ts";
import { freeReply, type RawCursor, takeReply } from "../../../../src/connectors/mongodb/_reply.ts";

/** A cursor as the driver has it, with a reply in which keys stand between the documents. */
function cursorOf(
  documents: readonly Uint8Array[],
  time: unknown,
  hash?: (bson: Uint8Array) => Binary,
): RawCursor {
  const bson = new Uint8Array(documents.reduce((sum, { length }) => sum + length + 4, 20));
  const elements: number[][] = [];
  let at = 20;
  for (const document of documents) {
    elements.push([3, at + 1, 1, at + 4, document.length]);
    bson.set(document, at + 4);
    at += document.length + 4;
  }
  const $clusterTime = hash === undefined ? time : { signature: { hash: hash(bson), keyId: 1 } };
  return {
    documents: { iterated: 0, batch: { bson, elements }, clear() {}, $clusterTime },
  } as unknown as RawCursor;
}

const DOCUMENTS = [{ a: 1 }, { b: "two" }, { c: [3, 4] }].map((value) => serialize(value));

Deno.test("takeReply() gives documents next to each other", () => {
  const { buffer, starts, bytes } = takeReply(cursorOf(DOCUMENTS, null));
  const first = starts[0]!;
  assertEquals([...starts], [first, first + 12, first + 12 + DOCUMENTS[1]!.length]);
  assertEquals(bytes, DOCUMENTS.reduce((sum, { length }) => sum + length, 0));
  const all = buffer.subarray(first, first + bytes);
  assertEquals([...all], DOCUMENTS.flatMap((document) => [...document]));
});

Deno.test("takeReply() refuses a document that does not end in 0", () => {
  const broken = Uint8Array.from(DOCUMENTS[1]!);
  broken[broken.length - 1] = 7;
  assertThrows(() => takeReply(cursorOf([DOCUMENTS[0]!, broken], null)), DataError, "document 1");
});

Deno.test("freeReply() frees a reply, and what the driver keeps of it stays", () => {
  let hash = new Binary();
  const reply = takeReply(
    cursorOf(DOCUMENTS, null, (bson) => hash = new Binary(bson.subarray(0, 20).fill(9))),
  );
  freeReply(reply);
  assertEquals(reply.buffer.length, 0);
  assertEquals([...hash.buffer], Array(20).fill(9));
});

Deno.test("freeReply() leaves what the driver may look at again", () => {
  for (const time of [undefined, { signature: { hash: "unknown" } }]) {
    const reply = takeReply(cursorOf(DOCUMENTS, time));
    freeReply(reply);
    assertEquals(reply.buffer[reply.starts[0]!], 12);
  }
});
