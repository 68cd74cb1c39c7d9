import { assert, assertEquals, assertRejects } from "@std/assert";
import { serialize } from "bson";
import fc from "fast-check";
import { ArchiveConnector } from "../../../../src/connectors/archive/mod.ts";
import { BsonConnector } from "../../../../src/connectors/bson/mod.ts";
import {
  batchDocument,
  type CollectionInfo,
  DataError,
  formatNamespace,
  InterruptedError,
  IoError,
  type RawBatch,
  UsageError,
} from "../../../../src/core/mod.ts";
import { inspectSource } from "../../../../src/inspect/mod.ts";
import { transfer } from "../../../../src/transfer/mod.ts";
import {
  end,
  head,
  hex,
  joined,
  type Listed,
  NAMESPACES,
  plainMetadata,
  readAll,
  readBytes,
  segment,
} from "./_archives.ts";

const DATA = new URL("../../../../../shared/data/", import.meta.url);
const present = await Deno.stat(DATA).then(() => true, () => false);
if (!present) {
  const line = "tests with real archives are skipped: ../shared/data is absent\n";
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

const doc = (values: object) => new Uint8Array(serialize(values));
const SERIES: Listed = {
  db: "iot",
  collection: "weather",
  metadata: '{"options":{"timeseries":{"timeField":"t","metaField":"m","granularity":"seconds"}},' +
    '"indexes":[],"uuid":"","collectionName":"weather","type":"timeseries"}',
  type: "timeseries",
};
const BUCKET = doc({ _id: 1, control: { version: 1 }, meta: 1, data: { t: { 0: new Date(0) } } });
const MEASUREMENT = doc({ _id: 1, t: new Date(0), m: 1, control: {}, data: {} });

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "ArchiveConnector gives back a real archive: documents, options, indexes (../shared/data)",
  ignore: !present,
  fn: () =>
    inFolder(async (folder) => {
      await using real = new ArchiveConnector({ path: new URL("demo.archive.gz", DATA).pathname });
      await using copy = new ArchiveConnector({ path: `${folder}/copy.archive.gz` });
      await using again = new ArchiveConnector({ path: `${folder}/again.archive.zst` });
      await transfer(real, copy);
      await transfer(copy, again);
      const wanted = await readAll(real.source);
      assertEquals(wanted.documents.size, 9);
      const counts = [...wanted.documents].map(([name, { length }]) => [name, length]).sort();
      assertEquals(counts, [
        ["demo.a_view", 0],
        ["demo.books", 431],
        ["demo.checked", 2],
        ["demo.empty one", 0],
        ["demo.grades", 280],
        ["demo.restaurant", 2548],
        ["demo.students", 200],
        ["demo.theaters", 1564],
        ["demo.with space and é/ü", 1],
      ]);
      for (const one of [copy, again]) {
        const read = await readAll(one.source);
        assertEquals(read.documents, wanted.documents);
        assertEquals([...read.infos.keys()], [...wanted.infos.keys()]);
        for (const [name, info] of wanted.infos) assertEquals(read.infos.get(name), info);
        const described = await Array.fromAsync(one.source.describe());
        const real = [...wanted.infos.values()].map(({ namespace }) => formatNamespace(namespace));
        assertEquals(
          described.map(({ namespace }) => formatNamespace(namespace)).sort(),
          real.sort(),
        );
      }
      assertEquals(
        (await copy.source.origin!()).serverVersion,
        (await real.source.origin!()).serverVersion,
      );
    }),
});

Deno.test("ArchiveConnector reads old archives, that say of nothing what it is", async () => {
  const view =
    '{"options":{"viewOn":"a","pipeline":[]},"indexes":[],"uuid":"","collectionName":"v"}';
  const listed: Listed[] = [
    {
      db: "d",
      collection: "a",
      metadata: '{"options":{},"indexes":[{"v":1,"key":{"_id":1},"name":"_id_","ns":"d.a"}]}',
    },
    { db: "d", collection: "v", metadata: view },
    { db: "d", collection: "w", metadata: '{"indexes":[]}', type: "view" },
    { db: "d", collection: "nothing", metadata: "" },
  ];
  const bytes = joined([head(listed), ...listed.map((each) => end(each, []))]);
  const { infos, issues } = await readBytes(bytes);
  assertEquals(
    [...infos.values()].map(({ type, indexes }) => [type, indexes?.length]),
    [["collection", 1], ["view", 0], ["view", 0], ["collection", undefined]],
  );
  assertEquals(issues.map(({ code }) => code), ["no-metadata"]);
});

Deno.test("ArchiveConnector says what it leaves out, wherever that comes", async (t) => {
  const a: Listed = { db: "shop", collection: "a" };
  const oplog = { db: "", collection: "oplog" };
  const users = { db: "admin", collection: "system.users" };
  const entry = doc({ op: "n" });
  const after = [segment(oplog, [entry]), end(oplog, [entry])];
  const withOplog = joined([head([a]), end(a, []), ...after]);
  const withUsers = joined([head([a, users]), end(users, []), end(a, [])]);
  await t.step("an oplog behind all else", async () => {
    const { documents, issues } = await readBytes(withOplog);
    assertEquals([...documents.keys()], ["shop.a"]);
    assertEquals(issues.map(({ code, level }) => [code, level]), [[
      "oplog-not-replayed",
      "warning",
    ]]);
  });
  await t.step("nothing else is there", async () => {
    const { ended, issues } = await readBytes(joined([head([]), ...after]));
    assertEquals(ended, ["oplog"]);
    assertEquals(issues.map(({ code }) => code), ["oplog-not-replayed"]);
  });
  await t.step("the oplog, if it may be ignored", async () => {
    await inFolder(async (folder) => {
      await Deno.writeFile(`${folder}/x.archive`, withOplog);
      const source =
        new ArchiveConnector({ path: `${folder}/x.archive`, ignoreOplog: true }).source;
      assertEquals((await readAll(source)).issues, []);
    });
  });
  await t.step("users, unless they are asked for", async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/x.archive`;
      await Deno.writeFile(path, withUsers);
      const without = await readAll(new ArchiveConnector({ path }).source);
      assertEquals([...without.documents.keys()], ["shop.a"]);
      assertEquals(without.issues.map(({ code }) => code), ["users-and-roles-left-out"]);
      const source = new ArchiveConnector({ path, usersAndRoles: true }).source;
      assertEquals([...(await readAll(source)).documents.keys()].sort(), [
        "admin.system.users",
        "shop.a",
      ]);
      assertEquals((await Array.fromAsync(source.describe())).length, 2);
    });
  });
});

Deno.test("ArchiveConnector gives a time series as what the archive has of it", async (t) => {
  const buckets = { db: "iot", collection: "system.buckets.weather" };
  const table: [string, Uint8Array, boolean | undefined][] = [
    ["buckets", joined([segment(buckets, [BUCKET]), end(buckets, [BUCKET])]), true],
    [
      "buckets of a server from 8.3",
      joined([segment(SERIES, [BUCKET]), end(SERIES, [BUCKET])]),
      true,
    ],
    [
      "measurements",
      joined([segment(SERIES, [MEASUREMENT]), end(SERIES, [MEASUREMENT])]),
      undefined,
    ],
    ["nothing", end(buckets, []), true],
  ];
  for (const [name, body, wanted] of table) {
    await t.step(name, async () => {
      const { infos, documents } = await readBytes(joined([head([SERIES]), body]));
      assertEquals([...documents.keys()], ["iot.weather"]);
      const info = infos.get("iot.weather");
      assertEquals([info?.type, info?.buckets], ["timeseries", wanted]);
    });
  }
  await t.step("both are refused", async () => {
    const body = joined([segment(buckets, [BUCKET]), segment(SERIES, [MEASUREMENT])]);
    await assertRejects(
      () => readBytes(joined([head([SERIES]), body])),
      DataError,
      "as buckets and as measurements",
    );
  });
});

Deno.test("ArchiveConnector writes the buckets of a time series where a restore looks for them", async (t) => {
  const info = (buckets: boolean): CollectionInfo => ({
    namespace: { db: "iot", collection: "weather" },
    type: "timeseries",
    options: doc({ timeseries: { timeField: "t" } }),
    indexes: [],
    ...(buckets ? { buckets } : {}),
  });
  const table: [string, string, boolean, string, string[]][] = [
    ["before 8.3", "8.2.11", true, "system.buckets.weather", []],
    ["from 8.3 on", "8.3.0", true, "weather", []],
    ["measurements", "8.0.1", false, "weather", ["time-series-as-measurements"]],
  ];
  for (const [name, serverVersion, buckets, physical, codes] of table) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        const path = `${folder}/x.archive`;
        const connector = new ArchiveConnector({ path });
        const collection = info(buckets);
        const { namespace } = collection;
        const writer = await connector.target.open({
          collections: [{ ...collection }],
          origin: { serverVersion },
        });
        await writer.begin(collection);
        await writer.write(batchOf(namespace, [buckets ? BUCKET : MEASUREMENT]));
        assertEquals((await writer.end(namespace)).map(({ code }) => code), codes);
        await writer.commit();
        const bytes = await Deno.readFile(path);
        assert(
          hex(bytes).includes(hex(joined([new TextEncoder().encode(physical), new Uint8Array(1)]))),
        );
        const { infos } = await readAll(connector.source);
        assertEquals(infos.get("iot.weather")?.buckets, buckets ? true : undefined);
      }));
  }
});

function batchOf(
  namespace: { db: string; collection: string },
  documents: readonly Uint8Array[],
  seq = 0,
): RawBatch {
  const starts: number[] = [];
  let at = 0;
  for (const { length } of documents) {
    starts.push(at);
    at += length;
  }
  return {
    namespace,
    buffer: joined(documents),
    starts: Uint32Array.from(starts),
    firstIndex: 0,
    lane: 0,
    seq,
    after: { v: 1, kind: "test" },
  };
}

Deno.test("ArchiveConnector writes interleaved collections in segments of 16 MiB at most", () =>
  inFolder(async (folder) => {
    const path = `${folder}/x.archive`;
    const connector = new ArchiveConnector({ path });
    const names = ["a", "b", "c"].map((collection) => ({ db: "d", collection }));
    const collections = names.map((namespace): CollectionInfo => ({
      namespace,
      type: "collection",
    }));
    const writer = await connector.target.open({ collections });
    for (const each of collections) await writer.begin(each);
    const large = doc({ _id: 1, x: "x".repeat(5_000_000) });
    const wanted = new Map(names.map((namespace) => [formatNamespace(namespace), [] as string[]]));
    for (let seq = 0; seq < 9; seq++) {
      const namespace = names[seq < 5 ? 0 : seq % 2]!;
      await writer.write(batchOf(namespace, [large], seq));
      wanted.get(formatNamespace(namespace))!.push(hex(large).slice(0, 40));
    }
    for (const namespace of names) await writer.end(namespace);
    await writer.commit();
    const found = new Map<string, string[]>(wanted.keys().map((name) => [name, []]));
    for await (const item of connector.source.read()) {
      if (item.type !== "batch") continue;
      for (let i = 0; i < item.batch.starts.length; i++) {
        found.get(formatNamespace(item.batch.namespace))!
          .push(hex(batchDocument(item.batch, i).subarray(0, 20)));
      }
      item.batch.release?.();
    }
    assertEquals(found, wanted);
  }));

Deno.test("ArchiveConnector gives back what was written, whatever it is called and however it is mixed", async () => {
  const runs = fc.record({
    namespaces: NAMESPACES,
    order: fc.array(fc.tuple(fc.nat(4), fc.array(fc.nat(400), { maxLength: 6 })), {
      maxLength: 30,
    }),
    extension: fc.constantFrom("archive", "archive.gz", "archive.zst"),
  });
  await fc.assert(
    fc.asyncProperty(runs, ({ namespaces, order, extension }) =>
      inFolder(async (folder) => {
        const connector = new ArchiveConnector({ path: `${folder}/x.${extension}` });
        const infos = namespaces.map((namespace, n): CollectionInfo => ({
          namespace,
          type: "collection",
          options: doc({ n }),
          indexes: [doc({ v: 2, key: { [namespace.collection]: 1 }, name: "x" })],
        }));
        const writer = await connector.target.open({ collections: infos });
        const wanted = new Map<string, string[]>();
        for (const info of infos) {
          await writer.begin(info);
          wanted.set(formatNamespace(info.namespace), []);
        }
        for (const [seq, [which, sizes]] of order.entries()) {
          const { namespace } = infos[which % infos.length]!;
          const found = wanted.get(formatNamespace(namespace))!;
          const documents = sizes.map((size) => doc({ seq, text: "x".repeat(size) }));
          const batch = { ...batchOf(namespace, documents, seq), firstIndex: found.length };
          if (documents.length > 0) await writer.write(batch);
          found.push(...documents.map(hex));
        }
        for (const { namespace } of infos) await writer.end(namespace);
        await writer.commit();
        const read = await readAll(connector.source);
        assertEquals(read.documents, wanted);
        for (const { namespace, options, indexes } of infos) {
          const info = read.infos.get(formatNamespace(namespace))!;
          assertEquals(info.namespace, namespace);
          assertEquals(
            [info.options!, ...info.indexes!].map(hex),
            [options!, ...indexes!].map(hex),
          );
        }
      })),
    { numRuns: 60 },
  );
});

Deno.test("ArchiveConnector ends what was announced and never came", () =>
  inFolder(async (folder) => {
    const connector = new ArchiveConnector({ path: `${folder}/x.archive` });
    const namespace = { db: "d", collection: "gone" };
    const writer = await connector.target.open({
      collections: [{ namespace, type: "collection" }],
    });
    await assertRejects(
      () => writer.begin({ namespace: { db: "d", collection: "new" }, type: "collection" }),
      DataError,
      "appeared after the list",
    );
    await writer.commit();
    assertEquals((await readAll(connector.source)).ended, ["d.gone"]);
  }));

Deno.test("ArchiveConnector puts a collection without a database into test", () =>
  inFolder(async (folder) => {
    await using connector = new ArchiveConnector({ path: `${folder}/x.archive` });
    await connector.loadData([{ _id: 1 }], { namespace: { db: "", collection: "orders" } });
    const { documents, infos } = await readAll(connector.source);
    assertEquals([...documents.keys()], ["test.orders"]);
    const { serverVersion, compression, storedBytes } = await connector.source.origin!();
    assertEquals([serverVersion, compression], ["", "none"]);
    assertEquals(storedBytes, (await Deno.stat(`${folder}/x.archive`)).size);
    assertEquals(infos.get("test.orders")?.type, "collection");
  }));

Deno.test("ArchiveConnector leaves nothing of a run that fails", () =>
  inFolder(async (folder) => {
    const cut = joined([
      head([{ db: "d", collection: "a" }]),
      segment({ db: "d", collection: "a" }, []),
    ]);
    await Deno.writeFile(`${folder}/cut.archive`, cut);
    await using source = new ArchiveConnector({ path: `${folder}/cut.archive` });
    await using target = new ArchiveConnector({ path: `${folder}/out.archive` });
    await assertRejects(() => transfer(source, target), DataError, "ends before");
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), [
      "cut.archive",
    ]);
  }));

for (const bytes of [10, 3_000_000]) {
  Deno.test({
    name: `ArchiveConnector says that the disk is full, after ${bytes} bytes`,
    ignore: Deno.build.os !== "linux",
    fn: () =>
      inFolder(async (folder) => {
        const path = `${folder}/x.archive`;
        // A device that is always full; what is small is written at the very end.
        await Deno.symlink("/dev/full", path);
        const namespace = { db: "d", collection: "a" };
        const collections: CollectionInfo[] = [{ namespace, type: "collection" }];
        const writer = await new ArchiveConnector({ path }).target.open({
          collections,
          overwrite: true,
        });
        const error = await assertRejects(
          async () => {
            await writer.begin(collections[0]!);
            await writer.write(batchOf(namespace, [doc({ x: "x".repeat(bytes) })]));
            await writer.end(namespace);
            await writer.commit();
          },
          IoError,
          "the disk is full",
        );
        assertEquals(error.stage, "target");
        await writer.abort();
      }),
  });
}

for (const [name, kind] of [["x.archive", "archive"], ["x.bson", "bson"]] as const) {
  Deno.test({
    name: `inspectSource() reads ${name} through a pipe with a name, which is opened once`,
    ignore: Deno.build.os === "windows",
    fn: () =>
      inFolder(async (folder) => {
        const path = `${folder}/${name}`;
        const made = await new Deno.Command("mkfifo", { args: [path] }).output();
        assert(made.success);
        const namespace = { db: "d", collection: "a" };
        const documents = Array.from({ length: 2000 }, (_, _id) => doc({ _id, x: "x".repeat(99) }));
        const bytes = kind === "bson"
          ? joined(documents)
          : joined([head([namespace]), segment(namespace, documents), end(namespace, documents)]);
        const fed = Deno.writeFile(path, bytes, { create: false });
        await using connector = kind === "bson"
          ? new BsonConnector({ path })
          : new ArchiveConnector({ path });
        const { collections, damages } = await inspectSource(connector);
        assertEquals([collections[0]?.documents, damages], [2000, []]);
        await fed;
      }),
  });
}

Deno.test("ArchiveConnector stops by signal while it passes over what is not asked for", () =>
  inFolder(async (folder) => {
    const a = { db: "d", collection: "a" };
    const documents = Array.from({ length: 2000 }, (_, i) => doc({ _id: i, x: "x".repeat(500) }));
    await Deno.writeFile(
      `${folder}/x.archive`,
      joined([head([a]), segment(a, documents), end(a, documents)]),
    );
    const { source } = new ArchiveConnector({ path: `${folder}/x.archive` });
    const controller = new AbortController();
    const reading = source.read({
      signal: controller.signal,
      batchBytes: 1000,
      include: () => {
        controller.abort();
        return false;
      },
    });
    await assertRejects(() => Array.fromAsync(reading), InterruptedError);
  }));

Deno.test("ArchiveConnector reads the beginning again only if the file changed, or it was let go", () =>
  inFolder(async (folder) => {
    const path = `${folder}/x.archive`;
    const put = async (...names: string[]) => {
      const listed = names.map((collection) => ({
        db: "shop",
        collection,
        metadata: plainMetadata(collection),
        type: "collection",
      }));
      await Deno.writeFile(path, joined([head(listed), ...listed.map((each) => end(each, []))]));
      const long = new Date("2020-01-01T00:00:00Z");
      await Deno.utime(path, long, long);
    };
    await put("a");
    const { open } = Deno;
    let opened = 0;
    Deno.open = (path, options) => {
      opened++;
      return open(path, options);
    };
    try {
      await using connector = new ArchiveConnector({ path });
      const { source } = connector;
      const names = async () =>
        (await Array.fromAsync(source.describe())).map(({ namespace }) => namespace.collection);
      const size = (await Deno.stat(path)).size;
      assertEquals([await names(), await names()], [["a"], ["a"]]);
      const { compression, storedBytes } = await source.origin!();
      assertEquals([compression, storedBytes, opened], ["none", size, 1]);
      await put("a", "b");
      assertEquals([await names(), opened], [["a", "b"], 2]);
      assertEquals((await readAll(source)).ended, ["shop.a", "shop.b"]);
      await connector.disconnect();
      opened = 0;
      assertEquals([await names(), opened], [["a", "b"], 1]);
    } finally {
      Deno.open = open;
    }
  }));

Deno.test("ArchiveConnector refuses what an archive cannot do", async () => {
  const connector = new ArchiveConnector({ path: "x.archive" });
  await assertRejects(() => connector.target.open(), UsageError, "begins with the list");
  const collections: CollectionInfo[] = [];
  await assertRejects(
    () => connector.target.open({ collections, onConflict: "skip" }),
    UsageError,
    "on-conflict",
  );
  await assertRejects(
    () => Array.fromAsync(connector.source.read({ query: { limit: 1 } })),
    UsageError,
    "limit",
  );
});

Deno.test("ArchiveConnector says which metadata it does not carry", async () => {
  const metadata = plainMetadata("a").replace('"uuid"', '"later":1,"uuid"');
  const a = { db: "d", collection: "a", metadata };
  const { issues } = await readBytes(joined([head([a]), end(a, [])]));
  assertEquals(issues.map(({ code, level }) => [code, level]), [["metadata-unknown", "warning"]]);
});
