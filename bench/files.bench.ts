/** Reading and writing files, plain and compressed, without a look at the documents. */
import { join } from "@std/path";
import { openByteSink, openByteSource } from "../src/io/mod.ts";
import { BENCH_CACHE, ordersFile, ordersInMemory } from "./orders.ts";

const BYTES = 32e6;
const plain = (await ordersFile({ bytes: BYTES })).path;
const data = ordersInMemory({ bytes: BYTES });
const output = join(BENCH_CACHE, "files.bench.out");
const CHUNK_BYTES = 1 << 20;

// A benchmark is only waited for if its function is itself `async`.
async function write(path: string, compress: "none" | "gzip" | "zstd" | "gzip:1" | "zstd:1") {
  const sink = await openByteSink(path, { overwrite: true, compress });
  for (let at = 0; at < data.length; at += CHUNK_BYTES) {
    await sink.write(data.subarray(at, at + CHUNK_BYTES));
  }
  await sink.commit();
}

async function read(path: string): Promise<void> {
  const source = await openByteSource(path);
  let bytes = 0;
  for await (const chunk of source.chunks()) bytes += chunk.length;
  await source.close();
  if (bytes !== data.length) throw new Error(`Cannot measure "${path}": ${bytes} bytes`);
}

async function copy(): Promise<void> {
  const source = await openByteSource(plain);
  const sink = await openByteSink(output, { overwrite: true, compress: "none" });
  for await (const chunk of source.chunks()) await sink.write(chunk);
  await sink.commit();
  await source.close();
}

const gzip = join(BENCH_CACHE, "files.bench.bson.gz");
const zstd = join(BENCH_CACHE, "files.bench.bson.zst");
await write(gzip, "gzip");
await write(zstd, "zstd");

Deno.bench("read 32 MB", { group: "read", baseline: true }, async () => await read(plain));
Deno.bench("read 32 MB from gzip", { group: "read" }, async () => await read(gzip));
Deno.bench("read 32 MB from zstd", { group: "read" }, async () => await read(zstd));

Deno.bench(
  "write 32 MB",
  { group: "write", baseline: true },
  async () => await write(output, "none"),
);
for (const compress of ["gzip:1", "gzip", "zstd:1", "zstd"] as const) {
  Deno.bench(
    `write 32 MB to ${compress}`,
    { group: "write" },
    async () => await write(output, compress),
  );
}

Deno.bench("copy 32 MB", { group: "copy" }, copy);
