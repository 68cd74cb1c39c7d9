import { assert, assertEquals, assertRejects } from "@std/assert";
import { IoError } from "@datahood/cli";
import { SpillFile, spillNeeds } from "../../../src/io/_spill_file.ts";

Deno.test("SpillFile gives back what was written, from anywhere, and leaves nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const spill = await SpillFile.create(folder);
    const all = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
    for (let at = 0; at < all.length; at += 30_000) {
      await spill.append(all.subarray(at, at + 30_000));
    }
    assertEquals(spill.length, all.length);
    for (const [at, length] of [[99_000, 1000], [0, 5], [29_990, 40_000]] as const) {
      const into = new Uint8Array(length);
      await spill.read(at, into);
      assertEquals(into, all.slice(at, at + length));
    }
    if (Deno.build.os !== "windows") {
      // No name is left even while it is open: nothing stays behind whatever ends the process.
      assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    }
    await assertRejects(() => spill.read(all.length, new Uint8Array(1)), IoError, "cut short");
    await spill.close();
    await spill.close();
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("SpillFile says what is wrong with its folder, as the failure of no end of a run", async () => {
  const error = await assertRejects(() => SpillFile.create("no/folder"), IoError);
  assert(error.message.includes('the folder "no/folder" does not exist'), error.message);
  assertEquals(error.stage, undefined);
});

Deno.test("spillNeeds() names reading and writing the folder", () => {
  assertEquals(spillNeeds("big").map(({ kind, target }) => [kind, target]), [
    ["read", "big"],
    ["write", "big"],
  ]);
});
