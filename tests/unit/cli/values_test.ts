import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Int32, Long } from "bson";
import {
  parseChoice,
  parseCompression,
  parseCount,
  parseDocument,
  parseDuration,
  parseShare,
  parseSize,
  parseSort,
} from "../../../src/cli/_values.ts";
import { UsageError } from "../../../src/core/mod.ts";

/** Runs a table of texts and what they are read as; `undefined` means refused. */
async function table<T>(
  t: Deno.TestContext,
  parse: (flag: string, text: string) => T,
  rows: readonly (readonly [string, T | undefined])[],
): Promise<void> {
  for (const [text, wanted] of rows) {
    await t.step(text || '""', () => {
      if (wanted === undefined) assertThrows(() => parse("--x", text), UsageError, "--x");
      else assertEquals(parse("--x", text), wanted);
    });
  }
}

Deno.test("parseCount() reads whole numbers in digits only", (t) =>
  table(t, (flag, text) => parseCount(flag, text), [
    ["0", 0],
    ["12", 12],
    ["007", 7],
    ["", undefined],
    ["-1", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["1.5", undefined],
    [" 1", undefined],
    ["99999999999999999999", undefined],
  ]));

Deno.test("parseCount() says what is wrong, and a number that makes sense", () => {
  const hintOf = (flag: string, text: string, least = 0) =>
    assertThrows(() => parseCount(flag, text, least), UsageError, "Cannot use");
  assertEquals(hintOf("--retries", "-1").message, 'Cannot use --retries "-1": it is less than 0.');
  assertEquals(hintOf("--retries", "-1").hint, "such as --retries 5");
  assertEquals(hintOf("--limit", "0", 1).message, 'Cannot use --limit "0": it is less than 1.');
  assertEquals(
    hintOf("--limit", "1.5").message,
    'Cannot use --limit "1.5": it is not a whole number.',
  );
  assertEquals(hintOf("--limit", "1.5").hint, "such as --limit 1000");
});

Deno.test("parseShare() reads a part of one, or percent", (t) =>
  table(t, parseShare, [
    ["0", 0],
    ["1", 1],
    ["0.01", 0.01],
    [".5", 0.5],
    ["1%", 0.01],
    ["0.1%", 0.001],
    ["100%", 1],
    ["", undefined],
    ["2", undefined],
    ["101%", undefined],
    ["-0.1", undefined],
    ["1e-3", undefined],
    ["%", undefined],
  ]));

Deno.test("parseSize() reads bytes with a unit", (t) =>
  table(t, parseSize, [
    ["1", 1],
    ["64k", 65536],
    ["1kB", 1000],
    ["1KiB", 1024],
    ["4MiB", 4194304],
    ["1.5 MB", 1500000],
    ["1G", 1073741824],
    ["0", undefined],
    ["", undefined],
    ["MiB", undefined],
    ["1 TiBs", undefined],
    ["-1", undefined],
  ]));

Deno.test("parseDuration() reads times with a unit", (t) =>
  table(t, parseDuration, [
    ["500ms", 500],
    ["10s", 10_000],
    ["1.5m", 90_000],
    ["2h", 7_200_000],
    ["10", undefined],
    ["0s", undefined],
    ["", undefined],
    ["999h", undefined],
    ["1d", undefined],
  ]));

Deno.test("parseCompression() reads a name and a level", (t) =>
  table(t, parseCompression, [
    ["none", "none"],
    ["gzip", "gzip"],
    ["gzip:9", "gzip:9"],
    ["zstd:22", "zstd:22"],
    ["gzip:0", undefined],
    ["gzip:10", undefined],
    ["zstd:23", undefined],
    ["none:1", undefined],
    ["brotli", undefined],
    ["gzip:", undefined],
  ]));

Deno.test("parseChoice() suggests the nearest word", () => {
  const words = ["report", "skip"] as const;
  assertEquals(parseChoice("--x", "skip", words), "skip");
  const error = assertThrows(() => parseChoice("--x", "skipp", words), UsageError);
  assertEquals(error.hint, "did you mean --x skip?");
});

Deno.test("parseDocument() keeps the types of a filter's numbers", async () => {
  const filter = await parseDocument("--filter", '{"a": 1, "b": {"$numberLong": "5"}}');
  assertEquals(filter, { a: new Int32(1), b: Long.fromNumber(5) });
  for (const text of ["", "1", "[]", "null", "{a: 1}", "{'a': 1}"]) {
    await assertRejects(() => parseDocument("--filter", text), UsageError, "--filter");
  }
});

Deno.test("parseSort() takes a document or pairs", async () => {
  assertEquals(await parseSort("--sort", '{"b": -1, "a": 1}'), { b: -1, a: 1 });
  assertEquals(await parseSort("--sort", '[["2", -1], ["1", 1]]') as unknown, [["2", -1], [
    "1",
    1,
  ]]);
  assertEquals(await parseSort("--sort", '{"s": {"$meta": "textScore"}}'), {
    s: { $meta: "textScore" },
  });
  for (const text of ['{"2": 1, "1": 1}', '{"a": 2}', '{"a": "up"}', '[["a"]]', "1", '["a"]']) {
    await assertRejects(() => parseSort("--sort", text), UsageError, "--sort");
  }
});

for (const [name, parse] of Object.entries({ parseDocument, parseSort })) {
  Deno.test(`\`${name}()\` shows no secret of an address in the wrong place`, async () => {
    const address = "mongodb://admin:secret@h/x";
    const error = await assertRejects(() => parse("--filter", address), UsageError);
    assertEquals(
      error.message,
      'Cannot use --filter "mongodb://admin:***@h/x": it is an address, not a document.',
    );
  });
}
