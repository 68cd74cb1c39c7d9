import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { namesIn, orders } from "./_schema.ts";
import { inFolder, permissionTest, runCli } from "./_run_cli.ts";

const ORDERS = orders(20);

/** The flags that the hint of a refused run says to add. */
function flagsOf(err: string): string[] {
  const line = err.split("\n").find((line) => line.startsWith("hint: add "));
  assert(line !== undefined, err);
  return line.slice("hint: add ".length).split(" ");
}

/** One grant for each thing that a flag names. */
function grantsOf(flags: readonly string[]): string[] {
  return flags.flatMap((flag) => {
    const [name = "", list = ""] = flag.split("=");
    return list.split(",").map((target) => `${name}=${target}`);
  });
}

const COMMANDS: readonly {
  readonly args: readonly string[];
  readonly written: readonly string[];
}[] = [
  { args: ["schema", "orders.bson"], written: [] },
  { args: ["schema", "orders.bson", "-o", "order.ts"], written: ["order.ts"] },
  {
    args: ["schema", "orders.bson", "--to", "typescript,zod", "-o", "order"],
    written: ["order.ts", "order.zod.ts"],
  },
  { args: ["schema", "orders.bson", "-o", "types/"], written: ["types"] },
  {
    args: ["schema", "orders.bson", "--overrides", "o.json", "--save-profile", "p.profile.json"],
    written: ["p.profile.json"],
  },
  { args: ["schema", "from-bson", "orders.bson", "-o", "order.ts"], written: ["order.ts"] },
  { args: ["schema", "report", "orders.bson"], written: [] },
  { args: ["schema", "check", "orders.bson", "saved.profile.json"], written: [] },
  { args: ["schema", "diff", "orders.bson", "saved.profile.json"], written: [] },
  {
    args: ["schema", "merge", "saved.profile.json", "saved.profile.json", "-o", "m.profile.json"],
    written: ["m.profile.json"],
  },
];

for (const { args, written } of COMMANDS) {
  permissionTest(
    `datahood ${args.join(" ")} says all it needs, and runs under just that`,
    () =>
      inFolder(async (cwd) => {
        await Deno.writeFile(`${cwd}/orders.bson`, ORDERS);
        await Deno.writeTextFile(`${cwd}/o.json`, "{}");
        const save = ["schema", "orders.bson", "--save-profile", "saved.profile.json"];
        assertEquals((await runCli(save, { cwd })).code, 0);
        const before = await namesIn(cwd);

        const refused = await runCli(args, { cwd, permissions: [] });
        assertEquals([refused.code, refused.out], [7, ""], refused.err);
        const grants = grantsOf(flagsOf(refused.err));
        // Each one taken away is missed, and nothing is begun without it.
        for (const taken of grants) {
          const permissions = grants.filter((grant) => grant !== taken);
          const { code, err } = await runCli(args, { cwd, permissions });
          assertEquals(code, 7, `${taken}: ${err}`);
          assertEquals(flagsOf(err), [taken]);
          assertEquals(await namesIn(cwd), before);
        }
        const done = await runCli(args, { cwd, permissions: grants });
        assertEquals(done.code, 0, done.err);
        assertEquals(await namesIn(cwd), [...before, ...written].sort());
      }),
  );
}

permissionTest("datahood schema mongodb://… asks for the network of each host alone", async () => {
  const { code, err } = await runCli(
    ["schema", "mongodb://ada:hunter2@db.example,other.example:27018/shop.orders"],
    { permissions: [] },
  );
  assertEquals(code, 7, err);
  assertEquals(flagsOf(err), ["--allow-net=db.example:27017,other.example:27018"]);
  assert(!err.includes("hunter2"), err);
});

permissionTest(
  "datahood schema env:NAME needs that variable, and shows no secret of it",
  async () => {
    const env = { DATAHOOD_TEST_X: "mongodb://ada:hunter2@localhost:1/shop.orders" };
    const refused = await runCli(["schema", "env:DATAHOOD_TEST_X"], { env, permissions: [] });
    assertEquals(refused.code, 7, refused.err);
    assertEquals(flagsOf(refused.err), ["--allow-env=DATAHOOD_TEST_X"]);
    const { code, err } = await runCli(
      ["schema", "env:DATAHOOD_TEST_X", "--connect-timeout", "1s"],
      {
        env,
      },
    );
    assertEquals(code, 3, err);
    assertStringIncludes(err, "mongodb://ada:***@localhost:1");
    assert(!err.includes("hunter2"), err);
  },
);
