import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { namesIn, orders } from "./_schema.ts";
import { inFolder, spawnCli } from "./_run_cli.ts";

/** Reads a stream to its end. */
async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let all = "";
  for await (const bytes of stream) all += decoder.decode(bytes, { stream: true });
  return all;
}

for (const [signal, wanted] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name: `datahood schema stopped by ${signal} leaves nothing and exits with ${wanted}`,
    // On Windows a process cannot be sent these.
    ignore: Deno.build.os === "windows",
    fn: () =>
      inFolder(async (cwd) => {
        await Deno.writeTextFile(`${cwd}/order.ts`, "// Made by datahood 0.0.1 before.\n");
        const args = [
          "schema",
          "-",
          "-o",
          "order.ts",
          "--save-profile",
          "o.profile.json",
          "--json",
        ];
        const child = spawnCli(args, { cwd });
        const writer = child.stdin.getWriter();
        await writer.write(orders(200));
        // Its part files are there once it reads; its input has no end.
        const [err, out] = [readText(child.stderr), readText(child.stdout)];
        const hasParts = async () =>
          (await namesIn(cwd)).filter((name) => name.endsWith(".datahood-part")).length === 2;
        while (!await hasParts()) await new Promise((resolve) => setTimeout(resolve, 10));
        child.kill(signal);
        const { code } = await child.status;
        await writer.abort().catch(() => {});
        const text = await err;
        assertEquals(code, wanted, text);
        assertStringIncludes(text, signal);
        assertStringIncludes(text, "Nothing was written.");
        assert(!/\n\s+at /.test(text), text);
        const result = JSON.parse(await out);
        assertEquals([result.exitCode, result.error.code], [wanted, "interrupted"]);
        assertEquals(await namesIn(cwd), ["order.ts"]);
        assertStringIncludes(await Deno.readTextFile(`${cwd}/order.ts`), "0.0.1 before");
      }),
  });
}

Deno.test("datahood schema ends quietly when the program that reads its output leaves", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, orders(20));
    const child = spawnCli(["schema", "orders.bson", "--quiet"], { cwd });
    // Gone before the first byte: the types have not been made by then.
    await child.stdout.cancel();
    await child.stdin.close();
    const err = await readText(child.stderr);
    const { code } = await child.status;
    assertEquals([code, err], [0, ""]);
  }));
