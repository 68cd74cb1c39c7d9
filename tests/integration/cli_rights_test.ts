import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exampleBson } from "../cli/_documents.ts";
import { inFolder, runCli } from "../cli/_run_cli.ts";
import { asAnotherHost, at, fill } from "./_cli.ts";
import { integration } from "./_server.ts";

const PASSWORD = "s3cret:pw/@";
const auth = { user: "root", password: PASSWORD };
const login = { server: { auth } };

/** A connection string with another user. */
function as(uri: string, user: string, password?: string): string {
  const words = password === undefined ? user : `${user}:${encodeURIComponent(password)}`;
  return uri.replace(/\/\/[^@]*@/, `//${words}@`);
}

integration(
  "datahood transfer says that nobody answers",
  ({ database }) =>
    inFolder(async (cwd) => {
      await Deno.writeFile(`${cwd}/a.bson`, exampleBson(3));
      const closed = `mongodb://ada:hunter2@127.0.0.1:1/${database}.orders`;
      const source = await runCli(["transfer", closed, "b.bson", "--connect-timeout", "500ms"], {
        cwd,
      });
      assertEquals(source.code, 3, source.err);
      const target = await runCli(["transfer", "a.bson", closed, "--connect-timeout", "500ms"], {
        cwd,
      });
      assertEquals(target.code, 4, target.err);
      for (const { err } of [source, target]) {
        assertStringIncludes(err, "127.0.0.1:1");
        assertStringIncludes(err, "hint: ");
        assert(!err.includes("hunter2"), err);
      }
    }),
);

integration(
  "datahood transfer says that a login fails, and shows no password",
  login,
  async (context) => {
    const { uri, database, db } = context;
    await fill(db, "orders", 3);
    const place = at(uri, `${database}.orders`);
    const good = await runCli(["transfer", place, "null:", "--verbose"]);
    assertEquals(good.code, 0, good.err);
    const shown = [good];
    for (const [user, password] of [["root", "wrong-pw"], ["nobody", PASSWORD]] as const) {
      const bad = await runCli(["transfer", as(place, user, password), "null:", "--verbose"]);
      assertEquals(bad.code, 3, bad.err);
      shown.push(bad);
    }
    const none = await runCli(["transfer", as(place, "root"), "null:"]);
    assertEquals(none.code, 3, none.err);
    assertStringIncludes(none.err, "no password is given");
    assertStringIncludes(none.err, "env:NAME");
    shown.push(none);
    const hidden = await runCli(["transfer", "env:DATAHOOD_TEST_PLACE", "null:", "--json"], {
      env: { DATAHOOD_TEST_PLACE: place },
    });
    assertEquals(hidden.code, 0, hidden.err);
    assertEquals(JSON.parse(hidden.out).counts.read, 3);
    shown.push(hidden);
    for (const { out, err } of shown) {
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), "wrong-pw"]) {
        assert(!(out + err).includes(secret), out + err);
      }
    }
  },
);

integration("datahood transfer says what a user may not do", login, async (context) => {
  const { uri, database, client, db } = context;
  await fill(db, "orders", 3);
  const rights = { reader: [{ role: "read", db: database }], stranger: [] };
  const admin = client.db("admin");
  try {
    for (const [user, roles] of Object.entries(rights)) {
      await admin.command({ createUser: user, pwd: "pw", roles });
    }
    const place = at(uri, `${database}.orders`);
    const copy = at(uri, `${database}.copy`);
    const read = await runCli(["transfer", as(place, "stranger", "pw"), "null:"]);
    assertEquals(read.code, 3, read.err);
    assertStringIncludes(read.err, `${database}.orders`);
    const write = await runCli(["transfer", place, as(copy, "reader", "pw")]);
    assertEquals(write.code, 4, write.err);
    for (const { err } of [read, write]) {
      assert(/not (?:authori[sz]ed|allowed)|may not/i.test(err), err);
      assert(!/\n\s+at /.test(err), err);
    }
    assertEquals(await db.collection("copy").countDocuments(), 0);
    // A dry run and a plan ask for the rights without a write.
    for (const only of ["--dry-run", "--plan"]) {
      const asked = await runCli(["transfer", place, as(copy, "reader", "pw"), only]);
      assertEquals(asked.code, 4, asked.err);
      assertStringIncludes(asked.err, "not allowed to run insert");
      assertEquals((await runCli(["transfer", place, copy, only])).code, 0);
    }
  } finally {
    for (const user of Object.keys(rights)) await admin.command({ dropUser: user }).catch(() => {});
  }
});

integration(
  "datahood transfer asks before it writes into what is there on another host",
  async (context) => {
    const { uri, database, db, server } = context;
    const other = asAnotherHost(server.port);
    if (other === undefined) throw new Error("this machine has no address but its own loopback");
    try {
      await fill(db, "from", 3);
      await fill(db, "to", 5);
      const from = at(uri, `${database}.from`);
      const to = `mongodb://${other.host}/${database}.to?directConnection=true`;
      const refused = await runCli(["transfer", from, to]);
      assertEquals(refused.code, 2, refused.err);
      assertStringIncludes(refused.err, `${database}.to (about 5 documents) is not empty`);
      assertStringIncludes(refused.err, "--yes");
      const drop = await runCli(["transfer", from, to, "--drop"]);
      assertEquals(drop.code, 2, drop.err);
      assertStringIncludes(drop.err, `Drops ${database}.to`);
      assertStringIncludes(drop.err, "nobody said yes");
      assertEquals(await db.collection("to").countDocuments(), 5);

      const yes = await runCli(["transfer", from, to, "--yes", "--on-conflict", "skip"]);
      assertEquals(yes.code, 0, yes.err);
      assertEquals(await db.collection("to").countDocuments(), 5);
      const dropped = await runCli(["transfer", from, to, "--drop", "--yes"]);
      assertEquals(dropped.code, 0, dropped.err);
      assertEquals(await db.collection("to").countDocuments(), 3);
      const empty = `mongodb://${other.host}/${database}.new?directConnection=true`;
      const fresh = await runCli(["transfer", from, empty]);
      assertEquals(fresh.code, 0, fresh.err);
    } finally {
      other.close();
    }
  },
);

integration(
  "datahood transfer needs exactly the permissions that it names",
  (context) =>
    inFolder(async (cwd) => {
      const { uri, database, db } = context;
      await fill(db, "orders", 10);
      const place = at(uri, `${database}.orders`);
      await Deno.writeFile(`${cwd}/in.bson`, exampleBson(10));
      const runs = [
        ["transfer", place, "out.bson", "--overwrite"],
        ["transfer", "in.bson", at(uri, `${database}.copy`)],
      ];
      for (const args of runs) {
        const refused = await runCli(args, { cwd, permissions: [] });
        assertEquals(refused.code, 7, refused.err);
        const hint = refused.err.split("\n").find((line) => line.startsWith("hint: add "))!;
        const grants = hint.slice("hint: add ".length).split(" ").flatMap((flag) => {
          const [name = "", list = ""] = flag.split("=");
          return list.split(",").map((target) => `${name}=${target}`);
        });
        assert(grants.some((grant) => grant.startsWith("--allow-net=")), hint);
        const enough = await runCli(args, { cwd, permissions: ["--ignore-env", ...grants] });
        assertEquals(enough.code, 0, enough.err);
        const plain = await runCli(args, { cwd, permissions: grants });
        assertEquals(plain.code, 0, plain.err);
        for (const taken of grants) {
          const permissions = grants.filter((grant) => grant !== taken);
          const { code, err } = await runCli(args, { cwd, permissions });
          assertEquals(code, 7, `${taken}: ${err}`);
          assertEquals(err.trimEnd().split("\n").at(-1), `hint: add ${taken}`);
        }
      }
    }),
);
