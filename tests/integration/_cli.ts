// What the tests of the command line against a server share.
import type { Db } from "mongodb";
import { deserialize } from "bson";

/**
 * A connection string with a namespace in its path, as addresses have it. The path is also where a
 * user is looked up unless `authSource` says another place, as it has to for the tests' users.
 */
export function at(uri: string, namespace: string): string {
  const [, start = "", given = ""] = /^([a-z+]+:\/\/[^/?]*)\/?(\?.*)?$/.exec(uri) ?? [];
  const query = start.includes("@") && !given.includes("authSource")
    ? `${given === "" ? "?" : `${given}&`}authSource=admin`
    : given;
  return `${start}/${namespace.split("/").map(encodeURIComponent).join("/")}${query}`;
}

/** The documents of a file's bytes. */
export function documentsOf(bytes: Uint8Array): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < bytes.length;) {
    const length = view.getInt32(offset, true);
    found.push(deserialize(bytes.subarray(offset, offset + length)));
    offset += length;
  }
  return found;
}

/** Numbered documents in a collection. */
export async function fill(db: Db, collection: string, count: number, more = {}): Promise<void> {
  const documents = Array.from({ length: count }, (_, i) => ({ _id: i as never, n: i, ...more }));
  for (let i = 0; i < count; i += 10_000) {
    await db.collection(collection).insertMany(documents.slice(i, i + 10_000));
  }
}

/**
 * Makes a server reachable under an address that is not this machine's own loopback, so that the
 * command line takes it for another host; `undefined` where the machine has none.
 */
export function asAnotherHost(port: number): { host: string; close(): void } | undefined {
  const address = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  )?.address;
  if (address === undefined) return undefined;
  const listener = Deno.listen({ hostname: address, port: 0 });
  const serve = async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      const pipe = (from: Deno.Conn, to: Deno.Conn) =>
        from.readable.pipeTo(to.writable).catch(() => {});
      void pipe(client, server);
      void pipe(server, client);
    }
  };
  serve().catch(() => {});
  return {
    host: `${address}:${(listener.addr as Deno.NetAddr).port}`,
    close: () => listener.close(),
  };
}
