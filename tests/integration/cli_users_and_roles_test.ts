import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Int32 } from "bson";
import { inFolder, runCli } from "../cli/_run_cli.ts";
import { AccountsServer } from "./_accounts_server.ts";
import { at, fill } from "./_cli.ts";
import { integration } from "./_server.ts";

/** What nobody may see who does not look into a dump by himself. */
const SECRETS = ["c2VjcmV0U3RvcmVkS2V5", "c2VjcmV0U2VydmVyS2V5", "c2VjcmV0U2FsdA=="];

function user(db: string, name: string) {
  const [storedKey, serverKey, salt] = SECRETS;
  const credentials = {
    "SCRAM-SHA-256": { iterationCount: new Int32(15000), salt, storedKey, serverKey },
  };
  return { _id: `${db}.${name}`, user: name, db, credentials, roles: [] };
}

const login = { server: { auth: { user: "root", password: "pw" } } };

integration("datahood transfer --users-and-roles shows no secret", async (context) => {
  const { client, server, database, db } = context;
  await fill(db, "orders", 3);
  await using from = new AccountsServer(client, server.port);
  await using to = new AccountsServer(client, server.port);
  await from.fill("users", [user(database, "ada"), user(database, "bob")]);
  // One that is there, and differs.
  await to.fill("users", [{ ...user(database, "ada"), roles: [{ role: "read", db: database }] }]);
  await inFolder(async (cwd) => {
    const run = async (...args: string[]) => {
      const result = await runCli([...args, "--verbose"], { cwd });
      for (const secret of SECRETS) {
        assert(!(result.out + result.err).includes(secret), result.out + result.err);
      }
      return result;
    };
    const source = at(from.uri, database), target = at(to.uri, database);
    const dry = await run("transfer", source, "dump/", "--users-and-roles", "--dry-run", "--json");
    assertEquals(dry.code, 0, dry.err);
    assertEquals(JSON.parse(dry.out).counts.read, 6);
    assertEquals(await Array.fromAsync(Deno.readDir(cwd)), []);

    assertEquals((await run("transfer", source, "dump/", "--users-and-roles")).code, 0);
    const bytes = await Deno.readTextFile(`${cwd}/dump/${database}/$admin.system.users.bson`);
    for (const secret of SECRETS) assertStringIncludes(bytes, secret);

    for (const more of [["--show", "5"], ["--tree"], ["--show", "2", "--json"]]) {
      const inspected = await run("inspect", "dump/", ...more);
      assertEquals(inspected.code, 0, inspected.err);
      assertStringIncludes(inspected.out, "$admin.system.users");
      assertStringIncludes(inspected.out, more[0] === "--show" ? "***" : "credentials");
    }

    const plan = await run("transfer", "dump/", target, "--users-and-roles", "--plan");
    assertStringIncludes(plan.err, `→ ${database}.$admin.system.users`);
    assertEquals(to.merges, []);
    const restored = await run("transfer", "dump/", target, "--users-and-roles");
    assertEquals(restored.code, 5, restored.err);
    assertStringIncludes(restored.err, `${database}.ada`);
    assertStringIncludes(restored.err, "only --drop replaces users");
    assertEquals([...(await to.stored("users")).keys()], [`${database}.ada`, `${database}.bob`]);

    const drop = await run("transfer", "dump/", target, "--users-and-roles", "--drop");
    assertEquals(drop.code, 0, drop.err);
    assertStringIncludes(drop.err, `all other users of ${database}`);

    const differing = await run("verify", "dump/", target, "--users-and-roles");
    assertEquals(differing.code, 0, differing.out + differing.err);
    await to.fill("users", [user(database, "eve")]);
    const extra = await run("verify", "dump/", target, "--users-and-roles");
    assertEquals(extra.code, 6, extra.err);
    assertStringIncludes(extra.out, `${database}.eve`);
    assertEquals((await run("verify", "dump/", target)).code, 0);
  });
});

integration(
  "datahood transfer says that users may be missing where the end was lost",
  async (context) => {
    const { client, server, database, db } = context;
    await fill(db, "orders", 3);
    await using from = new AccountsServer(client, server.port);
    await using to = new AccountsServer(client, server.port, { loses: ["before", "after"] });
    await from.fill("users", [user(database, "ada")]);
    await inFolder(async (cwd) => {
      const run = (...args: string[]) => runCli([...args, "--users-and-roles"], { cwd });
      assertEquals((await run("transfer", at(from.uri, database), "dump/")).code, 0);
      const args = ["transfer", "dump/", at(to.uri, database), "--yes"];
      const lost = await run(...args, "--retries", "0");
      assertEquals(lost.code, 4, lost.err);
      assertStringIncludes(
        lost.err,
        "is not whole: users and roles may be missing; once the cause",
      );
      assertStringIncludes(lost.err, "run the same again with --yes; documents");
      assertStringIncludes(lost.err, "whether the server took users and roles is not known");
      assert(!lost.err.includes("documents of it may be missing"), lost.err);
      assertEquals([(await to.stored("users")).size, await to.temporary()], [0, []]);
      // As the error says; and now it is tried again by itself.
      const again = await run(...args);
      assertEquals(again.code, 0, again.err);
      assertStringIncludes(again.err, "the connection was lost");
      assertEquals([...(await to.stored("users")).keys()], [`${database}.ada`]);
      assertEquals([to.merges.length, await to.temporary()], [2, []]);
    });
  },
);

integration("datahood transfer says that a server takes no users", async (context) => {
  const { client, server, database, db, uri } = context;
  await fill(db, "orders", 3);
  await using from = new AccountsServer(client, server.port);
  await from.fill("users", [user(database, "ada"), user("elsewhere", "eve")]);
  await inFolder(async (cwd) => {
    const archive = ["shop.archive.gz", "--users-and-roles"];
    const made = await runCli(["transfer", at(from.uri, database), ...archive], { cwd });
    assertEquals(made.code, 0, made.err);
    const target = at(uri, `${database}_2`);
    const { code, err, out } = await runCli([
      "transfer",
      archive[0]!,
      target,
      "--users-and-roles",
      "--rename",
      `${database}.*=${database}_2.*`,
      "--json",
    ], { cwd });
    assertEquals(code, 5, err);
    assertEquals(err.split("_mergeAuthzCollections").length, 2, err);
    const { counts, issues } = JSON.parse(out);
    assertEquals([counts.written, counts.skipped, counts.rejected], [3, 2, 0]);
    assertEquals(issues.map(({ code }: { code: string }) => code), ["users-and-roles-not-written"]);
    try {
      assertEquals(await client.db(`${database}_2`).collection("orders").countDocuments(), 3);
    } finally {
      await client.db(`${database}_2`).dropDatabase();
    }
    const without = await runCli(["transfer", archive[0]!, target, "--dry-run"], { cwd });
    assertEquals(without.code, 0, without.err);
    assertStringIncludes(without.err, "--users-and-roles takes them too");
  });
});

integration("datahood transfer names the right to users and roles", login, async (context) => {
  const { uri, database, client, db } = context;
  await fill(db, "orders", 3);
  const admin = client.db("admin");
  const rights = { writer: [{ role: "readWrite", db: database }], saver: ["backup"] };
  const as = (name: string) => at(uri.replace(/\/\/[^@]*@/, `//${name}:pw@`), database);
  try {
    for (const [name, roles] of Object.entries(rights)) {
      await admin.command({ createUser: name, pwd: "pw", roles });
    }
    await inFolder(async (cwd) => {
      const run = (...args: string[]) => runCli([...args, "--users-and-roles"], { cwd });
      const read = await run("transfer", as("writer"), "dump/");
      assertEquals(read.code, 3, read.err);
      assertStringIncludes(read.err, 'on "admin.system.users"');
      assertStringIncludes(read.err, 'role: "backup", db: "admin"');
      assertEquals(await Array.fromAsync(Deno.readDir(cwd)), []);
      const saved = await run("transfer", as("saver"), "dump/");
      assertEquals(saved.code, 0, saved.err);
      // A plan asks without writing.
      const write = await run("transfer", "dump/", as("writer"), "--plan");
      assertEquals(write.code, 4, write.err);
      assertStringIncludes(write.err, "_mergeAuthzCollections");
      assertStringIncludes(write.err, 'role: "restore", db: "admin"');
      const may = await run("transfer", "dump/", at(uri, database), "--plan");
      assertEquals(may.code, 0, may.err);
    });
  } finally {
    for (const name of Object.keys(rights)) await admin.command({ dropUser: name }).catch(() => {});
  }
});

integration(
  "datahood transfer --users-and-roles is refused where there are none",
  ({ uri }) =>
    inFolder(async (cwd) => {
      for (const source of ["orders.bson", at(uri, "shop.orders")]) {
        const { code, err } = await runCli(["transfer", source, "null:", "--users-and-roles"], {
          cwd,
        });
        assertEquals(code, 2, err);
        assertStringIncludes(err, "hint: ");
      }
      // Permissions are those of the same without it.
      const needs = (...more: string[]) =>
        runCli(["permissions", "transfer", at(uri, "shop"), "dump/", ...more], { cwd });
      const [plain, more] = [await needs(), await needs("--users-and-roles")];
      assertEquals(more.code, 0, more.err);
      assertEquals(more.out.replace(" --users-and-roles", ""), plain.out);
    }),
);
