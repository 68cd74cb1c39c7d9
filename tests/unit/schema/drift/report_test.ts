import { assertEquals } from "@std/assert";
import { type Drift, type DriftClass, reportDrift } from "../../../../src/schema/drift/mod.ts";

function drift(kind: DriftClass, path: string, what: string): Drift {
  const namespace = { db: "shop", collection: "orders" };
  return { class: kind, namespace, path, message: `orders.${path}: ${what}`, ids: [] };
}

const DRIFTS: readonly Drift[] = [
  {
    ...drift("widening", "total", 'a string in 1 of 401 (was double), _id {"$numberInt":"7"}'),
    kind: "string",
    count: 1,
    of: 401,
    ids: ['{"$numberInt":"7"}'],
  },
  drift("share-shift", "coupon", "in 300 of 401 (75%, was 12%)"),
  drift("widening", "a", "null in 1 of 401 (was never null)"),
];

Deno.test("reportDrift() writes text", () => {
  assertEquals(
    reportDrift(DRIFTS, "text"),
    `widening     orders.total: a string in 1 of 401 (was double), _id {"$numberInt":"7"}
share-shift  orders.coupon: in 300 of 401 (75%, was 12%)
widening     orders.a: null in 1 of 401 (was never null)

2 widening, 1 share-shift; 2 of them fail
`,
  );
  assertEquals(
    reportDrift(DRIFTS.slice(1, 2), "text"),
    "share-shift  orders.coupon: in 300 of 401 (75%, was 12%)\n\n1 share-shift; none of them fails\n",
  );
  assertEquals(reportDrift(DRIFTS.slice(2), "text").split("\n").at(-2), "1 widening");
  assertEquals(
    reportDrift(DRIFTS, "text", { failOn: ["share-shift"] }).split("\n").at(-2),
    "2 widening, 1 share-shift; 1 of them fails",
  );
  assertEquals(reportDrift([], "text"), "No drift.\n");
});

Deno.test("reportDrift() writes JSON", () => {
  assertEquals(JSON.parse(reportDrift(DRIFTS.slice(0, 2), "json")), {
    fails: true,
    drifts: [
      {
        class: "widening",
        namespace: "shop.orders",
        path: "total",
        message: 'orders.total: a string in 1 of 401 (was double), _id {"$numberInt":"7"}',
        kind: "string",
        count: 1,
        of: 401,
        ids: ['{"$numberInt":"7"}'],
        fails: true,
      },
      {
        class: "share-shift",
        namespace: "shop.orders",
        path: "coupon",
        message: "orders.coupon: in 300 of 401 (75%, was 12%)",
        ids: [],
        fails: false,
      },
    ],
  });
  assertEquals(JSON.parse(reportDrift([], "json")), { fails: false, drifts: [] });
});

Deno.test("reportDrift() writes annotations of a GitHub workflow", () => {
  assertEquals(
    reportDrift([...DRIFTS, drift("new-field", "a%0A", "new\r\n::error::x")], "github"),
    `::error title=Schema drift (widening)::orders.total: a string in 1 of 401 (was double), _id {"$numberInt":"7"}
::warning title=Schema drift (share-shift)::orders.coupon: in 300 of 401 (75%25, was 12%25)
::error title=Schema drift (widening)::orders.a: null in 1 of 401 (was never null)
::error title=Schema drift (new-field)::orders.a%250A: new%0D%0A::error::x
`,
  );
  assertEquals(reportDrift([], "github"), "");
});
