import { assert, assertEquals } from "@std/assert";
import type { PermissionNeed } from "@datahood/cli";
import { inFolder, runCli } from "../cli/_run_cli.ts";
import { at, fill } from "../integration/_cli.ts";
import { integration } from "../integration/_server.ts";

async function needsOf(args: readonly string[], cwd: string): Promise<{
  flags: string[];
  hosts: string[];
}> {
  const { code, out, err } = await runCli(["permissions", "--json", ...args], { cwd });
  assertEquals(code, 0, err);
  const { flags, needs } = JSON.parse(out) as { flags: string[]; needs: PermissionNeed[] };
  return { flags, hosts: needs.filter(({ kind }) => kind === "net").map(({ target }) => target) };
}

integration(
  "datahood permissions --discover names the members of a replica set, and the run needs just these",
  { needs: ["transactions"] },
  ({ uri, database, db, client, test }) =>
    inFolder(async (cwd) => {
      await fill(db, "orders", 3);
      const { hosts: members } = await client.db("admin").command({ hello: 1 });
      // The address names the server otherwise than it calls itself.
      const seed = new URL(uri.replace("mongodb:", "http:")).port;
      const address = at(uri.replace(/127\.0\.0\.1/, "localhost"), `${database}.orders`);
      const named = `localhost:${seed}`;
      assert(!members.includes(named), `the server calls itself ${named}`);
      const commands = [
        ["transfer", address, "out.bson", "--overwrite"],
        ["inspect", address],
        ["schema", address, "-o", "order.ts"],
        ["schema", "report", address],
        ["schema", "diff", address, address],
        ["verify", address, address],
      ];
      for (const args of commands) {
        await test.step(args.slice(0, 2).join(" ").replace(address, "ADDRESS"), async () => {
          const plain = await needsOf(args, cwd);
          assertEquals(plain.hosts, [named]);
          const found = await needsOf(["--discover", ...args], cwd);
          assertEquals(found.hosts.toSorted(), [named, ...members].sort());
          // Files are needed as they were.
          const files = (flags: string[]) =>
            flags.filter((flag) => !flag.startsWith("--allow-net"));
          assertEquals(files(found.flags), files(plain.flags));
          const done = await runCli(args, { cwd, permissions: found.flags });
          assertEquals(done.code, 0, done.err);
          if (args[0] !== "transfer") return;
          // The member is missing, and the run says which one it is.
          const less = await runCli(args, { cwd, permissions: plain.flags });
          assertEquals(less.code, 7, less.err);
          for (const member of members) assert(less.err.includes(member), less.err);
        });
      }
    }),
);

integration(
  "datahood permissions --discover says that a server does not answer",
  async () => {
    const args = ["permissions", "--discover", "inspect", "mongodb://127.0.0.1:1/shop"];
    const { code, out, err } = await runCli([...args, "--connect-timeout", "300ms"]);
    assertEquals([code === 0, out], [false, ""], err);
    assert(err.includes("127.0.0.1:1"), err);
  },
);
