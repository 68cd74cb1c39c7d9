import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { CliIo } from "../../../src/cli/_io.ts";
import { progressLine } from "../../../src/cli/render/_progress.ts";
import { tableLines } from "../../../src/cli/render/_table.ts";
import { textWidth } from "../../../src/cli/render/_text_width.ts";
import {
  formatBytes,
  formatCount,
  formatDocuments,
  formatSeconds,
} from "../../../src/cli/render/_units.ts";
import { errorToText } from "../../../src/cli/render/error.ts";
import { Reporter } from "../../../src/cli/render/reporter.ts";
import type { ShowFlags } from "../../../src/cli/commands/transfer/_flags.ts";
import type { Counts } from "../../../src/core/mod.ts";
import { noCounts } from "../../../src/core/_no_counts.ts";

const COUNTS: Counts = noCounts();
const SHOW: ShowFlags = {
  progress: "auto",
  json: false,
  summary: undefined,
  logFormat: "text",
  logFile: undefined,
  quiet: false,
  verbose: false,
};
const ORDERS = { db: "shop", collection: "orders" };

/** A process that remembers what was written, with a clock that is set by hand. */
function fakeIo(terminal: boolean) {
  const written = { err: "", now: 0 };
  const unused = () => {
    throw new Error("not expected");
  };
  const io: CliIo = {
    interactive: terminal,
    inputIsTerminal: terminal,
    outputIsTerminal: terminal,
    errorIsTerminal: terminal,
    noColor: true,
    columns: () => 80,
    out: unused,
    err: (text) => void (written.err += text),
    now: () => written.now,
    env: unused,
    readFile: unused,
    isFolder: unused,
    writeFile: unused,
    appendFile: unused,
    ask: unused,
    askSecret: unused,
    onStop: unused,
    allow: unused,
    exit: unused,
  };
  return { io, written };
}

Deno.test("formatBytes(), formatCount(), formatDocuments() and formatSeconds() are short", () => {
  assertEquals([0, 1, 12345].map(formatDocuments), [
    "0 documents",
    "1 document",
    "12,345 documents",
  ]);
  assertEquals([0, 999, 1000, 1234567, 123456789].map(formatBytes), [
    "0 B",
    "999 B",
    "1.0 kB",
    "1.2 MB",
    "123 MB",
  ]);
  assertEquals([0, 999, 1000, 1234567].map(formatCount), ["0", "999", "1,000", "1,234,567"]);
  assertEquals([0.04, 9.4, 12, 59.6, 125, 3600, 7800].map(formatSeconds), [
    "0.0 s",
    "9.4 s",
    "12 s",
    "1m 00s",
    "2m 05s",
    "1h 00m",
    "2h 10m",
  ]);
});

Deno.test("textWidth() counts columns, not characters", () => {
  assertEquals(["abc", "ä", "a\u0308", "漢字", "🚀"].map(textWidth), [3, 1, 1, 4, 2]);
});

Deno.test("progressLine() fits into a line, with a bar where the whole is known", () => {
  const counts = { ...COUNTS, read: 500, bytesRead: 1_000_000 };
  const state = { name: "shop.orders", startMs: 0, documents: 1000, bytes: undefined, counts };
  for (const columns of [20, 40, 80, 200]) {
    const line = progressLine(state, 2000, columns, true);
    assert(textWidth(line) < columns + 1, `${columns}: ${line}`);
  }
  const line = progressLine(state, 2000, 120, true);
  assertStringIncludes(line, "[============            ]");
  assertStringIncludes(line, "500 of 1,000 documents");
  assertStringIncludes(line, "500 kB/s");
  assertStringIncludes(line, "2.0 s left");
  const unknown = { ...state, documents: undefined };
  assert(!progressLine(unknown, 2000, 120, true).includes("["));
  assert(progressLine(state, 2000, 120, false).includes("\x1b[36m"));
  const odd = progressLine({ ...state, name: "a\x1b[2J\nb" }, 2000, 120, true);
  assertStringIncludes(odd, "a\\u001b[2J\\u000ab ");
});

Deno.test("tableLines() makes columns of what is shown, and shows what a terminal would obey", () => {
  const rows = [["name", "count"], ["漢字", "1"], ["a\x1b\x9b\n", "1,000"]];
  assertEquals(tableLines(rows, (column) => column === 1), [
    "name                 count",
    "漢字                     1",
    "a\\u001b\\u009b\\u000a  1,000",
  ]);
  assertEquals(tableLines([["a", ""], ["bc", "d"]]), ["a", "bc  d"]);
});

Deno.test("Reporter draws lines over on a terminal, at most every 100 ms", () => {
  const { io, written } = fakeIo(true);
  const reporter = new Reporter(io, SHOW);
  reporter.event({ type: "begin", from: ORDERS, to: ORDERS, documents: 10 });
  assertStringIncludes(written.err, "shop.orders");
  const drawn = written.err.length;
  reporter.event({ type: "progress", from: ORDERS, counts: { ...COUNTS, read: 1 } });
  assertEquals(written.err.length, drawn);
  written.now = 150;
  reporter.event({ type: "progress", from: ORDERS, counts: { ...COUNTS, read: 2 } });
  assertStringIncludes(written.err.slice(drawn), "\x1b[1A\x1b[J");
  assertStringIncludes(written.err.slice(drawn), "2 of 10 documents");
  reporter.line("info", "a note");
  reporter.finish();
  assert(written.err.endsWith("a note\n"), "what is drawn goes, what is said stays");
});

Deno.test("Reporter says a plain line every 10 s elsewhere", () => {
  const { io, written } = fakeIo(false);
  const reporter = new Reporter(io, SHOW);
  reporter.event({ type: "begin", from: ORDERS, to: ORDERS });
  written.now = 9_000;
  reporter.event({ type: "progress", from: ORDERS, counts: { ...COUNTS, read: 1 } });
  assertEquals(written.err, "");
  written.now = 10_500;
  reporter.event({ type: "progress", from: ORDERS, counts: { ...COUNTS, read: 2 } });
  assertStringIncludes(written.err, "shop.orders: 2 documents");
  assert(!written.err.includes("\x1b"));
});

Deno.test("Reporter says an issue once, and no control characters", () => {
  const { io, written } = fakeIo(false);
  const reporter = new Reporter(io, SHOW);
  const issue = { code: "x", message: "odd \x1b[31mname\u0007", level: "warning" } as const;
  reporter.issue(issue);
  reporter.issue(issue);
  assertEquals(written.err, "warning: odd \\u001b[31mname\\u0007\n");
  assertEquals(reporter.issues.length, 1);
});

Deno.test("Reporter says nothing but errors with --quiet", () => {
  const { io, written } = fakeIo(true);
  const reporter = new Reporter(io, { ...SHOW, quiet: true });
  reporter.event({ type: "begin", from: ORDERS, to: ORDERS });
  reporter.line("info", "a");
  reporter.line("warning", "b");
  reporter.line("error", "c");
  assertEquals(written.err, "c\n");
});

Deno.test("Reporter lists ten rejected documents, and all with --verbose", () => {
  for (const [verbose, lines] of [[false, 11], [true, 30]] as const) {
    const { io, written } = fakeIo(false);
    const reporter = new Reporter(io, { ...SHOW, verbose });
    for (let index = 0; index < 30; index++) {
      reporter.event({
        type: "rejected",
        from: ORDERS,
        rejection: { index, reason: "it is there" },
      });
    }
    assertEquals(written.err.trimEnd().split("\n").length, lines);
  }
});

Deno.test("errorToText() calls what the system says no defect", () => {
  const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
  assertEquals(errorToText(full, false), "Cannot go on: No space left on device\n");
  assertStringIncludes(errorToText(new Error("oops"), false), "defect");
});

Deno.test("tableLines() takes more rows than a call takes arguments", () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => [`k${i}`, "int"]);
  const lines = tableLines(rows);
  assertEquals([lines[0], lines.at(-1)], ["k0       int", "k199999  int"]);
});
