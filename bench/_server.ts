/** The server that datahood and its peers are measured against. */
import { join } from "@std/path";
import { startMongoServer } from "../scripts/mongodb_server.ts";
import { ROOT } from "./_measure.ts";
import { BENCH_CACHE } from "./orders.ts";

/** A server that runs. */
export interface BenchServer {
  /** Connection string. */
  readonly uri: string;
  /** Which server it is, in words. */
  readonly how: string;
  /** Ends it, unless it was named. */
  stop(): Promise<void>;
}

const VERSION = "0.5.3-beta.193";
const INSTALLED = join(ROOT, ".cache", "secantus-rs");
/** Where the server keeps its data if it is there: what a disk does would drown what is measured. */
const MEMORY = "/dev/shm";
const WINDOWS = Deno.build.os === "windows";

/**
 * Takes `DATAHOOD_TEST_MONGODB_URI`, else the native SecantusDB, else what the tests use.
 *
 * @param options Whether to build the native SecantusDB if it is missing (about 5 minutes).
 * @returns The server, which answers.
 * @throws {Error} If it cannot be built or started.
 */
export async function startBenchServer(options: { install?: boolean } = {}): Promise<BenchServer> {
  const named = Deno.env.get("DATAHOOD_TEST_MONGODB_URI");
  if (named) return { uri: named, how: "a named server", stop: () => Promise.resolve() };
  const program = join(INSTALLED, "bin", WINDOWS ? "secantusd-rs.exe" : "secantusd-rs");
  if (!await isFile(program) && options.install) await install();
  if (!await isFile(program)) {
    const { uri, how, stop } = await startMongoServer({ own: true });
    return { uri, how: how.replace(/ \(.*\)$/, ""), stop };
  }
  return await start(program);
}

async function isDirectory(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isDirectory, () => false);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function install(): Promise<void> {
  const args = ["install", "secantus-mdb", "--version", VERSION, "--ignore-rust-version"];
  const child = new Deno.Command("cargo", {
    args: [...args, "--root", INSTALLED],
    stdin: "null",
    stdout: "null",
  });
  const { success } = await child.spawn().status;
  if (!success) throw new Error(`Cannot build the server: cargo ${args.join(" ")} failed`);
}

async function start(program: string): Promise<BenchServer> {
  await Deno.mkdir(BENCH_CACHE, { recursive: true });
  const memory = await isDirectory(MEMORY);
  const storage = await Deno.makeTempDir({
    dir: memory ? MEMORY : BENCH_CACHE,
    prefix: "datahood-",
  });
  const child = new Deno.Command(program, {
    args: ["--host", "127.0.0.1", "--port", "0", "--storage-path", storage],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It is gone already.
    }
    await child.status;
    await Deno.remove(storage, { recursive: true });
  };
  const port = await portOf(child.stdout);
  if (port === undefined) {
    await stop();
    throw new Error(`Cannot start "${program}": it named no port`);
  }
  const how = `SecantusDB (native) ${VERSION}${memory ? ", its data in memory" : ""}`;
  return { uri: `mongodb://127.0.0.1:${port}/`, how, stop };
}

/** Reads on in the background: a full pipe would stop the server. */
function portOf(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<number | undefined> {
  const found = Promise.withResolvers<number | undefined>();
  (async () => {
    let text = "";
    for await (const part of stdout.pipeThrough(new TextDecoderStream())) {
      if (text.length < 10_000) text += part;
      const port = /listening on 127\.0\.0\.1:(\d+)\s/.exec(text)?.[1];
      if (port !== undefined) found.resolve(Number(port));
    }
    found.resolve(undefined);
  })();
  return found.promise;
}
