/**
 * Builds the one file: `deno task bundle [--out dist/datahood.js]`. It runs with `deno run`, or is put
 * next to a script; nothing is loaded from anywhere else.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, resolve } from "@std/path";
import { deno, IMPORT_MAP, ROOT, say } from "./_run.ts";

/**
 * Bundles the command line. Without splitting: what is loaded on use is in the file, and is run on use.
 *
 * @param out The file.
 * @throws {Error} If Deno cannot bundle it.
 */
export async function bundleCli(out: string): Promise<void> {
  await Deno.mkdir(dirname(out), { recursive: true });
  const code = await deno(["bundle", "--quiet", ...IMPORT_MAP, "cli.ts", "-o", out]);
  if (code !== 0) throw new Error(`Cannot bundle: deno ended with ${code}`);
}

if (import.meta.main) {
  const { out } = parseArgs(Deno.args, { string: ["out"], default: { out: "dist/datahood.js" } });
  const path = resolve(ROOT, out);
  await bundleCli(path);
  const { size } = await Deno.stat(path);
  say(`${out}: ${(size / 1e6).toFixed(2)} MB; deno run -A ${out} --help`);
}
