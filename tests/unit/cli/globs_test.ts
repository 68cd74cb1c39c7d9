import { assertEquals, assertThrows } from "@std/assert";
import { refuseUnusedRename, renaming, selection } from "../../../src/cli/_globs.ts";
import { formatNamespace, parseNamespace, UsageError } from "../../../src/core/mod.ts";

const NAMES = ["shop.orders", "shop.orders.2024", "shop.users", "archive.orders", "shop.a+b"];

Deno.test("selection() leaves what is included and not excluded", async (t) => {
  const table: readonly [readonly string[], readonly string[], readonly string[]][] = [
    [["shop.*"], [], ["shop.orders", "shop.orders.2024", "shop.users", "shop.a+b"]],
    [["shop.orders"], [], ["shop.orders"]],
    [["*.orders"], [], ["shop.orders", "archive.orders"]],
    [["orders"], [], ["shop.orders", "archive.orders"]],
    [["o*"], [], ["shop.orders", "shop.orders.2024", "archive.orders"]],
    [["shop.user?"], [], ["shop.users"]],
    [["shop.a+b"], [], ["shop.a+b"]],
    [[], ["shop.*"], ["archive.orders"]],
    [["shop.*"], ["*.users", "shop.a*"], ["shop.orders", "shop.orders.2024"]],
    [["nothing"], [], []],
  ];
  for (const [include, exclude, wanted] of table) {
    await t.step(`${include} without ${exclude}`, () => {
      const leaves = selection(include, exclude)!;
      assertEquals(NAMES.filter((name) => leaves(parseNamespace(name))), wanted);
    });
  }
  assertEquals(selection([], []), undefined);
});

Deno.test("selection() lets users and roles that are asked for in, and excludes them by name", () => {
  const accounts = ["admin.system.users", "shop.$admin.system.roles"];
  const left = (include: string[], exclude: string[], asked: boolean) =>
    [...accounts, ...NAMES].filter((name) =>
      selection(include, exclude, asked)!(parseNamespace(name))
    );
  assertEquals(left(["shop.orders"], [], true), [...accounts, "shop.orders"]);
  assertEquals(left(["shop.orders"], [], false), ["shop.orders"]);
  assertEquals(left(["*.orders"], ["admin.*"], true), [
    accounts[1]!,
    "shop.orders",
    "archive.orders",
  ]);
});

Deno.test("renaming() gives the first name that fits", async (t) => {
  const table: readonly [readonly string[], string, string][] = [
    [["shop.orders=archive.orders"], "shop.orders", "archive.orders"],
    [["orders=o2"], "shop.orders", "o2"],
    [["or*=old_*"], "shop.orders", "old_ders"],
    [["users=u2,orders=o2"], "shop.orders", "o2"],
    [["shop.users=shop.u, shop.orders=shop.o"], "shop.orders", "shop.o"],
    [["orders=users,users=orders"], "shop.users", "orders"],
    [["orders=a,b"], "shop.orders", "a,b"],
    [["a,b=c", "orders=o"], "shop.a,b", "c"],
    [["shop.*=archive.*"], "shop.orders.2024", "archive.orders.2024"],
    [["*.orders=all.*"], "shop.orders", "all.shop"],
    [["shop.*=one.all", "shop.users=two.users"], "shop.users", "one.all"],
    [["*.*=b.*_*"], "shop.users", "b.shop_users"],
    [["shop.user?=x.u?"], "shop.users", "x.us"],
  ];
  for (const [renames, from, wanted] of table) {
    await t.step(`${renames}: ${from}`, () => {
      assertEquals(formatNamespace(renaming(renames)!(parseNamespace(from))!), wanted);
    });
  }
  assertEquals(renaming([]), undefined);
  assertEquals(renaming(["shop.orders=archive.orders"])!(parseNamespace("shop.users")), undefined);
  assertEquals(renaming(["orders=x"])!({ db: "", collection: "orders" }), {
    db: "",
    collection: "x",
  });
  assertEquals(renaming(["orders=archive.x"])!({ db: "", collection: "orders" }), {
    db: "archive",
    collection: "x",
  });
});

Deno.test("renaming() refuses what names nothing", () => {
  assertThrows(() => renaming(["a=x,y,b=z"]), UsageError, '"y" is not OLD=NEW');
  for (const text of ["x", "=x", "x=", "a=b=c", "a.*=b.?", "a=b.*", "shop.a=archive"]) {
    assertThrows(() => renaming([text]), UsageError, "--rename");
  }
  assertThrows(
    () => renaming(["shop.*=archive"])!(parseNamespace("shop.a")),
    UsageError,
    "archive",
  );
});

Deno.test("refuseUnusedRename() refuses a rule that is about nothing, and says the nearest name", () => {
  const names = NAMES.map(parseNamespace);
  refuseUnusedRename(["orders=o2", "shop.users=archive.users"], names);
  const dotted = assertThrows(
    () => refuseUnusedRename(["orders=o2", "shop.user=a.b"], names),
    UsageError,
    'no collection "shop.user" is taken',
  );
  assertEquals(dotted.hint, "did you mean --rename shop.users=a.b?");
  const bare = assertThrows(() => refuseUnusedRename(["ordres=o2"], names), UsageError);
  assertEquals(bare.hint, "did you mean --rename orders=o2?");
});

Deno.test("selection() tells which patterns no collection fitted", () => {
  const selected = selection(["shop.*", "shop.ordres"], ["log_*", "a,b", "users"])!;
  assertEquals(selected.unmatched(), []);
  const names = ["shop.orders", "shop.log_1", "shop.users"];
  assertEquals(names.map((name) => selected(parseNamespace(name))), [true, false, false]);
  assertEquals(
    selected.unmatched().map(({ code, level, message }) => `${level} ${code}: ${message}`),
    [
      'warning pattern-without-match: No collection fits --include "shop.ordres"; ' +
      "did you mean shop.orders?",
      'warning pattern-without-match: No collection fits --exclude "a,b"; ' +
      "each pattern is an option of its own",
    ],
  );
});
