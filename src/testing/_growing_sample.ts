import { Int32 } from "bson";
import type { GeneratorDataSet } from "./generator_suite.ts";
import { rawDocument, type RawFields, RawObject } from "./_raw_document.ts";

/**
 * Documents of a collection, and the same with more behind them: fields before, between and after
 * those known, objects where none were, and fields that begin to be missing.
 */
export function growingSample(): { before: GeneratorDataSet; after: GeneratorDataSet } {
  const person = (i: number, more: RawFields = []) =>
    new RawObject([["name", `person ${i}`], ...more, ["age", i]]);
  const old = (i: number): RawFields => [
    ["_id", new Int32(i)],
    ["customer", person(i)],
    ["items", [new RawObject([["price", 1.5], ["seller", person(i)]])]],
    ["billing_data", new RawObject([["address", new RawObject([["city", "Bern"]])]])],
  ];
  const grown = (i: number): RawFields => [
    ["_id", new Int32(i)],
    ["person", person(i)],
    ["customer", person(i, [["address", new RawObject([["city", "Basel"], ["zip", "4000"]])]])],
    ["items", [
      new RawObject([["price", new Int32(1)], ["item", new RawObject([["sku", "a"]])]]),
      new RawObject([["price", null], ["seller", person(i)]]),
    ]],
    ["shipping", new RawObject([["billing_data", new RawObject([["address", null]])]])],
  ];
  const namespace = { db: "shop", collection: "orders" };
  const first = Array.from({ length: 10 }, (_, i) => rawDocument(old(i)));
  const more = Array.from({ length: 30 }, (_, i) => rawDocument(grown(i + 10)));
  return {
    before: { name: "growing", namespace, documents: first },
    after: { name: "growing", namespace, documents: [...first, ...more] },
  };
}
