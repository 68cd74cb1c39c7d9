/**
 * Orders to measure with: documents of about 380 bytes, nested, with arrays and mixed types, the
 * same bytes for the same seed on every machine. 400,000 of them are 152 MB.
 *
 * Run as a program it writes a file under `.cache/bench/` and prints its path:
 * `deno run -A bench/orders.ts --documents 400000` or `--bytes 2000000000`, `--seed N`, `--output FILE`.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, fromFileUrl, join } from "@std/path";
import { MAX_ORDER_BYTES, OrderWriter } from "./_order_writer.ts";

/** How many orders, and which. */
export interface OrdersOptions {
  /** How many documents; 400,000 if neither this nor `bytes` is given. */
  readonly documents?: number;
  /** Documents until there are this many bytes; the last one may pass it. */
  readonly bytes?: number;
  /** Which orders: equal seeds give equal bytes. Default 1. */
  readonly seed?: number;
}

/** What was made. */
export interface Orders {
  /** How many documents. */
  readonly documents: number;
  /** How many bytes. */
  readonly bytes: number;
}

/** A file of orders. */
export interface OrdersFile extends Orders {
  /** Where it is. */
  readonly path: string;
}

/** Where files to measure with are kept; no repository holds it. */
export const BENCH_CACHE: string = join(
  fromFileUrl(new URL("..", import.meta.url)),
  ".cache",
  "bench",
);

/** Raised when the orders of a seed change, so that older files are not taken for new ones. */
const VERSION = 1;
const CHUNK_BYTES = 1 << 20;

/**
 * Makes orders.
 *
 * @param options How many, and which.
 * @yields Whole documents, about 1 MiB of them; valid until the next are asked for.
 * @returns How many there were.
 */
export function* orders(options: OrdersOptions = {}): Generator<Uint8Array, Orders, void> {
  const { bytes: maxBytes = Infinity, seed = 1 } = options;
  const { documents: maxDocuments = maxBytes === Infinity ? 400_000 : Infinity } = options;
  const buffer = new Uint8Array(CHUNK_BYTES);
  const writer = new OrderWriter(buffer, seed);
  let documents = 0;
  let bytes = 0;
  let at = 0;
  while (documents < maxDocuments && bytes + at < maxBytes) {
    if (at + MAX_ORDER_BYTES > buffer.length) {
      bytes += at;
      yield buffer.subarray(0, at);
      at = 0;
    }
    at = writer.write(at);
    documents++;
  }
  if (at > 0) yield buffer.subarray(0, at);
  return { documents, bytes: bytes + at };
}

/**
 * Orders in memory.
 *
 * @param options How many, and which.
 * @returns All of them, one after another.
 */
export function ordersInMemory(options: OrdersOptions): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const part of orders(options)) {
    parts.push(part.slice());
    length += part.length;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Writes a file of orders. It takes its name only when it is whole.
 *
 * @param path Where; what is there is replaced.
 * @param options How many, and which.
 * @returns The file.
 */
export async function writeOrders(path: string, options: OrdersOptions = {}): Promise<OrdersFile> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const made = await writeChunks(part, orders(options));
  await Deno.rename(part, path);
  return { path, ...made };
}

async function writeChunks(
  path: string,
  chunks: Generator<Uint8Array, Orders, void>,
): Promise<Orders> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  while (true) {
    const next = chunks.next();
    if (next.done) return next.value;
    for (let at = 0; at < next.value.length;) at += file.writeSync(next.value.subarray(at));
  }
}

/**
 * A file of orders under `.cache/bench/`, written at its first use.
 *
 * @param options How many, and which.
 * @returns The file.
 */
export async function ordersFile(options: OrdersOptions = {}): Promise<OrdersFile> {
  const { bytes, documents = 400_000, seed = 1 } = options;
  const size = bytes === undefined ? `${documents}` : `${bytes}-bytes`;
  const path = join(BENCH_CACHE, `orders-v${VERSION}-${seed}-${size}.bson`);
  const about = `${path}.json`;
  try {
    const known: Orders = JSON.parse(await Deno.readTextFile(about));
    if ((await Deno.stat(path)).size === known.bytes) return { path, ...known };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const made = await writeOrders(path, options);
  await Deno.writeTextFile(
    about,
    JSON.stringify({ documents: made.documents, bytes: made.bytes }) + "\n",
  );
  return made;
}

async function main(args: string[]): Promise<void> {
  const flags = parseArgs(args, { string: ["documents", "bytes", "seed", "output"] });
  const options: OrdersOptions = {
    ...(flags.documents === undefined ? {} : { documents: Number(flags.documents) }),
    ...(flags.bytes === undefined ? {} : { bytes: Number(flags.bytes) }),
    ...(flags.seed === undefined ? {} : { seed: Number(flags.seed) }),
  };
  const file = flags.output === undefined
    ? await ordersFile(options)
    : await writeOrders(flags.output, options);
  Deno.stdout.writeSync(
    new TextEncoder().encode(
      `${file.path}: ${file.documents} documents, ${file.bytes} bytes\n`,
    ),
  );
}

if (import.meta.main) await main(Deno.args);
