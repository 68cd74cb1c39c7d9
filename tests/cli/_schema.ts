// Documents whose types are made in the tests of `datahood schema`.
import { serialize } from "bson";

/** Documents, one after another, as a file has them. */
export function bsonOf(documents: readonly object[]): Uint8Array {
  const parts = documents.map((document) => serialize(document));
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** An order; every third one has a note. */
export function order(index: number): object {
  return {
    _id: index,
    total: index + 0.5,
    state: index % 2 === 0 ? "open" : "paid",
    ...(index % 3 === 0 ? { note: `note of ${index} for somebody` } : {}),
    items: [{ sku: `a-${index}`, count: 1 }],
  };
}

/** So many orders. */
export function orders(count: number): Uint8Array {
  return bsonOf(Array.from({ length: count }, (_, index) => order(index)));
}

/** What is in a folder, by name. */
export async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort();
}
