import { assertEquals } from "@std/assert";
import { countSource } from "../../../src/transfer/mod.ts";
import { itemsOf, manyBatches, sourceOf } from "./_fakes.ts";

Deno.test("countSource() reads all, counts it, and says that nothing was written", async () => {
  const source = sourceOf(itemsOf(manyBatches(3, { documents: 4 })));
  const told: number[] = [];
  const { counts, collections } = await countSource(source, {
    onEvent: (event) => event.type === "end" && told.push(event.counts.read, event.counts.written),
  });
  assertEquals([counts.read, counts.written, counts.bytesWritten], [12, 0, 0]);
  assertEquals([collections[0]?.counts.read, collections[0]?.counts.written], [12, 0]);
  assertEquals(told, [12, 0]);
});
