import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Document, MongoClient } from "mongodb";
import { ConnectError, type DatahoodError, InterruptedError, NotFoundError } from "@datahood/cli";
import { openReplies } from "../../src/connectors/mongodb/_replies.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { collect, documentsOf, insertRaw, namesOf, numbered } from "./_documents.ts";
import { integration, type IntegrationContext } from "./_server.ts";

const AUTH = { auth: { user: "admin", password: "t0p s3cr&t/@:" } };
/** Commands of tests only fail for the connector, never for the test's own client. */
const APP = "datahood";

function connectorOf({ uri, database }: IntegrationContext, collection?: string): MongoConnector {
  return new MongoConnector({ uri, database, ...(collection === undefined ? {} : { collection }) });
}

async function openCursors(client: MongoClient): Promise<number> {
  const { metrics } = await client.db("admin").command({ serverStatus: 1 });
  return Number(metrics.cursor.open.total);
}

async function failing(
  client: MongoClient,
  mode: Document | string,
  data: Document,
): Promise<void> {
  await client.db("admin").command({
    configureFailPoint: "failCommand",
    mode,
    data: { appName: APP, ...data },
  });
}

async function withUser(
  { client, uri }: IntegrationContext,
  roles: Document[],
  use: (uri: string) => Promise<void>,
): Promise<void> {
  const user = `u${crypto.randomUUID().slice(0, 8)}`;
  await client.db("admin").command({ createUser: user, pwd: "pw", roles });
  try {
    await use(uri.replace(/\/\/.*@/, `//${user}:pw@`));
  } finally {
    await client.db("admin").command({ dropUser: user });
  }
}

integration("MongoConnector kills the server's cursor when left early", async (context) => {
  const { client, db } = context;
  await insertRaw(db, "c", numbered(5000, 200));
  const before = await openCursors(client);
  await using connector = connectorOf(context, "c");
  let during = 0;
  for await (const item of connector.source.read({ batchDocuments: 100 })) {
    if (item.type !== "batch" || item.batch.seq < 3) continue;
    during = await openCursors(client);
    break;
  }
  assertEquals(during, before + 1);
  assertEquals(await openCursors(client), before);
});

integration("MongoConnector leaves no cursor open when read to the end", async (context) => {
  const { client, db } = context;
  await insertRaw(db, "c", numbered(3000, 100));
  const before = await openCursors(client);
  await using connector = connectorOf(context, "c");
  await collect(connector.source.read({ batchDocuments: 100 }));
  assertEquals(await openCursors(client), before);
});

integration("MongoConnector stops at the caller's signal", async (context) => {
  const { client, db } = context;
  await insertRaw(db, "c", numbered(5000, 200));
  const before = await openCursors(client);
  await using connector = connectorOf(context, "c");
  const stop = new AbortController();
  await assertRejects(async () => {
    for await (const item of connector.source.read({ batchDocuments: 100, signal: stop.signal })) {
      if (item.type === "batch") stop.abort();
    }
  }, InterruptedError);
  assertEquals(await openCursors(client), before);
});

integration("MongoConnector waits for a slow reader", async (context) => {
  await insertRaw(context.db, "c", numbered(3000, 100));
  await using connector = connectorOf(context, "c");
  let count = 0;
  for await (const item of connector.source.read({ batchDocuments: 500 })) {
    if (item.type !== "batch") continue;
    count += item.batch.starts.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assertEquals(count, 3000);
});

integration("MongoConnector says which names are near", async (context) => {
  const { db, database } = context;
  await db.collection("orders").insertOne({});
  await db.collection("customers").insertOne({});
  await context.test.step("a collection", async () => {
    await using connector = connectorOf(context, "order");
    const error = await assertRejects(() => collect(connector.source.read()), NotFoundError);
    assertStringIncludes(error.message, 'there is no collection "order"');
    assertMatch(error.hint!, /did you mean \S+\.orders\? .*customers, orders/);
    assertEquals(error.stage, "source");
  });
  await context.test.step("a database", async () => {
    await using connector = new MongoConnector({ uri: context.uri, database: `${database}x` });
    const error = await assertRejects(() => namesOf(connector.source), NotFoundError);
    assertStringIncludes(error.message, `there is no database "${database}x"`);
    assertStringIncludes(error.hint!, `${database}?`);
  });
});

integration("MongoConnector says that no server answers", async ({ test }) => {
  const cases = [
    ["mongodb://127.0.0.1:1/", /no server answers at 127\.0\.0\.1:1/],
    ["mongodb://no-such-host.invalid/", /no-such-host\.invalid/],
  ] as const;
  for (const [uri, message] of cases) {
    await test.step(uri, async () => {
      await using connector = new MongoConnector({ uri, connectTimeoutMs: 300 });
      const error = await assertRejects(() => connector.connect(), ConnectError);
      assertMatch(error.message, message);
      assertEquals(error.retryable, false);
      assert(error.hint !== undefined);
    });
  }
});

integration("MongoConnector says that what answers is no MongoDB", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const serving = (async () => {
    for await (const connection of listener) connection.close();
  })();
  try {
    const uri = `mongodb://127.0.0.1:${port}/`;
    await using connector = new MongoConnector({ uri, connectTimeoutMs: 300 });
    const error = await assertRejects(() => connector.connect(), ConnectError);
    assertStringIncludes(error.message, "closed at once");
  } finally {
    listener.close();
    await serving.catch(() => {});
  }
});

integration(
  "MongoConnector says that the password is wrong",
  { server: AUTH },
  async ({ server }) => {
    const secret = "wr0ng-s3cret";
    const uri = server.bareUri.replace("://", `://admin:${secret}@`);
    await using connector = new MongoConnector({ uri, database: "x", collection: "y" });
    const error = await assertRejects(() => collect(connector.source.read()), ConnectError);
    assertMatch(
      error.message,
      /"mongodb:\/\/admin:\*\*\*@127\.0\.0\.1:\d+\/x\.y": .*user and password/,
    );
    assertEquals([error.stage, error.retryable], ["source", false]);
    const shown = Deno.inspect(error) + JSON.stringify(error) + error.stack;
    assert(!shown.includes(secret), "the password is shown");
  },
);

integration("MongoConnector logs in", { server: AUTH }, async (context) => {
  await context.db.collection("c").insertOne({});
  await using connector = connectorOf(context);
  assertEquals(await namesOf(connector.source), ["c"]);
  assert(!Deno.inspect(connector).includes("s3cr"), "the password is shown");
});

integration("MongoConnector says that a login is needed", { server: AUTH }, async (context) => {
  await context.db.collection("c").insertOne({});
  const { server, database } = context;
  await using connector = new MongoConnector({ uri: server.bareUri, database, collection: "c" });
  const error = await assertRejects(() => collect(connector.source.read()), ConnectError);
  assertStringIncludes(error.message, "asks for a login");
});

integration("MongoConnector says what is not allowed", { server: AUTH }, async (context) => {
  const { db, database } = context;
  await db.collection("c").insertOne({});
  await withUser(context, [], async (uri) => {
    await using one = new MongoConnector({ uri, database, collection: "c" });
    const error: DatahoodError = await assertRejects(
      () => collect(one.source.read()),
      ConnectError,
    );
    assertMatch(error.message, /is not allowed to run find on ".*\.c"$/);
    assertStringIncludes(error.hint!, `{ role: "read", db: "${database}" }`);
    await using all = new MongoConnector({ uri, database });
    const other = await assertRejects(() => namesOf(all.source), ConnectError);
    assertMatch(other.message, /is not allowed to run listCollections on database/);
  });
});

integration(
  "MongoConnector reads with the right to read alone",
  { server: AUTH },
  async (context) => {
    const { db, database } = context;
    await db.collection("c").insertOne({});
    await withUser(context, [{ role: "read", db: database }], async (uri) => {
      await using one = new MongoConnector({ uri, database, collection: "c" });
      const items = await collect(one.source.read());
      assertEquals(items.map(({ type }) => type), ["begin", "batch", "end"]);
      await using all = new MongoConnector({ uri, database });
      assertEquals(await namesOf(all.source), ["c"]);
    });
  },
);

integration(
  "MongoConnector says that a lost connection may be retried",
  { needs: ["failpoints"] },
  async (context) => {
    const { client, db } = context;
    await insertRaw(db, "c", numbered(3000, 100));
    await using connector = connectorOf(context, "c");
    for (const failCommands of [["find"], ["getMore"]]) {
      // The driver itself tries a find a second time.
      await failing(client, { times: 2 }, { failCommands, closeConnection: true });
      const read = () => collect(connector.source.read({ batchDocuments: 100 }));
      const error = await assertRejects(read, ConnectError);
      assertEquals([error.stage, error.retryable], ["source", true], String(failCommands));
      assertStringIncludes(error.message, `/${context.database}.c"`);
      await failing(client, "off", {});
      assertEquals((await read()).at(-1)?.type, "end");
    }
  },
);

integration(
  "MongoConnector tells errors that may pass from those that stay",
  { needs: ["failpoints"] },
  async (context) => {
    const { client, db } = context;
    await insertRaw(db, "c", numbered(500, 10));
    await using connector = connectorOf(context, "c");
    const cases = [[11600, true], [91, true], [43, true], [50, false], [8, false]] as const;
    for (const [errorCode, retryable] of cases) {
      await context.test.step(`code ${errorCode}`, async () => {
        await failing(client, { times: 2 }, { failCommands: ["getMore"], errorCode });
        const read = () => collect(connector.source.read({ batchDocuments: 100 }));
        const error = await assertRejects(read, ConnectError);
        await failing(client, "off", {});
        assertEquals([error.stage, error.retryable], ["source", retryable]);
      });
    }
  },
);

integration(
  "MongoConnector says that the server fell silent",
  { needs: ["failpoints"] },
  async (context) => {
    const { client, db, uri, database } = context;
    await insertRaw(db, "c", numbered(3000, 100));
    await using connector = new MongoConnector({
      uri,
      database,
      collection: "c",
      idleTimeoutMs: 300,
    });
    await connector.connect();
    const block = { failCommands: ["getMore"], blockConnection: true, blockTimeMS: 3000 };
    await failing(client, { times: 1 }, block);
    const read = () => collect(connector.source.read({ batchDocuments: 100 }));
    const error = await assertRejects(read, ConnectError);
    assertStringIncludes(error.message, "the server fell silent");
    assertEquals(error.retryable, true);
  },
);

integration("MongoConnector reads what it may not list", { server: AUTH }, async (context) => {
  const { client, db, database } = context;
  await db.collection("c").insertMany([{}, {}]);
  const role = `find_${crypto.randomUUID().slice(0, 8)}`;
  const resource = { db: database, collection: "c" };
  await client.db("admin").command({
    createRole: role,
    privileges: [{ resource, actions: ["find"] }],
    roles: [],
  });
  await withUser(context, [{ role, db: "admin" }], async (uri) => {
    await using connector = new MongoConnector({ uri, database, collection: "c" });
    const items = await collect(connector.source.read());
    assertEquals(items.map(({ type }) => type), ["begin", "batch", "end"]);
  });
});

integration("MongoConnector keeps the session of a stalled read alive", async (context) => {
  const { db, uri, database } = context;
  await insertRaw(db, "c", numbered(2000, 100));
  const client = new MongoClient(uri, { monitorCommands: true });
  const refreshed = Promise.withResolvers<unknown>();
  const used = new Set<string>();
  client.on("commandStarted", ({ commandName, command }) => {
    if (commandName === "refreshSessions") refreshed.resolve(command.refreshSessions[0].id);
    if (commandName === "find" || commandName === "getMore") used.add(String(command.lsid?.id));
  });
  try {
    const hello = await client.db("admin").command({ hello: 1 });
    const session = { client, hello, display: "", options: { uri }, loggedIn: false };
    const collection = {
      namespace: { db: database, collection: "c" },
      type: "collection" as const,
    };
    const options = { batchDocuments: 100 };
    await using replies = openReplies(session, collection, options, { refreshMs: 20 });
    for await (const _ of replies) {
      // The reader stalls until the session was refreshed.
      used.add(String(await refreshed.promise));
    }
    assertEquals(used.size, 1, "the session refreshed is the one the cursor lives in");
  } finally {
    await client.close();
  }
});

integration(
  "MongoConnector reads over a compressed connection",
  { needs: ["compression"] },
  async (context) => {
    const { db, uri, database } = context;
    await insertRaw(db, "c", numbered(500, 100));
    for (const compressor of ["zlib", "zstd"]) {
      const compressed = `${uri}${uri.includes("?") ? "&" : "?"}compressors=${compressor}`;
      await using connector = new MongoConnector({ uri: compressed, database, collection: "c" });
      assertEquals((await documentsOf(connector.source.read())).length, 500);
    }
  },
);
