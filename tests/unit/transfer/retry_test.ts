import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ConnectError,
  DataError,
  InterruptedError,
  type Position,
  type ReadOptions,
  type TransferEvent,
} from "../../../src/core/mod.ts";
import { transfer } from "../../../src/transfer/mod.ts";
import { pauseMs } from "../../../src/transfer/_retry.ts";
import {
  FakeSource,
  FakeTarget,
  itemsOf,
  lost,
  makeBatch,
  manyBatches,
  PEOPLE,
  settle,
  sourceOf,
} from "./_fakes.ts";

Deno.test("transfer() writes the same batch object again after a retryable error", async () => {
  const events: TransferEvent[] = [];
  const target = new FakeTarget((batch, attempt, store) => {
    if (batch.seq === 1 && attempt < 3) throw lost();
    return store();
  });
  const summary = await transfer(sourceOf(itemsOf(manyBatches(4))), target, {
    retryDelayMs: 1,
    onEvent: (event) => events.push(event),
  });
  assertEquals([summary.counts.written, summary.retries], [4, 2]);
  assertEquals([...target.attempts.values()], [1, 3, 1, 1]);
  assertEquals(
    events.flatMap((event) => event.type === "retry" ? [[event.attempt, event.reason]] : []),
    [1, 2].map((attempt) => [attempt, lost().message]),
  );
});

Deno.test("transfer() counts once what was stored although its acknowledgement was lost", async () => {
  const target = new FakeTarget((batch, attempt, store) => {
    const result = store();
    if (batch.seq % 2 === 0 && attempt === 1) throw lost();
    return result;
  });
  const batches = manyBatches(6, { documents: 10 });
  const summary = await transfer(sourceOf(itemsOf(batches)), target, { retryDelayMs: 1 });
  assertEquals([summary.counts.written, target.documents], [60, 60]);
});

Deno.test("transfer() gives up after `retries` and gives the last error", async () => {
  let tries = 0;
  const target = new FakeTarget(() => {
    throw new ConnectError(`Cannot write: lost ${++tries}`, { retryable: true });
  }, { sequential: true });
  const source = sourceOf(itemsOf(manyBatches(3)));
  const error = await assertRejects(
    () => transfer(source, target, { retries: 2, retryDelayMs: 0 }),
    ConnectError,
    "lost 3",
  );
  assertEquals([tries, error.stage, error.result?.retries], [3, "target", 2]);
  assertEquals(target.log.at(-1), "abort");
});

Deno.test("transfer() tries once what will not pass", async () => {
  let tries = 0;
  const target = new FakeTarget(() => {
    tries++;
    throw new ConnectError("Cannot log in");
  }, { sequential: true });
  await assertRejects(() => transfer(sourceOf(itemsOf(manyBatches(3))), target), ConnectError);
  assertEquals(tries, 1);
});

Deno.test("transfer() retries begin and end too", async () => {
  const target = new FakeTarget();
  const failOnce = () => {
    let failed = false;
    return () => {
      if (failed) return Promise.resolve([]);
      failed = true;
      return Promise.reject(lost());
    };
  };
  target.onBegin = failOnce();
  target.onEnd = failOnce();
  const summary = await transfer(sourceOf(itemsOf(manyBatches(1))), target, { retryDelayMs: 0 });
  assertEquals([summary.counts.written, summary.retries], [1, 2]);
});

Deno.test("transfer() ends a pause before a retry when the signal comes", async () => {
  const controller = new AbortController();
  const target = new FakeTarget(() => {
    throw lost();
  });
  const error = await assertRejects(
    () =>
      transfer(sourceOf(itemsOf(manyBatches(3))), target, {
        retryDelayMs: 2 ** 40,
        signal: controller.signal,
        onEvent: ({ type }) => type === "retry" && queueMicrotask(() => controller.abort()),
      }),
    InterruptedError,
  );
  assertEquals(error.result?.counts.written, 0);
});

Deno.test("transfer() goes on with other batches while one waits for its retry", async () => {
  let failures = 0;
  const target = new FakeTarget(async (batch, _attempt, store) => {
    if (batch.seq === 0 && target.stored.size < 9) {
      failures++;
      throw lost();
    }
    await settle(1);
    return store();
  });
  const summary = await transfer(sourceOf(itemsOf(manyBatches(10))), target, {
    retries: 1000,
    retryDelayMs: 2,
    parallelWrites: 4,
  });
  assert(failures > 0);
  assertEquals(summary.counts.written, 10);
});

/** A source of ten batches that is lost after each of some, and goes on after a position. */
function losing(lostAfter: number[], capabilities = { resumable: true }) {
  const left = new Set(lostAfter);
  return new FakeSource(function* ({ after }: ReadOptions) {
    const from = after === undefined ? 0 : Number((after as Position).seq) + 1;
    const items = itemsOf([]);
    yield items[0]!;
    for (let seq = from; seq < 10; seq++) {
      yield { type: "batch", batch: makeBatch({ seq }) };
      if (left.delete(seq)) throw lost();
    }
    yield items[1]!;
  }, capabilities);
}

Deno.test("transfer() goes on after the last batch of a source that was lost", async () => {
  const source = losing([2, 3, 8]);
  const target = new FakeTarget();
  const summary = await transfer(source, target, { resumable: true, retryDelayMs: 0 });
  assertEquals([summary.counts.read, summary.counts.written, summary.retries], [10, 10, 3]);
  assertEquals(source.reads.map(({ after }) => after?.seq), [undefined, 2, 3, 8]);
  assertEquals(target.log.filter((line) => line.startsWith("begin")).length, 1);
  assertEquals(summary.positions[0]?.batches, 10);
});

Deno.test("transfer() does not go on where that would double or lose documents", async (t) => {
  const cases = {
    "a read that was not resumable": [{}, { resumable: true }],
    "a source that is not resumable": [{ resumable: true }, { resumable: false }],
    "a read that counts": [{ resumable: true, query: { limit: 99 } }, { resumable: true }],
  } as const;
  for (const [name, [options, capabilities]] of Object.entries(cases)) {
    await t.step(name, async () => {
      const source = losing([4], capabilities);
      const error = await assertRejects(
        () => transfer(source, new FakeTarget(), { ...options, retryDelayMs: 0 }),
        ConnectError,
      );
      assertEquals([source.reads.length, error.stage], [1, "source"]);
    });
  }
});

Deno.test("transfer() goes on with a source that was lost between two collections", async () => {
  const first = itemsOf([makeBatch({ seq: 0 })]);
  const second = itemsOf([makeBatch({ namespace: PEOPLE, seq: 1 })], PEOPLE);
  const source = new FakeSource(function* ({ after }: ReadOptions) {
    if (after === undefined) {
      yield* [...first, second[0]!];
      throw lost();
    }
    // As a server's collections come: the one that the position is in first, with nothing left.
    yield* [first[0]!, first.at(-1)!, ...second];
  }, { resumable: true });
  const target = new FakeTarget();
  const summary = await transfer(source, target, { resumable: true, retryDelayMs: 0 });
  assertEquals([summary.counts.written, summary.retries, source.reads.length], [2, 1, 2]);
  assertEquals(target.log.filter((line) => /^(begin|end)/.test(line)), [
    "begin shop.orders",
    "end shop.orders",
    "begin shop.people",
    "end shop.people",
  ]);
});

Deno.test("transfer() does not write twice what a source begins again", async () => {
  const source = new FakeSource(function* ({ after }: ReadOptions) {
    yield* itemsOf(manyBatches(3)).slice(0, -1);
    if (after === undefined) throw lost();
  }, { resumable: true });
  const target = new FakeTarget();
  await assertRejects(
    () => transfer(source, target, { resumable: true, retryDelayMs: 0 }),
    ConnectError,
    "lost",
  );
  assertEquals([source.reads.length, target.documents <= 3], [2, true]);
  assert(target.seen.every(({ seq }) => seq < 3));
});

Deno.test("transfer() fails with what onEvent throws while the source is tried again", async () => {
  const onEvent = ({ type }: TransferEvent) => {
    if (type === "retry") throw new RangeError("the display broke");
  };
  await assertRejects(
    () => transfer(losing([2]), new FakeTarget(), { resumable: true, retryDelayMs: 0, onEvent }),
    RangeError,
    "display",
  );
});

Deno.test("transfer() starts again a source that was lost before its first batch", async () => {
  let reads = 0;
  const source = new FakeSource(function* () {
    yield* itemsOf([]).slice(0, 1);
    if (reads++ === 0) throw lost();
    yield* itemsOf(manyBatches(2)).slice(1);
  });
  const summary = await transfer(source, new FakeTarget(), { retryDelayMs: 0 });
  assertEquals(summary.counts.written, 2);
});

Deno.test("transfer() does not read again what is corrupt", async () => {
  const source = new FakeSource(function* () {
    yield* itemsOf([]).slice(0, 1);
    throw new DataError("Cannot read document 0");
  });
  await assertRejects(() => transfer(source, new FakeTarget(), { retryDelayMs: 0 }), DataError);
  assertEquals(source.reads.length, 1);
});

Deno.test("pauseMs() doubles, up to ten seconds, with full jitter", () => {
  assertEquals([1, 2, 3, 4].map((attempt) => pauseMs(attempt, 100, 1)), [100, 200, 400, 800]);
  assertEquals([pauseMs(30, 100, 1), pauseMs(5, 100, 0)], [10_000, 0]);
  for (let i = 0; i < 100; i++) assert(pauseMs(2, 100) <= 200);
});
