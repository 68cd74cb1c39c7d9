import { assertEquals } from "@std/assert";
import { nearest } from "../../../src/connectors/_nearest.ts";

Deno.test("nearest() finds the word that was meant", async (t) => {
  const table: readonly [string, readonly string[], string | undefined][] = [
    ["bsno", ["mongodb", "bson"], "bson"],
    ["BSON", ["bson"], "bson"],
    ["mongo", ["mongodb", "null"], "mongodb"],
    ["fsh", ["bash", "zsh", "fish"], "fish"],
    ["skp", ["report", "skip", "stop"], "skip"],
    ["sandbox", ["version", "help"], undefined],
    ["parquet", ["archive", "pydantic"], undefined],
    ["mongodb-valdator", ["mongodb-validator", "mongoose"], "mongodb-validator"],
    ["xyz", ["report", "skip", "stop"], undefined],
    ["", ["a"], "a"],
    ["a", [], undefined],
  ];
  for (const [typed, words, wanted] of table) {
    await t.step(typed, () => assertEquals(nearest(typed, words), wanted));
  }
});
