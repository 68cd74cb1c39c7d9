import { assertEquals, assertThrows } from "@std/assert";
import { parseNamespace, UsageError } from "../../../src/core/mod.ts";
import {
  mapAll,
  type MappingTarget,
  planMapping,
  type RenamePair,
} from "../../../src/transfer/mod.ts";

const ONE = { holds: "one", display: "one" } as const;
const MANY = { holds: "many", display: "many" } as const;
const TARGETS = {
  collection: { holds: "collection", db: "archive", collection: "old", display: "t" },
  database: { holds: "database", db: "archive", display: "t" },
  server: { holds: "server", display: "t" },
  file: { holds: "file", display: "t" },
  many: { holds: "many", display: "t" },
} as const satisfies Record<string, MappingTarget>;

const rename = (text: string): RenamePair => {
  const [from = "", to = ""] = text.split("=");
  return { from: parseNamespace(from), to: parseNamespace(to) };
};

Deno.test("planMapping() says what becomes of what", async (t) => {
  const orders = { db: "shop", collection: "orders" };
  const table = [
    [ONE, "collection", { db: "archive", collection: "old" }],
    [ONE, "database", { db: "archive", collection: "orders" }],
    [ONE, "server", orders],
    [ONE, "file", orders],
    [ONE, "many", orders],
    [MANY, "database", { db: "archive", collection: "orders" }],
    [MANY, "server", orders],
    [MANY, "many", orders],
  ] as const;
  for (const [source, target, to] of table) {
    await t.step(`${source.holds} to ${target}`, () => {
      assertEquals(planMapping(source, TARGETS[target])(orders), to);
    });
  }
  for (const target of ["collection", "file"] as const) {
    await t.step(`many to ${target}`, () => {
      assertThrows(() => planMapping(MANY, TARGETS[target]), UsageError, "there are many");
    });
  }
  await t.step("a file to a server", () => {
    const map = planMapping(ONE, TARGETS.server);
    assertThrows(() => map({ db: "", collection: "x" }), UsageError, "no database is named");
  });
});

Deno.test("planMapping() renames collections and databases", () => {
  const map = planMapping(MANY, TARGETS.server, [
    rename("shop.orders=archive.old.orders"),
    rename("shop=store"),
  ]);
  assertEquals(map(parseNamespace("shop.orders")), parseNamespace("archive.old.orders"));
  assertEquals(map(parseNamespace("shop.people")), parseNamespace("store.people"));
  assertEquals(map(parseNamespace("hr.people")), parseNamespace("hr.people"));
});

Deno.test("planMapping() refuses renamings that say nothing or too much", async (t) => {
  const cases = [
    ["collection", ["shop.orders=shop.x"], "names it already"],
    ["file", ["shop.orders=shop.x"], "names it already"],
    ["server", ["shop=shop.x"], "one is a database"],
    ["server", ["shop.a=shop.x", "shop.a=shop.y"], "named twice"],
    ["database", ["shop.a=shop.x"], 'the target is the database "archive"'],
  ] as const;
  for (const [target, pairs, message] of cases) {
    await t.step(pairs.join(" "), () => {
      const renames = pairs.map(rename);
      assertThrows(() => planMapping(ONE, TARGETS[target], renames), UsageError, message);
    });
  }
});

Deno.test("mapAll() refuses two collections that become one", () => {
  const map = planMapping(MANY, TARGETS.database);
  const all = ["a.x", "b.y"].map(parseNamespace);
  assertEquals(mapAll(all, map).map(({ to }) => to.collection), ["x", "y"]);
  assertThrows(
    () => mapAll([...all, parseNamespace("b.x")], map),
    UsageError,
    'Cannot write "b.x" to "archive.x": "a.x" goes there too',
  );
});
