import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { NAMES } from "./_deno.ts";
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

permissionTest(
  "datahood permissions prints a line that runs, and never a secret",
  () =>
    inFolder(async (cwd) => {
      const uri = "mongodb://ada:hunter2@127.0.0.1:1/shop.orders?connectTimeoutMS=1000";
      const args = ["transfer", uri, "out.bson"];
      const text = await runCli(["permissions", ...args], { cwd });
      assertEquals(text.code, 0, text.err);
      assertMatch(text.out, / transfer env:DATAHOOD_ADDRESS out\.bson\n$/);
      assertStringIncludes(text.err, "export DATAHOOD_ADDRESS='mongodb://ada:***@127.0.0.1:1/shop");
      const env = { DATAHOOD_DENO_FLAGS: NAMES.join(" ") };
      const json = await runCli(["permissions", "--json", ...args], { cwd, env });
      for (const said of [text.out, text.err, json.out, json.err]) {
        assert(!said.includes("hunter2"), said);
      }
      const { command, variables } = JSON.parse(json.out);
      assertEquals(Object.keys(variables), ["DATAHOOD_ADDRESS"]);

      const run = async (env: Record<string, string>) => {
        const { code, stderr } = await new Deno.Command(Deno.execPath(), {
          args: command.slice(1),
          cwd,
          env: { NO_COLOR: "1", ...env },
        }).output();
        return { code, err: new TextDecoder().decode(stderr) };
      };
      const unset = await run({});
      assertEquals(unset.code, 2, unset.err);
      assertStringIncludes(unset.err, "the variable is not set");
      // All that it needs is allowed: what is missing is the server.
      const set = await run({ DATAHOOD_ADDRESS: uri });
      assertEquals(set.code, 3, set.err);
      assertStringIncludes(set.err, "127.0.0.1:1");
      assert(!set.err.includes("hunter2"), set.err);
    }),
);

permissionTest("datahood permissions names a variable for each address with a secret", async () => {
  const line = async (...args: string[]) =>
    JSON.parse((await runCli(["permissions", "--json", ...args])).out);
  const [a, b] = ["mongodb://u:p@h/a.b", "mongodb://u:q@h/a.b"];
  const two = await line("verify", a, b);
  assertEquals(two.command.slice(-3), ["verify", "env:DATAHOOD_ADDRESS", "env:DATAHOOD_ADDRESS_2"]);
  const same = await line("verify", a, a);
  assertEquals(same.command.slice(-2), ["env:DATAHOOD_ADDRESS", "env:DATAHOOD_ADDRESS"]);
  // A name alone is no secret.
  const plain = await line("verify", "mongodb://u@h/a.b", "x.bson");
  assertEquals(plain.command.at(-2), "mongodb://u@h/a.b");
  assertEquals(plain.variables, {});
  const preset = await line(
    ...["transfer", "mongo-to-bson", "x.bson", "--source-uri=mongodb://u:p@h"],
    ...["--source-database", "shop", "--source-collection", "orders"],
  );
  assertEquals(preset.command.at(-5), "--source-uri=env:DATAHOOD_ADDRESS");
});

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
