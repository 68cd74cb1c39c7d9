import {
  type CollectionInfo,
  ConnectError,
  DataError,
  InterruptedError,
  IoError,
  type Namespace,
  type VerifiedCollection,
  verify,
  type VerifyEvent,
  type VerifyOptions,
} from "@datahood/cli";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Double, Int32, Long, ObjectId, serialize } from "bson";
import fc from "fast-check";
import { collection, memory, MemoryConnector } from "./_memory.ts";

const people = Array.from({ length: 100 }, (_, i) => ({ _id: i, name: `name ${i}`, age: i % 7 }));

async function only(
  a: MemoryConnector,
  b: MemoryConnector,
  options?: VerifyOptions,
) {
  const { collections } = await verify(a, b, options);
  assertEquals(collections.length, 1);
  return collections[0]!;
}

Deno.test("verify() takes any order of the same documents for the same, in one pass", async () => {
  const a = memory(people), b = memory(people.toReversed(), {}, { batchDocuments: 7 });
  const result = await verify(a, b);
  assert(result.same);
  const [found] = result.collections;
  assertEquals(found?.status, "same");
  assertEquals([found?.a?.documents, found?.b?.documents], [100, 100]);
  assertEquals(found?.a?.digest, found?.b?.digest);
  assertEquals([a.reads, b.reads], [1, 1]);
  // Plain data.
  assertEquals(JSON.parse(JSON.stringify(result)), result);
});

Deno.test("verify() counts documents that are there more than once", async () => {
  const [one, two] = [people[1]!, people[2]!];
  const found = await only(memory([one, one, two, two]), memory([one, two, two, one]));
  assertEquals(found.status, "same");
  // An exclusive or would see nothing in either, and the counts are the same.
  const other = await only(memory([one, one, one, two]), memory([one, two, two, two]));
  assertEquals(other.status, "different");
  const { missing, extra, different } = other.documents!;
  assertEquals([missing, extra, different], [2, 2, 0]);
  assertEquals(other.documents?.shown.map(({ status, id }) => [status, id]), [
    ["missing", '{"$numberInt":"1"}'],
    ["missing", '{"$numberInt":"1"}'],
    ["extra", '{"$numberInt":"2"}'],
    ["extra", '{"$numberInt":"2"}'],
  ]);
});

Deno.test("verify() finds each flipped bit of a document, and names it", async () => {
  const raw = people.map((one) => serialize(one));
  for (let at = 4; at < raw[42]!.length - 1; at++) {
    const changed = raw.map((bytes) => new Uint8Array(bytes));
    changed[42]![at]! ^= 1 << at % 8;
    const found = await only(memory(raw), memory(changed.toReversed()));
    assertEquals(found.status, "different", `byte ${at}`);
    const { missing, extra, different, shown } = found.documents!;
    // In the `_id` it is another document, or one without an `_id`.
    assert(different === 1 || missing === 1 && extra === 1, `byte ${at}`);
    assertEquals(shown[0]?.indexA, 42);
    assertEquals(shown[0]?.id, '{"$numberInt":"42"}');
    if (different) assertEquals([shown[0]?.indexB, shown[0]?.first?.offset], [57, at]);
  }
});

Deno.test("verify() names what is missing, extra and different, and where", async () => {
  const changed = people.filter(({ _id }) => _id !== 3)
    .map((one) => one._id === 5 ? { ...one, name: "Ada" } : one);
  const found = await only(memory(people), memory([...changed, { _id: "new" }]));
  assertEquals(found.documents, {
    missing: 1,
    extra: 1,
    different: 1,
    shown: [
      {
        status: "different",
        id: '{"$numberInt":"5"}',
        indexA: 5,
        indexB: 4,
        first: {
          path: "name",
          kind: "value",
          a: { type: "string", value: '"name 5"' },
          b: { type: "string", value: '"Ada"' },
          offset: 0,
        },
      },
      { status: "missing", id: '{"$numberInt":"3"}', indexA: 3 },
      { status: "extra", id: '"new"', indexB: 99 },
    ],
  });
});

Deno.test("verify() names at most as many of each kind as are asked for, and counts all", async () => {
  const half = people.map((one) => one._id % 2 ? { ...one, age: -1 } : one);
  const found = await only(memory(people), memory(half), { show: 3 });
  assertEquals(found.documents?.different, 50);
  assertEquals(found.documents?.shown.map(({ indexA }) => indexA), [1, 3, 5]);
  const none = await only(memory(people), memory([]), { show: 0 });
  assertEquals([none.documents?.missing, none.documents?.shown], [100, []]);
});

Deno.test("verify() tells an _id that was moved, and can take it for the same", async () => {
  const a = [{ x: 1, _id: 1 }, { _id: 2, x: 2 }], b = [{ _id: 1, x: 1 }, { _id: 2, x: 2 }];
  const found = await only(memory(a), memory(b));
  assertEquals([found.status, found.onlyIdPosition], ["different", true]);
  assertEquals(found.documents?.shown[0]?.first?.kind, "id-position");
  const same = await only(memory(a), memory(b), { ignoreIdPosition: true });
  assertEquals(same.status, "same");
  const other = await only(memory([...a, { y: 1, _id: 3 }]), memory([...b, { _id: 3, y: 2 }]), {
    ignoreIdPosition: true,
  });
  assertEquals([other.status, other.onlyIdPosition], ["different", undefined]);
  const [first] = other.documents!.shown;
  assertEquals([first?.id, first?.first?.path], ['{"$numberInt":"3"}', "y"]);
});

Deno.test("verify() pairs numbers of another type as _id, which a server takes for the same", async () => {
  const found = await only(
    memory([{ _id: new Int32(1) }, { _id: new Int32(0) }]),
    memory([{ _id: new Double(1) }, { _id: Long.fromNumber(0) }]),
  );
  const { missing, extra, different, shown } = found.documents!;
  assertEquals([missing, extra, different], [0, 0, 2]);
  assertEquals(shown[0]?.first?.path, "_id");
});

Deno.test("verify() pairs ObjectIds wherever they stand", async () => {
  const _id = new ObjectId();
  const a = [{ _id, x: 1 }, { _id: new ObjectId(), x: 1 }];
  const found = await only(memory(a), memory([{ x: 2, _id }, a[1]!]));
  const { missing, extra, different } = found.documents!;
  assertEquals([missing, extra, different], [0, 0, 1]);
});

Deno.test("verify() compares documents without _id, and damaged ones, by their bytes", async () => {
  const broken = serialize({ _id: 1, a: "text" });
  broken[4] = 0x42;
  const a = [{ x: 1 }, broken, {}], b = [{ x: 2 }, broken, {}];
  const found = await only(memory(a), memory(b));
  const { missing, extra, different, shown } = found.documents!;
  assertEquals([missing, extra, different], [1, 1, 0]);
  assertEquals(shown, [{ status: "missing", indexA: 0 }, { status: "extra", indexB: 0 }]);
});

/** What was found but for the paths, which take room for whole documents. */
function untold({ documents }: VerifiedCollection) {
  const { shown, ...counts } = documents!;
  // What is told of one is always right.
  for (const { first } of shown) assert(first === undefined || first.path === "age");
  return { ...counts, shown: shown.map(({ first: _, ...rest }) => rest) };
}

Deno.test("verify() finds the same in little memory, reading more often", async () => {
  const changed = people.map((one) => one._id % 3 ? one : { ...one, age: "old" })
    .filter(({ _id }) => _id % 5 !== 1);
  const sides = () => [memory(people), memory([...changed, { _id: 1000 }])] as const;
  const [a, b] = sides();
  const key = new Uint8Array(32).fill(9);
  const whole = await only(a, b, { key, show: 100 });
  assertEquals([a.reads, b.reads], [2, 2]);
  const { missing, extra, different } = whole.documents!;
  assertEquals([missing, extra, different], [20, 1, 27]);
  for (
    const [memoryBytes, reads] of [[48 * 200, 2], [48 * 90, 3], [48 * 10, 10], [48, 50]] as const
  ) {
    const [a, b] = sides();
    const found = await only(a, b, { key, show: 100, memoryBytes });
    assertEquals(untold(found), untold(whole));
    assert(a.reads >= reads, `${a.reads} reads`);
    const few = await only(...sides(), { show: 2, memoryBytes });
    const first = (status: string) =>
      untold(whole).shown.filter((one) => one.status === status).slice(0, 2);
    assertEquals(untold(few).shown, ["different", "missing", "extra"].flatMap(first));
  }
});

Deno.test("verify() merges what a folder keeps, in three readings, and leaves nothing there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const changed = people.map((one) => one._id % 3 ? one : { ...one, age: "old" })
      .filter(({ _id }) => _id % 5 !== 1);
    const sides = () => [memory(people), memory(changed.toReversed())] as const;
    const whole = await only(...sides(), { show: 100 });
    for (const memoryBytes of [48 * 4 * 50, 48 * 4 * 7, 1]) {
      const [a, b] = sides();
      const found = await only(a, b, { show: 100, memoryBytes, tempFolder: folder });
      assertEquals(untold(found), untold(whole));
      assertEquals([a.reads, b.reads], [3, 3]);
      assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    }
    const failing = memory(changed);
    failing.source.read = async function* () {
      yield* memory(changed).source.read();
      throw new TypeError("the disk is gone");
    };
    const pipe = memory(people, {}, { rereadable: false });
    const options = { memoryBytes: 1, tempFolder: folder };
    await assertRejects(() => verify(pipe, failing, options), TypeError, "the disk is gone");
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("verify() refuses a folder that cannot be written to before it reads", async () => {
  const [a, b] = [memory(people), memory(people)];
  const error = await assertRejects(
    () => verify(a, b, { tempFolder: "no/such/folder" }),
    IoError,
    'the folder "no/such/folder" does not exist',
  );
  assertEquals([error.stage, a.reads], [undefined, 0]);
});

const index = (document: object) => serialize(document);

Deno.test("verify() compares options and indexes in what they mean", async (t) => {
  const byName = { v: 2, key: { a: 1, b: -1 }, name: "ab" };
  const cases: [string, object[], object[], boolean][] = [
    ["other version and ns", [byName], [{ ...byName, v: 1, ns: "shop.x", background: true }], true],
    ["1 and 1.0", [byName], [{ ...byName, key: { a: new Double(1), b: Long.NEG_ONE } }], true],
    ["not unique", [byName], [{ ...byName, unique: false }], true],
    ["another order of members", [{ ...byName, unique: true, sparse: true }], [
      { name: "ab", sparse: 1, key: byName.key, unique: true },
    ], true],
    ["another order of keys", [byName], [{ ...byName, key: { b: -1, a: 1 } }], false],
    ["unique", [byName], [{ ...byName, unique: true }], false],
    ["another name", [byName], [{ ...byName, name: "ba" }], false],
    ["one more", [byName], [byName, { v: 2, key: { c: "text" }, name: "c" }], false],
  ];
  for (const [name, ofA, ofB, same] of cases) {
    await t.step(name, async () => {
      const a = memory(people, { indexes: ofA.map(index) });
      const b = memory(people, { indexes: ofB.map(index) });
      const found = await only(a, b);
      assertEquals(found.status, same ? "same" : "different");
      assertEquals(found.differences.length > 0, !same);
      assertEquals(found.sameDocuments, true);
      assertEquals((await only(a, b, { ignoreIndexes: true })).status, "same");
    });
  }
  await t.step("options", async () => {
    const indexes: Uint8Array[] = [];
    const options = (document: object) => ({ indexes, options: serialize(document) });
    const capped = { capped: true, size: 4096, uuid: 1 };
    const a = memory([], options(capped));
    const b = memory([], options({ size: new Double(4096), capped: true, autoIndexId: true }));
    assertEquals((await only(a, b)).status, "same");
    const larger = memory([], options({ ...capped, size: 8192 }));
    const found = await only(a, larger);
    assertEquals(found.differences, [{ of: "option", name: "size", a: "4096", b: "8192" }]);
    assertEquals((await only(a, larger, { ignoreOptions: true })).status, "same");
  });
  await t.step("not known by a bare file", async () => {
    const found = await only(memory(people), memory(people, { indexes: [index(byName)] }));
    assertEquals([found.status, found.definitions], ["same", "unknown"]);
  });
  await t.step("views by their definition", async () => {
    const view = (pipeline: object[]) =>
      memory([], { type: "view", options: serialize({ viewOn: "orders", pipeline }) });
    const recent = [{ $match: { x: 1 } }, { $sort: { a: 1, b: 1 } }];
    assertEquals((await only(view(recent), view(recent))).status, "same");
    const other = view([{ $match: { x: 1 } }, { $sort: { b: 1, a: 1 } }]);
    const found = await only(view(recent), other, { ignoreOptions: true });
    assertEquals(found.differences.map(({ name }) => name), ["pipeline"]);
    const stored = await only(view(recent), memory([], { indexes: [] }));
    assert(stored.differences.some(({ of }) => of === "type"));
  });
});

const at = (db: string, name: string): { namespace: Namespace } => ({
  namespace: { db, collection: name },
});

Deno.test("verify() pairs collections by what both sides have", async (t) => {
  const [one, two] = [people.slice(0, 1), people.slice(0, 2)];
  const place = (...names: string[]) =>
    new MemoryConnector(names.map((name) => {
      const [db, of] = name.split(".") as [string, string];
      return collection(of === "b" ? two : one, at(db, of));
    }));
  const cases: [string, MemoryConnector, MemoryConnector, string, string[]][] = [
    ["one each", place(".x"), place("shop.orders"), "only", ["same"]],
    ["one database each", place("s.a", "s.b"), place("t.b", "t.a"), "collection", ["same", "same"]],
    ["names", place("s.a", "t.a"), place("t.a", "u.a"), "namespace", ["missing", "same", "extra"]],
    ["a file in a server", place(".b"), place("s.a", "t.b"), "collection", ["same", "extra"]],
    ["nothing", place(), place(), "namespace", []],
  ];
  for (const [name, a, b, by, statuses] of cases) {
    await t.step(name, async () => {
      const { matchedBy, collections } = await verify(a, b);
      assertEquals(matchedBy, by);
      assertEquals(collections.map(({ status }) => status).toSorted(), statuses.toSorted());
    });
  }
  await t.step("what is included", async () => {
    const include = ({ collection }: Namespace) => collection === "a";
    const { same, collections } = await verify(place("s.a", "s.b"), place("s.a"), { include });
    assertEquals([same, collections.length], [true, 1]);
    const nothing = { include: () => false };
    await assertRejects(() => verify(place("s.a"), place("s.a"), nothing), Error, "no collection");
  });
});

Deno.test("verify() does not take for the same what neither side has the documents of", async (t) => {
  /** A place with collections of `shop`; those in brackets lack their documents. */
  const place = (display: string, ...names: string[]) =>
    new MemoryConnector(
      names.map((name) => {
        const lacks = name.startsWith("[");
        const of = name.replace(/[[\]]/g, "");
        const path = `${display}/${of}.bson`;
        return collection(lacks ? [] : people, {
          ...at("shop", of),
          ...lacks ? { damage: { lost: "documents", message: `Cannot read ${path}`, path } } : {},
        });
      }),
      { display },
    );
  const lost = (display: string) => ({
    namespace: { db: "shop", collection: "x" },
    path: `${display}/x.bson`,
  });
  const cases: [string, string[], string[], VerifiedCollection["status"], object][] = [
    ["both", ["[x]", "y"], ["[x]", "y"], "lost", { a: lost("a"), b: lost("b") }],
    ["the first, nothing of the second", ["[x]", "y"], ["y"], "lost", { a: lost("a") }],
    ["the second, nothing of the first", ["y"], ["[x]", "y"], "lost", { b: lost("b") }],
    ["the first alone", ["[x]", "y"], ["x", "y"], "extra", { a: lost("a") }],
    ["the second alone", ["x", "y"], ["[x]", "y"], "missing", { b: lost("b") }],
  ];
  for (const [name, a, b, status, lost] of cases) {
    await t.step(name, async () => {
      const result = await verify(place("a", ...a), place("b", ...b));
      assertEquals(result.same, false);
      const found = Object.fromEntries(result.collections.map((one) => [one.status, one.lost]));
      assertEquals(found, { same: undefined, [status]: lost });
      const include = ({ collection }: Namespace) => collection !== "x";
      assertEquals((await verify(place("a", ...a), place("b", ...b), { include })).same, true);
    });
  }
  await t.step("a side of which nothing is left", async () => {
    const only = () => verify(place("a", "[x]", "[y]"), place("b", "x", "y"));
    await assertRejects(only, DataError, "Cannot read a/x.bson, and 1 more");
    const include = ({ collection }: Namespace) => collection === "x";
    const chosen = () => verify(place("a", "x", "y"), place("b", "[x]", "y"), { include });
    const { hint } = await assertRejects(chosen, DataError, "Cannot read b/x.bson");
    assertEquals(hint, 'if the collection was empty, an empty file "b/x.bson" says so');
  });
});

Deno.test("verify() names what differs in a pipe, which it reads once", async () => {
  const changed = people.slice(1).map((one) => one._id === 70 ? { ...one, age: "old" } : one);
  const folder = await Deno.makeTempDir();
  try {
    for (const options of [{}, { memoryBytes: 5000, tempFolder: folder }]) {
      const pipe = memory([...changed, { _id: "new" }], {}, { rereadable: false, display: "-" });
      const { collections, issues } = await verify(memory(people), pipe, options);
      const { shown, ...counts } = collections[0]!.documents!;
      assertEquals(counts, { missing: 1, extra: 1, different: 1 });
      assertEquals(
        shown.map(({ status, id, indexA, indexB }) => [status, id, indexA, indexB]),
        [
          ["different", '{"$numberInt":"70"}', 70, 69],
          ["missing", '{"$numberInt":"0"}', 0, undefined],
          ["extra", '"new"', undefined, 99],
        ],
      );
      assertEquals(pipe.reads, 1);
      // It was read after the other side: what that lacks was kept.
      assertEquals([shown[0]?.first?.path, issues], ["age", []]);
    }
    // Where everything differs there is room for some.
    const all = memory(people.map((one) => ({ ...one, age: "old" })), {}, { rereadable: false });
    const options = { memoryBytes: 5000, tempFolder: folder };
    const { collections: [other], issues } = await verify(memory(people), all, options);
    const told = other!.documents!.shown.filter(({ first }) => first?.path === "age");
    assert(told.length > 0 && told.length < 20, `${told.length}`);
    assertEquals(issues.map(({ code, level }) => [code, level]), [["not-rereadable", "info"]]);
    // Two pipes are compared as well.
    const sides = [people, changed].map((one) => memory(one, {}, { rereadable: false }));
    const { collections } = await verify(sides[0]!, sides[1]!);
    assertEquals(collections[0]?.documents?.shown[0]?.first?.path, "age");
    assertEquals(sides.map(({ reads }) => reads), [1, 1]);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("verify() says that memory does not hold what is needed of a pipe", async () => {
  const pipe = memory(people.slice(1), {}, { rereadable: false, display: "-" });
  const options = { memoryBytes: 5000 };
  const { same, collections, issues } = await verify(memory(people), pipe, options);
  assertEquals([same, collections[0]?.documents], [false, undefined]);
  assertEquals(issues.map(({ code, level }) => [code, level]), [["not-rereadable", "warning"]]);
  assert((await verify(memory(people.slice(1)), pipe, options)).same);
});

Deno.test("verify() keeps apart what is under one _id in many collections of a pipe", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
  const place = (changed: string, options: { rereadable: boolean }) =>
    new MemoryConnector(
      names.map((name) => {
        const documents = people.map((one) => name === changed ? { ...one, name } : one);
        return collection(documents, { namespace: { db: "s", collection: name } });
      }),
      options,
    );
  for (const rereadable of [true, false]) {
    const { collections } = await verify(
      place("", { rereadable: true }),
      place("c7", { rereadable }),
    );
    const found = collections.filter(({ status }) => status === "different");
    assertEquals(found.map(({ a }) => a?.namespace.collection), ["c7"]);
    const { missing, extra, different, shown } = found[0]!.documents!;
    assertEquals([missing, extra, different], [0, 0, 100]);
    assertEquals(shown[0]?.first?.b?.value, '"c7"');
  }
});

Deno.test("verify() counts what is in one side alone without looking for it", async () => {
  const names = ["full", "none", "some", "pipe"];
  const place = (of: Record<string, object[]>, options = {}) =>
    new MemoryConnector(
      names.map((name) => collection(of[name] ?? [], { namespace: { db: "s", collection: name } })),
      options,
    );
  const changed = people.map((one) => one._id === 4 ? { ...one, age: "old" } : one);
  for (const rereadable of [true, false]) {
    const a = place({ full: people, some: people });
    const b = place({ none: people.slice(9), some: changed, pipe: people }, { rereadable });
    const { collections } = await verify(a, b, { show: 2 });
    const counts = collections.map((
      { documents },
    ) => [documents!.missing, documents!.extra, documents!.different]);
    assertEquals(counts, [[100, 0, 0], [0, 91, 0], [0, 0, 1], [0, 100, 0]]);
    const [full, none, some] = collections.map(({ documents }) => documents!.shown);
    assertEquals(full, [
      { status: "missing", id: '{"$numberInt":"0"}', indexA: 0 },
      { status: "missing", id: '{"$numberInt":"1"}', indexA: 1 },
    ]);
    assertEquals(none?.map(({ id, indexB }) => [id, indexB]), [
      ['{"$numberInt":"9"}', 0],
      ['{"$numberInt":"10"}', 1],
    ]);
    assertEquals(some?.[0]?.first?.path, "age");
    assertEquals([a.reads, b.reads], [3, rereadable ? 3 : 1]);
  }
  // As little memory as there may be: no more readings.
  const [a, b] = [memory(people), memory([])];
  const { documents } = await only(a, b, { memoryBytes: 1 });
  assertEquals([documents?.missing, documents?.shown.length], [100, 20]);
  assertEquals([a.reads, b.reads], [2, 1]);
});

Deno.test("verify() knows a time series by its options, and an empty one for buckets or none", async () => {
  const options = new Uint8Array(serialize({ timeseries: { timeField: "t" } }));
  const info = (more: Partial<CollectionInfo>) => ({ options, indexes: [], ...more });
  const series = (documents: object[], more: Partial<CollectionInfo> = {}) =>
    memory(documents, info({ type: "timeseries", ...more }));
  const plain = memory(people, info({ type: "collection" }));
  assertEquals((await only(series(people), plain)).status, "same");
  assertEquals((await only(series([]), series([], { buckets: true }))).status, "same");
  const other = await only(series(people), series(people, { buckets: true }));
  assertEquals([other.status, other.onlyIdPosition, other.documents], [
    "different",
    undefined,
    undefined,
  ]);
  assertEquals(other.differences, [
    { of: "type", name: "documents", a: "measurements", b: "buckets" },
  ]);
  const lost = await only(series(people), series([], { buckets: true }));
  assertEquals([lost.status, lost.documents?.missing], ["different", people.length]);
});

/** A place that loses its connection so often, each time after a few batches. */
function failing(documents: readonly object[], failures: number): MemoryConnector {
  const names = ["a", "b", "c"];
  const connector = new MemoryConnector(
    names.map((name) => collection(documents, { namespace: { db: "s", collection: name } })),
  );
  const { source } = connector;
  const read = source.read;
  let left = failures;
  source.read = async function* (options) {
    let items = 0;
    for await (const item of read.call(source, options)) {
      yield item;
      if (left === 0 || ++items < 20 + 11 * left) continue;
      left--;
      throw new ConnectError("Cannot read: the connection was lost", { retryable: true });
    }
  };
  return connector;
}

Deno.test("verify() reads again what was lost with a connection, and counts nothing twice", async () => {
  const events: VerifyEvent[] = [];
  const onEvent = (event: VerifyEvent) => void events.push(event);
  const same = await verify(failing(people, 0), failing(people, 3), { onEvent });
  assert(same.same, JSON.stringify(same.collections));
  const retries = events.filter(({ type }) => type === "retry");
  assertEquals(retries.map(({ side, pass }) => [side, pass]), [["b", 1], ["b", 1], ["b", 1]]);
  const changed = people.map((one) => one._id === 9 ? { ...one, age: "old" } : one);
  for (const options of [{}, { memoryBytes: 48 * 20 }]) {
    const { collections } = await verify(failing(people, 4), failing(changed, 2), options);
    for (const { documents } of collections) {
      assertEquals(documents?.different, 1);
      assertEquals(documents?.shown.map(({ indexA, id }) => [indexA, id]), [
        [9, '{"$numberInt":"9"}'],
      ]);
    }
  }
  await assertRejects(
    () => verify(failing(people, 0), failing(people, 1), { retries: 0 }),
    ConnectError,
    "the connection was lost",
  );
});

Deno.test("verify() stops on its signal, and tells how far it is", async () => {
  const controller = new AbortController();
  const events: VerifyEvent[] = [];
  const onEvent = (event: VerifyEvent) => {
    events.push(event);
    if (event.type === "progress" && event.documents >= 30) controller.abort();
  };
  const { signal } = controller;
  const a = memory(people), b = memory(people);
  await assertRejects(() => verify(a, b, { signal, onEvent }), Error, "interrupted");
  const [first] = events;
  assert(first?.type === "progress");
  assertEquals([first.pass, first.documents], [1, 3]);
});

Deno.test("verify() that is stopped in any pass leaves nothing in its folder", async () => {
  const tempFolder = await Deno.makeTempDir();
  try {
    const changed = people.map((one) => ({ ...one, age: "old" }));
    for (const last of [1, 2, 3]) {
      const controller = new AbortController();
      const onEvent = ({ side, pass }: VerifyEvent) => {
        if (side === "a" && pass === last) controller.abort();
      };
      const options = { memoryBytes: 1, tempFolder, signal: controller.signal, onEvent };
      const pipe = memory(changed, {}, { rereadable: false });
      await assertRejects(() => verify(memory(people), pipe, options), InterruptedError);
      assertEquals(await Array.fromAsync(Deno.readDir(tempFolder)), []);
    }
  } finally {
    await Deno.remove(tempFolder);
  }
});

Deno.test("verify() stops the other side when one fails", async () => {
  let ended = false;
  const endless = memory([]);
  endless.source.read = async function* () {
    try {
      const info = { namespace: { db: "shop", collection: "orders" }, type: "collection" } as const;
      yield { type: "begin", collection: info };
      const batch = await memory(people.slice(0, 1)).source.read().next();
      assert(batch.value?.type === "begin");
      while (true) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        for await (const item of memory(people.slice(0, 1)).source.read()) {
          if (item.type === "batch") yield item;
        }
      }
    } finally {
      ended = true;
    }
  };
  const failing = memory([]);
  // deno-lint-ignore require-yield
  failing.source.read = async function* () {
    await Promise.resolve();
    throw new TypeError("the disk is gone");
  };
  await assertRejects(() => verify(endless, failing), TypeError, "the disk is gone");
  assert(ended);
});

Deno.test("verify() gives the same digest for one key, and others for another", async () => {
  const key = new Uint8Array(32).fill(7);
  const digest = async (options: VerifyOptions) =>
    (await only(memory(people), memory(people), options)).a!.digest;
  assertEquals(await digest({ key }), await digest({ key }));
  assert(await digest({}) !== await digest({}));
  await assertRejects(() => digest({ key: new Uint8Array(16) }), Error, "16 bytes");
  await assertRejects(() => digest({ show: -1 }), Error, "-1");
});

Deno.test("verify() says that two multisets are the same exactly when they are", async () => {
  const document = fc.record({
    _id: fc.integer({ min: 0, max: 5 }),
    v: fc.constantFrom(0, 1, "", "a", null, [], [0]),
  });
  const list = fc.array(document, { maxLength: 12 });
  const pair = fc.oneof(
    fc.tuple(list, list),
    list.chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.shuffledSubarray(one, { minLength: Math.max(0, one.length - 1) }),
      )
    ),
  );
  await fc.assert(
    fc.asyncProperty(pair, async ([a, b]) => {
      const text = (list: object[]) => list.map((one) => JSON.stringify(one));
      const [ofA, ofB] = [text(a), text(b)];
      const same = ofA.toSorted().join("\n") === ofB.toSorted().join("\n");
      const found = await only(memory(a), memory(b), { show: 50 });
      assertEquals(found.status === "same", same);
      if (same) return;
      // What is left on each side when equal documents are taken out of both.
      for (const one of [...ofA]) {
        const other = ofB.indexOf(one);
        if (other < 0) continue;
        ofB.splice(other, 1);
        ofA.splice(ofA.indexOf(one), 1);
      }
      const { missing, extra, different, shown } = found.documents!;
      assertEquals(missing + different, ofA.length);
      assertEquals(extra + different, ofB.length);
      assertEquals(shown.length, missing + extra + different);
      const idsLeft = (of: string[]) => of.map((one) => JSON.parse(one)._id);
      const both = [0, 1, 2, 3, 4, 5].reduce((sum, id) => {
        const count = (of: string[]) => idsLeft(of).filter((one) => one === id).length;
        return sum + Math.min(count(ofA), count(ofB));
      }, 0);
      assertEquals(different, both);
    }),
    { numRuns: 300 },
  );
});
