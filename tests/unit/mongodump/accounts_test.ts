import { assertEquals, assertThrows } from "@std/assert";
import { BSONRegExp, deserialize, serialize } from "bson";
import fc from "fast-check";
import { DataError, parseNamespace } from "../../../src/core/mod.ts";
import {
  accountsNamespace,
  accountsOf,
  accountsOfDatabase,
  dumpFileName,
  hideCredentials,
  leftOut,
} from "../../../src/mongodump/mod.ts";

const ACCOUNTS = [
  "admin.system.users",
  "admin.system.roles",
  "admin.system.version",
  "shop.$admin.system.users",
  "shop.$admin.system.roles",
  "shop.$admin.system.version",
];
const OTHERS = [
  "shop.system.users",
  "admin.users",
  "admin.system.usersx",
  "admin.system.",
  "admin.system.profile",
  "shop.$admin.system.",
  "shop.$admin.system.indexes",
  "shop.x$admin.system.users",
  "$admin.system.users",
];

Deno.test("accountsOf() tells users and roles from all else", async (t) => {
  for (const name of ACCOUNTS) {
    await t.step(name, () => {
      const accounts = accountsOf(parseNamespace(name))!;
      assertEquals(accounts.part, name.split(".").at(-1));
      assertEquals(accounts.database, name.startsWith("shop") ? "shop" : undefined);
      assertEquals(accountsNamespace(accounts), parseNamespace(name));
    });
  }
  for (const name of OTHERS) {
    await t.step(name, () => assertEquals(accountsOf(parseNamespace(name)), undefined));
  }
});

Deno.test("accountsNamespace() takes those of admin for all", () => {
  const users = { db: "admin", collection: "system.users" };
  assertEquals(accountsNamespace({ part: "users" }), users);
  assertEquals(accountsNamespace({ part: "users", database: "admin" }), users);
});

Deno.test("dumpFileName() leaves the names of a database's users as mongodump does", () => {
  assertEquals(dumpFileName("$admin.system.users"), "$admin.system.users");
  assertEquals(dumpFileName("system.users"), "system.users");
  assertEquals(dumpFileName("$admin.system.other"), "%24admin.system.other");
});

Deno.test("leftOut() takes users and roles where they are asked for, and nothing else", () => {
  for (const name of ACCOUNTS) {
    assertEquals(leftOut(parseNamespace(name), { usersAndRoles: true }), undefined);
    const why = leftOut(parseNamespace(name), {})!;
    assertEquals([why.code, why.level], ["users-and-roles-left-out", "info"]);
  }
  for (const name of ["admin.system.profile", "config.x"]) {
    assertEquals(leftOut(parseNamespace(name), { usersAndRoles: true })?.code, "system-left-out");
  }
});

Deno.test("hideCredentials() leaves all else as it was", async (t) => {
  await t.step("any document", () =>
    fc.assert(fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue()),
      fc.jsonValue(),
      fc.nat(9),
      (fields, secret, before) => {
        const { credentials: _c, pwd: _p, ...rest } = fields;
        const bytes = serialize({ ...rest, credentials: { secret } });
        const buffer = new Uint8Array(before + bytes.length + 3);
        buffer.set(bytes, before);
        assertEquals(
          deserialize(hideCredentials(buffer, before)),
          deserialize(serialize({ ...rest, credentials: "***" })),
        );
      },
    )));
  await t.step("where each may stand", () => {
    const roles = [{ role: "read", db: "shop" }], at = new BSONRegExp("x", "i");
    for (const secret of [{ pwd: "md5" }, { credentials: {} }, { pwd: 1, credentials: null }]) {
      const names = Object.keys(secret).map((name) => [name, "***"]);
      const made = hideCredentials(serialize({ ...secret, user: "ada", roles, at }));
      assertEquals(
        made,
        new Uint8Array(serialize({ ...Object.fromEntries(names), user: "ada", roles, at })),
      );
    }
    const plain = new Uint8Array(serialize({ user: "ada", nested: { pwd: 1 } }));
    assertEquals(hideCredentials(plain), plain);
  });
  await t.step("a corrupt one is an error", () => {
    const bytes = serialize({ user: "ada", pwd: "x" });
    bytes[4] = 99;
    assertThrows(() => hideCredentials(bytes), DataError);
  });
});

Deno.test("accountsOfDatabase() picks by the database alone", () => {
  const documents = [
    { _id: "shop.ada", db: "shop" },
    { _id: "shop.eve", db: "shopping" },
    { _id: "shop.none" },
    { _id: "shop.number", db: 1 },
    { _id: "blog.bob", user: { db: "blog" }, db: "shop" },
  ].map((document) => serialize(document));
  const starts = new Uint32Array(documents.length);
  const buffer = new Uint8Array(documents.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  documents.forEach((bytes, i) => {
    starts[i] = at;
    buffer.set(bytes, at);
    at += bytes.length;
  });
  assertEquals([...accountsOfDatabase(buffer, starts, "shop")], [starts[0]!, starts[4]!]);
  assertEquals(accountsOfDatabase(buffer, starts, "").length, 0);
});
