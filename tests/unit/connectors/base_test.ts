import { assert, assertEquals, assertRejects } from "@std/assert";
import { Binary, Double, Long, serialize } from "bson";
import { BaseConnector, type DocumentWriter } from "../../../src/connectors/base.ts";
import {
  batchDocument,
  type Cancellable,
  ConnectError,
  DataError,
  type Document,
  LoadError,
  type PermissionNeed,
  type RawBatch,
  type ReadOptions,
  type SourceCapabilities,
  UnsupportedError,
  UsageError,
} from "../../../src/core/mod.ts";
import { NullConnector } from "../../../src/connectors/null/mod.ts";
import { transfer } from "../../../src/transfer/mod.ts";
import { FakeTarget, itemsOf, makeBatch, sourceOf } from "../transfer/_fakes.ts";

/** A connector that works on documents alone. */
class ListConnector extends BaseConnector {
  override readonly kind = "list";
  override readonly display = "a list";
  readonly list: object[];
  readonly log: string[] = [];
  failNextWrite = false;

  constructor(list: object[] = []) {
    super();
    this.list = list;
  }

  override permissions(): readonly PermissionNeed[] {
    return [];
  }

  override connect(_options?: Cancellable): Promise<void> {
    this.log.push("connect");
    return Promise.resolve();
  }

  protected override async *readDocuments(_options: ReadOptions): AsyncGenerator<object> {
    this.log.push("open");
    try {
      yield* this.list;
    } finally {
      this.log.push("close");
    }
  }

  protected override documentCapabilities(): Partial<SourceCapabilities> {
    return { ordered: true };
  }

  protected override openDocuments(): DocumentWriter {
    return {
      write: (documents: readonly Document[]) => {
        if (this.failNextWrite) {
          this.failNextWrite = false;
          throw new ConnectError("Cannot write: lost", { retryable: true });
        }
        this.list.push(...documents);
      },
      commit: () => void this.log.push("commit"),
      abort: () => void this.log.push("abort"),
    };
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => ({ _id: i }));

async function batchesOf(connector: BaseConnector, options?: ReadOptions): Promise<RawBatch[]> {
  const batches: RawBatch[] = [];
  for await (const item of connector.source!.read(options)) {
    if (item.type === "batch") batches.push(item.batch);
  }
  return batches;
}

Deno.test("BaseConnector derives a raw source from documents", async (t) => {
  const connector = new ListConnector(numbers(10));
  await t.step("lazily", () => {
    connector.source!.read();
    assertEquals(connector.log, []);
  });
  await t.step("in batches of the size asked for", async () => {
    const batches = await batchesOf(connector, { batchDocuments: 4 });
    assertEquals(batches.map(({ starts }) => starts.length), [4, 4, 2]);
    assertEquals(batches.map(({ firstIndex, seq }) => [firstIndex, seq]), [[0, 0], [4, 1], [8, 2]]);
    assertEquals(batchDocument(batches[1]!, 1), new Uint8Array(serialize({ _id: 5 })));
  });
  await t.step("no batch larger than batchBytes unless one document is", async () => {
    const big = new ListConnector([{ x: "a".repeat(10) }, { x: "b".repeat(300) }, { x: "c" }]);
    const batches = await batchesOf(big, { batchBytes: 100 });
    assertEquals(batches.map(({ starts }) => starts.length), [1, 1, 1]);
  });
  await t.step("that goes on after any position", async () => {
    const batches = await batchesOf(connector, { batchDocuments: 3 });
    for (const { after, firstIndex, starts, seq } of batches) {
      const rest = await batchesOf(connector, { after, batchDocuments: 3 });
      assertEquals(
        rest.reduce((sum, { starts }) => sum + starts.length, 0),
        10 - firstIndex - starts.length,
      );
      if (rest.length > 0) {
        assertEquals([rest[0]!.seq, rest[0]!.firstIndex], [seq + 1, firstIndex + starts.length]);
      }
    }
  });
  await t.step("that refuses positions and queries it does not know", async () => {
    for (const after of [{ v: 2, kind: "list" }, { v: 1, kind: "bson", index: 1, seq: 1 }]) {
      await assertRejects(() => batchesOf(connector, { after }), UsageError, "position");
    }
    await assertRejects(() => batchesOf(connector, { query: { limit: 1 } }), UsageError, "limit");
  });
  await t.step("that lets go when left early", async () => {
    connector.log.length = 0;
    for await (const item of connector.source!.read({ batchDocuments: 1 })) {
      if (item.type === "batch") break;
    }
    assertEquals(connector.log, ["connect", "open", "close"]);
  });
});

Deno.test("BaseConnector derives a raw target from documents", async (t) => {
  await t.step("that takes each batch once", async () => {
    const to = new ListConnector();
    const writer = await to.target!.open();
    await writer.begin({ namespace: { db: "", collection: "x" }, type: "collection" });
    const batch = makeBatch({ documents: 3 });
    to.failNextWrite = true;
    await assertRejects(() => writer.write(batch), ConnectError);
    assertEquals((await writer.write(batch)).inserted, 3);
    assertEquals((await writer.write(batch)).inserted, 3);
    await writer.commit();
    assertEquals([to.list.length, to.log.at(-1)], [3, "commit"]);
  });
  await t.step("through the pipeline, with a retry", async () => {
    const to = new ListConnector();
    to.failNextWrite = true;
    const from = new ListConnector(numbers(5));
    const summary = await transfer(from, to, { batchDocuments: 2, retryDelayMs: 0 });
    assertEquals([summary.counts.written, summary.retries], [5, 1]);
    assertEquals(to.list, numbers(5));
  });
  await t.step("that refuses to go on", async () => {
    const resume = { v: 1, kind: "list" };
    await assertRejects(() => new ListConnector().target!.open({ resume }), UsageError);
  });
});

Deno.test("extractData() decodes as the driver does, or as asked", async () => {
  const list = [{ d: new Double(3), l: Long.fromNumber(7), b: new Binary(new Uint8Array([1])) }];
  const one = async (decode = {}) => {
    for await (const document of new ListConnector(list).extractData({ decode })) return document;
    return {};
  };
  const { d, l, b } = await one();
  assertEquals([d, l], [3, 7]);
  assert(b instanceof Binary);
  assertEquals((await one({ useBigInt64: true })).l, 7n);
  assert((await one({ promoteValues: false })).d instanceof Double);
});

Deno.test("extractData() gives documents that share nothing with a buffer used again", async () => {
  const buffer = serialize({ b: new Binary(new Uint8Array([1, 2, 3])) });
  const batch: RawBatch = {
    ...makeBatch(),
    buffer,
    starts: new Uint32Array([0]),
    release: () => void buffer.fill(0xff),
  };
  for await (const { b } of sourceOf(itemsOf([batch])).extractData()) {
    assertEquals([...(b as Binary).buffer.subarray(0, 3)], [1, 2, 3]);
  }
});

Deno.test("extractData() names the document that does not decode", async () => {
  const batch = { ...makeBatch({ seq: 4, documents: 2 }) };
  batch.buffer[batch.starts[1]! + 4] = 0x77;
  const error = await assertRejects(async () => {
    for await (const _ of sourceOf(itemsOf([batch])).extractData());
  }, DataError);
  assertEquals([error.index, error.stage], [9, "source"]);
});

Deno.test("loadData() writes documents and raw BSON in batches, and counts", async () => {
  const target = new FakeTarget(undefined, {}, { db: "shop", collection: "people" });
  const documents = [
    { _id: 1 },
    serialize({ _id: 2 }),
    ...Array(3000).fill({ text: "x".repeat(1000) }),
  ];
  const result = await target.loadData(documents);
  assertEquals([result.read, result.inserted, result.rejected.count], [3002, 3002, 0]);
  assertEquals(target.seen.map(({ seq }) => seq), [0, 1, 2]);
  assertEquals(target.log.filter((line) => !/^(write|done)/.test(line)), [
    "begin shop.people",
    "end shop.people",
    "commit",
  ]);
});

Deno.test("loadData() aborts at a document that cannot be encoded, and names it", async (t) => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const cases = [[new Uint8Array([6, 0, 0, 0, 0])], [{ _id: 1 }, circular]];
  for (const [i, documents] of cases.entries()) {
    await t.step(`case ${i}`, async () => {
      const target = new FakeTarget(undefined, {}, { db: "a", collection: "b" });
      const error = await assertRejects(() => target.loadData(documents), DataError);
      assertEquals([error.index, target.log.at(-1)], [documents.length - 1, "abort"]);
    });
  }
});

Deno.test("loadData() aborts when the target stops, and when the data fails", async () => {
  const target = new FakeTarget(
    () => {
      throw new LoadError("Cannot write: full");
    },
    {},
    { db: "a", collection: "b" },
  );
  await assertRejects(() => target.loadData(numbers(3)), LoadError, "full");
  assertEquals(target.log.at(-1), "abort");
  const other = new FakeTarget(undefined, {}, { db: "a", collection: "b" });
  await assertRejects(
    () =>
      other.loadData((function* () {
        yield { _id: 1 };
        throw new RangeError("the data broke");
      })()),
    RangeError,
  );
  assertEquals(other.log.at(-1), "abort");
});

Deno.test("loadData() asks for a namespace where none is known", async () => {
  await assertRejects(() => new FakeTarget().loadData([]), UsageError, "no collection is named");
});

Deno.test("BaseConnector has only the sides that its subclass has", async () => {
  const nowhere = new NullConnector();
  assertEquals(nowhere.source, undefined);
  await assertRejects(() => nowhere.extractData().next(), UnsupportedError, "only be written");
  await assertRejects(() => sourceOf([]).loadData([]), UnsupportedError, "only be read");
});

Deno.test("NullConnector counts and drops", async () => {
  await using nowhere = new NullConnector();
  assertEquals((await nowhere.loadData(numbers(2000))).inserted, 2000);
});
