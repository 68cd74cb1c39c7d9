import { assertEquals } from "@std/assert";
import type { CliIo } from "../../../src/cli/_io.ts";
import { stopOnSignal } from "../../../src/cli/commands/_run.ts";
import type { Reporter } from "../../../src/cli/render/reporter.ts";

Deno.test("stopOnSignal() takes a signal that comes again at once for the same, a later one for haste", () => {
  let time = 5000;
  let send: (signal: "SIGINT" | "SIGTERM") => void = () => {};
  const exits: number[] = [];
  const io = {
    now: () => time,
    onStop(listener: typeof send) {
      send = listener;
      return () => {};
    },
    exit: (code: number) => void exits.push(code),
  } as unknown as CliIo;
  const reporter = { line() {} } as unknown as Reporter;
  const stop = stopOnSignal(reporter, io);
  send("SIGINT");
  time += 20;
  send("SIGINT");
  assertEquals([stop.signal.aborted, stop.code(), exits], [true, 130, []]);
  time += 1000;
  send("SIGINT");
  assertEquals(exits, [130]);
});
