/** Framing a stream of documents into batches, by the size of the chunks it comes in. */
import { frameDocuments } from "../src/bson/mod.ts";
import { ordersInMemory } from "./orders.ts";

const data = ordersInMemory({ bytes: 32e6 });

async function* chunksOf(bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += bytes) yield data.subarray(at, at + bytes);
}

for (const kib of [4, 64, 256, 1024]) {
  Deno.bench(`frame 32 MB in chunks of ${kib} KiB`, {
    group: "framing",
    baseline: kib === 256,
  }, async () => {
    let documents = 0;
    for await (const batch of frameDocuments(chunksOf(kib * 1024))) {
      documents += batch.starts.length;
      batch.release?.();
    }
    if (documents === 0) throw new Error("Cannot measure framing: it gave no documents");
  });
}
