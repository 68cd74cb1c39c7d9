import { assertEquals } from "@std/assert";
import { spanOf } from "../../../../src/connectors/mongodb/_indexes.ts";

Deno.test("spanOf() says a time in the unit that suits it, and the seconds", () => {
  const table: readonly [number, string][] = [
    [0, "0 s"],
    [60, "1 minute (60 s)"],
    [90, "90 s"],
    [3600, "1 hour (3600 s)"],
    [5400, "90 minutes (5400 s)"],
    [86_400 * 30, "30 days (2592000 s)"],
    [86_400 * 2 + 1, "about 2 days (172801 s)"],
    [1_000_000_000, "about 32 years (1000000000 s)"],
  ];
  for (const [seconds, text] of table) assertEquals(spanOf(seconds), text);
});
