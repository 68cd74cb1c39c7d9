import { assertEquals } from "@std/assert";
import { formatNamespace, type Namespace, type SourceItem } from "../../../src/core/mod.ts";
import { planMapping, transfer } from "../../../src/transfer/mod.ts";
import {
  collectionOf,
  FakeSource,
  FakeTarget,
  itemsOf,
  makeBatch,
  ORDERS,
  settle,
} from "./_fakes.ts";

const USERS: Namespace = { db: "admin", collection: "system.users" };
const ROLES: Namespace = { db: "admin", collection: "system.roles" };
const OWN: Namespace = { db: "shop", collection: "$admin.system.users" };

Deno.test("planMapping() gives a database its own users and roles, and renames none", async (t) => {
  const many = { holds: "many", display: "dump/" } as const;
  const database = (db: string) => ({ holds: "database", db, display: db }) as const;
  const server = { holds: "server", display: "server" } as const;
  const table = [
    [USERS, database("shop"), OWN],
    [USERS, database("admin"), USERS],
    [OWN, database("shop"), OWN],
    [OWN, database("other"), { db: "other", collection: "$admin.system.users" }],
    [USERS, server, USERS],
    [OWN, server, OWN],
    [OWN, many, OWN],
  ] as const;
  for (const [from, target, to] of table) {
    await t.step(`${formatNamespace(from)} to ${target.display}`, () => {
      assertEquals(planMapping(many, target)(from), to);
    });
  }
  const renames = [{ from: { db: "shop", collection: "" }, to: { db: "other", collection: "" } }];
  const map = planMapping(many, server, renames);
  assertEquals(map(ORDERS), { db: "other", collection: "orders" });
  assertEquals(map(OWN), OWN);
});

Deno.test("transfer() gives the users of a server to a database by their own name", async () => {
  const taken: string[] = [];
  const target = new FakeTarget((batch, _attempt, store) => {
    taken.push(formatNamespace(batch.namespace));
    return store();
  });
  Object.assign(target.target, { place: { db: "shop" } });
  const items = [...itemsOf([makeBatch({ namespace: USERS })], USERS), ...itemsOf([makeBatch()])];
  await transfer(new FakeSource(() => items), target);
  assertEquals(taken, ["shop.$admin.system.users", "shop.orders"]);
});

Deno.test("transfer() ends users and roles before it begins what follows", async () => {
  const told: string[] = [];
  const target = new FakeTarget(async (_batch, _attempt, store) => {
    await settle(5);
    return store();
  });
  const begin = (namespace: Namespace): SourceItem => ({
    type: "begin",
    collection: collectionOf(namespace),
  });
  // As an archive may have them: the second begins before the first has ended.
  const items: SourceItem[] = [
    begin(USERS),
    begin(ROLES),
    { type: "batch", batch: makeBatch({ namespace: USERS, lane: 0 }) },
    { type: "batch", batch: makeBatch({ namespace: ROLES, lane: 1 }) },
    { type: "end", namespace: USERS },
    { type: "end", namespace: ROLES },
    ...itemsOf([makeBatch({ lane: 2 })]),
  ];
  await transfer(new FakeSource(() => items, { interleaved: "asked" }), target, {
    parallel: 4,
    onEvent: (event) => {
      if (event.type === "begin" || event.type === "end") {
        told.push(`${event.type} ${formatNamespace(event.from)}`);
      }
    },
  });
  assertEquals(told, [
    "begin admin.system.users",
    "begin admin.system.roles",
    "end admin.system.users",
    "end admin.system.roles",
    "begin shop.orders",
    "end shop.orders",
  ]);
});
