import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../../src/core/mod.ts";
import { RESERVED } from "../../../../src/schema/infer/_reserved.ts";
import { inferSchemas } from "../../../../src/schema/infer/infer.ts";
import { modelOf, profiled, repeat, types, typesOf } from "./_types.ts";

Deno.test("`inferSchemas()` names types by their paths, so that names stay as data grows", () => {
  const few = repeat(
    20,
    (i) => ({ items: [{ a: i }], billing_data: { b: i }, more: { c: { d: 1 } } }),
  );
  const many = [...few, ...repeat(50, (i) => ({ new: { e: i }, items: [{ a: i, f: { g: 1 } }] }))];
  const names = (documents: readonly Record<string, unknown>[]) =>
    types(documents).match(/interface \w+/g)!.map((line) => line.slice(10));
  assertEquals(names(few), ["Order", "OrderItem", "OrderBillingData", "OrderMore", "OrderMoreC"]);
  for (const name of names(few)) assert(names(many).includes(name), name);
});

Deno.test("`inferSchemas()` never gives a name that means something, nor one twice", () => {
  for (const collection of ["dates", "records", "maps", "objects", "arrays", "object_ids", "any"]) {
    const [model] = inferSchemas([profiled([{ a: { b: 1 } }], collection)]);
    assert(!RESERVED.has(model!.root.name), model!.root.name);
    assert(/^\w+Document$/.test(model!.root.name), model!.root.name);
  }
  const models = inferSchemas(
    ["orders", "order", "order_items", "ORDERS"].map((collection) =>
      profiled([{ items: [{ x: 1 }] }], collection)
    ),
  );
  assertEquals(models.map(({ root }) => root.name), [
    "Order",
    "OrderDocument",
    "OrderItem",
    "Orders",
  ]);
  assertEquals(typesOf(models).match(/export interface (\w+)/g)!.length, 8);
  const keys = ["billing_data", "billingData", "billing-data", "BillingData", "", "*/", "\u2028"];
  const text = types([Object.fromEntries(keys.map((key, i) => [key, { [`a${i}`]: 1 }]))]);
  const names = text.match(/export interface (\w+)/g)!;
  assertEquals(new Set(names).size, keys.length + 1);
});

Deno.test("`inferSchemas()` bounds names of long keys and deep paths", () => {
  const long = "k".repeat(1000);
  const deep = repeat(40, (i) => i).reduce<unknown>((inner, i) => ({ [`level${i}`]: inner }), 1);
  const text = types([{ [long]: { a: 1 }, [`${long}2`]: { b: 1 }, deep }]);
  const names = text.match(/export interface (\w+)/g)!.map((line) => line.slice(17));
  assertEquals(new Set(names).size, 43);
  for (const name of names) assert(name.length <= 72, name);
});

Deno.test("`inferSchemas()` refuses names that are not to be had", () => {
  for (const rootName of ["Date", "1st", "a b", ""]) {
    assertThrows(() => modelOf([{ a: 1 }], { rootName }), UsageError, "Cannot call");
  }
  assertEquals(modelOf([{ a: 1 }], { rootName: "Purchase" }).root.name, "Purchase");
});
