import { assertEquals, assertRejects } from "@std/assert";
import { type Connector, LoadError } from "../../../src/core/mod.ts";
import { allowOccupied } from "../../../src/cli/commands/transfer/_occupied.ts";

type Parameters = globalThis.Parameters<typeof allowOccupied>;

Deno.test("allowOccupied() looks at a target only where it has something to ask or say", async () => {
  let looks = 0;
  const target = {
    source: {
      // deno-lint-ignore require-yield
      async *describe() {
        looks++;
        throw new LoadError("Cannot read: not allowed");
      },
    },
  } as unknown as Connector;
  const namespace = { db: "shop", collection: "orders" };
  const plan = { collections: [{ from: namespace, to: namespace }] } as unknown as Parameters[2];
  const allow = (uri: string, flags: Record<string, boolean>) => {
    const job = { source: {}, target: { kind: "mongodb", display: uri, uri }, flags };
    const [reporter, io] = [{ line() {} }, { ask: () => Promise.resolve(undefined) }];
    return allowOccupied(
      job as unknown as Parameters[0],
      target,
      plan,
      reporter as unknown as Parameters[3],
      io as unknown as Parameters[4],
      new AbortController().signal,
    );
  };
  await allow("mongodb://example.com", { yes: true });
  await allow("mongodb://localhost", {});
  assertEquals(looks, 0);
  await assertRejects(() => allow("mongodb://example.com", {}), LoadError);
  await assertRejects(() => allow("mongodb://localhost", { drop: true }), LoadError);
  await assertRejects(() => allow("mongodb://localhost", { dryRun: true }), LoadError);
  assertEquals(looks, 3);
});
