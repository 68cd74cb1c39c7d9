import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatDumpMetadata, jsonToBson } from "@datahood/cli";
import { exampleBson } from "./_documents.ts";
import { hasZstd, inFolder, permissionTest, runCli } from "./_run_cli.ts";

const METADATA = formatDumpMetadata({
  indexes: [jsonToBson('{"v":2,"key":{"at":1},"name":"at_1"}', "the test")],
  collectionName: "orders",
  type: "collection",
});

/** A folder of a dump with one collection. */
async function writeDump(cwd: string): Promise<void> {
  await Deno.mkdir(`${cwd}/dump/shop`, { recursive: true });
  await Deno.writeFile(`${cwd}/dump/shop/orders.bson`, exampleBson(20));
  await Deno.writeTextFile(`${cwd}/dump/shop/orders.metadata.json`, METADATA);
}

Deno.test("datahood takes the indexes of a file of a dump to where there are indexes", () =>
  inFolder(async (cwd) => {
    await writeDump(cwd);
    const seen = await runCli(["inspect", "dump/shop/orders.bson"], { cwd });
    assertStringIncludes(seen.out, 'index "at_1"');
    for (const target of ["out/", "out.archive"]) {
      const args = ["transfer", "dump/shop/orders.bson", target, "--quiet"];
      const { code, err } = await runCli(args, { cwd });
      assertEquals(code, 0, err);
      const { out } = await runCli(["inspect", target], { cwd });
      assertStringIncludes(out, 'index "at_1"');
      const same = await runCli(["verify", "dump/shop/orders.bson", target], { cwd });
      assertEquals(same.code, 0, same.err);
      assert(/orders.* +same *$/m.test(same.out), same.out);
    }
    const file = `${cwd}/dump/shop/orders.metadata.json`;
    await Deno.writeTextFile(file, METADATA.slice(0, -4));
    const args = ["transfer", "dump/shop/orders.bson", "bad.archive"];
    const bad = await runCli(args, { cwd });
    assertEquals(bad.code, 3, bad.err);
    assertStringIncludes(bad.err, "orders.metadata.json");
    // Who takes the documents alone does not read it.
    const plain = await runCli(["transfer", "dump/shop/orders.bson", "plain.bson"], { cwd });
    assertEquals(plain.code, 0, plain.err);
  }));

Deno.test({
  name: "datahood transfer makes of a dump an archive, and a file, of zstd",
  ignore: !await hasZstd(),
  fn: () =>
    inFolder(async (cwd) => {
      await writeDump(cwd);
      for (const target of ["out.archive.zst", "orders.bson"]) {
        const args = ["transfer", "dump/", target, "--compress", "zstd:3"];
        const { code, err } = await runCli([...args, "--include", "shop.orders"], { cwd });
        assertEquals(code, 0, err);
        const seen = await runCli(["inspect", target], { cwd });
        assertStringIncludes(seen.out, `${target}: zstd`);
      }
      const args = ["transfer", "dump/", "out/", "--compress", "zstd", "--quiet"];
      const { code, err } = await runCli(args, { cwd });
      assertEquals(code, 2, err);
      assertStringIncludes(err, 'Cannot compress "out/" with zstd');
    }),
});

permissionTest(
  "datahood reads beside a file only where that matters",
  () =>
    inFolder(async (cwd) => {
      await writeDump(cwd);
      const needsOf = async (...args: string[]) => {
        const { out } = await runCli(["permissions", "--json", ...args], { cwd });
        return (JSON.parse(out).needs as { target: string }[]).map(({ target }) => target);
      };
      const beside = "dump/shop/orders.metadata.json";
      const from = "dump/shop/orders.bson";
      assert((await needsOf("transfer", from, "out.archive")).includes(beside));
      assert((await needsOf("inspect", from)).includes(beside));
      assert(!(await needsOf("transfer", from, "out.bson")).includes(beside));
      assert(!(await needsOf("verify", from, "other.bson")).includes(beside));
      const args = ["transfer", from, "out.archive"];
      const { out } = await runCli(["permissions", "--json", ...args], { cwd });
      const permissions = JSON.parse(out).flags as string[];
      const done = await runCli(args, { cwd, permissions });
      assertEquals(done.code, 0, done.err);
      assertStringIncludes((await runCli(["inspect", "out.archive"], { cwd })).out, 'index "at_1"');
    }),
);
