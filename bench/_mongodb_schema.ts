/**
 * Runs mongodb-schema over a BSON file with its values off, as the fastest use of it does: the peer of
 * `datahood schema` in `bench/peers.ts`. Prints how many documents it saw.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deserialize } from "bson";
import { parseSchema } from "mongodb-schema";

/** The documents of a file, decoded one after another with what is read of it bounded. */
async function* documents(path: string): AsyncGenerator<Record<string, unknown>> {
  let rest = Buffer.alloc(0);
  const file = await Deno.open(path);
  for await (const chunk of file.readable) {
    const data = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let at = 0;
    while (data.length - at >= 4) {
      const length = data.readInt32LE(at);
      if (data.length - at < length) break;
      yield deserialize(data.subarray(at, at + length), { promoteValues: false });
      at += length;
    }
    rest = data.subarray(at);
  }
}

const schema = await parseSchema(documents(Deno.args[0]!), { storeValues: false });
await Deno.stdout.write(new TextEncoder().encode(`${schema.count}\n`));
