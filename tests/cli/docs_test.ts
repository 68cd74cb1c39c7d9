import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { writeSample } from "../../scripts/_sample.ts";
import { NAMES } from "./_deno.ts";
import { allStartWords, HAS_PERMISSIONS, hasZstd, say } from "./_run_cli.ts";

const ROOT = new URL("../../", import.meta.url);

const ZSTD = await hasZstd();

/** A line of a page that is run, and the exit code it must have. */
interface Line {
  readonly text: string;
  readonly code: number;
}

/** The lines of all blocks that a page marks with `sh run`; `# exit 6` behind a line says its code. */
function linesOf(page: string): Line[] {
  const lines: Line[] = [];
  for (const [, block] of page.matchAll(/^```sh run\n([\s\S]*?)^```$/gm)) {
    for (const line of block!.replaceAll("\\\n", " ").split("\n")) {
      if (line.trim() === "" || line.startsWith("#")) continue;
      lines.push({ text: line, code: Number(/# exit (\d+)$/.exec(line)?.[1] ?? 0) });
    }
  }
  return lines;
}

/** A folder with a `datahood` that is this one. */
async function commandFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "datahood_docs_" });
  const words = allStartWords().map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(join(folder, "datahood"), `#!/bin/sh\nexec ${words} "$@"\n`, {
    mode: 0o755,
  });
  return folder;
}

for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
  const lines = linesOf(await Deno.readTextFile(new URL(`docs/${name}`, ROOT)));
  if (lines.length === 0) continue;
  Deno.test({
    name: `docs/${name}: its commands do what the page says`,
    // The shell of the pages is a POSIX one.
    ignore: Deno.build.os === "windows",
    async fn(t) {
      const bin = await commandFolder();
      const folder = await Deno.makeTempDir({ prefix: "datahood_docs_" });
      try {
        await writeSample(join(folder, "orders.bson"));
        for (const { text, code } of lines) {
          // It takes Deno, and a start of it that has permissions.
          const ignore =
            (!HAS_PERMISSIONS && /\bdeno\b|--sandbox|datahood permissions/.test(text)) ||
            (!ZSTD && /\.zst\b|zstd/.test(text));
          if (ignore) say(`skipped "${text}": the start that is tested lacks what it takes`);
          const fn = async () => {
            const { code: found, stderr } = await new Deno.Command("sh", {
              args: ["-c", text],
              cwd: folder,
              env: {
                PATH: `${bin}:${Deno.env.get("PATH")}`,
                NO_COLOR: "1",
                // What a checkout needs for --sandbox.
                DATAHOOD_DENO_FLAGS: NAMES.join(" "),
              },
              stdin: "null",
            }).output();
            assertEquals(found, code, new TextDecoder().decode(stderr));
          };
          await t.step({ name: text, ignore, fn });
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
        await Deno.remove(bin, { recursive: true });
      }
    },
  });
}
