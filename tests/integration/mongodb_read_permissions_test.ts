import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { ConnectError, type PermissionNeed } from "@datahood/cli";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { makeCertificates } from "./_certificates.ts";
import { collect, insertRaw, numbered } from "./_documents.ts";
import { integration } from "./_server.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const SCRIPT = `
import { MongoConnector } from "./src/connectors/mongodb/mod.ts";
const [uri, database] = Deno.args;
await using connector = new MongoConnector({ uri, database, collection: "c" });
try {
  const documents = [];
  for await (const document of connector.extractData()) documents.push(document);
  const namespace = { db: database, collection: "d" };
  const { inserted } = await connector.loadData(documents, { namespace });
  console.log(JSON.stringify({ read: documents.length, inserted }));
} catch (error) {
  console.log(JSON.stringify({ code: error.code, needs: error.needs, message: error.message }));
}
`;

/** Runs a copy from one collection to another in a process with just these flags. */
async function runWith(
  flags: readonly string[],
  args: readonly string[],
): Promise<Record<string, unknown>> {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(script, SCRIPT.replace("./src", `file://${encodeURI(ROOT)}src`));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-check",
        "--import-map",
        `${ROOT}npm/import_map.json`,
        ...flags,
        script,
        ...args,
      ],
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout).trim();
    assert(text.startsWith("{"), text + new TextDecoder().decode(stderr));
    return JSON.parse(text);
  } finally {
    await Deno.remove(script);
  }
}

function flagsOf(needs: readonly PermissionNeed[]): string[] {
  return needs.map(({ kind, target }) => `--allow-${kind}=${target}`);
}

integration("MongoConnector needs no more than its permissions()", async (context) => {
  const { db, uri, database, test } = context;
  await insertRaw(db, "c", numbered(3));
  const needs = new MongoConnector({ uri }).permissions();
  await test.step("runs with them", async () => {
    assertEquals(await runWith(flagsOf(needs), [uri, database]), { read: 3, inserted: 3 });
  });
  await test.step("names the one that is missing, at once", async () => {
    const answer = await runWith([], [uri, database]);
    assertEquals(answer.code, "permission");
    const named = (answer.needs as PermissionNeed[]).map(({ kind, target }) => ({ kind, target }));
    assertEquals(named, needs.map(({ kind, target }) => ({ kind, target })));
    assertStringIncludes(String(answer.message), needs[0]!.target);
  });
});

integration(
  "MongoConnector names at once the members that may not be reached",
  { needs: ["transactions"] },
  async ({ client, db, database, server }) => {
    await insertRaw(db, "c", numbered(3));
    const { hosts } = await client.db("admin").command({ hello: 1 });
    const other = `localhost:${server.port}`;
    if (hosts.includes(other)) throw new Error("the server calls itself localhost");
    const flags = [`--allow-net=${other}`];
    const answer = await runWith(flags, [`mongodb://${other}/`, database]);
    assertEquals(answer.code, "permission");
    assertEquals((answer.needs as PermissionNeed[]).map(({ target }) => target), hosts);
    const direct = await runWith(flags, [`mongodb://${other}/?directConnection=true`, database]);
    assertEquals(direct, { read: 3, inserted: 3 });
  },
);

integration("MongoConnector.discoverPermissions() names the members", async (context) => {
  const { client, uri } = context;
  const hello = await client.db("admin").command({ hello: 1 });
  const members: string[] = hello.hosts ?? [];
  const connector = new MongoConnector({ uri });
  const found = await connector.discoverPermissions();
  const targets = found.map(({ target }) => target);
  for (const member of members) assert(targets.includes(member), `${member} is not in ${targets}`);
  assertEquals(targets.length, new Set(targets).size);
  for (const { target } of connector.permissions()) assert(targets.includes(target));
});

integration("MongoConnector reads over TLS", async (context) => {
  const certificates = await makeCertificates();
  if (certificates === undefined) {
    throw new Error("Cannot make certificates: openssl is not installed");
  }
  const { startMongoServer } = await import("../../scripts/mongodb_server.ts");
  const { folder, ...tls } = certificates;
  const server = await startMongoServer({ tls: { certFile: tls.cert, keyFile: tls.key } });
  try {
    await context.test.step("with the authority", async () => {
      await using connector = new MongoConnector({
        uri: server.uri,
        database: "tls",
        collection: "c",
        tlsCaFile: tls.ca,
      });
      await connector.loadData([{ a: 1 }]);
      assertEquals((await collect(connector.source.read())).length, 3);
      assert(
        connector.permissions().some(({ kind, target }) => kind === "read" && target === tls.ca),
      );
    });
    await context.test.step("not without it", async () => {
      await using connector = new MongoConnector({ uri: server.uri, connectTimeoutMs: 500 });
      const error = await assertRejects(() => connector.connect(), ConnectError);
      assertStringIncludes(error.message, "TLS with 127.0.0.1");
      assertStringIncludes(error.hint!, "--tls-ca-file");
    });
    await context.test.step("a plain connection is refused", async () => {
      const uri = server.uri.replace("?tls=true", "");
      await using connector = new MongoConnector({ uri, connectTimeoutMs: 500 });
      const error = await assertRejects(() => connector.connect(), ConnectError);
      assertStringIncludes(error.hint!, "tls=true");
    });
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
