import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exampleBson } from "./_documents.ts";
import { inFolder, permissionTest, runCli } from "./_run_cli.ts";

const BYTES = exampleBson(20);

/** The flags that the hint of a refused run says to add. */
function flagsOf(err: string): string[] {
  const line = err.split("\n").find((line) => line.startsWith("hint: add "));
  assert(line !== undefined, err);
  return line.slice("hint: add ".length).split(" ");
}

permissionTest(
  "datahood transfer says all missing permissions at once, and runs under just these",
  () =>
    inFolder(async (cwd) => {
      await Deno.writeFile(`${cwd}/a.bson`, BYTES);
      const args = ["transfer", "a.bson", "b.bson", "--summary", "s.json"];
      const refused = await runCli(args, { cwd, permissions: [] });
      assertEquals(refused.code, 7, refused.err);
      assertEquals(refused.err.trimEnd().split("\n").length, 2, refused.err);
      const flags = flagsOf(refused.err);
      assert(flags.some((flag) => flag.startsWith("--allow-read=") && flag.includes("a.bson")));
      assert(flags.some((flag) => flag.startsWith("--allow-write=") && flag.includes("s.json")));
      const done = await runCli(args, { cwd, permissions: flags });
      assertEquals(done.code, 0, done.err);
      assertEquals(await Deno.readFile(`${cwd}/b.bson`), BYTES);
    }),
);

permissionTest(
  "datahood transfer fails with one clear line for each permission that is taken away",
  () =>
    inFolder(async (cwd) => {
      await Deno.writeFile(`${cwd}/a.bson`, BYTES);
      const args = ["transfer", "a.bson", "b.bson", "--json"];
      const flags = flagsOf((await runCli(args, { cwd, permissions: [] })).err);
      const grants = flags.flatMap((flag) => {
        const [name = "", list = ""] = flag.split("=");
        return list.split(",").map((target) => `${name}=${target}`);
      });
      assert(grants.length >= 4, grants.join(" "));
      for (const taken of grants) {
        const permissions = grants.filter((grant) => grant !== taken);
        const { code, out, err } = await runCli(args, { cwd, permissions });
        assertEquals(code, 7, `${taken}: ${err}`);
        assertEquals(flagsOf(err), [taken]);
        assertEquals(JSON.parse(out).error.code, "permission");
        assertEquals(JSON.parse(out).error.needs.length, 1);
      }
    }),
);

permissionTest("datahood transfer - - needs no permission", async () => {
  const { code, stdout, err } = await runCli(["transfer", "-", "-"], {
    stdin: BYTES,
    permissions: [],
  });
  assertEquals(code, 0, err);
  assertEquals(stdout, BYTES);
});

permissionTest("datahood transfer env:NAME @file needs that variable and that file", async () => {
  const { code, err } = await runCli(["transfer", "env:DATAHOOD_TEST_X", "@where"], {
    env: { DATAHOOD_TEST_X: "a.bson" },
    permissions: [],
  });
  assertEquals(code, 7, err);
  assertEquals(flagsOf(err), ["--allow-read=where", "--allow-env=DATAHOOD_TEST_X"]);
});

permissionTest("datahood transfer asks for the network of each host", async () => {
  const { code, err } = await runCli(
    ["transfer", "mongodb://ada:hunter2@db.example,other.example:27018/shop.orders", "null:"],
    { permissions: [] },
  );
  assertEquals(code, 7, err);
  assertEquals(flagsOf(err), ["--allow-net=db.example:27017,other.example:27018"]);
  assert(!err.includes("hunter2"), err);
  assertStringIncludes(err, 'not allowed to reach "db.example:27017"');
});
