// Runs a program with the deno that runs the tests, and with the same names.

/**
 * Options that resolve bare names as they do here: none where `@cliffy/command` comes from JSR, else the
 * import map.
 */
export const NAMES: readonly string[] = import.meta.resolve("@cliffy/command").startsWith("file:")
  ? ["--import-map", new URL("../../npm/import_map.json", import.meta.url).href]
  : [];

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs `program` under `-A`, without colour, and waits for it.
 *
 * @param program The module.
 * @param args Its arguments.
 * @param env Environment variables beside the inherited ones.
 * @returns Its exit code and what it printed.
 */
export async function denoRun(
  program: URL,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...NAMES, program.href, ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}
