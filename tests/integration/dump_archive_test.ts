import { assert, assertEquals, assertRejects } from "@std/assert";
import { Code, serialize } from "bson";
import type {
  CreateCollectionOptions,
  CreateIndexesOptions,
  Db,
  Document,
  IndexSpecification,
} from "mongodb";
import { ArchiveConnector } from "../../src/connectors/archive/mod.ts";
import { BsonConnector } from "../../src/connectors/bson/mod.ts";
import { DumpConnector } from "../../src/connectors/dump/mod.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import {
  batchDocument,
  type CollectionInfo,
  type Connector,
  type Namespace,
  UnsupportedError,
  UsageError,
} from "../../src/core/mod.ts";
import { bsonToJson } from "../../src/bson/mod.ts";
import { transfer, type TransferOptions } from "../../src/transfer/mod.ts";
import { verify } from "../../src/verify/mod.ts";
import { mongoTools, runTool } from "./_mongo_tools.ts";
import { integration, type IntegrationContext, serverHas } from "./_server.ts";

const DATA = new URL("../../../shared/data/", import.meta.url);
const present = await Deno.stat(DATA).then(() => true, () => false);
const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
if (!present) say("tests with real dumps are skipped: ../shared/data is absent");

/** A collection as it can be compared: documents in no order, metadata without what is a copy's own. */
interface Kept {
  readonly type: string;
  readonly options: string;
  readonly indexes: readonly string[];
  readonly documents: readonly string[];
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return new Uint8Array(hash).toHex?.() ??
    Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What a connector holds, by the name of the collection. */
async function kept(connector: Connector): Promise<Map<string, Kept>> {
  await connector.connect();
  const infos = new Map<string, CollectionInfo>();
  const documents = new Map<string, string[]>();
  for await (const item of connector.source!.read({ timeseries: "buckets" })) {
    if (item.type === "begin") {
      infos.set(item.collection.namespace.collection, item.collection);
      documents.set(item.collection.namespace.collection, []);
    }
    if (item.type !== "batch") continue;
    const { batch } = item;
    const found = documents.get(batch.namespace.collection)!;
    for (let i = 0; i < batch.starts.length; i++) found.push(await digest(batchDocument(batch, i)));
    batch.release?.();
  }
  return new Map(
    [...infos].sort(([a], [b]) => a < b ? -1 : 1).map(([name, info]) => [name, {
      type: info.type,
      options: info.options === undefined ? "{}" : bsonToJson(info.options),
      indexes: (info.indexes ?? []).map((index) => withoutOwn(bsonToJson(index))).sort(),
      documents: documents.get(name)!.sort(),
    }]),
  );
}

/**
 * An index without the version that its server gave it and the old name of its collection. mongorestore
 * sends its members in any order, all but those of the key.
 */
function withoutOwn(index: string): string {
  const { v: _v, ns: _ns, ...rest } = JSON.parse(index);
  return JSON.stringify(
    Object.fromEntries(Object.entries(rest).sort(([a], [b]) => a < b ? -1 : 1)),
  );
}

/** That `verify` finds no difference, and looks at options and indexes. */
async function assertSame(a: Connector, b: Connector): Promise<void> {
  const { same, collections } = await verify(a, b);
  assert(same, JSON.stringify(collections.filter(({ status }) => status !== "same")));
  assert(collections.every(({ definitions }) => definitions === "compared"));
}

function counts(held: Map<string, Kept>): Record<string, number> {
  return Object.fromEntries([...held].map(([name, { documents }]) => [name, documents.length]));
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Kinds of collections; what a server does not know is left out. */
const COLLECTIONS: Readonly<Record<string, CreateCollectionOptions>> = {
  "capped": { capped: true, size: 65536, max: 100 },
  "clustered": { clusteredIndex: { key: { _id: 1 }, unique: true, name: "by id" } },
  "clustered and old": {
    clusteredIndex: { key: { _id: 1 }, unique: true },
    expireAfterSeconds: 2_000_000_000,
  },
  "collated": { collation: { locale: "de", strength: 2 } },
  "checked": {
    validator: { $jsonSchema: { required: ["n"], properties: { n: { bsonType: "int" } } } },
    validationLevel: "moderate",
    validationAction: "warn",
  },
  "checked by expression": {
    validator: { $expr: { $gte: ["$n", 0] } },
    validationAction: "error",
  },
  "with images": { changeStreamPreAndPostImages: { enabled: true } },
  "stored otherwise": {
    storageEngine: { wiredTiger: { configString: "block_compressor=zstd" } },
    indexOptionDefaults: { storageEngine: { wiredTiger: {} } },
  },
  "é/ü +%41 🙂.x~!'()*": {},
};

/** Kinds of indexes; text and hashed ones are not known to every server either. */
const INDEXES: readonly (readonly [IndexSpecification, CreateIndexesOptions])[] = [
  [{ n: 1 }, { unique: true }],
  [new Map<string, 1 | -1>([["b", 1], ["10", -1], ["2", 1]]), { name: "order" }],
  [{ "place.type": 1, "n": -1, "no.such.field": 1 }, {}],
  [{ even: 1 }, { sparse: true }],
  [{ text: 1 }, {
    partialFilterExpression: { n: { $gt: 5 } },
    collation: { locale: "en", strength: 1 },
  }],
  [{ text: 1, n: 1 }, { collation: { locale: "fr", caseLevel: true, numericOrdering: true } }],
  [{ even: -1 }, { unique: true, partialFilterExpression: { even: { $exists: true } } }],
  [{ at: 1 }, { expireAfterSeconds: 2_000_000_000 }],
  [{ place: "2dsphere" }, {}],
  [{ place: "2dsphere", n: 1 }, { "2dsphereIndexVersion": 2 }],
  [{ "place.coordinates": "2d" }, { min: -200, max: 200, bits: 20 }],
  [{ "$**": 1 }, { name: "all", wildcardProjection: { text: 1, at: 1 } }],
  [{ "place.$**": 1 }, {}],
  [{ n: 1, "place.$**": 1 }, {}],
  [{ text: -1 }, { hidden: true, name: "hidden one" }],
  [{ n: -1 }, { storageEngine: { wiredTiger: {} } }],
  [{ text: "text" }, { weights: { text: 3 }, default_language: "none" }],
  [{ n: "hashed" }, {}],
];

/** Every kind of collection and index that the test server knows. */
async function makeAll(db: Db): Promise<void> {
  const rows = Array.from({ length: 300 }, (_, n) => ({
    _id: n as never,
    n,
    10: n % 7,
    2: n % 3,
    text: `t${n}`,
    at: new Date(n * 1e7),
    place: { type: "Point", coordinates: [n % 180, n % 90] },
    ...(n % 2 === 0 ? { even: n } : {}),
  }));
  let made = 0;
  for (const [name, options] of Object.entries(COLLECTIONS)) {
    if (!await known(db.createCollection(name, options))) continue;
    await db.collection(name).insertMany(rows.slice(0, 50));
    made++;
  }
  await db.createCollection("nothing in it");
  // Its file has another name: this one is too long.
  // As long as a name may be: in this database, and in one whose name has two bytes more.
  const long = "ü/".repeat(Math.floor((252 - db.databaseName.length) / 3));
  await db.collection(long).insertOne({ long: true });
  await db.collection("many").insertMany(rows);
  for (const [key, options] of INDEXES) {
    if (await known(db.collection("many").createIndex(key, options))) made++;
  }
  await db.createCollection("a_view", {
    viewOn: "many",
    pipeline: [{ $match: { n: { $gt: 3 } } }],
  });
  await db.createCollection("a view on it", {
    viewOn: "a_view",
    pipeline: [{ $project: { n: 1 } }],
    collation: { locale: "fr" },
  });
  assert(made >= 20, `the server knows ${made} kinds`);
}

/** Whether the server knows what it was asked to make. */
async function known(making: Promise<unknown>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    // CannotCreateIndex, an unknown field, an invalid option.
    if ([67, 40415, 72].includes((error as { code: number }).code)) return false;
    throw error;
  }
}

function database({ uri }: IntegrationContext, name: string): MongoConnector {
  return new MongoConnector({ uri, database: name });
}

/** Copies a whole database into an empty one, under another name. */
async function into(
  context: IntegrationContext,
  source: Connector,
  name: string,
  options: TransferOptions = {},
) {
  await using target = database(context, name);
  return await transfer(source, target, {
    rename: ({ collection }: Namespace) => ({ db: name, collection }),
    ...options,
  });
}

const onlyFrom = (db: string) => ({ include: (namespace: Namespace) => namespace.db === db });

for (const name of ["demo.archive.gz", "dump-gzip/"]) {
  if (!present) continue;
  integration(
    `transfer() of the real ${name} through a server gives an archive and a dump of the same`,
    (context) =>
      inFolder(async (folder) => {
        const path = new URL(name, DATA).pathname;
        await using real: Connector = name.endsWith("/")
          ? new DumpConnector({ path })
          : new ArchiveConnector({ path });
        const wanted = await kept(real);
        const there = await into(context, real, context.database);
        assertEquals(there.counts.written, 5026);
        assertEquals(there.issues.filter(({ level }) => level === "warning"), []);
        await using server = database(context, context.database);
        assertEquals(await kept(server), wanted);
        await using archive = new ArchiveConnector({ path: `${folder}/x.archive.gz` });
        await using dump = new DumpConnector({ path: `${folder}/dump/`, compress: "gzip" });
        await transfer(server, archive);
        await transfer(server, dump);
        assertEquals(await kept(archive), wanted);
        assertEquals(await kept(dump), wanted);
        for (const { source } of [archive, dump]) {
          assert(/^\d+\.\d+/.test((await source.origin!()).serverVersion ?? ""));
          for await (const { uuid, type } of source.describe()) {
            if (type === "collection") assert(/^[0-9a-f]{32}$/.test(uuid ?? ""), `uuid ${uuid}`);
          }
        }
      }),
  );
}

integration(
  "transfer() carries every kind of collection and index through files",
  (context) =>
    inFolder(async (folder) => {
      await makeAll(context.db);
      await using server = database(context, context.database);
      const wanted = await kept(server);
      const archive = new ArchiveConnector({ path: `${folder}/x.archive` });
      const dump = new DumpConnector({ path: `${folder}/dump/` });
      const again = new ArchiveConnector({ path: `${folder}/again.archive.zst` });
      await transfer(server, archive);
      await transfer(archive, dump);
      await transfer(dump, again);
      for (const each of [archive, dump, again]) {
        assertEquals(await kept(each), wanted);
        const name = `${context.database}_x`;
        try {
          await into(context, each, name);
          await using copy = database(context, name);
          assertEquals(await kept(copy), wanted);
        } finally {
          await context.client.db(name).dropDatabase();
        }
      }
    }),
);

integration(
  "transfer() says of an index that is refused how to build it alone",
  (context) =>
    inFolder(async (folder) => {
      const index = (values: object) => new Uint8Array(serialize(values));
      const collection: CollectionInfo = {
        namespace: { db: "shop", collection: "orders" },
        type: "collection",
        indexes: [
          index({ v: 2, key: { _id: 1 }, name: "_id_" }),
          index({ v: 2, key: { n: 1 }, name: "n_1", unique: true, ns: "shop.orders" }),
          index({ v: 2, key: { m: 1 }, name: "m_1" }),
        ],
      };
      const dump = new DumpConnector({ path: `${folder}/dump` });
      const writer = await dump.target.open({ collections: [collection] });
      await writer.begin(collection);
      const one = index({ _id: 1, n: 1 }), two = index({ _id: 2, n: 1 });
      const buffer = new Uint8Array([...one, ...two]);
      await writer.write({
        namespace: collection.namespace,
        buffer,
        starts: Uint32Array.of(0, one.length),
        firstIndex: 0,
        lane: 0,
        seq: 0,
        after: { v: 1, kind: "test" },
      });
      await writer.end(collection.namespace);
      await writer.commit();
      const { issues, counts } = await into(context, dump, context.database);
      assertEquals(counts.written, 2);
      const issue = issues.find(({ code }) => code === "index-not-built");
      const command = /to build it alone: db\.getSiblingDB\("([^"]+)"\)\.runCommand\((.*)\)$/
        .exec(issue?.message ?? "");
      assertEquals(command?.[1], context.database);
      const built = await context.db.collection("orders").indexes();
      assertEquals(built.map(({ name }) => name).sort(), ["_id_", "m_1"]);
      // What it says works once the documents allow it.
      await context.db.collection<{ _id: number }>("orders").deleteOne({ _id: 2 });
      await context.db.command(JSON.parse(command![2]!));
      const after = await context.db.collection("orders").indexes();
      assertEquals(after.find(({ name }) => name === "n_1")?.unique, true);
    }),
);

/** Collections of one document each, as a dump of a server of this version. */
async function dumpOf(
  path: string,
  infos: readonly CollectionInfo[],
  serverVersion: string,
): Promise<DumpConnector> {
  const dump = new DumpConnector({ path });
  const writer = await dump.target.open({ collections: infos, origin: { serverVersion } });
  for (const [seq, info] of infos.entries()) {
    await writer.begin(info);
    await writer.write({
      namespace: info.namespace,
      buffer: new Uint8Array(serialize({ _id: 1 })),
      starts: Uint32Array.of(0),
      firstIndex: 0,
      lane: 0,
      seq,
      after: { v: 1, kind: "test" },
    });
    await writer.end(info.namespace);
  }
  await writer.commit();
  return dump;
}

integration(
  "transfer() refuses a name that no server takes before it writes anything",
  (context) =>
    inFolder(async (folder) => {
      const named = (collection: string, db = context.database): CollectionInfo => ({
        namespace: { db, collection },
        type: "collection",
      });
      await using target = new MongoConnector({ uri: context.uri });
      const room = 255 - context.database.length - 1;
      for (
        const [i, [info, state]] of ([
          [named("ü".repeat(200)), "bytes, and this server takes 255"],
          [named("n".repeat(room + 1)), "its name has 256 bytes"],
          [named("c", "d".repeat(64)), "its database has 64 bytes, and a server takes 63"],
          [named("c", "my db"), 'the name of a database has no " "'],
        ] as const).entries()
      ) {
        const dump = await dumpOf(`${folder}/${i}`, [named("a"), info], "");
        await assertRejects(() => transfer(dump, target), UsageError, state);
        assertEquals(await context.db.listCollections().toArray(), []);
        await assertRejects(
          () => target.target.check!([info.namespace]),
          UsageError,
          state,
        );
      }
      // What just fits is written.
      const dump = await dumpOf(`${folder}/fits`, [named("n".repeat(room))], "");
      assertEquals((await transfer(dump, target)).counts.written, 1);
    }),
);

integration(
  "transfer() says that the server is older than the one that was dumped, and what it refuses",
  (context) =>
    inFolder(async (folder) => {
      const raw = (values: object) => new Uint8Array(serialize(values));
      const info = (collection: string, options?: object): CollectionInfo => ({
        namespace: { db: context.database, collection },
        type: "collection",
        indexes: [raw({ v: 2, key: { _id: 1 }, name: "_id_" })],
        ...(options === undefined ? {} : { options: raw(options) }),
      });
      const { version } = await context.client.db("admin").command({ buildInfo: 1 });
      const [major, minor] = version.split(".").map(Number);
      await using target = new MongoConnector({ uri: context.uri });
      const codes = async (serverVersion: string) => {
        const path = `${folder}/v${serverVersion}`;
        const dump = await dumpOf(path, [info("a"), info("b")], serverVersion);
        const { issues } = await transfer(dump, target, { overwrite: true });
        return issues.map(({ code }) => code).filter((code) => code === "older-server");
      };
      assertEquals(await codes(`${major}.${minor + 1}.0`), ["older-server"]);
      assertEquals(await codes(`${major + 1}.0.0`), ["older-server"]);
      for (const same of [`${major}.${minor}.99`, `${major - 1}.99.0`, ""]) {
        assertEquals(await codes(same), [], same);
      }
      // What it does not take is named, with what one can do.
      const dump = await dumpOf(`${folder}/new`, [info("c", { fromTheFuture: 1 })], "99.0.0");
      const error = await assertRejects(
        () => transfer(dump, target),
        UnsupportedError,
        "does not take this collection's options (fromTheFuture",
      );
      assert(error.hint?.includes(`--exclude '${context.database}.c'`), error.hint);
    }),
);

integration(
  "transfer() says that a view came without what it shows",
  (context) =>
    inFolder(async (folder) => {
      await context.db.createCollection("view", { viewOn: "base", pipeline: [] });
      await context.db.collection("base").insertOne({ n: 1 });
      await using server = database(context, context.database);
      const archive = new ArchiveConnector({ path: `${folder}/x.archive` });
      const include = ({ collection }: Namespace) => collection === "view";
      const codes = (summary: { issues: readonly { code: string }[] }) =>
        summary.issues.map(({ code }) => code).filter((code) => code.startsWith("view"));
      assertEquals(codes(await transfer(server, archive, { include })), ["view-source-left-out"]);
      assertEquals(codes(await transfer(server, archive, { overwrite: true })), []);
    }),
);

integration(
  "transfer() takes the functions of a database with it, and nothing else of the server's",
  (context) =>
    inFolder(async (folder) => {
      const { db } = context;
      const functions = db.collection<{ _id: string; value: Code }>("system.js");
      await functions.insertOne({ _id: "twice", value: new Code("function (n) { return 2 * n }") });
      await db.collection("orders").insertOne({ n: 1 });
      await using server = database(context, context.database);
      const dump = new DumpConnector({ path: `${folder}/dump` });
      await transfer(server, dump);
      const files = await Array.fromAsync(Deno.readDir(`${folder}/dump/${context.database}`));
      assertEquals(files.map(({ name }) => name).sort(), [
        "orders.bson",
        "orders.metadata.json",
        "system.js.bson",
        "system.js.metadata.json",
      ]);
      await functions.deleteMany({});
      await into(context, dump, context.database);
      assertEquals(
        (await functions.findOne({ _id: "twice" }))?.value.code,
        "function (n) { return 2 * n }",
      );
    }),
);

integration("transfer() moves a time series as measurements where there are no buckets", {
  needs: ["timeseries"],
}, (context) =>
  inFolder(async (folder) => {
    const { db } = context;
    await db.createCollection("weather", { timeseries: { timeField: "t", metaField: "m" } });
    await db.collection("weather").insertMany(
      Array.from({ length: 20 }, (_, n) => ({ t: new Date(n * 1000), m: n % 3, n })),
    );
    const listed = await db.listCollections({ name: "system.buckets.weather" }).toArray();
    const dump = new DumpConnector({ path: `${folder}/dump` });
    await using server = database(context, context.database);
    const { issues } = await transfer(server, dump);
    const said = issues.some(({ code }) => code === "time-series-as-measurements");
    assertEquals(said, listed.length === 0);
    const name = `${context.database}_x`;
    try {
      await into(context, dump, name);
      const copy = context.client.db(name);
      assertEquals(await copy.collection("weather").countDocuments(), 20);
      const [info] = await copy.listCollections({ name: "weather" }, { nameOnly: false }).toArray();
      assertEquals((info as { options?: Document })?.options?.timeseries?.timeField, "t");
    } finally {
      await context.client.db(name).dropDatabase();
    }
  }));

integration("transfer() writes buckets behind a time series, or refuses and leaves nothing", {
  needs: ["timeseries"],
}, (context) =>
  inFolder(async (folder) => {
    const { db } = context;
    const info: CollectionInfo = {
      namespace: { db: "iot", collection: "weather" },
      type: "timeseries",
      options: new Uint8Array(serialize({ timeseries: { timeField: "t" } })),
      indexes: [],
      buckets: true,
    };
    const archive = new ArchiveConnector({ path: `${folder}/x.archive` });
    const writer = await archive.target.open({ collections: [info] });
    await writer.begin(info);
    await writer.end(info.namespace);
    await writer.commit();
    await db.createCollection("probe", { timeseries: { timeField: "t" } });
    const has = (await db.listCollections({ name: "system.buckets.probe" }).toArray()).length > 0;
    if (has) {
      await into(context, archive, context.database);
      return;
    }
    const error = await assertRejects(
      () => into(context, archive, context.database),
      UnsupportedError,
      'no "system.buckets.weather"',
    );
    assertEquals(error.stage, "target");
    assertEquals(await db.listCollections({ name: "weather" }).toArray(), []);
    // Where the collection is there the buckets go into it, and come back as they were.
    await db.createCollection("system.buckets.weather");
    const bucket = { _id: 1, control: { version: 1 }, data: { t: { 0: new Date(0) } } };
    await db.collection<{ _id: number }>("system.buckets.weather").insertOne(bucket);
    await db.createCollection("weather", { timeseries: { timeField: "t" } });
    await using server = database(context, context.database);
    const dump = new DumpConnector({ path: `${folder}/dump` });
    await transfer(server, dump, { include: ({ collection }) => collection === "weather" });
    const files = await Array.fromAsync(Deno.readDir(`${folder}/dump/${context.database}`));
    assertEquals(files.map(({ name }) => name).sort(), [
      "system.buckets.weather.bson",
      "weather.metadata.json",
    ]);
    await db.collection("system.buckets.weather").deleteMany({});
    await into(context, dump, context.database);
    assertEquals(await db.collection("system.buckets.weather").countDocuments(), 1);
    assertEquals(await db.collection("weather").countDocuments(), 0);
  }));

/** Registers a test that needs the real tools. */
function withTools(
  name: string,
  fn: (context: IntegrationContext, folder: string) => Promise<void>,
): void {
  if (mongoTools === undefined) return;
  integration(name, (context) => inFolder((folder) => fn(context, folder)));
}

const { mongodump = "", mongorestore = "" } = mongoTools ?? {};

for (const form of ["dump", "dump --gzip", "archive", "archive --gzip"]) {
  const gzip = form.endsWith("--gzip");
  const isDump = form.startsWith("dump");
  const make = (folder: string, name: string): Connector =>
    isDump
      ? new DumpConnector({ path: `${folder}/${name}/`, ...(gzip ? { compress: "gzip" } : {}) })
      : new ArchiveConnector({ path: `${folder}/${name}`, compress: gzip ? "gzip" : "none" });
  const place = (folder: string, name: string, out: boolean): string[] => [
    ...(gzip ? ["--gzip"] : []),
    ...(isDump
      ? (out ? ["--out", `${folder}/${name}`] : [`${folder}/${name}`])
      : [`--archive=${folder}/${name}`]),
  ];

  withTools(`ours → mongorestore → mongodump → ours: ${form}`, async (context, folder) => {
    const { database: db, uri } = context;
    await makeAll(context.db);
    await using server = database(context, db);
    const wanted = await kept(server);
    await using ours = make(folder, "ours");
    await transfer(server, ours);
    const name = `${db}_r`;
    try {
      await runTool(mongorestore, [
        `--uri=${uri}`,
        `--nsFrom=${db}.*`,
        `--nsTo=${name}.*`,
        ...place(folder, "ours", false),
      ]);
      await using restored = database(context, name);
      assertEquals(counts(await kept(restored)), counts(wanted));
      assertEquals(await kept(restored), wanted);
      await runTool(mongodump, [`--uri=${uri}`, `--db=${name}`, ...place(folder, "theirs", true)]);
      await using theirs = make(folder, "theirs");
      assertEquals(await kept(theirs), wanted);
      await assertSame(ours, theirs);
      await assertSame(server, theirs);
    } finally {
      await context.client.db(name).dropDatabase();
    }
  });

  withTools(`theirs → ours → theirs: ${form}`, async (context, folder) => {
    const { database: db, uri } = context;
    await makeAll(context.db);
    await runTool(mongodump, [
      `--uri=${uri}`,
      `--db=${db}`,
      "-j",
      "4",
      ...place(folder, "theirs", true),
    ]);
    await using theirs = make(folder, "theirs");
    const wanted = await kept(theirs);
    await using server = database(context, db);
    assertEquals(wanted, await kept(server));
    await using ours = make(folder, "ours");
    await transfer(theirs, ours);
    assertEquals(await kept(ours), wanted);
    const name = `${db}_r`;
    try {
      await runTool(mongorestore, [
        `--uri=${uri}`,
        `--nsFrom=${db}.*`,
        `--nsTo=${name}.*`,
        ...place(folder, "ours", false),
      ]);
      await runTool(mongodump, [`--uri=${uri}`, `--db=${name}`, ...place(folder, "again", true)]);
      await using again = make(folder, "again");
      assertEquals(await kept(again), wanted);
      await assertSame(theirs, again);
      await assertSame(ours, again);
    } finally {
      await context.client.db(name).dropDatabase();
    }
  });
}

withTools("mongodump --archive of several connections is read whole", async (context, folder) => {
  const { database: db, uri } = context;
  // It mixes them in pieces of 16 MiB: each has to be larger.
  const text = "x".repeat(1_000_000);
  for (let c = 0; c < 3; c++) {
    for (let n = 0; n < 40; n += 10) {
      const rows = Array.from({ length: 10 }, (_, i) => ({ _id: (n + i) as never, c, text }));
      await context.db.collection(`c${c}`).insertMany(rows);
    }
  }
  await runTool(mongodump, [
    `--uri=${uri}`,
    `--db=${db}`,
    "-j",
    "4",
    `--archive=${folder}/x.archive`,
  ]);
  await using archive = new ArchiveConnector({ path: `${folder}/x.archive` });
  const begun: string[] = [];
  let last = "";
  for await (const item of archive.source.read()) {
    if (item.type !== "batch") continue;
    if (item.batch.namespace.collection !== last) {
      begun.push(last = item.batch.namespace.collection);
    }
    item.batch.release?.();
  }
  assert(begun.length > 3, `the collections are not mixed: ${begun}`);
  await using server = database(context, db);
  assertEquals(await kept(archive), await kept(server));
});

withTools(
  "mongorestore takes a dump and an archive of a file that came from no server",
  async (context, folder) => {
    const { database: db, uri } = context;
    await using file = new BsonConnector({
      path: `${folder}/in.bson`,
      namespace: { db, collection: "orders" },
    });
    await file.loadData([{ _id: 1 }, { _id: 2 }]);
    await transfer(file, new ArchiveConnector({ path: `${folder}/x.archive.gz` }));
    await transfer(file, new DumpConnector({ path: `${folder}/dump/` }));
    for (const args of [["--gzip", `--archive=${folder}/x.archive.gz`], [`${folder}/dump`]]) {
      await runTool(mongorestore, [`--uri=${uri}`, "--drop", ...args]);
      assertEquals(await context.db.collection("orders").countDocuments(), 2);
      await context.db.collection("orders").drop();
    }
  },
);

if (present) {
  withTools(
    "the real files restore alike with mongorestore and with transfer()",
    async (context, folder) => {
      const { uri, database: db } = context;
      for (
        const [name, args] of [
          ["demo.archive.gz", ["--gzip", `--archive=${new URL("demo.archive.gz", DATA).pathname}`]],
          ["dump-gzip", ["--gzip", new URL("dump-gzip/", DATA).pathname]],
          ["dump-plain", [new URL("dump-plain/", DATA).pathname]],
        ] as const
      ) {
        const path = new URL(name, DATA).pathname;
        await using real = name.startsWith("dump")
          ? new DumpConnector({ path })
          : new ArchiveConnector({ path });
        const [theirs, ours] = [`${db}_theirs`, `${db}_ours`];
        try {
          await runTool(mongorestore, [
            `--uri=${uri}`,
            "--nsFrom=demo.*",
            `--nsTo=${theirs}.*`,
            ...args,
          ]);
          await into(context, real, ours, onlyFrom("demo"));
          await using a = database(context, theirs);
          await using b = database(context, ours);
          assertEquals(await kept(b), await kept(a));
          assertEquals(await kept(b), await kept(real));
          // And from there with ours to mongorestore again.
          await using again = new ArchiveConnector({ path: `${folder}/${name}.again` });
          await transfer(b, again);
          await assertSame(again, real);
          await assertSame(again, a);
        } finally {
          await context.client.db(theirs).dropDatabase();
          await context.client.db(ours).dropDatabase();
        }
      }
    },
  );
}

if (present) {
  withTools(
    "files without a dump around them, and metadata of 2015, restore alike with mongorestore and with " +
      "transfer()",
    async (context, folder) => {
      const { uri, database: db } = context;
      const file = (name: string) => new URL(`bson/${name}`, DATA).pathname;
      await Deno.mkdir(`${folder}/old`);
      await Deno.copyFile(file("tweets.bson.gz"), `${folder}/old/tweets.bson.gz`);
      await Deno.copyFile(file("tweets.metadata.json"), `${folder}/old/tweets.metadata.json`);
      await using old = new DumpConnector({ path: `${folder}/old` });
      // Its text index is none that every server builds: it is told, and the documents are there.
      const { counts: { written }, issues } = await into(context, old, db);
      assertEquals(written, 966);
      assert(
        issues.filter(({ level }) => level === "warning").every((issue) =>
          issue.code === "index-not-built" || issue.code === "index-changed"
        ),
        JSON.stringify(issues),
      );
      await using tweets = new BsonConnector({ path: file("tweets.bson.gz") });
      await using plants = new BsonConnector({ path: file("cadastro.uhes.bson.gz") });
      await transfer(plants, database(context, db));
      const dumps = { tweets, "cadastro.uhes": plants };
      for (const [name, source] of Object.entries(dumps)) {
        const theirs = `${db}_theirs`;
        try {
          await runTool(mongorestore, [
            `--uri=${uri}`,
            "--gzip",
            `--db=${theirs}`,
            `--collection=${name}`,
            "--noIndexRestore",
            file(`${name}.bson.gz`),
          ]);
          await using a = new MongoConnector({ uri, database: theirs, collection: name });
          await using b = new MongoConnector({ uri, database: db, collection: name });
          for (const each of [a, b]) {
            assert((await verify(each, source)).same, name);
          }
        } finally {
          await context.client.db(theirs).dropDatabase();
        }
      }
    },
  );
}

if (!serverHas("timeseries")) say("the test server has no time series");
