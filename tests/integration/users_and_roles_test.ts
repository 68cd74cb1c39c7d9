import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Binary, deserialize, type Document, Int32, serialize, UUID } from "bson";
import { MongoClient } from "mongodb";
import { startMongoServer } from "../../scripts/mongodb_server.ts";
import { ArchiveConnector } from "../../src/connectors/archive/mod.ts";
import { BsonConnector } from "../../src/connectors/bson/mod.ts";
import { DumpConnector } from "../../src/connectors/dump/mod.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import {
  batchDocument,
  ConnectError,
  type Connector,
  formatNamespace,
  InterruptedError,
  LoadError,
  type Namespace,
  type Position,
  UnsupportedError,
  UsageError,
} from "../../src/core/mod.ts";
import { accountsOf } from "../../src/mongodump/mod.ts";
import { transfer, type TransferOptions } from "../../src/transfer/mod.ts";
import { verify } from "../../src/verify/mod.ts";
import { AccountsServer, type AccountsServerOptions } from "./_accounts_server.ts";
import { mongoTools, runTool } from "./_mongo_tools.ts";
import { integration, type IntegrationContext } from "./_server.ts";
import { fill } from "./_cli.ts";
import { batchOf, hex, withWriter } from "./_write.ts";

/** What no test may find anywhere but in a dump, and in a server. */
const HASH = "c3RvcmVkS2V5T2ZBZGFJblRoaXNUZXN0";

/** A user as MongoDB keeps one. */
function user(db: string, name: string, roles: readonly Document[] = []): Document {
  const sha = {
    iterationCount: new Int32(15000),
    salt: "c2FsdA==",
    storedKey: HASH,
    serverKey: HASH,
  };
  return {
    _id: `${db}.${name}`,
    userId: new Binary(new UUID().buffer, Binary.SUBTYPE_UUID),
    user: name,
    db,
    credentials: { "SCRAM-SHA-1": sha, "SCRAM-SHA-256": sha },
    roles,
  };
}

function role(db: string, name: string): Document {
  const privileges = [{ resource: { db, collection: "orders" }, actions: ["find"] }];
  return { _id: `${db}.${name}`, role: name, db, privileges, roles: [] };
}

/** Two of one database and one of another, and a role of each. */
async function people(server: AccountsServer, database: string): Promise<void> {
  await server.fill("users", [
    user(database, "ada", [{ role: "clerk", db: database }]),
    user(database, "bob"),
    user("elsewhere", "eve"),
  ]);
  await server.fill("roles", [role(database, "clerk"), role("elsewhere", "guard")]);
}

function accountsServer(
  { client, server }: IntegrationContext,
  options?: AccountsServerOptions,
): AccountsServer {
  return new AccountsServer(client, server.port, options);
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The documents of the test's own database, and users and roles. */
function only(database: string): { readonly include: (name: Namespace) => boolean } {
  return { include: (name: Namespace) => name.db === database || accountsOf(name) !== undefined };
}

/** Copies, and lets go of both ends. */
async function copy(source: Connector, target: Connector, options: TransferOptions = {}) {
  await using _source = source;
  await using _target = target;
  return await transfer(source, target, options);
}

const withAccounts = { usersAndRoles: true } as const;

integration(
  "transfer() warns once of users whose credentials the server does not give",
  async (context) => {
    const { database } = context;
    await using from = accountsServer(context);
    const bare = (db: string, name: string) => {
      const { credentials: _, ...rest } = user(db, name);
      return rest;
    };
    await from.fill("users", [
      user(database, "ada"),
      bare(database, "bob"),
      { ...bare("elsewhere", "eve"), credentials: {} },
      bare("$external", "CN=max"),
    ]);
    await from.fill("roles", [role(database, "clerk")]);
    await inFolder(async (folder) => {
      const { issues } = await copy(
        new MongoConnector({ uri: from.uri, ...withAccounts }),
        new DumpConnector({ path: `${folder}/dump`, ...withAccounts }),
        { include: (name) => accountsOf(name) !== undefined },
      );
      const warnings = issues.filter(({ level }) => level === "warning");
      assertEquals(warnings.map(({ code }) => code), ["no-credentials"]);
      assertStringIncludes(warnings[0]!.message, "gives no credentials of 2 of 4 users: after a");
    });
  },
);

integration("transfer() carries the users and roles of a whole server", async (context) => {
  const { database, db, client } = context;
  await fill(db, "orders", 20);
  await using from = accountsServer(context);
  await people(from, database);
  const users = await from.stored("users"), roles = await from.stored("roles");
  const server = () => new MongoConnector({ uri: from.uri, ...withAccounts });
  await inFolder(async (folder) => {
    const dump = () => new DumpConnector({ path: `${folder}/dump`, ...withAccounts });
    const archive = () => new ArchiveConnector({ path: `${folder}/a.archive.gz`, ...withAccounts });
    await copy(server(), dump(), only(database));
    await copy(server(), archive(), { ...only(database), parallel: 4 });
    for (const place of [dump, archive]) {
      await using a = server(), b = place();
      assert((await verify(a, b, only(database))).same, place.name);
    }
    const other = await startMongoServer({ own: true });
    const second = new MongoClient(other.uri);
    try {
      for (const source of [dump, archive, server]) {
        await using to = new AccountsServer(second, other.port);
        const summary = await copy(source(), new MongoConnector({ uri: to.uri }), only(database));
        assertEquals(await to.stored("users"), users, source.name);
        assertEquals(await to.stored("roles"), roles);
        assertEquals(to.merges.length, 1);
        assertEquals(to.merges[0]!.temporary, [...users.keys(), ...roles.keys()]);
        assertEquals(await to.temporary(), []);
        assertEquals(summary.counts.rejected, 0);
        assertEquals(await second.db(database).collection("orders").countDocuments(), 20);
        // The same again has nothing to do.
        const again = await copy(source(), new MongoConnector({ uri: to.uri }), only(database));
        assertEquals([again.counts.written, again.counts.unchanged], [0, 25]);
        assertEquals(to.merges.length, 1);
        await second.db(database).dropDatabase();
      }
    } finally {
      await second.close();
      await other.stop();
    }
  });
  assertEquals(await client.db("admin").listCollections({ name: /^temp/ }).toArray(), []);
});

integration("transfer() carries the users and roles of one database", async (context) => {
  const { database, db } = context;
  await fill(db, "orders", 5);
  await using from = accountsServer(context);
  await using to = accountsServer(context);
  await people(from, database);
  await to.fill("users", [user("elsewhere", "zoe")]);
  await inFolder(async (folder) => {
    const path = `${folder}/dump`;
    await copy(
      new MongoConnector({ uri: from.uri, database, ...withAccounts }),
      new DumpConnector({ path }),
    );
    const files = [...Deno.readDirSync(`${path}/${database}`)].map(({ name }) => name).sort();
    assertEquals(files, [
      "$admin.system.roles.bson",
      "$admin.system.users.bson",
      "$admin.system.version.bson",
      "orders.bson",
      "orders.metadata.json",
    ]);
    const dump = () => new DumpConnector({ path, ...withAccounts });
    await copy(dump(), new MongoConnector({ uri: to.uri, database }), { overwrite: true });
    assertEquals([...(await to.stored("users")).keys()], [
      `${database}.ada`,
      `${database}.bob`,
      "elsewhere.zoe",
    ]);
    assertEquals(to.merges.map(({ command: { db, drop } }) => [db, drop]), [[database, true]]);

    // A user belongs to its database: under another name it is nobody.
    const { issues } = await copy(dump(), new MongoConnector({ uri: to.uri, database: "other" }), {
      include: (name) => accountsOf(name) !== undefined,
    });
    assertEquals(issues.filter(({ code }) => code === "users-and-roles-not-written").length, 2);
    assertEquals(to.merges.length, 1);
  });
});

integration("transfer() gives a database its own of a whole server's users", async (context) => {
  const { database } = context;
  await using from = accountsServer(context);
  await using to = accountsServer(context);
  await people(from, database);
  const accounts = { include: (name: Namespace) => accountsOf(name) !== undefined };
  await inFolder(async (folder) => {
    const dump = () => new DumpConnector({ path: `${folder}/dump`, ...withAccounts });
    await copy(new MongoConnector({ uri: from.uri, ...withAccounts }), dump(), accounts);
    const summary = await copy(dump(), new MongoConnector({ uri: to.uri, database }), accounts);
    assertEquals([...(await to.stored("users")).keys()], [`${database}.ada`, `${database}.bob`]);
    assertEquals([...(await to.stored("roles")).keys()], [`${database}.clerk`]);
    assertEquals(summary.counts.written, 3);
    const codes = summary.issues.map(({ code }) => code);
    assertEquals(codes.filter((code) => code === "users-and-roles-of-others").length, 2);
    assertEquals(codes.includes("users-and-roles-not-written"), false);
  });
});

integration(
  "openMongoWriter() keeps a user that is there, unless all is dropped",
  async (context) => {
    const { database } = context;
    await using to = accountsServer(context);
    const [ada, old, other] = [user(database, "ada"), user(database, "ada"), user(database, "old")];
    await to.fill("users", [old, other]);
    const namespace = { db: database, collection: "$admin.system.users" };
    const { uri } = to;
    const fresh = user(database, "new");
    const batch = () => batchOf(namespace, [ada, other, fresh]);
    const begin = { namespace, type: "collection" } as const;
    await withWriter({ uri }, {}, async (writer) => {
      assertEquals(await writer.begin(begin), []);
      const { inserted, unchanged, rejected } = await writer.write(batch());
      assertEquals([inserted, unchanged], [1, 1]);
      assertEquals(rejected.map(({ index, id }) => [index, id]), [[0, `"${database}.ada"`]]);
      assertStringIncludes(rejected[0]!.reason, "--drop");
      await writer.end(namespace);
    });
    const ids = () => to.stored("users").then((stored) => [...stored.keys()]);
    const bytesOfAda = async () => hex((await to.stored("users")).get(`${database}.ada`)!);
    assertEquals(await ids(), ["ada", "new", "old"].map((name) => `${database}.${name}`));
    assertEquals(await bytesOfAda(), hex(serialize(old)));

    await withWriter({ uri }, { onConflict: "skip" }, async (writer) => {
      await writer.begin(begin);
      const { skipped, rejected } = await writer.write(batch());
      assertEquals([skipped, rejected], [1, []]);
    });
    await withWriter({ uri }, { onConflict: "stop" }, async (writer) => {
      await writer.begin(begin);
      const error = await assertRejects(() => writer.write(batch()), LoadError);
      assertStringIncludes(error.message, "document 0");
    });
    await withWriter({ uri }, { overwrite: true }, async (writer) => {
      await writer.begin(begin);
      const { inserted } = await writer.write(batchOf(namespace, [ada]));
      assertEquals(inserted, 1);
      await writer.end(namespace);
    });
    assertEquals(await ids(), [`${database}.ada`]);
    assertEquals(await bytesOfAda(), hex(serialize(ada)));

    // A dump without users drops nobody.
    await withWriter({ uri }, { overwrite: true }, async (writer) => {
      await writer.begin(begin);
      assertEquals((await writer.end(namespace)).map(({ code }) => code), ["users-and-roles-kept"]);
    });
    assertEquals(await ids(), [`${database}.ada`]);
    assertEquals(await to.temporary(), []);
  },
);

integration("openMongoWriter() takes the users of one database after another", async (context) => {
  await using to = accountsServer(context);
  const of = (db: string, part = "users") => ({ db, collection: `$admin.system.${part}` });
  const { uri } = to;
  await withWriter({ uri }, { overwrite: true }, async (writer) => {
    for (const db of ["a", "b"]) {
      await writer.begin({ namespace: of(db), type: "collection" });
      await writer.write(batchOf(of(db), [user(db, "ada"), user("c", "eve")]));
      const issues = await writer.end(of(db));
      assertEquals(issues.map(({ code }) => code), ["users-and-roles-of-others"]);
    }
  });
  assertEquals([...(await to.stored("users")).keys()], ["a.ada", "b.ada"]);
  assertEquals(to.merges.map(({ command }) => command.db), ["a", "b"]);
  await withWriter({ uri }, {}, async (writer) => {
    await writer.begin({ namespace: of("a"), type: "collection" });
    const error = await assertRejects(
      () => writer.begin({ namespace: of("b"), type: "collection" }),
      UnsupportedError,
    );
    assertStringIncludes(error.message, "another database");
  });
});

integration("openMongoWriter() says what a server does not take", async (context) => {
  const users = { db: "admin", collection: "system.users" };
  const version = { db: "admin", collection: "system.version" };
  const ada = user("a", "ada");
  await context.test.step("one without the command", async () => {
    await withWriter({ uri: context.uri }, {}, async (writer) => {
      const issues = await writer.begin({ namespace: users, type: "collection" });
      assertEquals(issues.map(({ code, level }) => [code, level]), [
        ["users-and-roles-not-written", "warning"],
      ]);
      assertStringIncludes(issues[0]!.message, "_mergeAuthzCollections");
      assertEquals(await writer.begin({ namespace: version, type: "collection" }), []);
      const { skipped, inserted } = await writer.write(batchOf(users, [ada]));
      assertEquals([skipped, inserted], [1, 0]);
      assertEquals(await writer.end(users), []);
    });
  });
  await context.test.step("another layout", async () => {
    await using to = accountsServer(context, { layout: 3 });
    await withWriter({ uri: to.uri }, {}, async (writer) => {
      await writer.begin({ namespace: version, type: "collection" });
      const others = [{ _id: "featureCompatibilityVersion", version: "8.0" }];
      assertEquals((await writer.write(batchOf(version, others))).skipped, 1);
      const layout = [...others, { _id: "authSchema", currentVersion: 5 }];
      const error = await assertRejects(
        () => writer.write(batchOf(version, layout)),
        UnsupportedError,
      );
      assertStringIncludes(error.message, "layout 5");
    });
  });
  await context.test.step("a user who may not", async () => {
    await using to = accountsServer(context, { refuse: { code: 13 } });
    await withWriter({ uri: to.uri }, {}, async (writer) => {
      const error = await assertRejects(
        () => writer.begin({ namespace: users, type: "collection" }),
        ConnectError,
      );
      assertStringIncludes(error.message, "_mergeAuthzCollections");
      assertEquals(error.stage, "target");
    });
  });
  await context.test.step("a failure at the end leaves no hashes behind", async () => {
    await using to = accountsServer(context, { refuse: { code: 13, from: 1 } });
    const failure = await assertRejects(() =>
      withWriter({ uri: to.uri }, {}, async (writer) => {
        await writer.begin({ namespace: users, type: "collection" });
        await writer.write(batchOf(users, [ada]));
        await writer.end(users);
        assertEquals(await to.temporary(), ["tempusers"]);
      }), ConnectError);
    assertStringIncludes(failure.message, "_mergeAuthzCollections");
    assertEquals(await to.temporary(), []);
  });
  await context.test.step("one that it leaves out without a word", async () => {
    await using to = accountsServer(context, { skips: ["a.bad"] });
    const failure = await assertRejects(() =>
      withWriter({ uri: to.uri }, {}, async (writer) => {
        await writer.begin({ namespace: users, type: "collection" });
        await writer.write(batchOf(users, [ada, user("a", "bad")]));
        await writer.end(users);
      }), LoadError);
    assertStringIncludes(failure.message, "a.bad");
    assertEquals([...(await to.stored("users")).keys()], ["a.ada"]);
    assertEquals(await to.temporary(), []);
  });
});

integration("new MongoConnector() refuses users and roles of one collection", ({ uri }) => {
  const error = assertThrowsUsage(() =>
    new MongoConnector({ uri, database: "shop", collection: "orders", ...withAccounts })
  );
  assertStringIncludes(error.hint!, "--include");
  return Promise.resolve();
});

function assertThrowsUsage(work: () => unknown): UsageError {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

integration("transfer() has the server take the users of one file", async (context) => {
  const { database } = context;
  await using from = accountsServer(context);
  await using to = accountsServer(context);
  await people(from, database);
  await inFolder(async (folder) => {
    const accounts = { db: "admin", collection: "system.users" };
    await copy(
      new MongoConnector({ uri: from.uri, ...withAccounts }),
      new DumpConnector({ path: `${folder}/dump`, compress: "gzip" }),
      { include: ({ collection }) => collection === accounts.collection },
    );
    const file = new BsonConnector({ path: `${folder}/dump/admin/system.users.bson.gz` });
    const { db, collection } = accounts;
    await copy(file, new MongoConnector({ uri: to.uri, database: db, collection }));
    assertEquals(await to.stored("users"), await from.stored("users"));
    assertEquals(to.merges.map(({ command }) => [command.db, command.drop]), [["", false]]);
  });
});

integration(
  "transfer() has the server take users again after a lost connection",
  async (context) => {
    const { database, client, test } = context;
    await using from = accountsServer(context);
    await people(from, database);
    const all = [`${database}.ada`, `${database}.bob`, "elsewhere.eve"].toSorted();
    await inFolder(async (path) => {
      const dump = () => new DumpConnector({ path: `${path}/dump`, ...withAccounts });
      await copy(new MongoConnector({ uri: from.uri, ...withAccounts }), dump(), {
        include: (name) => accountsOf(name) !== undefined,
      });
      for (const overwrite of [false, true]) {
        await test.step(
          overwrite ? "in place of all that are there" : "to those there",
          async () => {
            await using to = accountsServer(context, { loses: ["before", "after"] });
            await to.fill("users", [user("old", "zed")]);
            const retries: string[] = [];
            const { counts } = await copy(dump(), new MongoConnector({ uri: to.uri }), {
              overwrite,
              retryDelayMs: 1,
              onEvent: (event) => {
                if (event.type === "retry") retries.push(event.reason);
              },
            });
            assertEquals([counts.written, retries.length], [5, 2]);
            assertStringIncludes(retries[0]!, "admin.system.users");
            // Once for the answer that was lost, and once more.
            assertEquals(to.merges.length, 2);
            assertEquals(
              [...(await to.stored("users")).keys()].toSorted(),
              overwrite ? all : [...all, "old.zed"].toSorted(),
            );
            assertEquals(await to.temporary(), []);
          },
        );
      }
      await test.step("as often as it may", async () => {
        await using to = accountsServer(context, { loses: ["before", "before"] });
        const failure = await assertRejects(
          () => copy(dump(), new MongoConnector({ uri: to.uri }), { retries: 1, retryDelayMs: 1 }),
          ConnectError,
        );
        assertStringIncludes(failure.hint ?? "", "run the same again");
        assertStringIncludes(failure.hint ?? "", '"admin.temproles" and "admin.tempusers"');
        assertEquals([to.merges, await to.temporary()], [[], []]);
      });
      await test.step("not if what is to be taken is not whole any more", async () => {
        await using to = accountsServer(context, {
          loses: ["before"],
          onLoss: () => client.db("admin").collection("tempusers").deleteOne({}),
        });
        await to.fill("users", [user("old", "zed")]);
        const failure = await assertRejects(
          () =>
            copy(dump(), new MongoConnector({ uri: to.uri }), { overwrite: true, retryDelayMs: 1 }),
          LoadError,
        );
        assertStringIncludes(failure.message, "lost some of them");
        assertEquals([...(await to.stored("users")).keys()], ["old.zed"]);
        assertEquals([to.merges, await to.temporary()], [[], []]);
      });
    });
  },
);

integration("transfer() leaves no hashes behind when it is stopped", async (context) => {
  const { database } = context;
  await using from = accountsServer(context);
  await using to = accountsServer(context);
  await people(from, database);
  await inFolder(async (path) => {
    const dump = () => new DumpConnector({ path: `${path}/dump`, ...withAccounts });
    await copy(new MongoConnector({ uri: from.uri, ...withAccounts }), dump(), {
      include: (name) => accountsOf(name) !== undefined,
    });
    const stop = new AbortController();
    let written = 0;
    await assertRejects(() =>
      copy(dump(), new MongoConnector({ uri: to.uri }), {
        signal: stop.signal,
        onEvent: (event) => {
          if (event.type !== "end" || event.from.collection !== "system.users") return;
          written = event.counts.written;
          stop.abort();
        },
      }), InterruptedError);
    assertEquals(written, 3);
    assertEquals([to.merges, await to.temporary()], [[], []]);
    assertEquals((await to.stored("users")).size, 0);
  });
});

integration("MongoConnector goes on reading users and roles from any position", async (context) => {
  const { database, db } = context;
  await fill(db, "orders", 3);
  await using from = accountsServer(context);
  await people(from, database);
  for (const place of [{}, { database }]) {
    await using connector = new MongoConnector({ uri: from.uri, ...place, ...withAccounts });
    const read = async (after?: Position) => {
      const found: { name: string; after: Position }[] = [];
      const items = connector.source.read({
        ...only(database),
        resumable: true,
        batchDocuments: 1,
        ...(after === undefined ? {} : { after }),
      });
      for await (const item of items) {
        if (item.type !== "batch") continue;
        const { batch } = item;
        for (let i = 0; i < batch.starts.length; i++) {
          const { _id } = deserialize(batchDocument(batch, i));
          found.push({ name: `${formatNamespace(batch.namespace)} ${_id}`, after: batch.after });
        }
      }
      return found;
    };
    const all = await read();
    const names = all.map(({ name }) => name);
    const own = "database" in place;
    assertEquals(names.length, own ? 7 : 9);
    assertEquals(names[0], `${own ? `${database}.$` : ""}admin.system.users ${database}.ada`);
    for (const [i, { after }] of all.entries()) {
      assertEquals((await read(after)).map(({ name }) => name), names.slice(i + 1), names[i]);
    }
  }
});

/** What a merge was asked for, without what a driver adds. */
function asked(server: AccountsServer): Document[] {
  return server.merges.map(({ command, temporary }) => {
    const { tempUsersCollection, tempRolesCollection, db, drop } = command;
    return { tempUsersCollection, tempRolesCollection, db, drop, temporary };
  });
}

if (mongoTools !== undefined) {
  const { mongodump, mongorestore } = mongoTools;

  integration(
    "the users of a database are those of mongodump, for mongorestore",
    async (context) => {
      const { database, db } = context;
      await fill(db, "orders", 30);
      await using from = accountsServer(context);
      await people(from, database);
      await inFolder(async (folder) => {
        const source = () => new MongoConnector({ uri: from.uri, database, ...withAccounts });
        const theirs = `${folder}/theirs`, ours = `${folder}/ours`;
        const dbOptions = ["--uri", from.uri, "--db", database, "--dumpDbUsersAndRoles"];
        await runTool(mongodump, [...dbOptions, "-o", theirs]);
        await runTool(mongodump, [...dbOptions, `--archive=${theirs}.archive`]);
        await copy(source(), new DumpConnector({ path: ours }));
        await copy(source(), new ArchiveConnector({ path: `${ours}.archive` }));
        const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();
        assertEquals(
          names(`${ours}/${database}`),
          names(`${theirs}/${database}`)
            .filter((name) => name !== "prelude.json"),
        );
        for (const part of ["users", "roles", "version"]) {
          const file = `${database}/$admin.system.${part}.bson`;
          assertEquals(
            Deno.readFileSync(`${ours}/${file}`),
            Deno.readFileSync(`${theirs}/${file}`),
          );
        }
        const theirCommands: Document[][] = [], ourCommands: Document[][] = [];
        const users = new Map(
          [...await from.stored("users")].filter(([id]) => id !== "elsewhere.eve"),
        );
        for (const drop of [false, true]) {
          for (const form of ["dump", "archive"]) {
            await using restored = accountsServer(context);
            await runTool(mongorestore, [
              "--uri",
              restored.uri,
              "--db",
              database,
              "--restoreDbUsersAndRoles",
              ...drop ? ["--drop"] : [],
              ...form === "dump" ? [`${ours}/${database}`] : [`--archive=${ours}.archive`],
            ]).catch((error: Error) => {
              // Without --drop the documents are there already, which it says and goes on.
              if (drop) throw error;
            });
            assertEquals(await restored.stored("users"), users, form);
            theirCommands.push(asked(restored));

            await using written = accountsServer(context);
            await copy(
              form === "dump"
                ? new DumpConnector({ path: `${theirs}/${database}`, ...withAccounts })
                : new ArchiveConnector({ path: `${theirs}.archive`, ...withAccounts }),
              new MongoConnector({ uri: written.uri, database }),
              { overwrite: drop },
            );
            assertEquals(await written.stored("users"), users);
            ourCommands.push(asked(written));
          }
        }
        assertEquals(ourCommands, theirCommands);
      });
    },
  );

  integration("the users of a server are restored by mongorestore", async (context) => {
    const { database, db } = context;
    await fill(db, "orders", 30);
    await using from = accountsServer(context);
    await people(from, database);
    await inFolder(async (folder) => {
      const source = () => new MongoConnector({ uri: from.uri, ...withAccounts });
      await runTool(mongodump, ["--uri", from.uri, "-o", `${folder}/theirs`]);
      await runTool(mongodump, [
        "--uri",
        from.uri,
        "-j",
        "4",
        `--archive=${folder}/theirs.archive`,
      ]);
      await using theirDump = new DumpConnector({ path: `${folder}/theirs`, ...withAccounts });
      await using theirs = new ArchiveConnector({
        path: `${folder}/theirs.archive`,
        ...withAccounts,
      });
      assert((await verify(theirDump, theirs)).same);
      await using live = source();
      const accounts = { include: (name: Namespace) => accountsOf(name) !== undefined };
      assertEquals((await verify(theirs, live, accounts)).same, true);
      await using to = accountsServer(context);
      await copy(theirs, new MongoConnector({ uri: to.uri }), accounts);
      assertEquals(await to.stored("users"), await from.stored("users"));
      assertEquals(await to.stored("roles"), await from.stored("roles"));
      await copy(source(), new DumpConnector({ path: `${folder}/dump` }), only(database));
      await copy(source(), new ArchiveConnector({ path: `${folder}/archive` }), {
        ...only(database),
        parallel: 4,
      });
      for (const place of [`--dir=${folder}/dump`, `--archive=${folder}/archive`]) {
        await using to = accountsServer(context);
        await runTool(mongorestore, ["--uri", to.uri, "--drop", place]);
        assertEquals(await to.stored("users"), await from.stored("users"), place);
        assertEquals(await to.stored("roles"), await from.stored("roles"));
        assertEquals(asked(to).map(({ db, drop }) => [db, drop]), [["", true]]);
      }
    });
  });
}
