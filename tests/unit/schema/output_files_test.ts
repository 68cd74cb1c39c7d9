import { assertEquals, assertRejects } from "@std/assert";
import { InterruptedError, IoError } from "@datahood/cli";
import { OutputFiles } from "../../../src/schema/output_files.ts";

const MADE = "// Made by datahood 0.1.0 from 3 documents of orders.\n";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "datahood_out_" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isFile } of Deno.readDir(folder)) {
    found[name] = isFile ? await Deno.readTextFile(`${folder}/${name}`) : "/";
  }
  return found;
}

Deno.test("OutputFiles.write() puts all files in their places", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.ts`, MADE);
    await Deno.writeTextFile(`${folder}/x.profile.json`, '{"datahood":"profile","version":1}');
    await using files = await OutputFiles.open({
      paths: [`${folder}/a.ts`],
      folder: `${folder}/types`,
    });
    assertEquals((await filesIn(folder))["a.ts"], MADE);
    await files.write([
      { path: `${folder}/a.ts`, text: "new a" },
      { path: `${folder}/x.profile.json`, text: "new x" },
      { path: `${folder}/types/b.ts.gz`, text: "b" },
    ]);
    await files.abort();
    assertEquals(await filesIn(folder), { "a.ts": "new a", "x.profile.json": "new x", types: "/" });
    // The ending of a name does not compress a text.
    assertEquals(await filesIn(`${folder}/types`), { "b.ts.gz": "b" });
  }));

Deno.test("OutputFiles leaves what datahood did not make, and then writes nothing", () =>
  inFolder(async (folder) => {
    const mine = [
      "export const x = 1;\n",
      "",
      // The mark further down, as in a page that tells of it.
      `${"// line\n".repeat(20)}${MADE}`,
      '{"name": "datahood"}',
    ];
    for (const text of mine) {
      await Deno.writeTextFile(`${folder}/mine.ts`, text);
      const path = `${folder}/mine.ts`;
      await assertRejects(() => OutputFiles.open({ paths: [path] }), IoError, "did not make it");
      const open = await OutputFiles.open({ paths: [`${folder}/a.ts`], folder: `${folder}/types` });
      const both = [{ path: `${folder}/a.ts`, text: "a" }, { path, text: "b" }];
      await assertRejects(() => open.write(both), IoError, "did not make it");
      await open.abort();
      assertEquals(await filesIn(folder), { "mine.ts": text });
    }
    await using open = await OutputFiles.open({ paths: [`${folder}/mine.ts`], overwrite: true });
    await open.write([{ path: `${folder}/mine.ts`, text: "b" }]);
    assertEquals(await filesIn(folder), { "mine.ts": "b" });
  }));

Deno.test("OutputFiles writes nothing once the signal came, or what is there is no file", () =>
  inFolder(async (folder) => {
    const controller = new AbortController();
    {
      await using open = await OutputFiles.open({
        paths: [`${folder}/a.ts`],
        folder: `${folder}/types`,
        signal: controller.signal,
      });
      controller.abort();
      const files = [{ path: `${folder}/a.ts`, text: "a" }];
      await assertRejects(() => open.write(files), InterruptedError);
    }
    assertEquals(await filesIn(folder), {});
    await Deno.mkdir(`${folder}/a.ts`);
    await assertRejects(() => OutputFiles.open({ paths: [`${folder}/a.ts`] }), IoError, "folder");
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(() => OutputFiles.open({ folder: `${folder}/file` }), IoError, "no folder");
    await assertRejects(
      () => OutputFiles.open({ folder: `${folder}/no/such` }),
      IoError,
      "around it",
    );
    assertEquals(await filesIn(folder), { "a.ts": "/", file: "" });
  }));
