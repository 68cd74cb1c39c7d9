import { assertEquals } from "@std/assert";
import { sameFile } from "../../../src/io/mod.ts";
import { fileOf, temporaryFolder } from "./_files.ts";

Deno.test("sameFile() knows a file by other spellings and links, also before it is there", async () => {
  await using folder = await temporaryFolder();
  const a = await fileOf(folder.path, "a", new Uint8Array());
  await fileOf(folder.path, "b", new Uint8Array());
  await Deno.mkdir(`${folder.path}/sub`);
  await Deno.symlink(folder.path, `${folder.path}/sub/up`);
  await Deno.symlink("a", `${folder.path}/soft`);
  await Deno.symlink("new", `${folder.path}/dangling`);
  await Deno.link(a, `${folder.path}/hard`);
  const table: [string, string, boolean][] = [
    ["a", "a", true],
    ["a", "sub/../a", true],
    ["a", "sub/up/a", true],
    ["a", "soft", true],
    ["a", "hard", true],
    ["soft", "hard", true],
    ["a", "b", false],
    ["a", "new", false],
    ["new", "sub/up/new", true],
    ["new", "dangling", true],
    ["new", "other", false],
  ];
  for (const [one, two, same] of table) {
    const [x, y] = [`${folder.path}/${one}`, `${folder.path}/${two}`];
    assertEquals([await sameFile(x, y), await sameFile(y, x)], [same, same], `${one} ${two}`);
  }
  assertEquals(await sameFile("-", "-"), false);
});
