import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { InterruptedError, IoError, PermissionError, UsageError } from "../../../src/core/mod.ts";
import { fileWriteNeeds, openByteSink } from "../../../src/io/mod.ts";
import { partPath } from "../../../src/io/needs.ts";
import { NAMES } from "../../cli/_deno.ts";
import { concat } from "../../fixtures/every_type.ts";
import { fileOf, readAll, someBytes, temporaryFolder } from "./_files.ts";

const readWrite = { read: true, write: true } as const;

async function names(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.sort();
}

Deno.test("openByteSink() stores the same bytes for any writes, syncs and compression", {
  permissions: readWrite,
}, async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/x`;
  const step = fc.oneof(
    fc.constant("sync" as const),
    fc.uint8Array({ maxLength: 300 }),
    fc.nat({ max: 1_200_000 }).map((length) => someBytes(length)),
  );
  const compress = fc.constantFrom("none", "gzip", "gzip:1", "zstd", "zstd:1");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), compress, async (steps, compress) => {
      await using sink = await openByteSink(path, { compress, overwrite: true });
      const parts: Uint8Array[] = [];
      let length = 0;
      for (const step of steps) {
        if (step === "sync") {
          assertEquals(await sink.sync(), length);
          if (length > 0) {
            assertEquals((await readAll(partPath(path))).bytes, concat(...parts));
            assertEquals((await Deno.stat(partPath(path))).size, sink.storedBytes);
          }
          continue;
        }
        const bytes = step.slice();
        parts.push(step);
        length += step.length;
        await sink.write(bytes);
        bytes.fill(0xee); // It may be reused now.
      }
      await sink.commit();
      assertEquals(sink.bytes, length);
      assertEquals(await readAll(path), { bytes: concat(...parts) });
      assertEquals((await Deno.stat(path)).size, sink.storedBytes);
      assertEquals(await names(folder.path), ["x"]);
    }),
    { numRuns: 40 },
  );
});

Deno.test("openByteSink() compresses by extension, as other programs read it", {
  permissions: readWrite,
}, async () => {
  await using folder = await temporaryFolder();
  const bytes = someBytes(100_000);
  for (const name of ["a.bson", "a.bson.gz", "a.bson.zst", "empty.gz", "empty.zst"]) {
    const path = `${folder.path}/${name}`;
    const put = name.startsWith("empty") ? new Uint8Array() : bytes;
    await using sink = await openByteSink(path);
    await sink.write(put);
    await sink.commit();
    const stored = await Deno.readFile(path);
    const back = name.endsWith("gz")
      ? gunzipSync(stored)
      : name.endsWith("zst")
      ? zstdDecompressSync(stored)
      : stored;
    assertEquals(new Uint8Array(back), put, name);
  }
});

Deno.test("openByteSink() touches nothing before commit, and leaves nothing behind", {
  permissions: readWrite,
}, async () => {
  await using folder = await temporaryFolder();
  const old = new Uint8Array([1, 2, 3]);
  const path = await fileOf(folder.path, "x.bson", old);
  const refused = await assertRejects(() => openByteSink(path), IoError, "it exists already");
  assertEquals([refused.stage, refused.hint?.includes("--overwrite")], ["target", true]);
  assertEquals(await names(folder.path), ["x.bson"]);
  {
    await using sink = await openByteSink(path, { overwrite: true });
    await sink.write(someBytes(2_000_000));
    await sink.sync();
    assertEquals(await Deno.readFile(path), old);
    assertEquals(await names(folder.path), [".x.bson.datahood-part", "x.bson"]);
  }
  assertEquals(await names(folder.path), ["x.bson"]);

  const kept = await openByteSink(path, { overwrite: true, compress: "gzip" });
  await kept.write(someBytes(1000));
  await kept.abort({ keepPartial: true });
  await kept.abort();
  assertEquals((await readAll(`${folder.path}/.x.bson.datahood-part`)).bytes, someBytes(1000));
  // What a run left is replaced by the next, whatever its size.
  const next = await openByteSink(path, { overwrite: true });
  await next.write(new Uint8Array([9]));
  await next.commit();
  await next.abort();
  assertEquals(await Deno.readFile(path), new Uint8Array([9]));
  assertEquals(await names(folder.path), ["x.bson"]);
});

Deno.test("openByteSink() refuses a file that another run writes, in this process or another", {
  permissions: readWrite,
  sanitizeResources: true,
}, async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/x.bson`;
  await using first = await openByteSink(path);
  await first.write(new Uint8Array([1]));
  const error = await assertRejects(() => openByteSink(path), IoError, "another run is writing it");
  assert(error.hint?.includes(".x.bson.datahood-part"));
  await first.commit();
  assertEquals(await Deno.readFile(path), new Uint8Array([1]));
});

Deno.test("openByteSink() does not replace a file that came meanwhile", {
  permissions: readWrite,
}, async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/x.bson`;
  await using sink = await openByteSink(path);
  await sink.write(new Uint8Array([1]));
  await Deno.writeFile(path, new Uint8Array([2]));
  await assertRejects(() => sink.commit(), IoError, "it exists already");
  await sink.abort();
  assertEquals(await Deno.readFile(path), new Uint8Array([2]));
  assertEquals(await names(folder.path), ["x.bson"]);
});

Deno.test("openByteSink() follows a link and keeps the mode of what it replaces", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using folder = await temporaryFolder();
  const path = await fileOf(folder.path, "real.bson", new Uint8Array([1]));
  await Deno.chmod(path, 0o640);
  await Deno.symlink("real.bson", `${folder.path}/link.bson`);
  await using sink = await openByteSink(`${folder.path}/link.bson`, { overwrite: true });
  await sink.write(new Uint8Array([2]));
  await sink.commit();
  assertEquals(await Deno.readFile(path), new Uint8Array([2]));
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o640);
  assert((await Deno.lstat(`${folder.path}/link.bson`)).isSymlink);
});

Deno.test("openByteSink() says what cannot be written, and why", {
  permissions: readWrite,
}, async () => {
  await using folder = await temporaryFolder();
  await fileOf(folder.path, "file", new Uint8Array());
  const table: [string, RegExp][] = [
    [folder.path, /it is a folder/],
    [`${folder.path}/new/`, /it names a folder/],
    [`${folder.path}/none/x.bson`, /the folder ".*none" does not exist/],
    [`${folder.path}/file/x.bson`, /a part of its path is a file/],
  ];
  for (const [path, message] of table) {
    const error = await assertRejects(() => openByteSink(path), IoError);
    assert(message.test(error.message), error.message);
    assertEquals(error.stage, "target");
  }
  await assertRejects(() => openByteSink(""), UsageError);
  await assertRejects(() => openByteSink(`${folder.path}/x`, { compress: "gzip:10" }), UsageError);
  await assertRejects(
    () => openByteSink(`${folder.path}/x`, { signal: AbortSignal.abort() }),
    InterruptedError,
  );
  assertEquals(await names(folder.path), ["file"]);
});

Deno.test("openByteSink() works with just what fileWriteNeeds() says, and with nothing less", async () => {
  await using folder = await temporaryFolder();
  const path = await fileOf(folder.path, "x.bson", new Uint8Array([1]));
  const needs = fileWriteNeeds(path);
  const write = `
    import { openByteSink } from ${JSON.stringify(import.meta.resolve("../../../src/io/mod.ts"))};
    try {
      await using sink = await openByteSink(${JSON.stringify(path)}, { overwrite: true });
      await sink.write(new Uint8Array([7]));
      await sink.commit();
      console.log("done");
    } catch (error) {
      console.log(error.code);
    }`;
  const script = `data:application/typescript,${encodeURIComponent(write)}`;
  const map = new URL("../../../npm/import_map.json", import.meta.url).pathname;
  const run = async (granted: typeof needs): Promise<string> => {
    const flags = (["read", "write"] as const).map((kind) => {
      const targets = granted.filter((need) => need.kind === kind).map(({ target }) => target);
      return `--allow-${kind}=${targets.join(",")}`;
    });
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-import", "--import-map", map, ...flags, script],
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  assertEquals(await run(needs), "done");
  assertEquals(await Deno.readFile(path), new Uint8Array([7]));
  for (const missing of needs) {
    const rest = needs.filter((need) => need !== missing);
    assertEquals(await run(rest), "permission", `without ${missing.kind} of ${missing.target}`);
  }
  assertEquals(await names(folder.path), ["x.bson"]);
});

Deno.test("openByteSink() says which permissions are missing", {
  permissions: { read: true },
}, async () => {
  const error = await assertRejects(() => openByteSink("none.bson"), PermissionError);
  assertEquals(error.needs, fileWriteNeeds("none.bson"));
});

Deno.test("openByteSink() says that a device is full", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using sink = await openByteSink("/dev/full");
  await sink.write(new Uint8Array(10));
  const error = await assertRejects(() => sink.commit(), IoError, "the disk is full");
  assertEquals(error.stage, "target");
});

Deno.test("openByteSink() writes a device as it is, and does not replace it", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using sink = await openByteSink("/dev/null");
  await sink.write(someBytes(1_000_000));
  await sink.commit();
  assert((await Deno.stat("/dev/null")).isCharDevice);
});

Deno.test("openByteSink() stops when it is told", { permissions: readWrite }, async () => {
  await using folder = await temporaryFolder();
  const controller = new AbortController();
  await using sink = await openByteSink(`${folder.path}/x`, { signal: controller.signal });
  await sink.write(new Uint8Array(10));
  controller.abort();
  await assertRejects(() => sink.write(new Uint8Array(10)), InterruptedError);
  await sink.abort();
  assertEquals(await names(folder.path), []);
});

Deno.test("openByteSink() gives the same gzip however its bytes come", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // More than the blocks that are compressed before other threads are started.
    const bytes = new Uint8Array(6 * 1024 * 1024 + 12_345).map((_, i) => (i * i) >> 7);
    const made: Uint8Array[] = [];
    for (const size of [bytes.length, 1_000_000, 77_777]) {
      const path = `${folder}/${size}.bson.gz`;
      await using sink = await openByteSink(path);
      for (let at = 0; at < bytes.length; at += size) {
        await sink.write(bytes.subarray(at, at + size));
      }
      await sink.commit();
      made.push(await Deno.readFile(path));
    }
    assertEquals(made[1], made[0]);
    assertEquals(made[2], made[0]);
    assertEquals(new Uint8Array(gunzipSync(made[0]!)), bytes);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openByteSink() gives the same gzip however many files are written at once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const contents = [9, 5, 1, 0].map((mib, file) =>
      new Uint8Array(mib * 1024 * 1024 + 1000 * file).map((_, i) => (i * i + file) >> 7)
    );
    const write = async (file: number, name: string) => {
      const bytes = contents[file]!;
      await using sink = await openByteSink(`${folder}/${file}-${name}.bson.gz`);
      for (let at = 0; at < bytes.length; at += 300_000) {
        await sink.write(bytes.subarray(at, at + 300_000));
      }
      // One that is given up leaves the threads to the others.
      if (name === "left") await sink.abort();
      else await sink.commit();
    };
    for (const file of contents.keys()) await write(file, "alone");
    await Promise.all([
      ...contents.keys().map((file) => write(file, "beside")),
      write(0, "left"),
      write(1, "left"),
    ]);
    for (const [file, bytes] of contents.entries()) {
      const alone = await Deno.readFile(`${folder}/${file}-alone.bson.gz`);
      assertEquals(await Deno.readFile(`${folder}/${file}-beside.bson.gz`), alone);
      assertEquals(new Uint8Array(gunzipSync(alone)), bytes);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openByteSink() lets a program end that wrote much gzip", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/program.ts`,
      `import { openByteSink } from "${import.meta.resolve("../../../src/io/mod.ts")}";
      const sink = await openByteSink("${folder}/much.bson.gz");
      await sink.write(new Uint8Array(8 * 1024 * 1024));
      await sink.commit();`,
    );
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", ...NAMES, `${folder}/program.ts`],
      cwd: new URL("../../..", import.meta.url),
      signal: AbortSignal.timeout(60_000),
    }).output();
    assert(success);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "openByteSink() does not say that a folder is missing which is there",
  // Where the system lets no file be made in a folder that everybody has.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const refused = await assertRejects(() => openByteSink("/proc/a.bson"), IoError);
    assertEquals(refused.message, 'Cannot write "/proc/a.bson": no file can be made in "/proc"');
    const missing = await assertRejects(() => openByteSink("/not there/a.bson"), IoError);
    assertEquals(missing.hint, "make it first: mkdir -p '/not there'");
  },
});
