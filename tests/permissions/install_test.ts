import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { NAMES } from "../cli/_deno.ts";
import { exampleBson } from "../cli/_documents.ts";
import { inFolder, runCli } from "../cli/_run_cli.ts";

const ENTRY = new URL("../../cli.ts", import.meta.url).href;

Deno.test("a job that deno install keeps with its flags runs, and cannot do another", () =>
  inFolder(async (cwd) => {
    const bytes = exampleBson(5);
    await Deno.writeFile(`${cwd}/a.bson`, bytes);
    await Deno.writeFile(`${cwd}/c.bson`, bytes);
    const job = ["transfer", `${cwd}/a.bson`, `${cwd}/b.bson`];
    const { out } = await runCli(["permissions", "--json", ...job], { cwd });
    const { flags } = JSON.parse(out);
    const root = join(cwd, "root");
    const install = ["install", "-g", "-q", "--root", root, "-n", "copy-a", ...flags, ...NAMES];
    const made = await new Deno.Command(Deno.execPath(), {
      args: [...install, ENTRY, "--", ...job],
      cwd,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(made.code, 0, new TextDecoder().decode(made.stderr));

    const program = join(root, "bin", Deno.build.os === "windows" ? "copy-a.cmd" : "copy-a");
    const run = async (...more: string[]) => {
      const path = `${join(Deno.execPath(), "..")}:${Deno.env.get("PATH")}`;
      const { code, stderr } = await new Deno.Command(program, {
        args: more,
        cwd: root,
        env: { NO_COLOR: "1", PATH: path },
      }).output();
      return { code, err: new TextDecoder().decode(stderr) };
    };
    const done = await run();
    assertEquals(done.code, 0, done.err);
    assertEquals(await Deno.readFile(`${cwd}/b.bson`), bytes);
    // Another file is none of its business.
    const more = await run("--overwrite", "--summary", `${cwd}/c.bson`);
    assertEquals(more.code, 7, more.err);
    assert(more.err.includes(`--allow-write=${cwd}/c.bson`), more.err);
    assertEquals(await Deno.readFile(`${cwd}/c.bson`), bytes);
  }));
