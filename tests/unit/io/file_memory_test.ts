import { assertEquals, assertRejects } from "@std/assert";
import { FileMemory } from "../../../src/io/_file_memory.ts";

const BEFORE = new Date("2020-01-01T00:00:00Z");

async function withFile(
  test: (path: string, ask: () => Promise<string>, memory: FileMemory<string>) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile();
  const memory = new FileMemory<string>();
  try {
    await test(path, () => memory.of(path, () => Deno.readTextFile(path)), memory);
  } finally {
    await Deno.remove(path);
  }
}

/** Writes a file as if it had been long ago. */
async function write(path: string, text: string, time: Date = BEFORE): Promise<void> {
  await Deno.writeTextFile(path, text);
  await Deno.utime(path, time, time);
}

Deno.test("FileMemory.of() looks into a file once, until it is changed or all is forgotten", () =>
  withFile(async (path, _, memory) => {
    let looks = 0;
    const ask = () => memory.of(path, () => Promise.resolve(`look ${++looks}`));
    await write(path, "a");
    assertEquals([await ask(), await ask()], ["look 1", "look 1"]);
    await write(path, "ab");
    assertEquals([await ask(), await ask()], ["look 2", "look 2"]);
    await write(path, "cd", new Date("2020-01-01T00:00:01Z"));
    assertEquals([await ask(), await ask()], ["look 3", "look 3"]);
    // Another file took its name.
    await write(`${path}.new`, "ef", new Date("2020-01-01T00:00:01Z"));
    await Deno.rename(`${path}.new`, path);
    assertEquals([await ask(), await ask()], ["look 4", "look 4"]);
    memory.clear();
    assertEquals(await ask(), "look 5");
  }));

Deno.test("FileMemory.of() looks into a file each time that was written just now", () =>
  withFile(async (path, ask) => {
    for (const text of ["a", "b", "c"]) {
      await write(path, text, new Date());
      assertEquals(await ask(), text);
    }
  }));

Deno.test("FileMemory.of() remembers no failure", () =>
  withFile(async (path, ask, memory) => {
    await write(path, "a");
    await assertRejects(() => memory.of(path, () => Promise.reject(new Error("no"))), Error, "no");
    assertEquals(await ask(), "a");
    await assertRejects(
      () => memory.of(`${path}.none`, () => Deno.readTextFile(`${path}.none`)),
      Deno.errors.NotFound,
    );
  }));
