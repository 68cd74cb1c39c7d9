import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exampleBson } from "../cli/_documents.ts";
import { inFolder, runCli } from "../cli/_run_cli.ts";
import { wholeTree } from "../../src/cli/_tree.ts";
import { CHECKOUT, childrenOf, runSandboxed, spawnSandboxed, until } from "./_sandbox.ts";

const BYTES = exampleBson(20);
const LINUX = Deno.build.os === "linux";
/** Nothing listens there. */
const CLOSED = "127.0.0.1:1";

async function names(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) found.push(name);
  return found.sort();
}

Deno.test("datahood --sandbox works for each command that has it", async (t) => {
  const runs: readonly (readonly string[])[] = [
    ["transfer", "a.bson", "b.bson.gz"],
    ["transfer", "a.bson", "c.bson", "--plan"],
    ["transfer", "a.bson", "c/", "--dry-run"],
    ["schema", "a.bson", "-o", "a.ts"],
    ["schema", "from-bson", "a.bson"],
    ["schema", "a.bson", "--save-profile", "a.profile.json"],
    ["schema", "report", "a.bson"],
    ["schema", "check", "a.bson", "a.profile.json"],
    ["schema", "diff", "a.profile.json", "a.profile.json"],
    ["schema", "merge", "a.profile.json", "a.profile.json", "-o", "m.profile.json"],
    ["inspect", "a.bson"],
    ...(await wholeTree()).commands!.some(({ name }) => name === "verify")
      ? [["verify", "a.bson", "b.bson.gz"]]
      : [],
  ];
  await inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    for (const args of runs) {
      await t.step(args.join(" "), async () => {
        const { code, err } = await runSandboxed(args, { cwd });
        assertEquals(code, 0, err);
        assert(!err.includes("coarser"), err);
      });
    }
    assertEquals(await names(cwd), [
      "a.bson",
      "a.profile.json",
      "a.ts",
      "b.bson.gz",
      "m.profile.json",
    ]);
  });
});

Deno.test({
  name:
    "datahood --sandbox reads links, writes behind them, and names the file that a target leads to",
  // Links need rights there that users do not have.
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (cwd) => {
      await Deno.mkdir(`${cwd}/real`);
      await Deno.writeFile(`${cwd}/real/a.bson`, BYTES);
      await Deno.symlink("real", `${cwd}/linked`);
      await Deno.symlink("real/a.bson", `${cwd}/a.bson`);
      for (
        const args of [
          ["inspect", "a.bson"],
          ["transfer", "a.bson", "linked/b.bson"],
          ["transfer", "linked/b.bson", "linked/c.bson.gz"],
        ]
      ) {
        const { code, err } = await runSandboxed(args, { cwd });
        assertEquals(code, 0, err);
      }
      const { code, err } = await runSandboxed(
        ["transfer", "linked/b.bson", "a.bson", "--overwrite"],
        { cwd },
      );
      assertEquals(code, 7, err);
      assertStringIncludes(err, `--allow-write=${await Deno.realPath(cwd)}/real/a.bson`);
      assertEquals(await names(`${cwd}/real`), ["a.bson", "b.bson", "c.bson.gz"]);
    }),
});

Deno.test("datahood --sandbox passes standard input, output and the exit code", async (t) => {
  await t.step("a pipe", async () => {
    const { code, stdout, err } = await runSandboxed(["transfer", "-", "-"], { stdin: BYTES });
    assertEquals(code, 0, err);
    assertEquals(stdout, BYTES);
  });
  await t.step("the source's failure", async () => {
    const { code, err } = await runSandboxed(["transfer", "-", "null:"], {
      stdin: BYTES.subarray(0, -3),
    });
    assertEquals(code, 3, err);
    // Told once, by the one that failed.
    assertEquals(err.split("Cannot ").length, 2, err);
  });
  await t.step("a server that is not there", async () => {
    const args = ["inspect", `mongodb://${CLOSED}/shop`, "--connect-timeout", "300ms", "--json"];
    const { code, out } = await runSandboxed(args);
    assertEquals([code, JSON.parse(out).exitCode], [3, 3]);
  });
  await t.step("a wrong word", async () => {
    const { code, err } = await runSandboxed(["transfer", "a.xyz", "null:"]);
    assertEquals(code, 2, err);
  });
});

for (const [signal, wanted] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  for (const args of [["transfer", "-", "out.bson"], ["schema", "-", "-o", "order.ts"]]) {
    Deno.test({
      name: `datahood ${args[0]} --sandbox passes ${signal} on, and exits with ${wanted}`,
      // On Windows a process cannot be sent these.
      ignore: Deno.build.os === "windows",
      fn: () =>
        inFolder(async (cwd) => {
          const child = spawnSandboxed(args, { cwd });
          const writer = child.stdin.getWriter();
          await writer.write(BYTES);
          const [err, out] = [child.stderr, child.stdout].map((stream) =>
            new Response(stream).text()
          );
          // It has begun, and its input has no end.
          await until(async () =>
            (await names(cwd)).find((name) => name.endsWith(".datahood-part"))
          );
          child.kill(signal);
          const { code } = await child.status;
          await writer.abort().catch(() => {});
          const text = await err!;
          assertEquals(code, wanted, text);
          assertEquals(await out, "");
          // One of the two processes says so.
          assertEquals(text.split("Stopping after").length, 2, text);
          assertStringIncludes(text, "Nothing was written");
          assertEquals(await names(cwd), []);
        }),
    });
  }
}

Deno.test({
  name: "datahood --sandbox passes SIGHUP on, and leaves no process",
  ignore: !LINUX,
  fn: () =>
    inFolder(async (cwd) => {
      const child = spawnSandboxed(["transfer", "-", "out.bson"], { cwd });
      const writer = child.stdin.getWriter();
      await writer.write(BYTES);
      // Both end when the processes that write to them have.
      const streams = [child.stderr, child.stdout].map((stream) => new Response(stream).text());
      await until(async () => (await names(cwd)).find((name) => name.endsWith(".datahood-part")));
      child.kill("SIGHUP");
      const { code, signal } = await child.status;
      await Promise.all(streams);
      await writer.abort().catch(() => {});
      assertEquals([code, signal], [129, null]);
    }),
});

Deno.test({
  name: "datahood --sandbox keeps a secret out of the arguments of the process that it starts",
  ignore: !LINUX,
  async fn(t) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const host = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
    const held: Deno.Conn[] = [];
    const accept = async () => {
      // It answers nothing, so the run stands still while it is looked at.
      for await (const connection of listener) held.push(connection);
    };
    accept().catch(() => {});
    const namespace = ["--source-database", "shop", "--source-collection", "orders"];
    const login = `mongodb://ada:hunter2@${host}`;
    const aws = `mongodb://${host}/shop.orders?authMechanismProperties=AWS_SESSION_TOKEN:hunter2`;
    const runs: readonly (readonly [string, readonly string[], Record<string, string>])[] = [
      ["an argument", ["inspect", `${login}/shop`], {}],
      ["a target", ["transfer", "-", `${login}/shop.orders`], {}],
      ["an option", ["schema", "from-mongo", "--source-uri", login, ...namespace], {}],
      ["an option with =", ["schema", "from-mongo", `--source-uri=${login}`, ...namespace], {}],
      ["a variable", ["inspect", "env:SHOP_ADDRESS"], { SHOP_ADDRESS: `${login}/shop` }],
      ["a token", ["inspect", aws], {}],
    ];
    try {
      for (const [name, args, env] of runs) {
        await t.step(name, async () => {
          const child = spawnSandboxed(args, { env });
          const [err, out] = [child.stderr, child.stdout].map((stream) =>
            new Response(stream).text()
          );
          await child.stdin.close();
          const before = held.length;
          const confined = await until(async () => {
            const children = await childrenOf(child.pid);
            // The one that is asked what is needed gets none either.
            for (const { args } of children) assert(!args.join("\n").includes("hunter2"));
            return children.find(({ args }) =>
              args.includes("--no-prompt") && !args.includes("permissions")
            );
          });
          assert(!confined.args.join("\n").includes("hunter2"), confined.args.join(" "));
          assert(confined.args.includes("--ignore-env"));
          assert(!confined.args.includes("--sandbox"));
          assert(!confined.args.includes("-A"));
          const grants = confined.args.filter((word) => word.startsWith("--allow-"));
          const net = grants.find((word) => word.startsWith("--allow-net="));
          assertEquals(net, `--allow-net=${host}`);
          const kinds = grants.map((word) => word.split("=")[0]).sort();
          assertEquals(kinds, ["--allow-env", "--allow-net"]);
          // It does reach the server: the address arrived whole.
          if (name !== "a token") {
            await until(() => Promise.resolve(held.length > before || undefined));
          }
          child.kill("SIGTERM");
          await child.status;
          const printed = await err! + await out!;
          assert(!printed.includes("hunter2"), printed);
        });
      }
    } finally {
      for (const connection of held) connection.close();
      listener.close();
    }
  },
});

Deno.test("datahood --sandbox reads env:NAME, and nothing else of the environment", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const env = { SHOP_FILE: "a.bson" };
    const { code, err } = await runSandboxed(["transfer", "env:SHOP_FILE", "b.bson"], { cwd, env });
    assertEquals(code, 0, err);
    assertEquals(await Deno.readFile(`${cwd}/b.bson`), BYTES);
  }));

Deno.test("datahood without run permission gives up whole kinds under --sandbox, and says so", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const broad = ["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-sys"];
    const wide = await runSandboxed(["transfer", "a.bson", "b.bson"], { cwd, permissions: broad });
    assertEquals(wide.code, 0, wide.err);
    assertStringIncludes(wide.err, "--sandbox: gave up net, env, sys;");
    assertStringIncludes(wide.err, "coarser");
    const quiet = ["transfer", "a.bson", "c.bson", "--quiet"];
    assertEquals((await runSandboxed(quiet, { cwd, permissions: broad })).err, "");
    const logged = ["transfer", "a.bson", "d.bson", "--log-format", "json"];
    const { err } = await runSandboxed(logged, { cwd, permissions: broad });
    const [first] = err.trim().split("\n").map((line) => JSON.parse(line));
    assertStringIncludes(first.message, "--sandbox: gave up");
    const narrow = ["--allow-read=a.bson,a.metadata.json,c.bson,.c.bson.datahood-part,b.bson"];
    const args = ["inspect", "a.bson"];
    const small = await runSandboxed(args, { cwd, permissions: narrow });
    assertEquals(small.code, 0, small.err);
    // Nothing else was allowed, so nothing can be given up.
    assertStringIncludes(small.err, "--sandbox: gave up nothing;");
    const none = await runSandboxed(args, { cwd, permissions: [] });
    assertEquals(none.code, 7, none.err);
    assertStringIncludes(none.err, "hint: add --allow-read=a.bson");
  }));

Deno.test("datahood starts again for a --sandbox of its own alone", async (t) => {
  // Whoever is started with this fails at once.
  const env = { DATAHOOD_DENO_FLAGS: "--no-such-flag" };
  await inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const run = (args: readonly string[], own: Record<string, string> = env) =>
      runCli(args, { cwd, env: own });
    await t.step("not without it", async () => {
      assertEquals((await run(["transfer", "a.bson", "null:"])).code, 0);
    });
    await t.step("with it", async () => {
      const { code, err } = await run(["transfer", "a.bson", "null:", "--sandbox"]);
      assertEquals(code, 1, err);
      assertStringIncludes(err, "--no-such-flag");
    });
    await t.step("with no permission among the flags for Deno", async () => {
      for (const grant of ["-A", "--allow-net", "-qR", "--permission-set=all"]) {
        const own = { DATAHOOD_DENO_FLAGS: `${CHECKOUT.DATAHOOD_DENO_FLAGS} ${grant}` };
        const { code, err } = await run(["inspect", "a.bson", "--sandbox"], own);
        assertEquals(code, 2, err);
        assertStringIncludes(err, `Cannot use "${grant}" of DATAHOOD_DENO_FLAGS`);
      }
    });
    await t.step("before the command's words", async () => {
      const { code, err } = await run(["transfer", "--sandbox", "a.bson", "null:"], {
        ...CHECKOUT,
      });
      assertEquals(code, 0, err);
    });
    await t.step("not for one behind --", async () => {
      const { code, err } = await run(["transfer", "--", "--sandbox.bson", "null:"]);
      assertEquals(code, 3, err);
      assertStringIncludes(err, 'Cannot read "./--sandbox.bson": there is no such file');
      const behind = await run(["transfer", "a.bson", "null:", "--", "--sandbox"]);
      assertEquals(behind.code, 2, behind.err);
    });
    await t.step("given twice it is a mistake", async () => {
      const { code, err } = await run(["inspect", "--sandbox", "a.bson", "--sandbox"]);
      assertEquals(code, 2, err);
    });
    await t.step("not for a command that has none", async () => {
      const { code, err } = await run(["connectors", "--sandbox"]);
      assertEquals(code, 2, err);
      assertStringIncludes(err, 'Unknown option "--sandbox"');
    });
    await t.step("not when it is asked what it needs", async () => {
      const args = ["transfer", "a.bson", "b.bson"];
      const plain = await run(["permissions", "--json", ...args], { ...CHECKOUT });
      const asked = await run(["permissions", "--json", ...args, "--sandbox"], { ...CHECKOUT });
      assertEquals(asked.code, 0, asked.err);
      assertEquals(asked.out, plain.out);
      assertEquals(await names(cwd), ["a.bson"]);
    });
  });
});
