/** Batches for the tests of writing, and a writer for them. */
import { serialize } from "bson";
import type { MongoClient } from "mongodb";
import type { Namespace, OpenOptions, RawBatch, Writer } from "../../src/core/mod.ts";
import { MongoConnector, type MongoConnectorOptions } from "../../src/connectors/mongodb/mod.ts";

/** What a batch is made of beside its documents. */
export interface BatchParts {
  readonly firstIndex?: number;
  readonly lane?: number;
  readonly seq?: number;
  /** Bytes between two documents, as a server's reply has them. */
  readonly gap?: number;
}

/** A batch of documents, given as values or as bytes. */
export function batchOf(
  namespace: Namespace,
  documents: readonly (object | Uint8Array)[],
  { firstIndex = 0, lane = 0, seq = 0, gap = 0 }: BatchParts = {},
): RawBatch {
  const raw = documents.map((each) => each instanceof Uint8Array ? each : serialize(each));
  const buffer = new Uint8Array(raw.reduce((sum, { length }) => sum + length + gap, 0)).fill(0xab);
  const starts = new Uint32Array(raw.length);
  let at = 0;
  raw.forEach((bytes, i) => {
    starts[i] = at;
    buffer.set(bytes, at);
    at += bytes.length + gap;
  });
  return { namespace, buffer, starts, firstIndex, lane, seq, after: { v: 1, kind: "test" } };
}

/** Opens a writer, and closes all of it after the call. */
export async function withWriter(
  options: MongoConnectorOptions,
  open: OpenOptions,
  run: (writer: Writer) => Promise<void>,
): Promise<void> {
  await using connector = new MongoConnector(options);
  const writer = await connector.target.open(open);
  try {
    await run(writer);
    await writer.commit();
  } finally {
    await writer.abort();
  }
}

/** Bytes as text that can be compared and read. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The documents of a collection as bytes, in its natural order. */
export async function storedBytes(
  client: MongoClient,
  { db, collection }: Namespace,
): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  const cursor = client.db(db).collection(collection).find({}, { raw: true });
  for await (const each of cursor) found.push(new Uint8Array(each as unknown as Uint8Array));
  return found;
}
