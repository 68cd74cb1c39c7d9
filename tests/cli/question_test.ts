import { assertStringIncludes } from "@std/assert";
import { NAMES } from "./_deno.ts";
import { say } from "./_run_cli.ts";
import { inTerminal } from "./_terminal.ts";

const PROGRAM = new URL("./_question_program.ts", import.meta.url).href;
const [script, ...WORDS] = inTerminal(Deno.execPath(), ["run", "-A", ...NAMES, PROGRAM]);

const there = Deno.build.os !== "windows" &&
  await new Deno.Command(script!, { args: ["-h"], stdin: "null" }).output()
    .then(() => true, () => false);
if (!there) say("the question of a run is not tested: there is no script for a terminal");

for (
  const [name, keys, wanted] of [["an answer", "yes\n", "answer: yes"], [
    "Ctrl-C",
    "\x03",
    "stopped by SIGINT",
  ]]
) {
  Deno.test({
    name: `CliIo.ask() takes ${name}`,
    ignore: !there,
    fn: async () => {
      const child = new Deno.Command(script!, {
        args: WORDS,
        env: { NO_COLOR: "1" },
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      // What is not told of the key waits for ever.
      const giveUp = setTimeout(() => child.kill("SIGKILL"), 60_000);
      const writer = child.stdin.getWriter();
      let said = "";
      let asked = false;
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        said += text;
        if (asked || !said.includes("Go on?")) continue;
        asked = true;
        await writer.write(new TextEncoder().encode(keys));
      }
      await writer.close().catch(() => {});
      await child.status;
      clearTimeout(giveUp);
      assertStringIncludes(said, wanted!);
    },
  });
}
