/**
 * The JSR that checks with the JSR names talk to: the one `JSR_URL` names, else the packages of
 * `../shared/jsr` served on loopback together with this tree, else jsr.io.
 *
 * @module
 */
import { ROOT, say } from "./_run.ts";

/** A registry that answers. */
export interface Registry {
  /** Its address, as `JSR_URL` takes it. */
  readonly url: string;
  /** Whether `jsr:@datahood/cli` there is this tree. */
  readonly servesTree: boolean;
  /** Ends what was started for it. */
  close(): Promise<void>;
}

const SHARED = `${ROOT}/../shared`;
const CACHE = `${ROOT}/.cache/jsr`;

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
  if (await exists(`${CACHE}/cliffy`) && await exists(`${CACHE}/std`)) return;
  await Deno.mkdir(CACHE, { recursive: true });
  const archive = `${SHARED}/jsr/packages.tar.gz`;
  const { success } = await new Deno.Command("tar", { args: ["xzf", archive, "-C", CACHE] })
    .spawn().status;
  if (!success) throw new Error(`Cannot unpack "${archive}": tar failed`);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function serve(tree: string): Promise<Registry> {
  await unpack();
  const port = freePort();
  const program = `${SHARED}/tools/jsr_loopback.ts`;
  const args = ["run", "-A", "--no-config", "--no-lock", program];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args, String(port), `${CACHE}/cliffy`, `${CACHE}/std`, tree],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}/`;
  const close = async () => {
    child.kill();
    await child.status;
  };
  for (let tries = 0; tries < 100; tries++) {
    if (await answers(url)) return { url, servesTree: true, close };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await close();
  throw new Error(`Cannot start "${program}": it does not answer at ${url}`);
}

/**
 * Finds a registry, or starts one.
 *
 * @param tree The tree of datahood that a registry on loopback serves too.
 * @returns The registry; `undefined` if none can be reached.
 */
export async function openRegistry(tree: string): Promise<Registry | undefined> {
  const close = () => Promise.resolve();
  const named = Deno.env.get("JSR_URL");
  if (named !== undefined) {
    say(`JSR: ${named} (JSR_URL)`);
    return await answers(named) ? { url: named, servesTree: false, close } : undefined;
  }
  if (await exists(`${SHARED}/jsr/packages.tar.gz`)) {
    const registry = await serve(tree);
    say(`JSR: ${registry.url} (the packages of ../shared/jsr)`);
    return registry;
  }
  const url = "https://jsr.io/";
  say(`JSR: ${url}`);
  return await answers(url) ? { url, servesTree: false, close } : undefined;
}
