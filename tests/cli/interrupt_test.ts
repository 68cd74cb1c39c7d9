import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { serialize } from "bson";
import { exampleBson } from "./_documents.ts";
import { filesBelow, makeFiles } from "./_dumps.ts";
import { inFolder, runCli, spawnCli } from "./_run_cli.ts";

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

for (const quiet of [false, true]) {
  const how = quiet ? "nothing with --quiet" : "in one line how far it came";
  Deno.test(`datahood transfer whose reader leaves exits with 0 and says ${how}`, () =>
    inFolder(async (cwd) => {
      await Deno.writeFile(`${cwd}/a.bson`, exampleBson(60_000));
      const args = ["transfer", "a.bson", "-", "--summary", "s.json"];
      const child = spawnCli([...args, ...quiet ? ["--quiet"] : []], { cwd });
      await child.stdin.close();
      const err = readText(child.stderr);
      const reader = child.stdout.getReader();
      const { value } = await reader.read();
      assert(value !== undefined && value.length > 0);
      await reader.cancel();
      const { code } = await child.status;
      assertEquals(code, 0, await err);
      const { counts, issues } = JSON.parse(await Deno.readTextFile(`${cwd}/s.json`));
      assert(counts.written < 60_000, `${counts.written} of 60000`);
      const documents = counts.written === 1 ? "document" : "documents";
      const message = `the reader of "-" closed it after ${counts.written} ${documents}; ` +
        "the rest was not written";
      assertEquals(issues, [{ code: "closed-by-reader", level: "warning", message }]);
      const lines = (await err).split("\n").filter((line) => line !== "" && !line.includes("→"));
      assertEquals(lines, quiet ? [] : [`warning: ${message}`]);
    }));
}

Deno.test("datahood whose reader leaves before the result exits as the run came out", async (t) => {
  const table: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["transfer", "--nonsense", "--json"], 2, /^Unknown option "--nonsense"\.\nhint: .*\n$/],
    [["transfer", "missing.bson", "b.bson", "--json"], 3, /^Cannot read "missing\.bson": .*\n/],
    [["verify", "one.bson", "two.bson"], 6, /^$/],
    [["verify", "one.bson", "two.bson", "--json"], 6, /^$/],
    [["verify", "one.bson", "one.bson"], 0, /^$/],
  ];
  await inFolder(async (cwd) => {
    await makeFiles(cwd, { "one.bson": exampleBson(1), "two.bson": exampleBson(2) });
    for (const [args, wanted, said] of table) {
      await t.step(args.join(" "), async () => {
        const child = spawnCli(args, { cwd });
        await child.stdout.cancel();
        await child.stdin.close();
        const err = await readText(child.stderr);
        assertEquals((await child.status).code, wanted, err);
        assertMatch(err, said);
      });
    }
  });
});

Deno.test({
  name: "datahood transfer to a folder stopped by SIGINT says which collections are complete there",
  // On Windows a process cannot be sent this.
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (cwd) => {
      await makeFiles(cwd, {
        "dump/shop/a.bson": exampleBson(20),
        "dump/shop/b.bson": exampleBson(3000),
      });
      const made = await runCli(["transfer", "dump/", "all.archive"], { cwd });
      assertEquals(made.code, 0, made.err);
      const all = await Deno.readFile(`${cwd}/all.archive`);
      for (const mixed of [false, true]) {
        if (mixed) await Deno.remove(`${cwd}/late/shop/a.bson`);
        const args = ["transfer", "-", "late/", "--from", "archive", "--batch-size", "4k"];
        const child = spawnCli(
          [...args, "--summary", "s.json", ...mixed ? ["--overwrite"] : []],
          { cwd },
        );
        const err = readText(child.stderr);
        const out = readText(child.stdout);
        const writer = child.stdin.getWriter();
        // The last document is cut: the second collection does not come to its end.
        await writer.write(all.subarray(0, all.length - 500));
        while (!(await isThere(`${cwd}/late/shop/a.bson`))) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        child.kill("SIGINT");
        const { code } = await child.status;
        await writer.abort().catch(() => {});
        const text = await err;
        assertEquals([code, await out], [130, ""], text);
        assertStringIncludes(text, "late/ is not whole: complete are 1 of 2 collections (shop.a)");
        assertEquals(text.includes("a mix of two dumps"), mixed, text);
        assertStringIncludes(text, "stopped by SIGINT. 20 documents were written.");
        assertStringIncludes(
          text,
          mixed
            ? "hint: run the same again to its end, or write to an empty folder"
            : "hint: run the same again with --overwrite, or write to another folder",
        );
        assertEquals(Object.keys(await filesBelow(`${cwd}/late`)), [
          "shop/a.bson",
          "shop/a.metadata.json",
        ]);
        const summary = JSON.parse(await Deno.readTextFile(`${cwd}/s.json`));
        assertEquals(summary.counts.written, 20);
        assert(summary.issues.some(({ code }: { code: string }) => code === "not-finished"));
      }
    }),
});

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

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
