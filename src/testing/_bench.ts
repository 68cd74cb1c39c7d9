import {
  batchDocument,
  type Connector,
  type Namespace,
  type OpenOptions,
  type RawBatch,
  type ReadOptions,
  type Source,
  type SourceItem,
  type Target,
  type Writer,
  type WriteResult,
} from "../core/mod.ts";
import {
  type CheckName,
  type ConformancePlace,
  type ConnectorSuite,
  SkippedCheck,
} from "./suite.ts";

/** What a check works with: an empty place, and what it may expect of it. */
export interface Bench {
  readonly suite: ConnectorSuite;
  readonly place: ConformancePlace;
  readonly namespace: Namespace;
}

/** A check before it is bound to a connector. */
export interface CheckDefinition {
  readonly name: CheckName;
  readonly title: string;
  /** The ends that it needs. */
  readonly needs: readonly ("source" | "target")[];
  run(bench: Bench): Promise<void>;
}

export function namespaceOf({ namespace }: ConnectorSuite): Namespace {
  return (typeof namespace === "function" ? namespace() : namespace) ??
    { db: "", collection: "sample" };
}

export function sourceOf({ source, kind }: Connector): Source {
  if (source === undefined) throw new SkippedCheck(`${kind} cannot be read`);
  return source;
}

export function targetOf({ target, kind }: Connector): Target {
  if (target === undefined) throw new SkippedCheck(`${kind} cannot be written`);
  return target;
}

/** Documents as one batch. */
export function batchOf(
  documents: readonly Uint8Array[],
  namespace: Namespace,
  { seq = 0, firstIndex = 0 } = {},
): RawBatch {
  const buffer = new Uint8Array(documents.reduce((sum, { length }) => sum + length, 0));
  const starts = new Uint32Array(documents.length);
  let offset = 0;
  documents.forEach((document, i) => {
    starts[i] = offset;
    buffer.set(document, offset);
    offset += document.length;
  });
  const after = { v: 1, kind: "conformance", seq };
  return { namespace, buffer, starts, firstIndex, lane: 0, seq, after };
}

/** Documents as several batches. */
export function batchesOf(
  documents: readonly Uint8Array[],
  namespace: Namespace,
  each: number,
): RawBatch[] {
  const batches: RawBatch[] = [];
  for (let from = 0; from < documents.length; from += each) {
    const part = documents.slice(from, from + each);
    batches.push(batchOf(part, namespace, { seq: batches.length, firstIndex: from }));
  }
  return batches;
}

/** Opens the target for one collection, which is announced to a target that has to know. */
export async function openFor(
  connector: Connector,
  namespace: Namespace,
  options: OpenOptions = {},
): Promise<Writer> {
  const target = targetOf(connector);
  const collections = [{ namespace, type: "collection" } as const];
  return await target.open(
    target.capabilities.announced ? { ...options, collections } : options,
  );
}

/** Writes batches in order, and commits. */
export async function writeAll(
  connector: Connector,
  batches: readonly RawBatch[],
  namespace: Namespace,
  options: OpenOptions = {},
): Promise<WriteResult[]> {
  await connector.connect();
  const writer = await openFor(connector, namespace, options);
  const results: WriteResult[] = [];
  try {
    await writer.begin({ namespace, type: "collection" });
    for (const batch of batches) results.push(await writer.write(batch));
    await writer.end(namespace);
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return results;
}

/** Puts documents into the place: by the target, or by what the suite gives for it. */
export async function fill(
  { place, namespace }: Bench,
  documents: readonly Uint8Array[],
): Promise<void> {
  if (place.fill !== undefined) return await place.fill(documents);
  await using connector = place.connector();
  await writeAll(connector, batchesOf(documents, namespace, 7), namespace);
}

/** What a read gave: its items, and the documents as copies. */
export interface ReadResult {
  readonly items: readonly SourceItem[];
  readonly batches: readonly RawBatch[];
  readonly documents: readonly Uint8Array[];
}

/**
 * Reads all. The batches are kept, not released, and their documents copied at the end: a source
 * that uses a buffer again too early shows.
 */
export async function readAll(
  connector: Connector,
  options: ReadOptions = {},
): Promise<ReadResult> {
  await connector.connect();
  const items: SourceItem[] = [];
  for await (const item of sourceOf(connector).read(options)) items.push(item);
  const batches = items.flatMap((item) => item.type === "batch" ? [item.batch] : []);
  const documents = batches.flatMap(documentsOf);
  for (const batch of batches) batch.release?.();
  return { items, batches, documents };
}

export function documentsOf(batch: RawBatch): Uint8Array[] {
  return Array.from(batch.starts, (_, i) => new Uint8Array(batchDocument(batch, i)));
}

/** Documents as text, in an order of their own where the source promises none. */
export function comparable(documents: readonly Uint8Array[], ordered: boolean): string[] {
  const texts = documents.map((bytes) =>
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  );
  return ordered ? texts : texts.toSorted();
}

/** Documents that are in a place; none if nothing is there. */
export async function stored({ place }: Bench): Promise<number> {
  await using connector = place.connector();
  await connector.connect();
  let count = 0;
  try {
    for await (const item of sourceOf(connector).read()) {
      if (item.type !== "batch") continue;
      count += item.batch.starts.length;
      item.batch.release?.();
    }
  } catch (error) {
    if (isNotThere(error)) return 0;
    throw error;
  }
  return count;
}

function isNotThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "not-found";
}
