import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exampleBson } from "../cli/_documents.ts";
import { inFolder, runCli } from "../cli/_run_cli.ts";
import { at, fill } from "../integration/_cli.ts";
import { integration } from "../integration/_server.ts";
import {
  type Attempt,
  ATTEMPTS,
  attemptsIn,
  type EscapeOptions,
  replaceDependency,
  runWithMap,
} from "./_escape.ts";

/** A place that must see no connection. */
interface Trap extends Disposable {
  readonly port: number;
  connections(): number;
}

function openTrap(): Trap {
  let count = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    count++;
    return new Response("export {};", { headers: { "content-type": "text/javascript" } });
  });
  return {
    port: server.addr.port,
    connections: () => count,
    [Symbol.dispose]: () => void server.shutdown(),
  };
}

const there = (path: string) => Deno.stat(path).then(() => true, () => false);
const escaped = (attempts: readonly Attempt[]) =>
  attempts.filter(({ worked }) => worked).map(({ escape }) => escape);

/** Runs a job with a dependency replaced, in each of the ways to start it. */
async function tryToEscape(
  name: EscapeOptions["name"],
  args: readonly string[],
  folder: string,
  test: Deno.TestContext,
): Promise<void> {
  const hidden = await Deno.makeTempDir({ prefix: "datahood_escape_" });
  using trap = openTrap();
  try {
    const { map, written } = await replaceDependency({ folder: hidden, name, port: trap.port });
    const printed = await runCli(["permissions", "--json", ...args], { cwd: folder });
    assertEquals(printed.code, 0, printed.err);
    const { flags } = JSON.parse(printed.out);
    const env = { DATAHOOD_DENO_FLAGS: `--import-map ${map}` };

    for (
      const [how, permissions, more] of [
        ["under the printed flags", flags, []],
        ["under --sandbox", ["-A"], ["--sandbox"]],
      ] as const
    ) {
      await test.step(`${name}: nothing ${how}`, async () => {
        const ran = await runWithMap(map, permissions, [...args, ...more], { cwd: folder, env });
        assertEquals(ran.code, 0, ran.err);
        const attempts = attemptsIn(ran.err);
        assertEquals(attempts.map(({ escape }) => escape), [...ATTEMPTS]);
        assertEquals(escaped(attempts), []);
        assertEquals(trap.connections(), 0);
        assert(!await there(written), "it has written a file");
      });
    }
    await test.step(`${name}: all of it under -A`, async () => {
      const ran = await runWithMap(map, ["-A"], args, { cwd: folder });
      assertEquals(ran.code, 0, ran.err);
      assertEquals(escaped(attemptsIn(ran.err)), [...ATTEMPTS]);
      assert(trap.connections() > 0);
      assertEquals(await Deno.readTextFile(written), "written");
    });
  } finally {
    await Deno.remove(hidden, { recursive: true });
  }
}

Deno.test("a replaced dependency of datahood schema cannot leave its permissions", (test) =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, exampleBson(3));
    await tryToEscape("bson", ["schema", "orders.bson", "-o", "order.ts"], cwd, test);
  }));

Deno.test("a dependency that lies about what is needed gets nothing from --sandbox", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/orders.bson`, exampleBson(3));
    const hidden = await Deno.makeTempDir({ prefix: "datahood_escape_" });
    try {
      const { map } = await replaceDependency({ folder: hidden, name: "bson", port: 1 });
      const plan = { needs: [{ kind: "read", target: "/etc", reason: "read the source" }] };
      const lie = `if (Deno.args[0] === "permissions") {
  console.log(${JSON.stringify(JSON.stringify(plan))});
  Deno.exit(0);
}
`;
      const module = `${hidden}/bson.js`;
      await Deno.writeTextFile(module, lie + await Deno.readTextFile(module));
      const args = ["schema", "orders.bson", "-o", "order.ts", "--sandbox"];
      const env = { DATAHOOD_DENO_FLAGS: `--import-map ${map}` };
      const { code, err } = await runWithMap(map, ["-A"], args, { cwd, env });
      assertEquals(code, 7, err);
      assertStringIncludes(err, 'read "/etc" is said to be needed');
      assertEquals(attemptsIn(err), []);
      assert(!await there(`${cwd}/order.ts`));
    } finally {
      await Deno.remove(hidden, { recursive: true });
    }
  }));

integration(
  "a replaced dependency of datahood transfer cannot leave its permissions",
  ({ uri, database, db, test }) =>
    inFolder(async (cwd) => {
      await fill(db, "orders", 3);
      const args = ["transfer", at(uri, `${database}.orders`), "out.bson", "--overwrite"];
      for (const name of ["mongodb", "bson", "mongodb-connection-string-url"] as const) {
        await tryToEscape(name, args, cwd, test);
      }
    }),
);
