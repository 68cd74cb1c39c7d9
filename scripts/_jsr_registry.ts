/**
 * A JSR on loopback that has this tree as `@datahood/cli`, as publishing it would put it there, and
 * passes on what it is asked of other packages: to the registry that `JSR_URL` names, else to the
 * packages of `../shared/jsr`, else to jsr.io.
 *
 * @module
 */
import { join } from "@std/path";
import { type PublishedFile, publishedFiles } from "./_jsr_package.ts";
import { ROOT, say } from "./_run.ts";

/** A registry that answers. */
export interface Registry {
  /** Its address, as `JSR_URL` takes it. */
  readonly url: string;
  /**
   * Publishes a tree: from now on it is there.
   *
   * @param tree The folder with its `deno.json`.
   * @param paths The files that are published, from that folder on; the publisher says which.
   */
  publish(tree: string, paths: readonly string[]): Promise<void>;
  /** Ends what was started for it. */
  close(): Promise<void>;
}

/** Where the packages of others come from. */
interface Upstream {
  readonly url: string;
  close(): Promise<void>;
}

const SHARED = join(ROOT, "..", "shared");
const CACHE = join(ROOT, ".cache", "jsr");

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function answers(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(new URL("@std/assert/meta.json", url), { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // nobody there
  }
}

async function unpack(): Promise<void> {
  if (await exists(join(CACHE, "cliffy")) && await exists(join(CACHE, "std"))) return;
  await Deno.mkdir(CACHE, { recursive: true });
  const archive = join(SHARED, "jsr", "packages.tar.gz");
  const { success } = await new Deno.Command("tar", { args: ["xzf", archive, "-C", CACHE] })
    .spawn().status;
  if (!success) throw new Error(`Cannot unpack "${archive}": tar failed`);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function serveShared(): Promise<Upstream> {
  await unpack();
  const port = freePort();
  const program = join(SHARED, "tools", "jsr_loopback.ts");
  const args = ["run", "-A", "--no-config", "--no-lock", program];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args, String(port), join(CACHE, "cliffy"), join(CACHE, "std")],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}/`;
  const close = async () => {
    child.kill();
    await child.status;
  };
  for (let tries = 0; tries < 100; tries++) {
    if (await answers(url)) return { url, close };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await close();
  throw new Error(`Cannot start "${program}": it does not answer at ${url}`);
}

async function findUpstream(): Promise<Upstream | undefined> {
  const close = () => Promise.resolve();
  const named = Deno.env.get("JSR_URL");
  if (named === undefined && await exists(join(SHARED, "jsr", "packages.tar.gz"))) {
    say("JSR: the packages of ../shared/jsr");
    return await serveShared();
  }
  const url = named ?? "https://jsr.io/";
  say(`JSR: ${named === undefined ? url : "what JSR_URL names"}`);
  return await answers(url) ? { url, close } : undefined;
}

/**
 * Starts a registry.
 *
 * @returns It, with nothing published yet; `undefined` if none has the packages of others.
 */
export async function openRegistry(): Promise<Registry | undefined> {
  const upstream = await findUpstream();
  if (upstream === undefined) return undefined;
  const published = new Map<string, PublishedFile>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const own = published.get(pathname);
      if (own !== undefined) {
        return new Response(own.bytes, { headers: { "content-type": own.type } });
      }
      if (pathname.startsWith("/@datahood/")) return new Response("not found", { status: 404 });
      // How a file is answered depends on what is accepted.
      const headers = { accept: request.headers.get("accept") ?? "*/*" };
      const { status, body, headers: got } = await fetch(new URL(pathname, upstream.url), {
        headers,
      });
      const type = got.get("content-type") ?? "application/octet-stream";
      return new Response(body, { status, headers: { "content-type": type } });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    async publish(tree, paths) {
      for (const [path, file] of await publishedFiles(tree, paths)) published.set(path, file);
    },
    async close() {
      await server.shutdown();
      await upstream.close();
    },
  };
}
