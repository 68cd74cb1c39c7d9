/**
 * A small set of orders to try datahood on. Run as a program it writes them: `scripts/_sample.ts FILE`.
 *
 * @module
 */
import { type Document, EJSON, serialize } from "bson";

/** The orders, every number in the BSON type it was given. */
export async function sampleOrders(): Promise<Document[]> {
  const text = await Deno.readTextFile(new URL("./sample/orders.json", import.meta.url));
  return EJSON.parse(text, { relaxed: false });
}

/**
 * Writes the orders as a BSON file, one document after another.
 *
 * @param path The file; it is replaced.
 * @returns What was written.
 */
export async function writeSample(path: string): Promise<Uint8Array> {
  const documents = (await sampleOrders()).map((order) => serialize(order));
  const bytes = new Uint8Array(documents.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const document of documents) {
    bytes.set(document, at);
    at += document.length;
  }
  await Deno.writeFile(path, bytes);
  return bytes;
}

if (import.meta.main) await writeSample(Deno.args[0] ?? "sample.bson");
