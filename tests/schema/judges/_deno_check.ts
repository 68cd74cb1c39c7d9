import { fromFileUrl, join, toFileUrl } from "@std/path";

const ROOT = fromFileUrl(new URL("../../../", import.meta.url));

/** The first thing that one run of `deno check` says of each file. */
export async function checkTypes(files: readonly string[]): Promise<(string | undefined)[]> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "check",
      `--config=${join(ROOT, "deno.json")}`,
      `--import-map=${join(ROOT, "npm", "import_map.json")}`,
      "--no-lock",
      ...files,
    ],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (code === 0) return files.map(() => undefined);
  const problems = files.map((file) => {
    const at = said.indexOf(`    at ${toFileUrl(file).href}:`);
    if (at < 0) return undefined;
    const start = said.lastIndexOf("\n\n", at);
    return said.slice(start < 0 ? 0 : start, said.indexOf("\n", at)).trim();
  });
  if (problems.every((problem) => problem === undefined)) {
    // It could not even be read: which file it was is said in another way.
    return files.map((file) => said.includes(toFileUrl(file).href) ? said.trim() : undefined);
  }
  return problems;
}
