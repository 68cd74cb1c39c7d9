/** Starting and ending the server's process. */
import type { ServerBinary } from "./_mongodb_binary.ts";
import type { MongoServerOptions } from "./mongodb_server.ts";

/** What the process is started with. */
export interface SpawnOptions extends Omit<MongoServerOptions, "auth"> {
  /** Require a login. */
  readonly auth: boolean;
}

/** A server process that answers. */
export interface ServerProcess {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** Ends it and waits. */
  stop(): Promise<void>;
  /** Ends it as a crash would, and waits. */
  kill(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * Starts a server process and waits until it answers.
 *
 * @param binary The program.
 * @param options How to start it.
 * @returns The process.
 * @throws {Error} If it ends or stays silent; the message has its last lines.
 */
export async function spawnServer(
  binary: ServerBinary,
  options: SpawnOptions,
): Promise<ServerProcess> {
  return binary.kind === "mongod"
    ? await spawnMongod(binary, options)
    : await spawnSecantus(binary, options);
}

async function spawnSecantus(binary: ServerBinary, options: SpawnOptions): Promise<ServerProcess> {
  const args = ["--host", "127.0.0.1", "--port", String(options.port ?? 0)];
  args.push("--storage-path", options.storagePath ?? ":memory:", "--enable-test-commands");
  if (options.standalone) args.push("--standalone");
  if (options.auth) args.push("--auth");
  if (options.tls) {
    args.push("--tls-cert-file", options.tls.certFile, "--tls-key-file", options.tls.keyFile);
    if (options.tls.caFile) args.push("--tls-ca-file", options.tls.caFile);
    if (options.tls.requireClientCert) args.push("--tls-require-client-cert");
  }
  const child = new ChildServer(binary.path, args, "stderr");
  const match = await child.waitFor(/listening on 127\.0\.0\.1:(\d+)/);
  return {
    port: Number(match[1]),
    stop: () => child.end("SIGTERM"),
    kill: () => child.end("SIGKILL"),
  };
}

async function spawnMongod(binary: ServerBinary, options: SpawnOptions): Promise<ServerProcess> {
  const temporary = options.storagePath === undefined
    ? await Deno.makeTempDir({ prefix: "datahood-mongod" })
    : undefined;
  const port = options.port ?? freePort();
  const args = ["--bind_ip", "127.0.0.1", "--port", String(port)];
  let pem: string | undefined;
  args.push("--dbpath", temporary ?? options.storagePath!);
  args.push("--setParameter", "enableTestCommands=1");
  if (!options.standalone && !options.auth) args.push("--replSet", "datahood");
  if (options.auth) args.push("--auth");
  if (options.tls) {
    const { certFile, keyFile, caFile, requireClientCert } = options.tls;
    pem = await Deno.makeTempFile({ suffix: ".pem" });
    await Deno.writeTextFile(
      pem,
      await Deno.readTextFile(keyFile) + await Deno.readTextFile(certFile),
    );
    args.push("--tlsMode", "requireTLS", "--tlsCertificateKeyFile", pem);
    if (caFile) args.push("--tlsCAFile", caFile);
    if (!requireClientCert) args.push("--tlsAllowConnectionsWithoutCertificates");
  }
  const child = new ChildServer(binary.path, args, "stdout");
  await child.waitFor(/Waiting for connections/);
  if (!options.standalone && !options.auth && !options.tls) await initiate(port);
  const end = async (signal: Deno.Signal) => {
    await child.end(signal);
    if (temporary) await Deno.remove(temporary, { recursive: true }).catch(() => {});
    if (pem) await Deno.remove(pem).catch(() => {});
  };
  return { port, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

async function initiate(port: number): Promise<void> {
  const { MongoClient } = await import("mongodb");
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/`, { directConnection: true });
  try {
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
    const admin = client.db("admin");
    await admin.command({ replSetInitiate: { _id: "datahood", members } })
      .catch((error: { codeName?: string }) => {
        if (error.codeName !== "AlreadyInitialized") throw error;
      });
    for (let tries = 0; tries < 200; tries++) {
      if ((await admin.command({ hello: 1 })).isWritablePrimary) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("Cannot start mongod: its replica set has no primary after 10 s");
  } finally {
    await client.close();
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

class ChildServer {
  readonly #child: Deno.ChildProcess;
  readonly #lines: string[] = [];
  readonly #program: string;
  #match: ((line: string) => void) | undefined;
  #ended = false;

  constructor(program: string, args: string[], stream: "stdout" | "stderr") {
    this.#program = program;
    this.#child = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: stream === "stdout" ? "piped" : "null",
      stderr: stream === "stderr" ? "piped" : "null",
    }).spawn();
    this.#child.unref();
    // A test process that ends early takes its server with it.
    globalThis.addEventListener("unload", this.#onUnload);
    this.#drain(this.#child[stream]);
    this.#child.status.then(() => this.#ended = true);
  }

  readonly #onUnload = (): void => {
    if (!this.#ended) this.#signal("SIGTERM");
  };

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It is gone already.
    }
  }

  /** Reads on for as long as the server lives: a full pipe would stop it. */
  async #drain(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of stream) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          this.#lines.push(line);
          if (this.#lines.length > 20) this.#lines.shift();
          this.#match?.(line);
        }
      }
    } catch {
      // The pipe breaks when the process is killed.
    }
  }

  async waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    const found = Promise.withResolvers<RegExpExecArray>();
    const look = (line: string) => {
      const match = pattern.exec(line);
      if (match) found.resolve(match);
    };
    this.#match = look;
    this.#lines.forEach(look);
    const fail = (state: string) =>
      found.reject(
        new Error(`Cannot start "${this.#program}": ${state}\n${this.#lines.join("\n")}`),
      );
    const timer = setTimeout(() => fail("not ready in time"), READY_TIMEOUT_MS);
    this.#child.status.then(() => fail("it ended"));
    try {
      return await found.promise;
    } catch (error) {
      await this.end("SIGKILL");
      throw error;
    } finally {
      clearTimeout(timer);
      this.#match = undefined;
    }
  }

  async end(signal: Deno.Signal): Promise<void> {
    globalThis.removeEventListener("unload", this.#onUnload);
    if (!this.#ended) this.#signal(signal);
    this.#child.ref();
    await this.#child.status;
  }
}
