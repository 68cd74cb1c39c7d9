import { serialize } from "bson";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ConnectError,
  DataError,
  DatahoodError,
  InterruptedError,
  LoadError,
  type RawBatch,
  type SourceItem,
  type TransferEvent,
  UnsupportedError,
  UsageError,
} from "../../../src/core/mod.ts";
import { transfer, type TransferOptions } from "../../../src/transfer/mod.ts";
import {
  FakeSource,
  FakeTarget,
  itemsOf,
  lost,
  makeBatch,
  manyBatches,
  ORDERS,
  PEOPLE,
  settle,
  sourceOf,
  twoLanes,
  written,
} from "./_fakes.ts";

Deno.test("transfer() counts documents only after the target acknowledged them", async () => {
  const acknowledge: (() => void)[] = [];
  const events: TransferEvent[] = [];
  const target = new FakeTarget((_batch, _attempt, store) =>
    new Promise((resolve) => acknowledge.push(() => resolve(store())))
  );
  const run = transfer(sourceOf(itemsOf(manyBatches(2, { documents: 3 }))), target, {
    onEvent: (event) => events.push(event),
    parallelWrites: 2,
  });
  await settle();
  assertEquals(acknowledge.length, 2);
  assertEquals(events.map(({ type }) => type), ["begin"]);
  acknowledge[0]!();
  await settle();
  const [, progress] = events;
  assert(progress?.type === "progress");
  assertEquals([progress.counts.read, progress.counts.written], [6, 3]);
  acknowledge[1]!();
  const summary = await run;
  assertEquals(summary.counts.written, 6);
  assertEquals(summary.counts.bytesWritten, summary.counts.bytesRead);
  assertEquals(target.log.slice(-2), ["end shop.orders", "commit"]);
  assertEquals(events.at(-1)?.type, "end");
});

Deno.test("transfer() holds no more bytes than inFlightBytes, however slow the target", async (t) => {
  for (const sequential of [false, true]) {
    await t.step(sequential ? "sequential" : "side by side", async () => {
      const source = sourceOf(itemsOf(manyBatches(60, { bytes: 1000 })));
      let most = 0;
      let acknowledged = 0;
      const target = new FakeTarget(async (_batch, _attempt, store) => {
        await settle(3);
        most = Math.max(most, source.pulled - acknowledged++);
        return store();
      }, { sequential });
      const summary = await transfer(source, target, { inFlightBytes: 3500, batchBytes: 1000 });
      assertEquals(summary.counts.written, 60);
      assert(summary.peakInFlightBytes <= 3500, `${summary.peakInFlightBytes} bytes were held`);
      assert(summary.peakInFlightBytes >= 3000, `only ${summary.peakInFlightBytes} were used`);
      assert(most <= 3, `${most} batches were pulled and not acknowledged`);
    });
  }
});

Deno.test("transfer() takes one batch that is larger than inFlightBytes alone", async () => {
  const batches = manyBatches(6, { bytes: 100 });
  batches[3] = makeBatch({ seq: 3, bytes: 5000 });
  const summary = await transfer(sourceOf(itemsOf(batches)), new FakeTarget(), {
    inFlightBytes: 1000,
  });
  assertEquals(summary.counts.written, 6);
  assert(summary.peakInFlightBytes <= 6000);
});

Deno.test("transfer() counts bytes that batches share once, and forgets a large batch", async () => {
  const first = makeBatch({ bytes: 5000 });
  const shared = [0, 1, 2, 3].map((seq) => ({ ...makeBatch({ seq }), buffer: first.buffer }));
  const rest = Array.from({ length: 16 }, (_, i) => makeBatch({ seq: 4 + i, bytes: 1000 }));
  let late = 0;
  const target = new FakeTarget(async ({ seq }, _attempt, store) => {
    // Once the large one is behind, several are under way again.
    if (seq >= 12) late = Math.max(late, target.underWay);
    await settle(3);
    return store();
  });
  const summary = await transfer(sourceOf(itemsOf([...shared, ...rest])), target, {
    inFlightBytes: 6000,
    batchBytes: 1000,
    parallelWrites: 4,
  });
  assertEquals([summary.counts.written, summary.peakInFlightBytes], [20, 6000]);
  assertEquals(late, 4);
});

Deno.test("transfer() writes a small lane in order, unless several writes at once are asked for", async () => {
  for (
    const { sequential = false, parallelWrites, most } of [
      { most: 1 },
      { parallelWrites: 3, most: 3 },
      { parallelWrites: 9, most: 9 },
      { sequential: true, parallelWrites: 3, most: 1 },
    ]
  ) {
    const target = new FakeTarget(async (_batch, _attempt, store) => {
      await settle(2);
      return store();
    }, { sequential });
    await transfer(sourceOf(itemsOf(manyBatches(20))), target, {
      ...(parallelWrites === undefined ? {} : { parallelWrites }),
    });
    assertEquals(target.mostUnderWay, most);
    if (most === 1) assertEquals(target.seen.map(({ seq }) => seq), [...Array(20).keys()]);
  }
});

Deno.test("transfer() begins nothing at the target for a source that cannot be read", async () => {
  const source = new FakeSource(function* () {
    yield itemsOf([])[0]!;
    throw new DataError("Cannot read: it looks like text");
  });
  const target = new FakeTarget();
  await assertRejects(() => transfer(source, target), DataError, "looks like text");
  assertEquals(target.log.filter((line) => line.startsWith("begin")), []);
  const empty = new FakeTarget();
  await transfer(sourceOf(itemsOf([])), empty);
  assertEquals(empty.log.filter((line) => line.startsWith("begin")), ["begin shop.orders"]);
});

Deno.test("transfer() writes several batches at once only after 16 MiB of a collection", async () => {
  const MiB = 1024 * 1024;
  // Just under; a few of the small batches after it go over.
  const large = serialize({ _id: 0, text: "x".repeat(16 * MiB - 200) });
  const batches = [{ ...makeBatch(), buffer: large }, ...manyBatches(20).slice(1)];
  const underWay: number[] = [];
  const target: FakeTarget = new FakeTarget(async (_batch, _attempt, store) => {
    underWay.push(target.underWay);
    await settle(2);
    return store();
  });
  await transfer(sourceOf(itemsOf(batches)), target, { inFlightBytes: 32 * MiB });
  assertEquals(underWay.slice(0, 2), [1, 1]);
  assertEquals(target.mostUnderWay, 4);
});

Deno.test("transfer() writes lanes side by side, each in its order", async () => {
  const target = new FakeTarget(async (batch, _attempt, store) => {
    await settle(batch.lane === 0 ? 5 : 1);
    return store();
  });
  await transfer(sourceOf(twoLanes(10)), target);
  assertEquals(target.mostUnderWay, 2);
  for (const lane of [0, 1]) {
    const seen = target.seen.filter((batch) => batch.lane === lane).map(({ seq }) => seq);
    assertEquals(seen, [...Array(10).keys()]);
  }
});

Deno.test("transfer() reads the next batch while one is written", async () => {
  const source = sourceOf(itemsOf(manyBatches(5)));
  const target = new FakeTarget(async (_batch, _attempt, store) => {
    await settle();
    assert(source.pulled > Math.min(4, target.stored.size + 1));
    return store();
  }, { sequential: true });
  await transfer(source, target);
  assertEquals(target.documents, 5);
});

Deno.test("transfer() ends a collection after all its writes, interleaved with another", async () => {
  const orders = manyBatches(3, { lane: 0 });
  const people = manyBatches(3, { lane: 1, namespace: PEOPLE });
  const [beginOrders, ...restOrders] = itemsOf(orders);
  const [beginPeople, ...restPeople] = itemsOf(people, PEOPLE);
  const items = [beginOrders!, beginPeople!];
  for (let i = 0; i < 4; i++) items.push(restPeople[i]!, restOrders[i]!);
  const target = new FakeTarget(async (batch, _attempt, store) => {
    await settle(batch.namespace.collection === "people" ? 10 : 1);
    return store();
  });
  const summary = await transfer(sourceOf(items), target);
  for (const name of ["orders", "people"]) {
    const last = target.log.findLastIndex((line) => line.startsWith(`done ${name}`));
    assert(last < target.log.indexOf(`end shop.${name}`), target.log.join("\n"));
  }
  assertEquals(summary.collections.map(({ from, counts }) => [from.collection, counts.written]), [
    ["orders", 3],
    ["people", 3],
  ]);
});

Deno.test("transfer() gives each batch back once, after it was acknowledged", async () => {
  const releases: number[] = [];
  const target = new FakeTarget(async (batch, _attempt, store) => {
    await settle(1);
    assert(!releases.includes(batch.seq));
    return store();
  });
  const batches = [0, 1, 2, 3, 4].map((seq) =>
    makeBatch({ seq, onRelease: () => void releases.push(seq) })
  );
  await transfer(sourceOf(itemsOf(batches)), target);
  assertEquals(releases.toSorted(), [0, 1, 2, 3, 4]);
});

Deno.test("transfer() finishes what is being written when the signal comes, then gives up", async () => {
  const controller = new AbortController();
  const source = sourceOf(itemsOf(manyBatches(50)));
  const target = new FakeTarget(async (batch, _attempt, store) => {
    if (batch.seq === 2) controller.abort(new InterruptedError("The run was stopped by SIGINT."));
    await settle(5);
    return store();
  });
  const error = await assertRejects(
    () => transfer(source, target, { signal: controller.signal }),
    InterruptedError,
    "SIGINT",
  );
  assertEquals(target.underWay, 0);
  assertEquals(target.log.at(-1), "abort");
  assert(!target.log.includes("commit") && !target.log.includes("end shop.orders"));
  assert(target.stored.size < 10);
  assertEquals(error.result?.counts.written, target.documents);
  assertEquals(source.released, 1);
});

Deno.test("transfer() does nothing if the signal came before", async () => {
  const target = new FakeTarget();
  const source = sourceOf(itemsOf(manyBatches(1)));
  await assertRejects(
    () => transfer(source, target, { signal: AbortSignal.abort() }),
    InterruptedError,
  );
  assertEquals([target.log, source.reads], [[], []]);
});

Deno.test("transfer() gives a source's error with its stage, and aborts the writer", async () => {
  const source = new FakeSource(function* () {
    yield* itemsOf(manyBatches(3)).slice(0, 4);
    throw new DataError("Cannot read document 3: it is cut short", { offset: 99, index: 3 });
  });
  const target = new FakeTarget();
  const error = await assertRejects(() => transfer(source, target), DataError, "cut short");
  assertEquals([error.stage, error.offset], ["source", 99]);
  assertEquals(error.result?.counts.written, 3);
  assertEquals(target.log.at(-1), "abort");
});

Deno.test("transfer() gives a target's error with its stage, and lets go of the source", async () => {
  const source = sourceOf(itemsOf(manyBatches(30)));
  const target = new FakeTarget((batch, _attempt, store) => {
    if (batch.seq === 4) throw new LoadError('Cannot write to "fake": it is full');
    return store();
  });
  const error = await assertRejects(() => transfer(source, target), LoadError, "full");
  assertEquals(error.stage, "target");
  assertEquals(source.released, 1);
  assertEquals(target.log.at(-1), "abort");
});

Deno.test("transfer() aborts after a commit that failed", async () => {
  const target = new FakeTarget();
  target.onCommit = () => Promise.reject(new LoadError("Cannot rename"));
  const error = await assertRejects(
    () => transfer(sourceOf(itemsOf(manyBatches(1))), target),
    LoadError,
  );
  assertEquals(error.stage, "target");
  assertEquals(target.log.slice(-2), ["commit", "abort"]);
});

Deno.test("transfer() commits again where the connection was lost", async () => {
  const target = new FakeTarget();
  let tries = 0;
  target.onCommit = () => ++tries < 3 ? Promise.reject(lost()) : Promise.resolve();
  const source = () => sourceOf(itemsOf(manyBatches(1)));
  const summary = await transfer(source(), target, { retryDelayMs: 1 });
  assertEquals([tries, summary.retries, target.log.at(-1)], [3, 2, "commit"]);
  tries = 0;
  const options = { retryDelayMs: 1, retries: 1 };
  await assertRejects(() => transfer(source(), target, options), ConnectError, "lost");
  assertEquals([tries, target.log.at(-1)], [2, "abort"]);
});

Deno.test("transfer() tells a collection that has all documents from one that may lack some", async (t) => {
  const both = (): SourceItem[] => [
    ...itemsOf(manyBatches(2)),
    ...itemsOf(manyBatches(3, { namespace: PEOPLE, lane: 1 }), PEOPLE),
  ];
  const unfinished = async (target: FakeTarget, options: TransferOptions = {}) => {
    const error = await assertRejects(
      () => transfer(sourceOf(both()), target, options),
      DatahoodError,
    );
    return error.result!.collections.map((one) => [one.to.collection, one.unfinished]);
  };
  await t.step("where it cannot be ended", async () => {
    const target = new FakeTarget();
    target.onEnd = () => Promise.reject(new LoadError("Cannot build the indexes"));
    assertEquals(await unfinished(target), [["orders", "end"]]);
  });
  await t.step("where another one fails meanwhile", async () => {
    const full = new FakeTarget((batch, _attempt, store) => {
      if (batch.seq === 2) throw new LoadError("Cannot write: it is full");
      return store();
    });
    full.onEnd = async () => {
      await settle();
      return [];
    };
    assertEquals(await unfinished(full, { parallel: 2 }), [["orders", undefined], [
      "people",
      "documents",
    ]]);
  });
  await t.step("where it is stopped before the end", async () => {
    const stop = new AbortController();
    const target = new FakeTarget((batch, _attempt, store) => {
      if (batch.seq === 1) stop.abort(new InterruptedError("stopped"));
      return store();
    });
    assertEquals((await unfinished(target, { signal: stop.signal }))[0], ["orders", "end"]);
  });
  await t.step("where it cannot be begun", async () => {
    const target = new FakeTarget();
    target.onBegin = () => Promise.reject(new LoadError("Cannot create it"));
    assertEquals((await unfinished(target))[0], ["orders", "documents"]);
  });
  await t.step("a run that came to its end", async () => {
    const { collections } = await transfer(sourceOf(both()), new FakeTarget());
    assertEquals(collections.map((one) => "unfinished" in one), [false, false]);
  });
});

Deno.test("transfer() fails with what onEvent throws", async () => {
  const target = new FakeTarget();
  await assertRejects(
    () =>
      transfer(sourceOf(itemsOf(manyBatches(2))), target, {
        onEvent: ({ type }) => {
          if (type === "progress") throw new RangeError("the display broke");
        },
      }),
    RangeError,
    "display",
  );
  assertEquals(target.log.at(-1), "abort");
});

Deno.test("transfer() counts rejections, lists the first 100, and goes on", async () => {
  const target = new FakeTarget((batch) =>
    written(batch, {
      inserted: 0,
      rejected: Array.from(batch.starts, (_, i) => ({
        index: batch.firstIndex + i,
        reason: "it fails validation",
      })),
    })
  );
  let told = 0;
  const summary = await transfer(sourceOf(itemsOf(manyBatches(3, { documents: 50 }))), target, {
    onEvent: ({ type }) => void (told += type === "rejected" ? 1 : 0),
  });
  assertEquals([summary.counts.rejected, summary.rejections.length, told], [150, 100, 150]);
  assertEquals(summary.rejections[0]?.from, ORDERS);
});

Deno.test("transfer() ends at the first rejection with stopOnError", async () => {
  const target = new FakeTarget(
    (batch, _attempt, store) =>
      batch.seq === 1
        ? written(batch, { inserted: 0, rejected: [{ index: 7, reason: "it fails validation" }] })
        : store(),
    { sequential: true },
  );
  const error = await assertRejects(
    () => transfer(sourceOf(itemsOf(manyBatches(9))), target, { stopOnError: true }),
    LoadError,
    'Cannot write document 7 to "shop.orders": it fails validation',
  );
  assertEquals(error.result?.rejections.length, 1);
  assertEquals(target.log.at(-1), "abort");
});

Deno.test("transfer() says what became of identifiers, and what both ends noticed", async () => {
  const target = new FakeTarget((batch) => written(batch, { idsAdded: 1, idsMoved: 2 }));
  target.onBegin = () =>
    Promise.resolve([{ code: "options-not-carried", message: "capped", level: "warning" }]);
  const items = itemsOf(manyBatches(3));
  items[4] = {
    type: "end",
    namespace: ORDERS,
    issues: [{ code: "changed", message: "It changed", level: "warning" }],
  };
  const source = new FakeSource(() => items, { pointInTime: false });
  const { issues } = await transfer(source, target);
  assertEquals(issues.map(({ code }) => code), [
    "not-point-in-time",
    "options-not-carried",
    "changed",
    "ids-added",
    "ids-moved",
  ]);
  assertEquals(issues[3]?.message, "3 documents were given an _id");
});

Deno.test("transfer() maps names by rename, else as the target was made", async (t) => {
  const source = () => sourceOf(itemsOf(manyBatches(1)));
  const begun = async (target: FakeTarget, options = {}) => {
    await transfer(source(), target, options);
    return [target.log[0], target.seen[0]?.namespace];
  };
  await t.step("kept", async () => {
    assertEquals(await begun(new FakeTarget()), ["begin shop.orders", ORDERS]);
  });
  await t.step("a database", async () => {
    const target = new FakeTarget(undefined, {}, { db: "archive" });
    assertEquals((await begun(target))[0], "begin archive.orders");
  });
  await t.step("a collection", async () => {
    const target = new FakeTarget(undefined, {}, { db: "archive", collection: "old" });
    assertEquals((await begun(target))[0], "begin archive.old");
  });
  await t.step("renamed", async () => {
    const target = new FakeTarget(undefined, {}, { db: "archive" });
    assertEquals((await begun(target, { rename: () => PEOPLE }))[0], "begin shop.people");
  });
});

Deno.test("transfer() refuses two collections that become one", async () => {
  const items = [...itemsOf(manyBatches(1)), ...itemsOf([], PEOPLE)];
  const target = new FakeTarget();
  await assertRejects(
    () => transfer(sourceOf(items), target, { rename: () => ORDERS }),
    UsageError,
    'Cannot write "shop.people" to "shop.orders": "shop.orders" goes there too',
  );
  assertEquals(target.log.at(-1), "abort");
  const one = new FakeTarget(undefined, { collections: "one" });
  await assertRejects(() => transfer(sourceOf(items), one), UsageError, "it holds one collection");
});

Deno.test("transfer() refuses what an end cannot do, before any I/O", async () => {
  const source = sourceOf([]);
  const target = new FakeTarget();
  await assertRejects(
    () => transfer(source, target, { onConflict: "replace" }),
    UnsupportedError,
    "it can report",
  );
  await assertRejects(() => transfer(target, target), UnsupportedError, "only be written");
  await assertRejects(() => transfer(source, source), UnsupportedError, "only be read");
  for (const bad of [{ retries: -1 }, { inFlightBytes: 0 }, { batchBytes: 1.5 }]) {
    await assertRejects(() => transfer(source, target, bad), UsageError, Object.keys(bad)[0]!);
  }
  assertEquals([target.log, source.reads], [[], []]);
});

Deno.test("transfer() hands options to both ends", async () => {
  const source = sourceOf(itemsOf([]));
  const target = new FakeTarget(undefined, { views: false });
  const include = () => true;
  await transfer(source, target, {
    include,
    query: { limit: 3 },
    batchDocuments: 7,
    overwrite: true,
    indexes: "none",
    onConflict: "report",
  });
  const [read] = source.reads;
  assertStrictEquals(read?.include, include);
  assertEquals([read?.query, read?.batchDocuments, read?.views], [{ limit: 3 }, 7, "documents"]);
  assertEquals(target.opened, {
    overwrite: true,
    indexes: "none",
    onConflict: "report",
    interleaved: 1,
  });
});

Deno.test("transfer() passes batches through transforms, in order", async (t) => {
  const halves = (batch: RawBatch): RawBatch[] =>
    Array.from(batch.starts, (_, i) => ({
      ...batch,
      starts: batch.starts.slice(i, i + 1),
      firstIndex: batch.firstIndex + i,
    }));
  await t.step("one becomes many", async () => {
    let released = 0;
    const batches = [0, 1].map((seq) =>
      makeBatch({ seq, documents: 3, onRelease: () => void released++ })
    );
    const target = new FakeTarget();
    const summary = await transfer(sourceOf(itemsOf(batches)), target, {
      transforms: [{ permissions: () => [], apply: halves }],
    });
    assertEquals(target.seen.map(({ seq }) => seq), [0, 1, 2, 3, 4, 5]);
    assertEquals([summary.counts.read, summary.counts.written, released], [6, 6, 2]);
    assertEquals(summary.positions, [{ lane: 0, batches: 2, after: batches[1]!.after }]);
  });
  await t.step("one becomes nothing", async () => {
    let released = 0;
    const batches = [0, 1].map((seq) => makeBatch({ seq, onRelease: () => void released++ }));
    const target = new FakeTarget();
    const summary = await transfer(sourceOf(itemsOf(batches)), target, {
      transforms: [{ permissions: () => [], apply: () => [] }],
    });
    assertEquals([summary.counts.read, summary.counts.written, released], [2, 0, 2]);
    assertEquals(summary.positions[0]?.batches, 2);
  });
  await t.step("a filter that fails", async () => {
    const target = new FakeTarget();
    await assertRejects(() =>
      transfer(sourceOf(itemsOf(manyBatches(2))), target, {
        transforms: [{
          permissions: () => [],
          apply: () => {
            throw new RangeError("a bug");
          },
        }],
      }), RangeError);
    assertEquals(target.log.at(-1), "abort");
  });
});

Deno.test("transfer() refuses to swap names within one server, before anything is written", async (t) => {
  const named = (display: string) => ({ kind: "mongodb", display });
  const swap = (from: typeof ORDERS) => from.collection === ORDERS.collection ? PEOPLE : ORDERS;
  const ends = (host: string) => {
    const source = Object.assign(
      sourceOf([...itemsOf(manyBatches(1)), ...itemsOf([], PEOPLE)]),
      named("mongodb://localhost/shop"),
    );
    const reading = source.source;
    Object.assign(source, {
      source: Object.create(reading, {
        describe: {
          value: async function* () {
            for (const namespace of [ORDERS, PEOPLE]) yield { namespace, type: "collection" };
          },
        },
      }),
    });
    return { source, target: Object.assign(new FakeTarget(), named(`mongodb://${host}/shop`)) };
  };
  await t.step("one server", async () => {
    const { source, target } = ends("127.0.0.1");
    const error = await assertRejects(
      () => transfer(source, target, { rename: swap }),
      UsageError,
      'Cannot write "shop.orders" to "shop.people": that is read too',
    );
    assert(error.hint !== undefined);
    assertEquals(target.log.filter((line) => /begin|write/.test(line)), []);
  });
  await t.step("two servers", async () => {
    const { source, target } = ends("db.example");
    await transfer(source, target, { rename: swap });
    assert(target.log.includes("begin shop.people"), target.log.join());
  });
});
