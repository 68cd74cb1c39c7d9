import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../../src/core/mod.ts";
import { countSource, transfer } from "../../../src/transfer/mod.ts";
import { FakeTarget, itemsOf, makeBatch, sourceOf } from "./_fakes.ts";

Deno.test("transfer() hands bypassDocumentValidation to a target that has validators", async () => {
  const target = new FakeTarget(undefined, { validates: true });
  await transfer(sourceOf(itemsOf([makeBatch()])), target, { bypassDocumentValidation: true });
  assertEquals(target.opened?.bypassDocumentValidation, true);
});

Deno.test("transfer() refuses bypassDocumentValidation before it reads, where nothing validates", async () => {
  const source = sourceOf(itemsOf([makeBatch()]));
  const target = new FakeTarget();
  await assertRejects(
    () => transfer(source, target, { bypassDocumentValidation: true }),
    UsageError,
    'Cannot use bypassDocumentValidation with "fake target"',
  );
  assertEquals([source.reads.length, target.opened], [0, undefined]);
  await transfer(source, target, { bypassDocumentValidation: false });
});

Deno.test("countSource() takes bypassDocumentValidation, which is about writing", async () => {
  const { counts } = await countSource(sourceOf(itemsOf([makeBatch()])), {
    bypassDocumentValidation: true,
  });
  assertEquals(counts.read, 1);
});
