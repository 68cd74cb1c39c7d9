import { assert, assertEquals, assertRejects } from "@std/assert";
import { IoError } from "../../../src/core/mod.ts";
import { openByteSink } from "../../../src/io/mod.ts";
import { fileOf, gzipMembers, someBytes, temporaryFolder } from "./_files.ts";

/** Runs a program that has the functions of src/io at hand. */
function program(code: string): Deno.ChildProcess {
  const text = `
    import { ClosedPipeError, openByteSink, openByteSource, sameFile } from
      ${JSON.stringify(import.meta.resolve("../../../src/io/mod.ts"))};
    ${code}`;
  const map = new URL("../../../npm/import_map.json", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-import",
      "--import-map",
      map,
      `data:application/typescript,${encodeURIComponent(text)}`,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const COPY = `
  await using source = await openByteSource("-");
  await using sink = await openByteSink("-");
  for await (const chunk of source.chunks()) await sink.write(chunk);
  await sink.commit();`;

Deno.test('openByteSource("-") and openByteSink("-") copy standard streams without a permission', async () => {
  const bytes = someBytes(3_000_000);
  for (
    const stored of [
      bytes,
      gzipMembers([bytes.subarray(0, 9), bytes.subarray(9)]),
      new Uint8Array(),
    ]
  ) {
    const child = program(COPY);
    const writing = (async () => {
      const writer = child.stdin.getWriter();
      await writer.write(stored);
      await writer.close();
    })();
    const { stdout, stderr, code } = await child.output();
    await writing;
    assertEquals([new TextDecoder().decode(stderr), code], ["", 0]);
    assertEquals(new Uint8Array(stdout), stored.length === 0 ? stored : bytes);
  }
});

Deno.test('openByteSink("-") says that its reader went away by an error of its own', async () => {
  const child = program(`
    const sink = await openByteSink("-");
    try {
      for (let i = 0; i < 1000; i++) await sink.write(new Uint8Array(100_000));
    } catch (error) {
      await sink.abort();
      await Deno.stderr.write(new TextEncoder().encode(
        [error instanceof ClosedPipeError, error.code, error.stage, error.message].join(" ")));
    }`);
  await child.stdin.close();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const said = await new Response(child.stderr).text();
  await child.status;
  assertEquals(said, "true io target Cannot write standard output: its reader closed it");
});

Deno.test("openByteSource() stops waiting for a pipe when it is told", async () => {
  const child = program(`
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    try {
      await openByteSource("-", { signal: controller.signal });
    } catch (error) {
      console.log(error.code);
      Deno.exit(0);
    }`);
  const said = await new Response(child.stdout).text();
  await child.stdin.close().catch(() => {});
  await child.stderr.cancel();
  assertEquals([said.trim(), (await child.status).code], ["interrupted", 0]);
});

/** Lets a disk take only so many more bytes, as the system says it. */
function fillDisk(room: number): Disposable {
  const original = Deno.FsFile.prototype.write;
  let left = room;
  Deno.FsFile.prototype.write = function (this: Deno.FsFile, bytes: Uint8Array): Promise<number> {
    if (left === 0) {
      const full = new Error("No space left on device (os error 28)");
      return Promise.reject(Object.assign(full, { code: "ENOSPC" }));
    }
    const part = bytes.subarray(0, left);
    left -= part.length;
    return original.call(this, part);
  };
  return {
    [Symbol.dispose]: () => {
      Deno.FsFile.prototype.write = original;
    },
  };
}

Deno.test("openByteSink() says that the disk is full and removes its part", async () => {
  await using folder = await temporaryFolder();
  const old = new Uint8Array([1]);
  const path = await fileOf(folder.path, "x.bson", old);
  for (const compress of ["none", "gzip", "zstd"]) {
    for (const room of [0, 1, 5000]) {
      const error = await (async () => {
        using _ = fillDisk(room);
        await using sink = await openByteSink(path, { overwrite: true, compress });
        return await assertRejects(async () => {
          for (let i = 0; i < 20; i++) await sink.write(someBytes(200_000, i + 1));
          await sink.commit();
        }, IoError);
      })();
      assertEquals(error.message, `Cannot write "${path}": the disk is full`);
      assert(error.hint !== undefined && error.stage === "target");
      const names = await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name);
      assertEquals(names, ["x.bson"]);
      assertEquals(await Deno.readFile(path), old);
    }
  }
});

Deno.test("openByteSink() tells what the disk said while more was written", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/x.bson`;
  const original = Deno.FsFile.prototype.sync;
  let asked = 0;
  // A system may tell of lost data once, to whoever asks first.
  Deno.FsFile.prototype.sync = function (this: Deno.FsFile): Promise<void> {
    if (asked++ > 0) return original.call(this);
    const lost = new Error("Input/output error (os error 5)");
    return Promise.reject(Object.assign(lost, { code: "EIO" }));
  };
  try {
    await using sink = await openByteSink(path);
    await assertRejects(async () => {
      for (let i = 0; i < 17; i++) await sink.write(someBytes(1024 * 1024, i + 1));
      await sink.commit();
    }, IoError);
  } finally {
    Deno.FsFile.prototype.sync = original;
  }
  assertEquals(asked, 1);
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("openByteSink() asks the disk to take a large file before its end", async () => {
  await using folder = await temporaryFolder();
  const original = Deno.FsFile.prototype.sync;
  let asked = 0;
  Deno.FsFile.prototype.sync = function (this: Deno.FsFile): Promise<void> {
    asked++;
    return original.call(this);
  };
  try {
    await using sink = await openByteSink(`${folder.path}/x.bson`);
    const bytes = someBytes(1024 * 1024, 1);
    for (let i = 0; i < 40; i++) await sink.write(bytes);
    assert(asked > 0, "all of it was left to the end");
    // Given up while it is being asked.
    await sink.abort();
  } finally {
    Deno.FsFile.prototype.sync = original;
  }
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
});
