import { assert, assertEquals } from "@std/assert";
import { toFileUrl } from "@std/path";
import { checkTypes } from "../schema/judges/_deno_check.ts";
import { inFolder, runCli } from "./_run_cli.ts";
import { bsonOf, namesIn, orders } from "./_schema.ts";

/** People with an address, which orders have too; and `seen` alike in each database. */
const people = (extra: object) =>
  bsonOf(Array.from({ length: 30 }, (_, i) => ({
    _id: i,
    name: `Ada ${i}`,
    address: { street: `Road ${i}`, number: i, ...extra },
    seen: { at: new Date(i), by: `person ${i}` },
  })));

/** Two databases, with collections of one name whose types differ. */
async function makeDump(cwd: string): Promise<void> {
  await Deno.mkdir(`${cwd}/dump/shop`, { recursive: true });
  await Deno.mkdir(`${cwd}/dump/hr`);
  await Deno.writeFile(`${cwd}/dump/shop/orders.bson`, orders(60));
  await Deno.writeFile(`${cwd}/dump/shop/people.bson`, people({}));
  await Deno.writeFile(`${cwd}/dump/hr/people.bson`, people({ floor: 1 }));
}

/** What each file of a target exports, which is what its index has to export. */
async function exportsOf(folder: string, ending: string, pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const name of await namesIn(folder)) {
    if (name === `index${ending}` || name.replace(/^[^.]+\.[^.]+/, "") !== ending) continue;
    const text = await Deno.readTextFile(`${folder}/${name}`);
    found.push(...[...text.matchAll(pattern)].map(([, name]) => name!));
  }
  return found.sort();
}

const TYPES = /^export (?:interface|type) (\w+)/gm;

for (
  const [target, ending, values] of [
    ["typescript", ".ts", undefined],
    ["zod", ".zod.ts", /^export const (\w+)/gm],
    ["mongoose", ".mongoose.ts", /^export const (\w+)/gm],
  ] as const
) {
  Deno.test(`datahood schema dump/ --to ${target} -o types/ makes an index that compiles and has all`, () =>
    inFolder(async (cwd) => {
      await makeDump(cwd);
      const { code, err } = await runCli(["schema", "dump/", "--to", target, "-o", "types/"], {
        cwd,
      });
      assertEquals(code, 0, err);
      const folder = `${cwd}/types`;
      const index = `${folder}/index${ending}`;
      assertEquals(await namesIn(folder), [
        `hr.people${ending}`,
        `index${ending}`,
        `shop.orders${ending}`,
        `shop.people${ending}`,
      ]);
      const types = await exportsOf(folder, ending, TYPES);
      assert(types.length >= 6, types.join());
      // A name twice would be left out of the index without a word when it runs.
      assertEquals(new Set(types).size, types.length, types.join());
      const use = `${cwd}/use.ts`;
      await Deno.writeTextFile(
        use,
        `import type * as all from "./types/index${ending}";\n` +
          types.map((name) => `export type ${name} = all.${name};\n`).join(""),
      );
      assertEquals(await checkTypes([index, use]), [undefined, undefined]);
      await Deno.writeTextFile(
        use,
        `import type { None } from "./types/index${ending}";\nexport type { None };\n`,
      );
      assertEquals((await checkTypes([use])).map((problem) => problem?.includes("None")), [true]);
      if (values === undefined) return;
      const module: object = await import(toFileUrl(index).href);
      assertEquals(Object.keys(module).sort(), await exportsOf(folder, ending, values));
    }));
}
