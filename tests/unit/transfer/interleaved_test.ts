import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  InterruptedError,
  LoadError,
  type Namespace,
  type RawBatch,
  type SourceItem,
  UsageError,
} from "../../../src/core/mod.ts";
import { transfer } from "../../../src/transfer/mod.ts";
import {
  collectionOf,
  FakeSource,
  FakeTarget,
  itemsOf,
  lost,
  makeBatch,
  ORDERS,
  PEOPLE,
  settle,
  sourceOf,
} from "./_fakes.ts";

/** Collections that come interleaved, each in a lane of its own. */
function interleavedItems(namespaces: readonly Namespace[], count: number): SourceItem[] {
  const items: SourceItem[] = namespaces.map((namespace) => ({
    type: "begin",
    collection: collectionOf(namespace),
  }));
  for (let seq = 0; seq < count; seq++) {
    namespaces.forEach((namespace, lane) =>
      items.push({ type: "batch", batch: makeBatch({ namespace, lane, seq }) })
    );
  }
  return [...items, ...namespaces.map((namespace): SourceItem => ({ type: "end", namespace }))];
}

function named(collection: string): Namespace {
  return { db: "shop", collection };
}

const seqsOf = (target: FakeTarget, { collection }: Namespace) =>
  target.seen.filter(({ namespace }) => namespace.collection === collection).map(({ seq }) => seq);

Deno.test("transfer() writes several collections at once, each in its order", async () => {
  const target = new FakeTarget(async (_batch, _attempt, store) => {
    await settle(2);
    return store();
  });
  const all = ["a", "b", "c"].map(named);
  const summary = await transfer(sourceOf(interleavedItems(all, 6)), target);
  assertEquals(summary.counts.written, 18);
  assertEquals(target.mostUnderWay, 3);
  for (const one of all) assertEquals(seqsOf(target, one), [0, 1, 2, 3, 4, 5]);
  assertEquals(summary.collections.map(({ counts }) => counts.written), [6, 6, 6]);
  assertEquals(summary.positions.map(({ lane, batches }) => [lane, batches]), [
    [0, 6],
    [1, 6],
    [2, 6],
  ]);
});

Deno.test("transfer() writes one collection while another is begun", async () => {
  const begun = Promise.withResolvers<void>();
  const target = new FakeTarget();
  target.onBegin = async ({ namespace }) => {
    if (namespace.collection === PEOPLE.collection) await begun.promise;
    return [];
  };
  const running = transfer(sourceOf(interleavedItems([ORDERS, PEOPLE], 2)), target);
  await settle();
  assertEquals(seqsOf(target, ORDERS), [0, 1]);
  assertEquals(seqsOf(target, PEOPLE), []);
  begun.resolve();
  assertEquals((await running).counts.written, 4);
});

Deno.test("transfer() begins one collection after another, in whatever order they come", async () => {
  let underWay = 0;
  let most = 0;
  const target = new FakeTarget();
  target.onBegin = async () => {
    most = Math.max(most, ++underWay);
    await settle(2);
    underWay--;
    return [];
  };
  await transfer(sourceOf(interleavedItems(["a", "b", "c"].map(named), 2)), target);
  assertEquals(most, 1);
});

Deno.test("transfer() writes others while one collection's indexes are built", async () => {
  const built = Promise.withResolvers<void>();
  const target = new FakeTarget();
  target.onEnd = async ({ collection }) => {
    if (collection === ORDERS.collection) await built.promise;
    return [];
  };
  const items: SourceItem[] = [
    { type: "begin", collection: collectionOf(ORDERS) },
    { type: "begin", collection: collectionOf(PEOPLE) },
    { type: "batch", batch: makeBatch({ lane: 0 }) },
    { type: "end", namespace: ORDERS },
    { type: "batch", batch: makeBatch({ namespace: PEOPLE, lane: 1, seq: 0 }) },
    { type: "batch", batch: makeBatch({ namespace: PEOPLE, lane: 1, seq: 1 }) },
    { type: "end", namespace: PEOPLE },
  ];
  const running = transfer(sourceOf(items), target);
  await settle();
  assertEquals(seqsOf(target, PEOPLE), [0, 1]);
  assert(target.log.includes("end shop.people"));
  assert(!target.log.includes("commit"));
  built.resolve();
  await running;
  assertEquals(target.log.at(-1), "commit");
});

Deno.test("transfer() ends as many collections at once as parallel says, before the next begins", async (t) => {
  for (const parallel of [1, 2]) {
    await t.step(`parallel: ${parallel}`, async () => {
      const built = Promise.withResolvers<void>();
      const target = new FakeTarget();
      target.onEnd = async () => {
        await built.promise;
        return [];
      };
      const items = ["a", "b", "c"].flatMap((name) =>
        itemsOf([makeBatch({ namespace: named(name) })], named(name))
      );
      const running = transfer(sourceOf(items), target, { parallel });
      await settle();
      assertEquals(target.log.filter((line) => line.startsWith("end")).length, parallel);
      assertEquals(target.log.filter((line) => line.startsWith("begin")).length, parallel);
      built.resolve();
      assertEquals((await running).collections.length, 3);
    });
  }
});

Deno.test("transfer() asks a source for several collections where that is of use", async (t) => {
  const cases = [
    { name: "a server that can", live: true, expected: 4 },
    { name: "files that can, for a server", validates: true, expected: 4 },
    { name: "files that can, for files", expected: undefined },
    { name: "as parallel says", parallel: 2, expected: 2 },
    { name: "one after another", parallel: 1, expected: undefined },
    { name: "a sequential target", sequential: true, parallel: 3, expected: undefined },
    { name: "a target of one collection", collections: "one", parallel: 3, expected: undefined },
    { name: "a resumable read", resumable: true, parallel: 3, expected: undefined },
  ] as const;
  for (const { name, expected, ...rest } of cases) {
    await t.step(name, async () => {
      const { live = false, parallel, resumable, ...capabilities }: {
        live?: boolean;
        validates?: boolean;
        sequential?: boolean;
        collections?: "one" | "many";
        parallel?: number;
        resumable?: boolean;
      } = rest;
      const source = new FakeSource(() => itemsOf([makeBatch()]), {
        interleaved: "asked",
        pointInTime: !live,
      });
      const target = new FakeTarget(undefined, capabilities);
      await transfer(source, target, {
        ...(parallel === undefined ? {} : { parallel }),
        ...(resumable === undefined ? {} : { resumable }),
      });
      assertEquals(source.reads[0]?.parallel, expected);
    });
  }
  await t.step("not a source that cannot", async () => {
    const source = sourceOf(itemsOf([makeBatch()]));
    await transfer(source, new FakeTarget());
    assertEquals(source.reads[0]?.parallel, undefined);
  });
});

Deno.test("transfer() writes an interleaved source to a sequential target one batch at a time", async () => {
  const target = new FakeTarget(async (_batch, _attempt, store) => {
    await settle(1);
    return store();
  }, { sequential: true });
  await transfer(sourceOf(interleavedItems([ORDERS, PEOPLE], 3)), target, { parallel: 4 });
  assertEquals(target.mostUnderWay, 1);
  assertEquals(
    target.seen.map(({ namespace, seq }) => `${namespace.collection} ${seq}`),
    ["orders 0", "people 0", "orders 1", "people 1", "orders 2", "people 2"],
  );
});

Deno.test("transfer() holds no more bytes than inFlightBytes with several collections", async () => {
  const all = ["a", "b", "c", "d"].map(named);
  const items = interleavedItems(all, 10).map((item): SourceItem =>
    item.type === "batch"
      ? { type: "batch", batch: makeBatch({ ...item.batch, documents: 1, bytes: 1000 }) }
      : item
  );
  const target = new FakeTarget(async (_batch, _attempt, store) => {
    await settle(1);
    return store();
  });
  const summary = await transfer(sourceOf(items), target, { inFlightBytes: 4000 });
  assertEquals(summary.counts.written, 40);
  assert(summary.peakInFlightBytes <= 4000, `${summary.peakInFlightBytes}`);
});

Deno.test("transfer() ends every collection when the write of one fails", async () => {
  const target = new FakeTarget(async ({ namespace, seq }, _attempt, store) => {
    await settle(1);
    if (namespace.collection === "people" && seq === 1) throw new LoadError("full");
    return store();
  });
  const released: number[] = [];
  const batches: RawBatch[] = [];
  const items = interleavedItems([ORDERS, PEOPLE], 50).map((item): SourceItem => {
    if (item.type !== "batch") return item;
    const batch = { ...item.batch, release: () => released.push(item.batch.seq) };
    batches.push(batch);
    return { type: "batch", batch };
  });
  const source = sourceOf(items);
  const error = await assertRejects(() => transfer(source, target), LoadError, "full");
  assertEquals(source.released, 1);
  // What was read and not written is given back as well, once.
  assertEquals(released.length, source.pulled);
  assertEquals(error.result?.counts.written, target.documents);
  assertEquals(target.log.at(-1), "abort");
  assert(!target.log.some((line) => line.startsWith("end")));
});

Deno.test("transfer() ends every collection when the end of one fails", async () => {
  const target = new FakeTarget();
  target.onEnd = () => Promise.reject(new LoadError("no index"));
  const items = [
    ...itemsOf([makeBatch()]),
    ...itemsOf([makeBatch({ namespace: PEOPLE })], PEOPLE),
  ];
  await assertRejects(() => transfer(sourceOf(items), target), LoadError, "no index");
  assertEquals(target.log.filter((line) => line.startsWith("end")), ["end shop.orders"]);
});

Deno.test("transfer() finishes what several collections write when the signal comes, then gives up", async () => {
  const stop = new AbortController();
  const going = Promise.withResolvers<void>();
  const target = new FakeTarget(async (_batch, _attempt, store) => {
    await going.promise;
    return store();
  });
  const source = sourceOf(interleavedItems([ORDERS, PEOPLE], 20));
  const running = transfer(source, target, { signal: stop.signal });
  await settle();
  assertEquals(target.underWay, 2);
  stop.abort(new InterruptedError("stopped"));
  await settle();
  going.resolve();
  const error = await assertRejects(() => running, InterruptedError, "stopped");
  assertEquals(error.result?.counts.written, 2);
  assertEquals(target.documents, 2);
  assertEquals(source.released, 1);
});

Deno.test("transfer() writes a batch of one collection again while another goes on", async () => {
  const target = new FakeTarget((batch, attempt, store) => {
    if (batch.namespace.collection === "people" && attempt < 3) throw lost();
    return store();
  });
  const summary = await transfer(sourceOf(interleavedItems([ORDERS, PEOPLE], 4)), target, {
    retryDelayMs: 0,
  });
  assertEquals([summary.counts.written, summary.retries], [8, 8]);
  assertEquals(target.documents, 8);
});

Deno.test("transfer() refuses a parallel that is no count", async () => {
  for (const parallel of [0, -1, 1.5, NaN]) {
    await assertRejects(
      () => transfer(sourceOf([]), new FakeTarget(), { parallel }),
      UsageError,
      "parallel",
    );
  }
});
