import { assertEquals } from "@std/assert";
import { rootTypeName, singular, typeName } from "../../../../src/schema/infer/name.ts";

Deno.test("`singular()` takes a plural for one, and leaves what is none", async (t) => {
  const words = {
    orders: "order",
    categories: "category",
    boxes: "box",
    addresses: "address",
    photos: "photo",
    views: "view",
    areas: "area",
    metrics: "metric",
    houses: "house",
    movies: "movie",
    people: "person",
    children: "child",
    ids: "id",
    status: "status",
    bus: "bus",
    address: "address",
    analysis: "analysis",
    news: "news",
    series: "series",
    data: "data",
    gas: "gas",
    constructor: "constructor",
  };
  for (const [word, expected] of Object.entries(words)) {
    await t.step(word, () => assertEquals(singular(word), expected));
  }
});

Deno.test("`typeName()` makes one name of the ways to write words", () => {
  for (
    const key of ["billing_data", "billingData", "BILLING-DATA", "billing data", "Billing.Data"]
  ) {
    assertEquals(typeName(key), "BillingData");
  }
  assertEquals(typeName("XMLFiles", true), "XmlFile");
  assertEquals(typeName("*/"), "");
});

Deno.test("`rootTypeName()` is the singular of the last part of a collection's name", () => {
  for (
    const [collection, expected] of [
      ["orders", "Order"],
      ["fs.files", "File"],
      ["2024", "Document2024"],
      ["", "Document"],
      ["*", "Document"],
    ] as const
  ) assertEquals(rootTypeName(collection), expected);
});
