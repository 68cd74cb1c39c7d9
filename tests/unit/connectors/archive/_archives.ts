// Archives made by hand, byte for byte as mongodump lays them out, and what reading one gives.
import { Long, serialize } from "bson";
import fc from "fast-check";
import {
  batchDocument,
  type CollectionInfo,
  formatNamespace,
  type Issue,
  type Namespace,
  type ReadOptions,
  type Source,
} from "../../../../src/core/mod.ts";
import { ArchiveConnector } from "../../../../src/connectors/archive/mod.ts";
import { Crc64 } from "../../../../src/mongodump/mod.ts";

export const TERMINATOR = new Uint8Array([255, 255, 255, 255]);
const MAGIC = new Uint8Array([0x6d, 0xe2, 0x99, 0x81]);

/** An entry of the list of collections. */
export interface Listed extends Namespace {
  readonly metadata?: string;
  readonly type?: string;
}

/** Names that a server takes: of collections any characters but one. */
export const NAMESPACES: fc.Arbitrary<Namespace[]> = fc.uniqueArray(
  fc.record({
    // Not every disk takes every name of a folder, and a dump does not escape these.
    db: fc.constantFrom("shop", "db_2", "é-ü", "x".repeat(63)),
    collection: fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
      fc.string({ unit: "binary", minLength: 1, maxLength: 120 }),
      fc.constantFrom("a.b", ".", "..", "a/b", "a%2Fb", "a+b c", "system.buckets", "x".repeat(240)),
    ).map((collection) => collection.replaceAll("\0", "_")),
  }),
  {
    minLength: 1,
    maxLength: 5,
    // On disks that do not tell upper case from lower, and take é for what looks like it.
    selector: ({ db, collection }) =>
      `${db}\0${collection}`.normalize("NFKD").toLowerCase().toUpperCase(),
  },
);

/** Bytes after each other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The metadata of a collection that has nothing but its `_id` index. */
export function plainMetadata(collection: string): string {
  return '{"indexes":[{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_"}],' +
    `"uuid":"b083c5fcf3a54d8aa1b2c3d4e5f60718","collectionName":"${collection}","type":"collection"}`;
}

/** What stands before the segments. */
export function head(listed: readonly Listed[], serverVersion = "8.0.1"): Uint8Array {
  return joined([
    MAGIC,
    serialize({
      concurrent_collections: 4,
      version: "0.1",
      server_version: serverVersion,
      tool_version: "100.18.0",
    }),
    ...listed.map(({ db, collection, metadata = plainMetadata(collection), type }) =>
      serialize({ db, collection, metadata, size: 0, ...(type === undefined ? {} : { type }) })
    ),
    TERMINATOR,
  ]);
}

/** A segment of documents. */
export function segment(
  { db, collection }: Namespace,
  documents: readonly Uint8Array[],
): Uint8Array {
  return joined([
    serialize({ db, collection, EOF: false, CRC: Long.ZERO }),
    ...documents,
    TERMINATOR,
  ]);
}

/** The end of a collection, with the checksum of its documents. */
export function end({ db, collection }: Namespace, documents: readonly Uint8Array[]): Uint8Array {
  const crc = new Crc64();
  for (const each of documents) crc.update(each);
  return joined([
    serialize({ db, collection, EOF: true, CRC: Long.fromBigInt(crc.value) }),
    TERMINATOR,
  ]);
}

/** What came of each collection. */
export interface Read {
  readonly documents: Map<string, string[]>;
  readonly infos: Map<string, CollectionInfo>;
  readonly ended: string[];
  readonly issues: Issue[];
  /** Bytes of each buffer that was given, counted once. */
  readonly buffers: Set<Uint8Array>;
}

/** Reads all; documents as hexadecimal text. */
export async function readAll(source: Source, options: ReadOptions = {}): Promise<Read> {
  const read: Read = {
    documents: new Map(),
    infos: new Map(),
    ended: [],
    issues: [],
    buffers: new Set(),
  };
  for await (const item of source.read(options)) {
    if (item.type === "begin") {
      const name = formatNamespace(item.collection.namespace);
      read.infos.set(name, item.collection);
      read.documents.set(name, []);
    } else if (item.type === "end") {
      read.ended.push(formatNamespace(item.namespace));
      read.issues.push(...item.issues ?? []);
    } else {
      const { batch } = item;
      const found = read.documents.get(formatNamespace(batch.namespace))!;
      if (batch.firstIndex !== found.length) throw new Error(`firstIndex ${batch.firstIndex}`);
      for (let i = 0; i < batch.starts.length; i++) found.push(hex(batchDocument(batch, i)));
      read.buffers.add(batch.buffer);
      batch.release?.();
    }
  }
  return read;
}

/** Bytes as text. */
export function hex(bytes: Uint8Array): string {
  return bytes.toHex?.() ??
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Reads an archive that is these bytes. */
export async function readBytes(bytes: Uint8Array, options: ReadOptions = {}): Promise<Read> {
  const path = await Deno.makeTempFile({ suffix: ".archive" });
  try {
    await Deno.writeFile(path, bytes);
    return await readAll(new ArchiveConnector({ path }).source, options);
  } finally {
    await Deno.remove(path);
  }
}
