/** Documents for the tests against a server, as bytes. */
import { serialize } from "bson";
import type { Db } from "mongodb";
// @ts-types="../../src/connectors/mongodb/_driver_internals.d.ts"
import { DocumentSequence } from "mongodb/lib/cmap/commands.js";
import { batchDocument, type Source, type SourceItem } from "@datahood/cli";

/** Puts documents in as the bytes they are. */
export async function insertRaw(
  db: Db,
  collection: string,
  documents: readonly Uint8Array[],
): Promise<void> {
  const sequence = new DocumentSequence("documents");
  for (const bytes of documents) sequence.push(bytes, bytes);
  await db.command({ insert: collection, documents: sequence, bypassEmptyTsReplacement: true });
}

/** `count` documents with ascending `_id`, each of about `padding` bytes. */
export function numbered(count: number, padding = 0): Uint8Array[] {
  const text = "x".repeat(padding);
  return Array.from({ length: count }, (_, i) => serialize({ _id: i, text }));
}

/** All that a source gives. */
export async function collect(stream: AsyncIterable<SourceItem>): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** The documents of all batches, copied. */
export async function documentsOf(stream: AsyncIterable<SourceItem>): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const item of stream) {
    if (item.type !== "batch") continue;
    for (let i = 0; i < item.batch.starts.length; i++) {
      found.push(new Uint8Array(batchDocument(item.batch, i)));
    }
    item.batch.release?.();
  }
  return found;
}

/** The names that a source lists, in its order. */
export async function namesOf(source: Source): Promise<string[]> {
  const names: string[] = [];
  for await (const { namespace } of source.describe()) names.push(namespace.collection);
  return names;
}

/** A document with an element of every BSON type, those no driver makes any more only if wanted. */
export function everyType(id: number, { deprecated }: { deprecated: boolean }): Uint8Array {
  const utf8 = (text: string) => [...new TextEncoder().encode(text)];
  const int32 = (value: number) => [...new Uint8Array(new Int32Array([value]).buffer)];
  const double = (value: number) => [...new Uint8Array(new Float64Array([value]).buffer)];
  const int64 = (value: bigint) => [...new Uint8Array(new BigInt64Array([value]).buffer)];
  const string = (text: string) => [...int32(utf8(text).length + 1), ...utf8(text), 0];
  const element = (
    type: number,
    name: string,
    value: number[],
  ) => [type, ...utf8(name), 0, ...value];
  const document = (...parts: number[][]) => {
    const body = parts.flat();
    return [...int32(body.length + 5), ...body, 0];
  };
  const objectId = Array.from({ length: 12 }, (_, i) => i + 1);
  const nan = [1, 0, 0, 0, 0, 0, 0xf8, 0x7f];
  return new Uint8Array(document(
    element(16, "_id", int32(id)),
    element(1, "double", double(3)),
    element(1, "minusZero", double(-0)),
    element(1, "nan", nan),
    element(2, "string", string("grün \0 日本 🎉")),
    element(3, "object", document(element(16, "10", int32(1)), element(16, "2", int32(2)))),
    element(4, "array", document(element(8, "0", [1]), element(10, "1", []))),
    element(5, "binary", [...int32(3), 0, 1, 2, 3]),
    element(5, "oldBinary", [...int32(7), 2, ...int32(3), 1, 2, 3]),
    element(5, "uuid", [...int32(16), 4, ...objectId, 1, 2, 3, 4]),
    deprecated ? element(6, "undefined", []) : [],
    element(7, "objectId", objectId),
    element(8, "boolean", [0]),
    element(9, "date", int64(-62135596800000n)),
    element(10, "null", []),
    element(11, "regex", [...utf8("a\\/b"), 0, ...utf8("im"), 0]),
    deprecated ? element(12, "dbPointer", [...string("db.c"), ...objectId]) : [],
    element(13, "code", string("return 1")),
    deprecated ? element(14, "symbol", string("sym")) : [],
    element(15, "scoped", [
      ...int32(4 + string("x").length + document(element(16, "x", int32(1))).length),
      ...string("x"),
      ...document(element(16, "x", int32(1))),
    ]),
    element(16, "int", int32(-1)),
    element(17, "timestamp", int64(0n)),
    element(18, "long", int64(3n)),
    element(19, "decimal", [...int64(10n), ...int64(0x303e000000000000n)]),
    element(255, "minKey", []),
    element(127, "maxKey", []),
  ));
}
