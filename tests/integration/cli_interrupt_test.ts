import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exampleBson } from "../cli/_documents.ts";
import { inFolder, spawnCli } from "../cli/_run_cli.ts";
import { at, fill } from "./_cli.ts";
import { integration } from "./_server.ts";

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names;
}

integration(
  "datahood transfer from a server stopped by Ctrl-C leaves no file",
  { needs: ["failpoints"] },
  ({ uri, database, db, client }) =>
    inFolder(async (cwd) => {
      await fill(db, "orders", 20_000, { text: "x".repeat(200) });
      // The reading is slow, so that there is a middle to stop in.
      await client.db("admin").command({
        configureFailPoint: "failCommand",
        mode: "alwaysOn",
        data: { failCommands: ["getMore"], blockConnection: true, blockTimeMS: 300 },
      });
      const child = spawnCli(
        ["transfer", at(uri, `${database}.orders`), "out.bson", "--batch-size", "64k"],
        { cwd },
      );
      await child.stdin.close();
      const err = textOf(child.stderr);
      const out = textOf(child.stdout);
      await until(async () => (await namesIn(cwd)).length > 0);
      child.kill("SIGINT");
      const { code } = await child.status;
      assertEquals(code, 130, await err);
      assertEquals([await out, await namesIn(cwd)], ["", []]);
      assertStringIncludes(await err, "hint: ");
    }),
);

for (const drop of [false, true]) {
  integration(
    `datahood transfer ${drop ? "--drop " : ""}to a server stopped by Ctrl-C keeps what was ` +
      "acknowledged, and says how to go on",
    async ({ uri, database, db }) => {
      const bytes = exampleBson(5_000);
      const orders = at(uri, `${database}.orders`);
      const more = drop ? ["--drop"] : [];
      const child = spawnCli(["transfer", "-", orders, "--batch-size", "64k", ...more]);
      const err = textOf(child.stderr);
      const out = textOf(child.stdout);
      const writer = child.stdin.getWriter();
      await writer.write(bytes);
      await until(async () => await db.collection("orders").countDocuments() > 0);
      child.kill("SIGINT");
      const { code } = await child.status;
      await writer.abort().catch(() => {});
      assertEquals(code, 130, await err);
      assertEquals(await out, "");
      const kept = await db.collection("orders").countDocuments();
      assertStringIncludes(await err, `${kept} documents were written`);
      assertStringIncludes(
        await err,
        drop
          ? "hint: run the same again; it drops what is there by now and begins anew"
          : "hint: run the same again with --yes; documents with an _id that are already there",
      );
      assertStringIncludes(await err, `not finished is ${database}.orders: documents of it may be`);
      assert(!/\n\s+at /.test(await err), await err);
    },
  );
}
