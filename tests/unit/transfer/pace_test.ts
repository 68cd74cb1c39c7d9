import { assert, assertEquals, assertRejects } from "@std/assert";
import { InterruptedError, UsageError } from "../../../src/core/mod.ts";
import { Pace } from "../../../src/transfer/_pace.ts";
import { transfer } from "../../../src/transfer/mod.ts";
import { FakeTarget, itemsOf, manyBatches, settle, sourceOf } from "./_fakes.ts";

/** A clock that goes on only while something waits. */
class Clock {
  ms = 5000;
  readonly pauses: number[] = [];
  readonly now = () => this.ms;
  readonly pause = (ms: number, signal: AbortSignal): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false);
    this.pauses.push(ms);
    this.ms += ms;
    return Promise.resolve(true);
  };
}

const never = new AbortController().signal;

Deno.test("Pace lets bytes go at its rate", async () => {
  const clock = new Clock();
  const pace = new Pace(1000, clock);
  for (let i = 1; i <= 10; i++) {
    await pace.take(500, never);
    assertEquals(clock.ms, 5000 + i * 500);
  }
  assertEquals(clock.pauses.length, 10);
});

Deno.test("Pace saves nothing up before the first bytes come", async () => {
  const clock = new Clock();
  const pace = new Pace(1000, clock);
  clock.ms += 60_000;
  const start = clock.ms;
  await pace.take(100, never);
  assertEquals(clock.ms, start + 100);
});

Deno.test("Pace lets a second's worth go at once after nothing came for long", async () => {
  const clock = new Clock();
  const pace = new Pace(1000, clock);
  await pace.take(100, never);
  clock.ms += 60_000;
  const start = clock.ms;
  for (let i = 0; i < 2; i++) await pace.take(500, never);
  assertEquals(clock.ms, start);
  await pace.take(500, never);
  assertEquals(clock.ms, start + 500);
});

Deno.test("Pace has what is larger than a second's worth wait for all of it", async () => {
  const clock = new Clock();
  const pace = new Pace(1000, clock);
  await pace.take(10_000, never);
  assertEquals(clock.ms, 15_000);
  await pace.take(1, never);
  assertEquals(clock.ms, 15_001);
});

Deno.test("Pace waits in pauses that a timer can hold", async () => {
  const clock = new Clock();
  const pace = new Pace(1, clock);
  await pace.take(16 * 1024 * 1024, never);
  assertEquals(clock.ms, 5000 + 16 * 1024 * 1024 * 1000);
  assert(clock.pauses.every((ms) => ms < 2 ** 31));
});

Deno.test("Pace takes turns for those that ask at once", async () => {
  const clock = new Clock();
  const pace = new Pace(1000, clock);
  await Promise.all([1, 2, 3, 4].map(() => pace.take(1000, never)));
  assertEquals(clock.ms, 9000);
});

Deno.test("Pace ends a wait when the signal comes", async () => {
  const stop = new AbortController();
  const pace = new Pace(1);
  const waiting = pace.take(1_000_000, stop.signal);
  stop.abort();
  await waiting;
});

Deno.test("transfer() goes on no faster than bytesPerSecond, and can be stopped while it waits", async () => {
  const stop = new AbortController();
  const target = new FakeTarget();
  const source = sourceOf(itemsOf(manyBatches(10)));
  // One byte a second: the first batch would be due after most of a minute.
  const running = transfer(source, target, { bytesPerSecond: 1, signal: stop.signal });
  await settle();
  assertEquals(target.seen.length, 0);
  stop.abort(new InterruptedError("stopped"));
  const error = await assertRejects(() => running, InterruptedError, "stopped");
  assertEquals([error.result?.counts.written, source.released], [0, 1]);
});

Deno.test("transfer() writes all with bytesPerSecond, in batches of at most a second's worth", async () => {
  const source = sourceOf(itemsOf(manyBatches(20)));
  const summary = await transfer(source, new FakeTarget(), { bytesPerSecond: 100_000 });
  assertEquals(summary.counts.written, 20);
  assertEquals(source.reads[0]?.batchBytes, 100_000);
});

Deno.test("transfer() refuses a bytesPerSecond that is no count", async () => {
  for (const bytesPerSecond of [0, -1, 0.5, Infinity, NaN]) {
    await assertRejects(
      () => transfer(sourceOf([]), new FakeTarget(), { bytesPerSecond }),
      UsageError,
      "bytesPerSecond",
    );
  }
});
