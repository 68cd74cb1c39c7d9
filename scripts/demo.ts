/**
 * Shows documents moving and types made of them, without a server: a sample BSON file to gzip and back,
 * byte for byte; then its TypeScript types, and a program that is compiled with them and run.
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

/** A program as a user of the types writes it; what it gets wrong, the compiler says. */
const PROGRAM = `import { BsonConnector } from "@datahood/cli";
import type { Order } from "./order.ts";

/** What is still to be paid, by currency. */
function unpaid(order: Order): boolean {
  return order.status !== "cancelled" && order.payment === undefined;
}

await using file = new BsonConnector({ path: "orders.bson" });
let orders = 0, open = 0, parcels = 0;
for await (const document of file.extractData()) {
  const order = document as unknown as Order;
  orders++;
  if (unpaid(order)) open++;
  parcels += order.parcels?.length ?? 0;
}
console.log(\`\${orders} orders, \${open} to be paid, \${parcels} parcels\`);
`;
/** The same with a mistake that only the types know: a parcel list that may not be there. */
const MISTAKE = 'import type { Order } from "./order.ts";\n' +
  "export const parcels = (order: Order): number => order.parcels.length;\n";

/** Runs deno on a file beside the types, with the names of this checkout. */
async function withTypes(directory: string, command: string, file: string): Promise<boolean> {
  say(`\n$ deno ${command} ${file}`);
  const map = `${ROOT}/${IMPORT_MAP[1]}`;
  const flags = command.startsWith("run") ? ["run", "-A", "--check"] : ["check"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, "--quiet", "--config", `${ROOT}/deno.json`, IMPORT_MAP[0]!, map, file],
    cwd: directory,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  const said = decoder.decode(stderr).split("\n").find((line) => line.startsWith("TS"));
  if (stdout.length > 0) say(decoder.decode(stdout).trimEnd());
  if (said !== undefined) say(said);
  return code === 0;
}

/** Makes types, and has the compiler hold two programs to them. */
async function showTypes(directory: string): Promise<boolean> {
  await datahood(directory, "schema", "orders.bson", "-o", "order.ts");
  const text = await Deno.readTextFile(`${directory}/order.ts`);
  say(`\n${text.split("\n").slice(0, 17).join("\n")}\n…`);
  await Deno.writeTextFile(`${directory}/report.ts`, PROGRAM);
  await Deno.writeTextFile(`${directory}/mistake.ts`, MISTAKE);
  const runs = await withTypes(directory, "run -A --check", "report.ts");
  const refused = !await withTypes(directory, "check", "mistake.ts");
  say(
    runs && refused
      ? "\nThe types took the program, and refused the mistake."
      : "\nThe types did not do what they are for.",
  );
  return runs && refused;
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
    return same && await showTypes(directory) ? 0 : 1;
  } catch (error) {
    say(`\n${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main());
