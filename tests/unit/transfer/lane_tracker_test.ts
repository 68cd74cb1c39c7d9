import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConnectError, type RawBatch } from "../../../src/core/mod.ts";
import { LaneTracker, transfer } from "../../../src/transfer/mod.ts";
import { FakeTarget, lost, settle, sourceOf, twoLanes, written } from "./_fakes.ts";

const at = (seq: number) => ({ v: 1, kind: "fake", seq });

Deno.test("LaneTracker does not advance past a hole", () => {
  const tracker = new LaneTracker();
  assertEquals(tracker.acknowledge(0, 2, at(2)), false);
  assertEquals(tracker.acknowledge(1, 0, at(100)), true);
  assertEquals(tracker.positions(), [{ lane: 1, batches: 1, after: at(100) }]);
  assertEquals(tracker.acknowledge(0, 0, at(0)), true);
  assertEquals(tracker.positions()[0], { lane: 0, batches: 1, after: at(0) });
  assertEquals(tracker.acknowledge(0, 1, at(1)), true);
  assertEquals(tracker.positions()[0], { lane: 0, batches: 3, after: at(2) });
});

Deno.test("LaneTracker refuses a batch that was acknowledged before", () => {
  const tracker = new LaneTracker();
  tracker.acknowledge(0, 0, at(0));
  tracker.acknowledge(0, 5, at(5));
  assertThrows(() => tracker.acknowledge(0, 0, at(0)), RangeError);
  assertThrows(() => tracker.acknowledge(0, 5, at(5)), RangeError);
});

Deno.test("LaneTracker stands before the first hole, in any order of acknowledgements", () => {
  const order = fc.integer({ min: 1, max: 40 }).chain((count) =>
    fc.record({
      order: fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count }),
      taken: fc.nat(count),
    })
  );
  fc.assert(fc.property(order, ({ order, taken }) => {
    const tracker = new LaneTracker();
    const done = new Set<number>();
    for (const seq of order.slice(0, taken)) {
      tracker.acknowledge(3, seq, at(seq));
      done.add(seq);
      let hole = 0;
      while (done.has(hole)) hole++;
      assertEquals(
        tracker.positions(),
        hole === 0 ? [] : [{ lane: 3, batches: hole, after: at(hole - 1) }],
      );
    }
  }));
});

Deno.test("transfer() keeps each lane before its hole when acknowledged out of order", async () => {
  const waiting = new Map<string, () => void>();
  const target = new FakeTarget((batch, _attempt, store) =>
    new Promise((resolve, reject) =>
      waiting.set(
        `${batch.lane}/${batch.seq}`,
        () =>
          batch.lane === 0 && batch.seq === 0
            ? reject(new ConnectError("Cannot write: gone"))
            : resolve(store()),
      )
    )
  );
  const run = transfer(sourceOf(twoLanes(2)), target, { parallelWrites: 2 });
  const failed = assertRejects(() => run, ConnectError, "gone");
  await settle();
  assertEquals([...waiting.keys()], ["0/0", "1/0", "0/1", "1/1"]);
  // The second of each lane first; then one lane's hole is filled, the other's batch is lost.
  for (const key of ["0/1", "1/1", "1/0", "0/0"]) {
    waiting.get(key)!();
    await settle(5);
  }
  const error = await failed;
  assertEquals(error.result?.counts.written, 3);
  assertEquals(error.result?.positions, [
    { lane: 1, batches: 2, after: { v: 1, kind: "fake", lane: 1, seq: 1 } },
  ]);
});

Deno.test("transfer() writes all once, whatever order and losses two lanes meet", async () => {
  const plan = fc.record({
    count: fc.integer({ min: 1, max: 12 }),
    waits: fc.array(fc.nat(3), { minLength: 24, maxLength: 24 }),
    losses: fc.array(fc.constantFrom("none", "before", "after"), { minLength: 24, maxLength: 24 }),
    inFlightBytes: fc.integer({ min: 50, max: 400 }),
    sequential: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ count, waits, losses, inFlightBytes, sequential }) => {
      const number = ({ lane, seq }: RawBatch) => seq * 2 + lane;
      const target = new FakeTarget(async (batch, attempt, store) => {
        await settle(waits[number(batch)]);
        const loss = attempt === 1 ? losses[number(batch)] : "none";
        if (loss === "before") throw lost();
        store();
        if (loss === "after") throw lost();
        return written(batch);
      }, { sequential });
      const summary = await transfer(sourceOf(twoLanes(count)), target, {
        inFlightBytes,
        batchBytes: 50,
        retryDelayMs: 0,
      });
      assertEquals([summary.counts.written, target.documents], [count * 2, count * 2]);
      assertEquals(summary.positions.map(({ batches }) => batches), [count, count]);
      assertEquals(summary.peakInFlightBytes <= Math.max(inFlightBytes, 50), true);
    }),
    { numRuns: 40 },
  );
});
