import { assertEquals } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import { VERSION } from "../../../src/core/mod.ts";

Deno.test("VERSION is the one of deno.json", () => {
  assertEquals(VERSION, config.version);
});
