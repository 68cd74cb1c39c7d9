// Documents to move, made here so that the tests need no data from elsewhere.
import { Binary, Decimal128, Double, Long, ObjectId, serialize, Timestamp } from "bson";

/** One document of several types, which decoding and encoding again would not keep. */
export function exampleDocument(index: number): Uint8Array {
  return serialize({
    _id: new ObjectId(index.toString(16).padStart(24, "0")),
    whole: new Double(3),
    long: Long.fromNumber(index),
    price: Decimal128.fromString("19.90"),
    at: new Date(1_700_000_000_000 + index),
    stamp: new Timestamp({ t: index, i: 1 }),
    blob: new Binary(new Uint8Array([index & 255, 2, 3])),
    text: `document ${index} – ünïcödé`,
  });
}

/** So many documents, one after another, as a file has them. */
export function exampleBson(count: number): Uint8Array {
  const documents = Array.from({ length: count }, (_, index) => exampleDocument(index));
  const bytes = new Uint8Array(documents.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const document of documents) {
    bytes.set(document, offset);
    offset += document.length;
  }
  return bytes;
}

/** Bytes as gzip. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
