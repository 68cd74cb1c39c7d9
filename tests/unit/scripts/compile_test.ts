import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import { binaryName, compileArgs, TARGETS } from "../../../scripts/compile.ts";
import { billOfMaterials, SHIPPED } from "../../../scripts/sbom.ts";

const LOCK = await Deno.readTextFile(new URL("../../../deno.lock", import.meta.url));

Deno.test("compileArgs() names the entry last, embeds what is used, and may not start programs", () => {
  for (const target of TARGETS) {
    const args = compileArgs(target, "dist");
    assertEquals(args[0], "compile");
    assertEquals(args.at(-1), "cli.ts");
    assert(args.includes("--exclude-unused-npm"));
    assert(args.includes("--no-prompt"));
    assert(!args.some((arg) => /^(-A|--allow-(all|run|ffi))/.test(arg)), args.join(" "));
    assertEquals(args[args.indexOf("--target") + 1], target);
    assertStringIncludes(binaryName(target), config.version);
  }
});

Deno.test("compileArgs() is taken by deno compile", async () => {
  // The runtime is looked for last: where it cannot be had, all else was understood.
  const out = await Deno.makeTempDir();
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: compileArgs("x86_64-unknown-linux-gnu", out),
      cwd: new URL("../../..", import.meta.url),
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert(code === 0 || /dl\.deno\.land|denort/.test(said), said);
    if (code !== 0) return;
    const { code: ran, stdout } = await new Deno.Command(`${out}/${binaryName(TARGETS[0])}`, {
      args: ["--version"],
      env: { NO_COLOR: "1" },
    }).output().catch(() => ({ code: -1, stdout: new Uint8Array() }));
    // Another system's binary does not start here.
    if (Deno.build.target !== TARGETS[0]) return;
    assertEquals(ran, 0);
    assertStringIncludes(new TextDecoder().decode(stdout), config.version);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("billOfMaterials() has every package that the shipped code reaches, and no other", () => {
  const bill = billOfMaterials(LOCK) as {
    components: { name: string; version: string; hashes: { content: string }[] }[];
    dependencies: { ref: string; dependsOn: string[] }[];
  };
  const names = bill.components.map(({ name }) => name);
  for (const name of SHIPPED) assert(names.includes(name), name);
  for (const name of ["sparse-bitfield", "whatwg-url"]) assert(names.includes(name), name);
  for (const name of ["fast-check", "typescript", "mongoose", "ajv"]) {
    assert(!names.includes(name), name);
  }
  for (const { hashes } of bill.components) assertEquals(hashes[0]?.content.length, 128);
  const refs = new Set(bill.dependencies.map(({ ref }) => ref));
  for (const { dependsOn } of bill.dependencies) {
    for (const ref of dependsOn) assert(refs.has(ref), ref);
  }
  assertEquals(billOfMaterials(LOCK), bill);
});

Deno.test("SHIPPED is what the code and its import map import", async () => {
  const imports = config.imports as Record<string, string>;
  const used = new Set<string>();
  const walk = async (folder: URL) => {
    for await (const entry of Deno.readDir(folder)) {
      const at = new URL(entry.name + (entry.isDirectory ? "/" : ""), folder);
      if (entry.isDirectory) await walk(at);
      else if (/\.(ts|js)$/.test(entry.name)) {
        for (const [, name] of (await Deno.readTextFile(at)).matchAll(/from "([^".][^"]*)"/g)) {
          const specifier = name!.startsWith("npm:") ? name! : imports[name!] ?? "";
          const found = /^npm:((?:@[^/]+\/)?[^@/]+)@/.exec(specifier);
          if (found) used.add(found[1]!);
        }
      }
    }
  };
  for (const folder of ["src/", "npm/cliffy/", "npm/std/"]) {
    await walk(new URL(`../../../${folder}`, import.meta.url));
  }
  // Conformance tests run in the user's own project, with what it has; texts that are generated too.
  for (const name of ["fast-check", "mongoose", "zod"]) used.delete(name);
  assertEquals([...used].sort(), [...SHIPPED]);
});
