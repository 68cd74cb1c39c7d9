import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";

const CONFIG = fromFileUrl(new URL("../../../../deno.json", import.meta.url));

/**
 * Fails unless `deno fmt` leaves texts as they are.
 *
 * @param texts What a generator wrote.
 * @param extension The extension of such files.
 */
export async function assertFormatted(texts: readonly string[], extension: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "datahood_fmt_" });
  try {
    await Promise.all(
      texts.map((text, i) => Deno.writeTextFile(join(folder, `${i}${extension}`), text)),
    );
    const { stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--check", `--config=${CONFIG}`, folder],
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(code, 0, said.slice(0, 2000));
    assertEquals(/Checked (\d+) files?/.exec(said)?.[1], String(texts.length));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
