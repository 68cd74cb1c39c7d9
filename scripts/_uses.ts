/**
 * Ways datahood is used, tried with each thing that is released: a job on the command line, and a script
 * that imports it.
 *
 * @module
 */
import { join } from "@std/path";
import { say } from "./_run.ts";
import { writeSample } from "./_sample.ts";

/**
 * A script that has datahood as its package. It copies `rows.bson`, which it makes, to `back.bson`, and
 * says by a failure what is not as it should be.
 *
 * @param name What it imports the package by.
 * @returns TypeScript, whose types are to be checked too, for any runtime.
 */
export function scriptWith(name: string): string {
  return `import { BsonConnector, GENERATORS, inferSchemas, profileSource, transfer } from "${name}";
import { main } from "${name}/cli";
import { testConnector } from "${name}/testing";

// Enough for the threads that compress.
const rows = Array.from({ length: 20_000 }, (_, _id) => ({ _id, text: crypto.randomUUID().repeat(9) }));
await using source = new BsonConnector({ path: "rows.bson" });
await source.loadData(rows);
await using packed = new BsonConnector({ path: "rows.bson.gz" });
await transfer(source, packed);
await using back = new BsonConnector({ path: "back.bson" });
const { counts } = await transfer(packed, back);
const written: number = counts.written;
// @ts-expect-error a count is no text
const wrong: string = counts.written;
if (written !== rows.length || wrong !== written as unknown) throw new Error("counts: " + written);

const models = inferSchemas(await profileSource(back));
for (const generator of GENERATORS) {
  const text = generator.generate(models, { source: "rows", version: "1.0.0", options: {} });
  if (text === "") throw new Error(generator.kind + " made nothing");
}
if (await main(["verify", "rows.bson", "back.bson"]) !== 0) throw new Error("they differ");
if (typeof testConnector !== "function") throw new Error("no testing");
`;
}

/** Whether two files have the same bytes, and any at all; it says which. */
export async function sameBytes(one: string, other: string): Promise<boolean> {
  const [a, b] = [await Deno.readFile(one), await Deno.readFile(other)];
  const same = a.length > 0 && a.length === b.length && a.every((byte, at) => byte === b[at]);
  say(same ? `${a.length} bytes, the same` : `${one} and ${other} differ`);
  return same;
}

/**
 * Moves a sample to gzip and back, and compares what comes back.
 *
 * @param words What starts the command line.
 * @param work Where a folder is made for it.
 * @param env Environment variables beside the inherited ones.
 * @returns Whether it is the same.
 */
export async function transfers(
  words: readonly string[],
  work: string,
  env: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const cwd = await Deno.makeTempDir({ dir: work });
  await writeSample(join(cwd, "sample.bson"));
  for (const [from, to] of [["sample.bson", "there.bson.gz"], ["there.bson.gz", "back.bson"]]) {
    const [program, ...args] = [...words, "transfer", "--quiet", from!, to!];
    say(`$ ${program} ${args.join(" ")}`);
    const command = new Deno.Command(program!, { args, cwd, env, stdin: "null" });
    if (!(await command.spawn().status).success) return false;
  }
  return await sameBytes(join(cwd, "sample.bson"), join(cwd, "back.bson"));
}
