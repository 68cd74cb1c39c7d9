import { assert, assertEquals, assertRejects } from "@std/assert";
import { serialize } from "bson";
import fc from "fast-check";
import { gunzipSync } from "node:zlib";
import { ArchiveConnector } from "../../../../src/connectors/archive/mod.ts";
import { DumpConnector } from "../../../../src/connectors/dump/mod.ts";
import {
  type CollectionInfo,
  DataError,
  formatNamespace,
  InterruptedError,
  IoError,
  type Issue,
  type Namespace,
  NotFoundError,
  type OpenOptions,
  UsageError,
} from "../../../../src/core/mod.ts";
import { dumpFileName } from "../../../../src/mongodump/mod.ts";
import { transfer } from "../../../../src/transfer/mod.ts";
import { NAMES } from "../../../cli/_deno.ts";
import { hex, joined, NAMESPACES, plainMetadata, readAll } from "../archive/_archives.ts";

const DATA = new URL("../../../../../shared/data/", import.meta.url);
const present = await Deno.stat(DATA).then(() => true, () => false);
if (!present) {
  const line = "tests with real dumps are skipped: ../shared/data is absent\n";
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

const doc = (values: object) => new Uint8Array(serialize(values));

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A path as it is written where slashes part it. */
const slashed = (text: string) => text.replaceAll("\\", "/");

/** Makes files; a path of nothing but a slash at its end is a folder. */
async function make(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (name.endsWith("/")) continue;
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
  }
}

/** All files below a folder, decompressed. */
async function filesOf(folder: string | URL): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const walk = async (at: string, prefix: string) => {
    for await (const { name, isDirectory } of Deno.readDir(at)) {
      if (isDirectory) {
        await walk(`${at}/${name}`, `${prefix}${name}/`);
        continue;
      }
      const bytes = await Deno.readFile(`${at}/${name}`);
      const plain = name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
      found.set(prefix + name, new TextDecoder("latin1").decode(plain));
    }
  };
  await walk(folder instanceof URL ? folder.pathname : folder, "");
  return new Map([...found].sort());
}

/** Writes collections, each with its documents. */
async function write(
  connector: DumpConnector,
  collections: readonly (CollectionInfo & { readonly documents?: readonly Uint8Array[] })[],
  options: OpenOptions = {},
): Promise<Issue[]> {
  const writer = await connector.target.open(options);
  const issues: Issue[] = [];
  let seq = 0;
  try {
    for (const { documents = [], ...info } of collections) {
      issues.push(...await writer.begin(info));
      for (const buffer of documents) {
        await writer.write({
          namespace: info.namespace,
          buffer,
          starts: Uint32Array.of(0),
          firstIndex: 0,
          lane: 0,
          seq: seq++,
          after: { v: 1, kind: "test" },
        });
      }
      issues.push(...await writer.end(info.namespace));
    }
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return issues;
}

const collection = (name: string, db = "shop"): CollectionInfo => ({
  namespace: { db, collection: name },
  type: "collection",
});

for (
  const [name, path, compress] of [
    ["dump-gzip", "dump-gzip/", "gzip"],
    ["dump-plain", "dump-plain/", "none"],
  ] as const
) {
  Deno.test({
    name: `DumpConnector writes ${name} back, file by file (../shared/data)`,
    ignore: !present,
    fn: () =>
      inFolder(async (folder) => {
        const real = new URL(path, DATA);
        await using source = new DumpConnector({ path: real.pathname });
        await using target = new DumpConnector({ path: `${folder}/dump/`, compress });
        await transfer(source, target);
        const prelude = `prelude.json${compress === "gzip" ? ".gz" : ""}`;
        const wanted = await filesOf(real);
        const found = await filesOf(`${folder}/dump`);
        const version = (text: string | undefined) => JSON.parse(text!).ServerVersion;
        assertEquals(version(found.get(prelude)), version(wanted.get(`demo/${prelude}`)));
        wanted.delete(`demo/${prelude}`);
        found.delete(prelude);
        assertEquals([...found.keys()], [...wanted.keys()]);
        for (const [file, content] of wanted) {
          assert(found.get(file) === content, `${file} differs`);
        }
      }),
  });
}

Deno.test({
  name: "DumpConnector reads a file of 2015 and its metadata (../shared/data)",
  ignore: !present,
  fn: () =>
    inFolder(async (folder) => {
      const bytes = await Deno.readFile(new URL("bson/tweets.bson.gz", DATA));
      const metadata = await Deno.readFile(new URL("bson/tweets.metadata.json", DATA));
      await make(folder, { "old/tweets.bson.gz": bytes, "old/tweets.metadata.json": metadata });
      const { documents, infos } = await readAll(new DumpConnector({ path: folder }).source);
      assertEquals(documents.get("old.tweets")?.length, 966);
      assertEquals(infos.get("old.tweets")?.indexes?.length, 2);
      await using source = new DumpConnector({ path: folder });
      await using target = new DumpConnector({ path: `${folder}/out/` });
      await transfer(source, target);
      const written = await Deno.readFile(`${folder}/out/old/tweets.bson`);
      assertEquals(written, new Uint8Array(gunzipSync(bytes)));
    }),
});

Deno.test("DumpConnector names files as mongodump does, and finds the names again", () =>
  inFolder(async (folder) => {
    const long = "ü".repeat(100);
    const names = ["a b", "a/b", "a$b", "x.y", long, `${long}2`];
    const connector = new DumpConnector({ path: `${folder}/dump` });
    await write(
      connector,
      names.map((name) => ({ ...collection(name), documents: [doc({ name })] })),
    );
    const files = [...(await filesOf(`${folder}/dump`)).keys()];
    for (const name of names) assert(files.includes(`shop/${dumpFileName(name)}.bson`));
    assert(files.every((file) => file.length <= "shop/".length + 255), "a name is too long");
    const { documents } = await readAll(connector.source);
    assertEquals([...documents.keys()].sort(), names.map((name) => `shop.${name}`).sort());
    const metadata = `${folder}/dump/shop/${dumpFileName(long)}.metadata.json`;
    await Deno.writeTextFile(metadata, "");
    await assertRejects(() => readAll(connector.source), DataError, "its name was cut");
    await Deno.remove(metadata);
    await assertRejects(() => readAll(connector.source), DataError, "its name was cut");
  }));

Deno.test("DumpConnector gives back collections of any name", async () => {
  await fc.assert(
    fc.asyncProperty(
      NAMESPACES,
      fc.constantFrom("none", "gzip"),
      (namespaces, compress) =>
        inFolder(async (folder) => {
          const connector = new DumpConnector({ path: `${folder}/dump`, compress });
          const infos = namespaces.map(({ db, collection }, n) => ({
            namespace: { db, collection },
            type: "collection",
            options: doc({ n }),
            indexes: [],
            documents: [doc({ db, collection })],
          } as const));
          await write(connector, infos);
          const { documents, infos: read } = await readAll(connector.source);
          assertEquals(documents.size, infos.length);
          for (const { namespace, documents: [document], options } of infos) {
            const name = formatNamespace(namespace);
            assertEquals(documents.get(name), [hex(document!)]);
            assertEquals(read.get(name)?.namespace, namespace);
            assertEquals(hex(read.get(name)!.options!), hex(options));
          }
        }),
    ),
    { numRuns: 60 },
  );
});

Deno.test("DumpConnector says which folder would work", async (t) => {
  const table: [string, Record<string, string | Uint8Array>, string, RegExp, RegExp][] = [
    ["not there", {}, "nowhere", /there is no such folder/, /spelling/],
    ["one too high", { "top/shop/a.bson": "", "top/": "" }, "", /one folder too high/, /\/top"\?/],
    [
      "three too high",
      { "a/b/c/shop/a.bson": "", "x/": "" },
      "",
      /3 folders too high/,
      /mean "[^"]*a\/b\/c"\?/,
    ],
    [
      "above several",
      Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`d${n}/shop/a.bson`, ""])),
      "",
      /one folder too high/,
      /d1" or "[^"]*d2" or "[^"]*d3" or one of 2 more\?/,
    ],
    [
      "one too low",
      { "dump/shop/a.bson": "", "dump/shop/x/": "" },
      "dump/shop/x",
      /one folder too low/,
      /dump\/shop"\?/,
    ],
    [
      "two too low",
      { "dump/shop/a.bson": "", "dump/shop/x/y/": "" },
      "dump/shop/x/y",
      /2 folders too low/,
      /dump\/shop"\?/,
    ],
    ["a file", { "shop/a.bson": "" }, "shop/a.bson", /it is a file/, /shop\/"\?/],
    ["with an archive", { "x.archive.gz": "" }, "", /has an archive in it/, /x\.archive\.gz"\?/],
    ["empty itself", { "x/": "" }, "x", /the folder is empty/, /a folder for each database/],
    ["empty", { "shop/": "" }, "", /no \.bson files/, /a folder for each database/],
  ];
  for (const [name, files, path, message, hint] of table) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        await make(folder, files);
        const { source } = new DumpConnector({ path: `${folder}/${path}` });
        const error = await assertRejects(() => readAll(source), NotFoundError);
        assert(message.test(error.message), error.message);
        assert(hint.test(slashed(error.hint ?? "")), error.hint);
      }));
  }
});

Deno.test("DumpConnector takes the folder of a database, whatever it is called", async (t) => {
  for (const [folder, name] of [["shop", "shop.a"], ["backup.2015", "a"]] as const) {
    await t.step(folder, () =>
      inFolder(async (root) => {
        await make(root, { [`${folder}/a.bson`]: doc({}), [`${folder}/a.metadata.json`]: "" });
        const { documents } = await readAll(
          new DumpConnector({ path: `${root}/${folder}` }).source,
        );
        assertEquals([...documents.keys()], [name]);
      }));
  }
  await t.step("among others it has to be one", () =>
    inFolder(async (root) => {
      await make(root, { "shop/a.bson": "", "shop.old/a.bson": "", "x.y/": "" });
      const error = await assertRejects(
        () => readAll(new DumpConnector({ path: root }).source),
        DataError,
        'shop.old": it is called as no database can be: it has "."',
      );
      assert(error.hint?.includes("rename it"), error.hint);
    }));
});

Deno.test("DumpConnector reads a dump of nothing, which has its prelude alone", () =>
  inFolder(async (folder) => {
    const connector = new DumpConnector({ path: `${folder}/dump` });
    await write(connector, []);
    const { documents, issues } = await readAll(connector.source);
    assertEquals([documents.size, issues.length], [0, 0]);
  }));

Deno.test("DumpConnector looks for the prelude of a database's folder above it, if it may", () =>
  inFolder(async (folder) => {
    const connector = new DumpConnector({ path: `${folder}/dump` });
    await write(connector, [collection("a")], { origin: { serverVersion: "7.0.2" } });
    const inside = new DumpConnector({ path: `${folder}/dump/shop/` });
    assertEquals((await readAll(inside.source)).issues, []);
    assertEquals((await inside.source.origin!()).serverVersion, "7.0.2");
    // Whoever may read the folder alone is told that there may be one.
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        `--allow-read=${folder}/dump/shop`,
        ...NAMES,
        new URL("./_issues_program.ts", import.meta.url).href,
        `${folder}/dump/shop`,
      ],
    }).output();
    const [said] = JSON.parse(new TextDecoder().decode(stdout) || "[]");
    assertEquals(said?.code, "no-prelude", new TextDecoder().decode(stderr));
    assert(said.message.includes("may have one, and may not be read"), said.message);
  }));

Deno.test("DumpConnector tells what is odd about a dump", async (t) => {
  const a = { "shop/a.bson": doc({}), "shop/a.metadata.json": plainMetadata("a") };
  const whole = { ...a, "prelude.json": "{}" };
  const steps: [string, Record<string, string | Uint8Array>, string[], string[]][] = [
    ["nothing", whole, ["shop.a"], []],
    ["an old one, without prelude", a, ["shop.a"], ["no-prelude"]],
    [
      "one database of two without prelude",
      {
        ...a,
        "shop/prelude.json": "{}",
        "late/b.bson": "",
        "late/b.metadata.json": plainMetadata("b"),
      },
      ["late.b", "shop.a"],
      ["no-prelude"],
    ],
    ["two dumps in one folder", { ...whole, "prelude.json.gz": "{}" }, ["shop.a"], ["two-dumps"]],
    [
      "two dumps of a database in one folder",
      { ...a, "shop/prelude.json": "{}", "shop/prelude.json.gz": "{}" },
      ["shop.a"],
      ["two-dumps"],
    ],
    ["no metadata", { "prelude.json": "{}", "shop/a.bson": doc({}) }, ["shop.a"], ["no-metadata"]],
    ["empty metadata", { ...whole, "shop/a.metadata.json": "\n" }, ["shop.a"], ["no-metadata"]],
    [
      "metadata alone",
      { ...whole, "shop/b.metadata.json": plainMetadata("b") },
      ["shop.a"],
      ["documents-missing"],
    ],
    [
      "a view, which is metadata alone",
      {
        "prelude.json": "{}",
        "shop/a.metadata.json":
          '{"options":{"viewOn":"b","pipeline":[]},"indexes":[],"collectionName":"a","type":"view"}',
      },
      ["shop.a"],
      [],
    ],
    [
      "files with another name",
      { "prelude.json": "{}", "shop/b.bson": "", "shop/b.metadata.json": plainMetadata("a") },
      ["shop.b"],
      ["other-name"],
    ],
    [
      "a copy beside it",
      { ...whole, "shop/copy.bson": "", "shop/copy.metadata.json": plainMetadata("a") },
      ["shop.a", "shop.copy"],
      ["other-name"],
    ],
    [
      "files that do not belong",
      { ...whole, "shop/notes.txt": "x", "b.txt": "x" },
      ["shop.a"],
      ["foreign-files"],
    ],
    [
      "the server's own, after all else",
      { ...whole, "x/system.profile.bson": doc({}) },
      ["shop.a"],
      ["system-left-out"],
    ],
    [
      "users and an oplog",
      { ...whole, "oplog.bson": doc({}), "admin/system.users.bson": doc({}) },
      ["shop.a"],
      ["oplog-not-replayed", "users-and-roles-left-out"],
    ],
    [
      "metadata that says more",
      { ...whole, "shop/a.metadata.json": '{"indexes":[],"later":1}' },
      ["shop.a"],
      ["metadata-unknown"],
    ],
    [
      "an oplog of one's own in the folder of a database",
      {
        "oplog.bson": doc({}),
        "oplog.metadata.json": plainMetadata("oplog"),
        "prelude.json": "{}",
      },
      ["oplog"],
      [],
    ],
    [
      "folders in the folder of a database",
      {
        "a.bson": "",
        "a.metadata.json": plainMetadata("a"),
        "prelude.json": "{}",
        "shop/b.bson": doc({}),
      },
      ["a"],
      ["foreign-files"],
    ],
  ];
  for (const [name, files, collections, codes] of steps) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        await make(`${folder}/dump`, files);
        const { documents, issues } = await readAll(
          new DumpConnector({ path: `${folder}/dump` }).source,
        );
        assertEquals([...documents.keys()].map((each) => each.replace(/^dump\./, "")), collections);
        assertEquals(issues.map(({ code }) => code), codes);
      }));
  }
});

Deno.test("DumpConnector refuses what has two meanings", async (t) => {
  const series =
    '{"options":{"timeseries":{"timeField":"t"}},"indexes":[],"collectionName":"w","type":"timeseries"}';
  const table: [string, Record<string, string | Uint8Array>, RegExp][] = [
    ["twice", { "shop/a.bson": "", "shop/a.bson.gz": "" }, /Cannot tell which is meant/],
    [
      "metadata twice",
      { "shop/a.metadata.json": "", "shop/a.metadata.json.gz": "" },
      /which is meant/,
    ],
    [
      "buckets and measurements",
      { "shop/w.bson": "", "shop/system.buckets.w.bson": "", "shop/w.metadata.json": series },
      /which is meant/,
    ],
    [
      "metadata that is none",
      { "shop/a.bson": "", "shop/a.metadata.json": "[]" },
      /a\.metadata\.json/,
    ],
    [
      "metadata that is no text",
      { "shop/a.bson": "", "shop/a.metadata.json": new Uint8Array([0x7b, 0xff, 0x7d]) },
      /not text in UTF-8/,
    ],
  ];
  for (const [name, files, message] of table) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        await make(folder, files);
        const error = await assertRejects(
          () => readAll(new DumpConnector({ path: folder }).source),
          DataError,
        );
        assert(message.test(error.message), error.message);
      }));
  }
});

Deno.test("DumpConnector keeps the buckets of a time series apart from its measurements", async (t) => {
  const bucket = doc({ _id: 1, control: { version: 1 }, data: { t: { 0: new Date(0) } } });
  const measurement = doc({ _id: 1, t: new Date(0) });
  const table: [string, string, boolean, string, string[]][] = [
    ["before 8.3", "7.0.2", true, "system.buckets.weather.bson", []],
    ["from 8.3 on", "9.0.0", true, "weather.bson", []],
    ["measurements", "", false, "weather.bson", ["time-series-as-measurements"]],
  ];
  for (const [name, serverVersion, buckets, file, codes] of table) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        const connector = new DumpConnector({ path: `${folder}/dump` });
        const info = {
          namespace: { db: "iot", collection: "weather" },
          type: "timeseries",
          options: doc({ timeseries: { timeField: "t" } }),
          documents: [buckets ? bucket : measurement],
          ...(buckets ? { buckets } : {}),
        } as const;
        const issues = await write(connector, [info], { origin: { serverVersion } });
        assertEquals(issues.map(({ code }) => code), codes);
        const files = [...(await filesOf(`${folder}/dump/iot`)).keys()];
        assertEquals(files, [file, "weather.metadata.json"].sort());
        const { infos } = await readAll(connector.source);
        assertEquals(infos.get("iot.weather")?.buckets, buckets ? true : undefined);
        const [described] = await Array.fromAsync(connector.source.describe());
        assertEquals(described?.buckets, buckets ? true : undefined);
      }));
  }
});

Deno.test("DumpConnector replaces what is written, all of it, and nothing else", () =>
  inFolder(async (folder) => {
    const path = `${folder}/dump`;
    const plain = new DumpConnector({ path }), gzip = new DumpConnector({ path, compress: "gzip" });
    const before = [
      { ...collection("a"), documents: [doc({ n: 1 })] },
      { ...collection("b"), documents: [doc({ n: 2 })] },
    ];
    await write(plain, before);
    await Deno.writeTextFile(`${path}/shop/notes.txt`, "mine");
    const refused = await assertRejects(() => write(gzip, before), IoError, "not empty");
    assert(refused.hint?.includes("--overwrite"));
    const view: CollectionInfo = {
      ...collection("b"),
      type: "view",
      options: doc({ viewOn: "a", pipeline: [] }),
    };
    await write(gzip, [view], { overwrite: true });
    assertEquals([...(await filesOf(path)).keys()], [
      "prelude.json.gz",
      "shop/a.bson",
      "shop/a.metadata.json",
      "shop/b.metadata.json.gz",
      "shop/notes.txt",
    ]);
    const { infos, documents } = await readAll(plain.source);
    assertEquals(infos.get("shop.b")?.type, "view");
    assertEquals(documents.get("shop.a")?.length, 1);
  }));

Deno.test("DumpConnector leaves no prelude and no half file of a run that fails", () =>
  inFolder(async (folder) => {
    const path = `${folder}/out`;
    await make(`${folder}/in`, {
      "prelude.json": "{}",
      "shop/a.bson": doc({ n: 1 }),
      "shop/a.metadata.json": plainMetadata("a"),
      "shop/b.bson": joined([doc({ n: 1 }), new Uint8Array([9, 0])]),
      "shop/b.metadata.json": plainMetadata("b"),
    });
    await using source = new DumpConnector({ path: `${folder}/in` });
    await using target = new DumpConnector({ path });
    await assertRejects(() => transfer(source, target), DataError, "b.bson");
    assertEquals([...(await filesOf(path)).keys()], ["shop/a.bson", "shop/a.metadata.json"]);
    // Over a dump that was whole: it is not any more, and does not say so.
    await write(new DumpConnector({ path: `${folder}/old` }), [collection("b")]);
    await using over = new DumpConnector({ path: `${folder}/old` });
    await assertRejects(() => transfer(source, over, { overwrite: true }), DataError);
    const left = [...(await filesOf(`${folder}/old`)).keys()];
    assert(!left.includes("prelude.json"), "the old prelude is there");
    assertEquals(left.filter((file) => file.includes("part")), []);
    assertEquals(await Deno.stat(`${folder}/old/shop/b.bson`).then(({ size }) => size), 0);
  }));

Deno.test("DumpConnector makes no folder for a run that writes nothing", () =>
  inFolder(async (folder) => {
    const writer = await new DumpConnector({ path: `${folder}/a/b` }).target.open();
    await writer.begin(collection("x"));
    await writer.abort();
    await writer.abort();
    // What stood above was not there either, and is no part of the dump.
    assertEquals(await Deno.stat(`${folder}/a/b`).then(() => true, () => false), false);
  }));

Deno.test("DumpConnector says that names differ by case alone", () =>
  inFolder(async (folder) => {
    const connector = new DumpConnector({ path: `${folder}/dump` });
    const caseless = await Deno.stat(folder.toUpperCase()).then(() => true, () => false);
    const both = [collection("Orders"), collection("orders")];
    if (caseless) {
      await assertRejects(() => write(connector, both), IoError, "on this disk it is");
      return;
    }
    const issues = await write(connector, both);
    assertEquals(issues.map(({ code }) => code), ["names-differ-by-case"]);
    assertEquals((await readAll(connector.source)).documents.size, 2);
  }));

Deno.test("DumpConnector tells that a file changed while it was read", () =>
  inFolder(async (folder) => {
    const documents = Array.from({ length: 9000 }, (_, i) => doc({ _id: i, x: "x".repeat(1000) }));
    await make(folder, { "shop/a.bson": joined(documents), "shop/a.metadata.json": "" });
    const { source } = new DumpConnector({ path: folder });
    const error = await assertRejects(async () => {
      let count = 0;
      for await (const item of source.read({ batchBytes: 100_000 })) {
        if (item.type !== "batch") continue;
        item.batch.release?.();
        if (++count === 1) await Deno.truncate(`${folder}/shop/a.bson`, 4_000_100);
      }
    }, DataError);
    assert(/a\.bson/.test(error.message), error.message);
    assert(error.index !== undefined && error.index > 0, "no position");
  }));

Deno.test("DumpConnector tells that a dump got more while it was read", async (t) => {
  const all = undefined;
  const onlyA = ({ collection }: Namespace) => collection === "a";
  const table: [string, string, ((namespace: Namespace) => boolean) | undefined, boolean][] = [
    ["documents", "shop/b.bson", all, true],
    ["metadata of what was read without", "shop/a.metadata.json", onlyA, true],
    ["another database", "new/x.bson", all, true],
    ["what is not read", "shop/b.bson", onlyA, false],
    ["what is left out", "admin/system.users.bson", all, false],
    ["the prelude", "prelude.json", all, false],
    ["a part file", "shop/.b.bson.datahood-part", all, false],
  ];
  for (const [name, file, include, told] of table) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        await make(folder, { "shop/a.bson": joined([doc({}), doc({})]) });
        const { source } = new DumpConnector({ path: folder });
        const reading = async () => {
          for await (const { type } of source.read(include === undefined ? {} : { include })) {
            if (type === "begin") await make(folder, { [file]: "" });
          }
        };
        if (!told) return await reading();
        const error = await assertRejects(reading, DataError, "it changed while it was read");
        assert(slashed(error.message).endsWith(`/${file}" is new`), error.message);
        assert(error.hint?.includes("read it again"));
      }));
  }
});

Deno.test("DumpConnector opens a file again only if it changed, or the connector was let go", () =>
  inFolder(async (folder) => {
    const long = new Date("2020-01-01T00:00:00Z");
    const put = async (name: string, content: string | Uint8Array) => {
      await make(folder, { [name]: content });
      await Deno.utime(`${folder}/${name}`, long, long);
    };
    const metadata = (index: string) =>
      `{"indexes":[{"v":2,"key":{"${index}":1},"name":"${index}_1"}],"collectionName":"a"}`;
    await put("shop/a.bson", doc({ _id: 1 }));
    await put("shop/a.metadata.json", metadata("x"));
    const opened: string[] = [];
    const { open } = Deno;
    const taken = () => opened.splice(0).map((path) => slashed(path).split("/").at(-1)).sort();
    Deno.open = (path, options) => {
      opened.push(String(path));
      return open(path, options);
    };
    try {
      const connector = new DumpConnector({ path: folder });
      const { source } = connector;
      const infos = () => Array.fromAsync(source.describe({ damaged: true }));
      const first = await infos();
      assertEquals(taken(), ["a.bson", "a.metadata.json"]);
      assertEquals(await infos(), first);
      assertEquals((await source.origin!()).storedBytes, doc({ _id: 1 }).length);
      assertEquals(taken(), []);
      assertEquals((await readAll(source)).documents.size, 1);
      assertEquals(taken(), ["a.bson"]);
      // What is new, or says something else now, is seen.
      await put("shop/a.metadata.json", metadata("other"));
      await put("shop/b.bson", "");
      const [a, b] = await infos();
      assertEquals(a!.indexes!.length, 1);
      assert(new TextDecoder().decode(a!.indexes![0]).includes("other_1"));
      assertEquals(b!.namespace.collection, "b");
      assertEquals(taken(), ["a.metadata.json", "b.bson"]);
      await connector.disconnect();
      await infos();
      assertEquals(taken(), ["a.bson", "a.metadata.json", "b.bson"]);
    } finally {
      Deno.open = open;
    }
  }));

Deno.test("DumpConnector reads only what is included, and stops by signal", () =>
  inFolder(async (folder) => {
    const connector = new DumpConnector({ path: `${folder}/dump` });
    await write(
      connector,
      ["a", "b", "c"].map((name) => ({ ...collection(name), documents: [doc({})] })),
    );
    const { documents } = await readAll(connector.source, {
      include: ({ collection }) => collection !== "b",
    });
    assertEquals([...documents.keys()], ["shop.a", "shop.c"]);
    const controller = new AbortController();
    await assertRejects(async () => {
      for await (const item of connector.source.read({ signal: controller.signal })) {
        if (item.type === "end") controller.abort();
      }
    }, InterruptedError);
  }));

Deno.test("DumpConnector writes nothing outside its folder, whatever a database is called", async (t) => {
  for (const db of ["..", ".", "../x", "/x", "a/b", "a\\b", "a.b", "a\0b"]) {
    await t.step(JSON.stringify(db), () =>
      inFolder(async (folder) => {
        const connector = new DumpConnector({ path: `${folder}/out/dump` });
        await assertRejects(
          () => write(connector, [collection("c", db)]),
          UsageError,
          "no name of a database",
        );
        // Where it is known what will come, nothing of it is begun.
        const collections = [collection("c"), collection("c", db)];
        await assertRejects(() => connector.target.open({ collections }), UsageError);
        assertEquals((await filesOf(folder)).size, 0);
      }));
  }
  await inFolder(async (folder) => {
    const connector = new DumpConnector({ path: `${folder}/dump` });
    await write(connector, [collection("../../c")]);
    assertEquals([...(await filesOf(folder)).keys()], [
      "dump/prelude.json",
      "dump/shop/..%2F..%2Fc.bson",
      "dump/shop/..%2F..%2Fc.metadata.json",
    ]);
    const archive = new ArchiveConnector({ path: `${folder}/x.archive` });
    await assertRejects(
      () => archive.target.open({ collections: [collection("c", "../x")] }),
      UsageError,
      "no name of a database",
    );
    assertEquals((await filesOf(folder)).size, 3);
  });
});

Deno.test("DumpConnector writes several collections at once", () =>
  inFolder(async (folder) => {
    const connector = new DumpConnector({ path: `${folder}/dump`, compress: "gzip" });
    const infos = ["a", "b", "c"].map((name) => collection(name));
    const writer = await connector.target.open();
    await Promise.all(infos.map((info) => writer.begin(info)));
    await Promise.all(infos.flatMap((info, lane) =>
      Array.from({ length: 20 }, (_, seq) =>
        writer.write({
          namespace: info.namespace,
          buffer: doc({ _id: seq, lane }),
          starts: Uint32Array.of(0),
          firstIndex: seq,
          lane,
          seq,
          after: { v: 1, kind: "test" },
        }))
    ));
    await Promise.all(infos.map(({ namespace }) =>
      writer.end(namespace)
    ));
    await writer.commit();
    const { documents } = await readAll(connector.source);
    for (const { namespace } of infos) {
      assertEquals(documents.get(formatNamespace(namespace))?.length, 20);
    }
  }));

Deno.test("DumpConnector refuses what a dump cannot do", async () => {
  let refused: unknown;
  try {
    new DumpConnector({ path: "x", compress: "zstd" });
  } catch (error) {
    refused = error;
  }
  assert(refused instanceof UsageError && refused.message.includes("gzip alone"));
  const connector = new DumpConnector({ path: "x" });
  await assertRejects(() => connector.target.open({ onConflict: "skip" }), UsageError);
  await assertRejects(
    () => Array.fromAsync(connector.source.read({ query: { sort: { a: 1 } } })),
    UsageError,
    "sort",
  );
});

for (
  const [what, file, documents] of [
    ["documents", "shop/b.bson", 3_000_000],
    ["few documents", "shop/b.bson", 10],
    ["metadata", "shop/b.metadata.json", 10],
  ] as const
) {
  fullDisk(
    `DumpConnector leaves nothing of a collection whose ${what} find the disk full`,
    (folder) => {
      const path = `${folder}/dump`;
      const connector = new DumpConnector({ path });
      const infos = ["a", "b"].map((name) => ({
        ...collection(name),
        documents: [doc({ x: "x".repeat(documents) })],
      }));
      return failing(path, file, () => write(connector, infos, { overwrite: true }), [
        "shop/a.bson",
        "shop/a.metadata.json",
      ]);
    },
  );
}

fullDisk(
  "DumpConnector keeps the collections when the prelude finds the disk full",
  async (folder) => {
    const path = `${folder}/dump`;
    const writer = await new DumpConnector({ path }).target.open({ overwrite: true });
    await writer.begin(collection("a"));
    await writer.end(collection("a").namespace);
    await failing(path, "prelude.json", () => writer.commit(), [
      "shop/a.bson",
      "shop/a.metadata.json",
    ]);
    await writer.abort();
    const { issues } = await readAll(new DumpConnector({ path }).source);
    assertEquals(issues.map(({ code }) => code), ["no-prelude"]);
  },
);

/** Registers a test with a device that is always full. */
function fullDisk(name: string, fn: (folder: string) => Promise<void>): void {
  const ignore = Deno.build.os !== "linux";
  Deno.test({ name, ignore, fn: () => inFolder(fn) });
}

/** Puts the device where a file is to be; what is left beside it is known. */
async function failing(
  path: string,
  file: string,
  work: () => Promise<unknown>,
  left: readonly string[],
): Promise<void> {
  await make(path, { "shop/": "" });
  await Deno.symlink("/dev/full", `${path}/${file}`);
  const error = await assertRejects(work, IoError, "the disk is full");
  assertEquals(error.stage, "target");
  assert(error.message.includes(file), error.message);
  await Deno.remove(`${path}/${file}`).catch(() => {});
  assertEquals([...(await filesOf(path)).keys()], left);
}
