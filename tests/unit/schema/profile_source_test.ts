import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { serialize } from "bson";
import {
  BaseConnector,
  type CollectionInfo,
  ConnectError,
  DataError,
  formatNamespace,
  InterruptedError,
  type Namespace,
  NotFoundError,
  NullConnector,
  Profile,
  type ProfiledCollection,
  profileSource,
  type QueryPart,
  type RawBatch,
  type ReadOptions,
  saveProfiles,
  type Source,
  type SourceItem,
  type TransferEvent,
  UnsupportedError,
  UsageError,
} from "@datahood/cli";

/** A collection of a source that is made up. */
interface Fake {
  readonly name: string;
  readonly documents: readonly Uint8Array[];
  readonly type?: CollectionInfo["type"];
  /** How many it says it has; nothing if `null`. */
  readonly says?: number | null;
}

interface FakeOptions {
  readonly query?: readonly QueryPart[];
  readonly rereadable?: boolean;
  /** Reads that break after their first batch. */
  readonly breaks?: number;
}

/** A source in memory, which notes what it was asked, and whose buffers are overwritten when released. */
class FakeConnector extends BaseConnector {
  override readonly kind = "fake";
  override readonly display = "fake:";
  override readonly source: Source;
  readonly reads: ReadOptions[] = [];
  held = 0;
  #breaks: number;

  constructor(collections: readonly Fake[], options: FakeOptions = {}) {
    super();
    this.#breaks = options.breaks ?? 0;
    this.source = {
      capabilities: {
        rereadable: options.rereadable ?? true,
        resumable: false,
        ordered: false,
        fidelity: "bytes",
        query: options.query ?? [],
        pointInTime: true,
      },
      async *describe(): AsyncGenerator<CollectionInfo, void, void> {
        for (const collection of collections) yield infoOf(collection);
      },
      read: (read) => this.#read(collections, read ?? {}),
    };
  }

  override permissions() {
    return [];
  }

  async *#read(
    collections: readonly Fake[],
    options: ReadOptions,
  ): AsyncGenerator<SourceItem, void, void> {
    this.reads.push(options);
    let seq = 0;
    for (const collection of collections) {
      const info = infoOf(collection);
      if (options.include?.(info.namespace) === false) continue;
      yield { type: "begin", collection: info };
      const all = collection.documents.slice(0, options.query?.sample ?? Infinity);
      for (let index = 0; index < all.length; index += 7) {
        await Promise.resolve();
        if (index > 0 && this.#breaks > 0) {
          this.#breaks--;
          throw new ConnectError("Cannot read: the connection was lost", { retryable: true });
        }
        yield { type: "batch", batch: this.#batch(info.namespace, all, index, seq++) };
      }
      yield { type: "end", namespace: info.namespace };
    }
  }

  #batch(
    namespace: Namespace,
    all: readonly Uint8Array[],
    firstIndex: number,
    seq: number,
  ): RawBatch {
    const some = all.slice(firstIndex, firstIndex + 7);
    const starts = new Uint32Array(some.length);
    // A gap before each document, as replies of a server have.
    const buffer = new Uint8Array(some.reduce((sum, { length }) => sum + length + 3, 0));
    let at = 0;
    some.forEach((bytes, i) => {
      starts[i] = at + 3;
      buffer.set(bytes, at + 3);
      at += bytes.length + 3;
    });
    this.held++;
    const release = () => {
      this.held--;
      buffer.fill(0xff);
    };
    const after = { v: 1, kind: "fake" };
    return { namespace, buffer, starts, firstIndex, lane: 0, seq, after, release };
  }
}

function infoOf({ name, documents, type = "collection", says = documents.length }: Fake) {
  return {
    namespace: { db: "shop", collection: name },
    type,
    ...(says === null ? {} : { estimate: { documents: says } }),
  };
}

function numbered(count: number, more = {}): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => serialize({ _id: i, text: `t${i}`, ...more }));
}

/** What profiles hold, as text to compare. */
function saved(collections: readonly ProfiledCollection[]): string {
  return saveProfiles(collections);
}

function profileOf(documents: readonly Uint8Array[]): Profile {
  const profile = new Profile();
  for (const bytes of documents) profile.addDocument(bytes);
  return profile;
}

function shapes(collections: readonly ProfiledCollection[]) {
  return collections.map(({ namespace, profile, of }) => [
    formatNamespace(namespace),
    profile.documents,
    of,
  ]);
}

Deno.test("profileSource() profiles each collection in one read, and gives every buffer back", async () => {
  const collections = [
    { name: "a", documents: numbered(50) },
    { name: "b", documents: [] },
    { name: "c", documents: numbered(9, { more: true }) },
  ];
  const connector = new FakeConnector(collections);
  const found = await profileSource(connector);
  assertEquals(shapes(found), [["shop.a", 50, undefined], ["shop.b", 0, undefined], [
    "shop.c",
    9,
    undefined,
  ]]);
  assertEquals(connector.reads.length, 1);
  assertEquals(connector.held, 0);
  assertEquals(
    saved(found),
    saved(collections.map(({ name, documents }) => ({
      namespace: { db: "shop", collection: name },
      profile: profileOf(documents),
    }))),
  );
});

Deno.test("profileSource() reads what include and query leave", async () => {
  const connector = new FakeConnector(
    [{ name: "a", documents: numbered(5) }, { name: "b", documents: numbered(6) }],
    { query: ["filter"] },
  );
  const filter = { a: 1 };
  const found = await profileSource(connector, {
    include: ({ collection }) => collection === "b",
    query: { filter },
  });
  assertEquals(shapes(found), [["shop.b", 6, undefined]]);
  assertEquals(connector.reads[0]!.query, { filter });
  await assertRejects(
    () => profileSource(connector, { include: () => false }),
    NotFoundError,
    "fake:",
  );
  await assertRejects(() => profileSource(new FakeConnector([])), NotFoundError, "fake:");
});

Deno.test("profileSource() has a server pick 10,000 of more than 100,000 documents", async () => {
  const documents = numbered(30);
  const at = (says: number | null, options: Parameters<typeof profileSource>[1] = {}) => {
    const connector = new FakeConnector([{ name: "a", documents, says }], {
      query: ["filter", "skip", "limit", "sample"],
    });
    return profileSource(connector, options).then((found) => ({
      query: connector.reads.map(({ query }) => query),
      of: found[0]!.of,
    }));
  };
  assertEquals(await at(100_000), { query: [undefined], of: undefined });
  assertEquals(await at(100_001), { query: [{ sample: 10_000 }], of: 100_001 });
  assertEquals(await at(100_001, { all: true }), { query: [undefined], of: undefined });
  assertEquals(await at(100_001, { sample: 20 }), { query: [{ sample: 20 }], of: 100_001 });
  assertEquals(await at(15, { sample: 20 }), { query: [undefined], of: undefined });
  // Of what a filter leaves nothing is known: fewer than were asked for are all there are.
  const filter = { n: 1 };
  assertEquals(await at(200_000, { query: { filter } }), {
    query: [{ filter, sample: 10_000 }],
    of: undefined,
  });
  assertEquals(await at(200_000, { query: { filter }, sample: 20 }), {
    query: [{ filter, sample: 20 }],
    of: 200_000,
  });
  // Who says which part it is means all of that.
  assertEquals(await at(200_000, { query: { limit: 7 } }), {
    query: [{ limit: 7 }],
    of: undefined,
  });
});

Deno.test("profileSource() samples a collection that turns out to be large", async () => {
  const one = serialize({ a: 1 });
  const documents = Array.from({ length: 100_010 }, () => one);
  const connector = new FakeConnector([{ name: "a", documents, says: null }], {
    query: ["sample"],
  });
  const [found] = await profileSource(connector);
  assertEquals(found!.profile.documents, 10_000);
  assert(found!.of! > 100_000, `${found!.of}`);
  assertEquals(connector.reads.map(({ query }) => query), [undefined, { sample: 10_000 }]);
  assertEquals(connector.held, 0);
  const small = new FakeConnector([{ name: "a", documents: documents.slice(0, 100), says: null }], {
    query: ["sample"],
  });
  assertEquals(shapes(await profileSource(small)), [["shop.a", 100, undefined]]);
});

Deno.test("profileSource() picks the same documents of a file every time, all with the same chance", async () => {
  const documents = numbered(2000);
  const sample = async (size: number) =>
    await profileSource(new FakeConnector([{ name: "a", documents }]), { sample: size });
  const found = await sample(100);
  assertEquals(shapes(found), [["shop.a", 100, 2000]]);
  assertEquals(saved(found), saved(await sample(100)));
  assertEquals(shapes(await sample(2000)), [["shop.a", 2000, undefined]]);
  // It is of all of the file: no hundred places in it are without one at either end.
  const stats = [...found[0]!.profile.root.all()].find(({ keyBytes }) => keyBytes[1] === 0x69)!.node
    .int!;
  assert(stats.min < 200 && stats.max > 1800, `${stats.min} … ${stats.max}`);
});

Deno.test("profileSource() reads a view only if nothing else is taken", async () => {
  const view = { name: "v", documents: numbered(4), type: "view" as const };
  const other = { name: "a", documents: numbered(3) };
  const alone = new FakeConnector([view]);
  assertEquals(shapes(await profileSource(alone)), [["shop.v", 4, undefined]]);
  assertEquals(alone.reads[0]!.views, "documents");
  const events: TransferEvent[] = [];
  const both = await profileSource(new FakeConnector([view, other]), {
    onEvent: (event) => events.push(event),
  });
  assertEquals(shapes(both), [["shop.a", 3, undefined]]);
  assertStringIncludes(
    events.flatMap((event) => event.type === "issue" ? [event.issue.message] : []).join(),
    "shop.v is a view",
  );
  await assertRejects(
    () => profileSource(new FakeConnector([view, { ...view, name: "w" }])),
    NotFoundError,
    "only views",
  );
});

Deno.test("profileSource() begins a collection anew when its read breaks off", async () => {
  const documents = numbered(40);
  const connector = new FakeConnector(
    [{ name: "a", documents: numbered(3) }, { name: "b", documents }],
    { breaks: 2 },
  );
  const events: TransferEvent[] = [];
  const found = await profileSource(connector, { onEvent: (event) => events.push(event) });
  assertEquals(shapes(found), [["shop.a", 3, undefined], ["shop.b", 40, undefined]]);
  assertEquals(
    saved(found.slice(1)),
    saved([{ namespace: found[1]!.namespace, profile: profileOf(documents) }]),
  );
  assertEquals(events.filter(({ type }) => type === "retry").length, 2);
  // What came whole is not read again.
  assertEquals(connector.reads[1]!.include!({ db: "shop", collection: "a" }), false);
  const pipe = new FakeConnector([{ name: "b", documents }], { breaks: 1, rereadable: false });
  await assertRejects(() => profileSource(pipe), ConnectError);
  assertEquals(pipe.held, 0);
  const often = new FakeConnector([{ name: "b", documents }], { breaks: 9 });
  await assertRejects(() => profileSource(often, { retries: 1 }), ConnectError);
});

Deno.test("profileSource() says which document is damaged, and of what", async () => {
  const documents = numbered(20);
  new DataView(documents[9]!.buffer, documents[9]!.byteOffset).setInt32(14 + 6, 9999, true);
  for (const options of [{}, { sample: 20 }]) {
    const connector = new FakeConnector([{ name: "a", documents }]);
    const error = await assertRejects(() => profileSource(connector, options), DataError);
    assertStringIncludes(error.message, 'Cannot read document 9 of "fake:"');
    assertEquals([error.index, error.stage, connector.held], [9, "source", 0]);
    assert(error.offset !== undefined);
  }
});

Deno.test("profileSource() tells what it does, and stops at the signal", async () => {
  const connector = new FakeConnector([{ name: "a", documents: numbered(20) }]);
  const events: TransferEvent[] = [];
  await profileSource(connector, { onEvent: (event) => events.push(event) });
  assertEquals(events.map(({ type }) => type), [
    "begin",
    "progress",
    "progress",
    "progress",
    "end",
  ]);
  const end = events.at(-1)!;
  assert(end.type === "end");
  assertEquals([end.counts.read, end.counts.written], [20, 0]);
  assertEquals(end.counts.bytesRead, numbered(20).reduce((sum, { length }) => sum + length, 0));

  const controller = new AbortController();
  const stopped = profileSource(connector, {
    signal: controller.signal,
    onEvent: ({ type }) => type === "progress" && controller.abort(),
  });
  await assertRejects(() => stopped, InterruptedError);
  assertEquals(connector.held, 0);
});

Deno.test("profileSource() refuses what cannot be", async () => {
  const connector = new FakeConnector([{ name: "a", documents: numbered(2) }]);
  for (const sample of [0, -1, 1.5, NaN]) {
    await assertRejects(() => profileSource(connector, { sample }), UsageError, "sample");
  }
  await assertRejects(() => profileSource(connector, { sample: 1, all: true }), UsageError, "all");
  const nowhere = new NullConnector();
  if (nowhere.source === undefined) {
    await assertRejects(() => profileSource(nowhere), UnsupportedError);
  }
});
