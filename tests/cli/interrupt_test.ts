import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { serialize } from "bson";
import { exampleBson } from "./_documents.ts";
import { inFolder, spawnCli } from "./_run_cli.ts";

const BYTES = exampleBson(200);

/** Reads a stream to its end, telling of each piece of text. */
async function readText(
  stream: ReadableStream<Uint8Array>,
  onText: (all: string) => void = () => {},
): Promise<string> {
  let all = "";
  for await (
    const text of stream.pipeThrough(
      new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
    )
  ) {
    all += text;
    onText(all);
  }
  return all;
}

for (const [signal, wanted] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name: `datahood transfer stopped by ${signal} leaves no part file and exits with ${wanted}`,
    // On Windows a process cannot be sent these.
    ignore: Deno.build.os === "windows",
    fn: () =>
      inFolder(async (cwd) => {
        const child = spawnCli(["transfer", "-", "out.bson"], { cwd });
        const writer = child.stdin.getWriter();
        await writer.write(BYTES);
        // The plan is printed before the first byte, so the run is under way; its input has no end.
        const started = Promise.withResolvers<void>();
        const err = readText(child.stderr, (all) => all.includes("→") && started.resolve());
        const out = readText(child.stdout);
        await started.promise;
        while (!(await hasPart(cwd))) await new Promise((resolve) => setTimeout(resolve, 10));
        child.kill(signal);
        const { code } = await child.status;
        await writer.abort().catch(() => {});
        const text = await err;
        assertEquals(code, wanted, text);
        assertEquals(await out, "");
        assertStringIncludes(text, signal);
        assertStringIncludes(text, "hint: ");
        assert(!/\n\s+at /.test(text), text);
        const left = [];
        for await (const { name } of Deno.readDir(cwd)) left.push(name);
        assertEquals(left, []);
      }),
  });
}

async function hasPart(folder: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".datahood-part")) return true;
  }
  return false;
}

Deno.test("datahood transfer ends quietly when the program that reads its output leaves", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, exampleBson(60_000));
    const child = spawnCli(["transfer", "a.bson", "-"], { cwd });
    await child.stdin.close();
    const err = readText(child.stderr);
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assert(value !== undefined && value.length > 0);
    await reader.cancel();
    const { code } = await child.status;
    assertEquals(code, 0, await err);
    assert(!/Cannot|rror/.test(await err), await err);
  }));

Deno.test("datahood schema report prints all of a long text to a program that reads it late", () =>
  inFolder(async (cwd) => {
    const names = Array.from({ length: 3000 }, (_, index) => `field_with_a_long_name_${index}`);
    const wide = serialize(Object.fromEntries(names.map((name, index) => [name, index])));
    await Deno.writeFile(`${cwd}/wide.bson`, wide);
    const child = spawnCli(["schema", "report", "wide.bson"], { cwd });
    await child.stdin.close();
    // More than a pipe holds: by now it waits, or where pipes do not block, is told to try again.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const [out, err, { code }] = await Promise.all([
      readText(child.stdout),
      readText(child.stderr),
      child.status,
    ]);
    assertEquals(code, 0, err);
    assert(out.length > 100_000, `${out.length} characters`);
    for (const name of names) assertStringIncludes(out, name);
  }));
