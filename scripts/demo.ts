/**
 * Shows documents moving, without a server: a sample BSON file to gzip and back, byte for byte.
 * `deno task demo`
 *
 * @module
 */
import { IMPORT_MAP, ROOT, say } from "./_run.ts";
import { sampleOrders, writeSample } from "./_sample.ts";

const CLI = `${ROOT}/cli.ts`;

async function sha256(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Prints the command as it would be typed, then runs it. */
async function datahood(directory: string, ...args: string[]): Promise<void> {
  say(`\n$ datahood ${args.join(" ")}`);
  const map = `${ROOT}/${IMPORT_MAP[1]}`;
  const command = ["run", "-A", "--config", `${ROOT}/deno.json`, IMPORT_MAP[0]!, map, CLI, ...args];
  const child = new Deno.Command(Deno.execPath(), { args: command, cwd: directory }).spawn();
  const { code } = await child.status;
  if (code !== 0) throw new Error(`datahood ${args.join(" ")} ended with exit code ${code}`);
}

async function show(directory: string, files: readonly string[]): Promise<void> {
  say("");
  for (const file of files) {
    const { size } = await Deno.stat(`${directory}/${file}`);
    say(
      `${String(size).padStart(7)} bytes  sha256 ${await sha256(`${directory}/${file}`)}  ${file}`,
    );
  }
}

async function main(): Promise<number> {
  const directory = await Deno.makeTempDir({ prefix: "datahood-demo-" });
  try {
    const orders = await sampleOrders();
    const before = await writeSample(`${directory}/orders.bson`);
    say(`orders.bson: ${orders.length} orders of scripts/sample/orders.json, as BSON`);
    say("datahood is: deno run -A --import-map npm/import_map.json cli.ts");

    await datahood(directory, "transfer", "orders.bson", "orders.bson.gz");
    await datahood(directory, "transfer", "orders.bson.gz", "back.bson");
    await show(directory, ["orders.bson", "orders.bson.gz", "back.bson"]);

    const after = await Deno.readFile(`${directory}/back.bson`);
    const same = before.length === after.length && before.every((byte, at) => byte === after[at]);
    say(
      same ? "\nback.bson is orders.bson, byte for byte." : "\nback.bson differs from orders.bson.",
    );
    return same ? 0 : 1;
  } catch (error) {
    say(`\n${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main());
