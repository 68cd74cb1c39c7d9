import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bsonOf, namesIn, orders } from "./_schema.ts";
import { inFolder, runCli } from "./_run_cli.ts";

const PEOPLE = bsonOf(Array.from({ length: 30 }, (_, i) => ({ _id: i, name: `Ada ${i}` })));

/** A folder with a dump of two collections with documents, one of another database, and an empty one. */
function withDump(test: (cwd: string) => Promise<void>): Promise<void> {
  return inFolder(async (cwd) => {
    await Deno.mkdir(`${cwd}/dump/shop`, { recursive: true });
    await Deno.mkdir(`${cwd}/dump/hr`);
    await Deno.writeFile(`${cwd}/dump/shop/orders.bson`, orders(60));
    await Deno.writeFile(`${cwd}/dump/shop/people.bson`, PEOPLE);
    await Deno.writeFile(`${cwd}/dump/shop/empty.bson`, new Uint8Array());
    await Deno.writeFile(`${cwd}/dump/hr/people.bson`, PEOPLE);
    await test(cwd);
  });
}

Deno.test("datahood schema of many collections writes a file each, or one module", () =>
  withDump(async (cwd) => {
    const each = await runCli(["schema", "dump/", "-o", "types/"], { cwd });
    assertEquals(each.code, 0, each.err);
    assertStringIncludes(each.err, "shop.empty has no documents and is left out");
    assertEquals(await namesIn(`${cwd}/types`), [
      "hr.people.ts",
      "index.ts",
      "shop.orders.ts",
      "shop.people.ts",
    ]);
    const index = await Deno.readTextFile(`${cwd}/types/index.ts`);
    assertEquals(index.match(/^export type \* from .*$/gm), [
      'export type * from "./hr.people.ts";',
      'export type * from "./shop.orders.ts";',
      'export type * from "./shop.people.ts";',
    ]);
    const module = await runCli(["schema", "dump/"], { cwd });
    assertEquals(module.code, 0, module.err);
    assertMatch(module.out, /from 120 documents of 3 collections\./);
    // No type in it has the name of another.
    const types = [...module.out.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) =>
      name
    );
    assertEquals(new Set(types).size, types.length, types.join());
    assert(types.length >= 4, types.join());
  }));

Deno.test("datahood schema --include and --exclude choose collections", () =>
  withDump(async (cwd) => {
    const shop = await runCli(["schema", "dump/", "--include", "shop.*", "-o", "types/"], { cwd });
    assertEquals(shop.code, 0, shop.err);
    assertEquals(await namesIn(`${cwd}/types`), ["index.ts", "orders.ts", "people.ts"]);
    const one = await runCli(
      ["schema", "dump/", "--include", "shop.*", "--exclude", "people", "--root-name", "Sale"],
      { cwd },
    );
    assertEquals(one.code, 0, one.err);
    assertStringIncludes(one.out, "export interface Sale {");
    const named = await runCli(["schema", "dump/", "--root-name", "Sale", "-o", "a.ts"], { cwd });
    assertEquals(named.code, 2);
    assertStringIncludes(named.err, 'Cannot call 3 collections "Sale": the name is for one.');
    const none = await runCli(["schema", "dump/", "--include", "nothing.*"], { cwd });
    assertEquals([none.code, none.out], [3, ""]);
    assertMatch(none.err, /hint: there are .*shop\.orders/);
    const empty = await runCli(["schema", "dump/", "--include", "empty", "-o", "e/"], { cwd });
    assertEquals(empty.code, 3);
    assertEquals(await namesIn(cwd), ["dump", "types"]);
  }));

Deno.test("datahood schema of saved profiles of many collections gives what the source gives", () =>
  withDump(async (cwd) => {
    const save = await runCli(["schema", "dump/", "--save-profile", "d.profile.json"], { cwd });
    assertEquals(save.code, 0, save.err);
    for (const flags of [[], ["--to", "zod"], ["--include", "people"], ["--to", "pydantic"]]) {
      const source = await runCli(["schema", "dump/", ...flags], { cwd });
      const saved = await runCli(["schema", "d.profile.json", ...flags], { cwd });
      assertEquals([saved.code, saved.out], [source.code, source.out], saved.err);
    }
    const check = await runCli(["schema", "check", "dump/", "d.profile.json"], { cwd });
    assertEquals([check.code, check.out], [0, "No drift.\n"], check.err);
    await Deno.remove(`${cwd}/dump/hr`, { recursive: true });
    const lost = await runCli(["schema", "check", "dump/", "d.profile.json"], { cwd });
    assertEquals(lost.code, 6);
    assertMatch(lost.out, /lost-collection +hr\.people/);
    const report = await runCli(["schema", "report", "dump/", "--sample", "10"], { cwd });
    assertEquals(report.code, 0, report.err);
    assertMatch(report.out, /^shop\.orders: a sample of 10 of 60 documents$/m);
    assertMatch(report.out, /^shop\.people: a sample of 10 of 30 documents$/m);
  }));
