/**
 * Builds the one file: `deno task bundle [--out dist/datahood.js]`. It runs with `deno run`, or is put
 * next to a script; nothing is loaded from anywhere else.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, resolve } from "@std/path";
import { deno, IMPORT_MAP, ROOT, say } from "./_run.ts";

/** What a module of the bundle imports of Node.js: `import zlib from "node:zlib"`, `import { a as b } from …`. */
const IMPORT = /^import (?:(\w+)|\{ (.+) \}) from "(node:\w+)";$/;
/** Where the part of the bundle begins that is run when its module is first needed. */
const INIT = /^var init_\w+ = __esm\(\{$/;
const REQUIRE =
  /^import \{ createRequire as (\w+) \} from "node:module";\nvar __require = \1\(import\.meta\.url\);$/m;

/** Whether what the import in a line is for is run late; a module's text ends where the next one's path is. */
function isLate(lines: readonly string[], at: number): boolean {
  const end = lines.findIndex((line, i) => i > at && /^\/\/ \S+\.\w+$|^var init_/.test(line));
  return INIT.test(lines[end] ?? "");
}

/**
 * Lets a bundle load modules of Node.js when they are needed, as its own are: imports stand at its
 * beginning otherwise, and each start pays for them.
 *
 * @param text What `deno bundle` made, not minified.
 * @returns The same program.
 * @throws {Error} If it does not look as expected.
 */
export function withLateNode(text: string): string {
  if (!REQUIRE.test(text)) throw new Error("Cannot find how the bundle requires modules");
  const lines = text.replace(
    REQUIRE,
    `var __required;
var __require = (name) => (__required ??=
  process.getBuiltinModule("node:module").createRequire(import.meta.url))(name);`,
  ).split("\n");
  const result: string[] = [];
  const names: string[] = [];
  /** What the module whose text this is gets of Node.js, once it is run. */
  let late: string[] = [];
  for (const [at, line] of lines.entries()) {
    const [, whole, some, from] = IMPORT.exec(line) ?? [];
    if (from !== undefined && isLate(lines, at)) {
      const parts = some?.split(", ").map((part) => part.split(" as ")) ?? [];
      names.push(...whole === undefined ? parts.map((part) => part.at(-1)!) : [whole]);
      const pattern = whole ?? `{ ${parts.map((part) => part.join(": ")).join(", ")} }`;
      late.push(`    (${pattern} = process.getBuiltinModule("${from}"));`);
      continue;
    }
    result.push(line);
    // The line behind `var init_x = __esm({` is the head of what is run.
    if (late.length > 0 && INIT.test(result.at(-2) ?? "")) {
      result.push(...late);
      late = [];
    }
  }
  return names.length === 0 ? result.join("\n") : `var ${names.join(", ")};\n${result.join("\n")}`;
}

/**
 * Bundles the command line. Without splitting: what is loaded on use is in the file, and is run on use.
 *
 * @param out The file.
 * @throws {Error} If Deno cannot bundle it.
 */
export async function bundleCli(out: string): Promise<void> {
  await Deno.mkdir(dirname(out), { recursive: true });
  const code = await deno(["bundle", "--quiet", "--frozen", ...IMPORT_MAP, "cli.ts", "-o", out]);
  if (code !== 0) throw new Error(`Cannot bundle: deno ended with ${code}`);
  await Deno.writeTextFile(out, withLateNode(await Deno.readTextFile(out)));
}

if (import.meta.main) {
  const { out } = parseArgs(Deno.args, { string: ["out"], default: { out: "dist/datahood.js" } });
  const path = resolve(ROOT, out);
  await bundleCli(path);
  const { size } = await Deno.stat(path);
  say(`${out}: ${(size / 1e6).toFixed(2)} MB; deno run -A ${out} --help`);
}
