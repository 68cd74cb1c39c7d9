import { DataError, documentLength, type RawBatch } from "../core/mod.ts";

/** A batch as it is made from documents, before it is known where it belongs. */
export type EncodedBatch = Pick<RawBatch, "buffer" | "starts" | "firstIndex">;

const DEFAULT_BATCH_BYTES = 1024 * 1024;

/**
 * Encodes documents into batches. A `Uint8Array` is taken as a document in BSON.
 *
 * @param documents The documents.
 * @param options How large a batch is, and the index of the first document.
 */
export async function* encodeDocuments(
  documents: AsyncIterable<object> | Iterable<object>,
  options: { batchBytes?: number; batchDocuments?: number; firstIndex?: number } = {},
): AsyncGenerator<EncodedBatch, void, void> {
  const { batchBytes = DEFAULT_BATCH_BYTES, batchDocuments = Infinity, firstIndex = 0 } = options;
  // Loaded on use: a connector whose documents never leave their bytes needs no BSON library.
  const { serialize } = await import("bson");
  let pending: Uint8Array[] = [];
  let bytes = 0;
  let index = firstIndex;
  for await (const document of documents) {
    const encoded = encode(serialize, document, index);
    if (pending.length > 0 && bytes + encoded.length > batchBytes) {
      yield join(pending, bytes, index - pending.length);
      [pending, bytes] = [[], 0];
    }
    pending.push(encoded);
    bytes += encoded.length;
    index++;
    if (pending.length >= batchDocuments || bytes >= batchBytes) {
      yield join(pending, bytes, index - pending.length);
      [pending, bytes] = [[], 0];
    }
  }
  if (pending.length > 0) yield join(pending, bytes, index - pending.length);
}

function encode(
  serialize: (document: Record<string, unknown>) => Uint8Array,
  document: object,
  index: number,
): Uint8Array {
  if (document instanceof Uint8Array) {
    const { length } = document;
    if (length < 5 || documentLength(document, 0) !== length || document[length - 1] !== 0) {
      throw new DataError(`Cannot take document ${index}: its bytes are not one BSON document`, {
        index,
      });
    }
    // Whoever gave it may use its bytes again before the batch is full.
    return new Uint8Array(document);
  }
  try {
    return serialize(document as Record<string, unknown>);
  } catch (cause) {
    throw new DataError(`Cannot encode document ${index}: ${reasonOf(cause)}`, { index, cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : "it is no document";
}

function join(documents: readonly Uint8Array[], bytes: number, firstIndex: number): EncodedBatch {
  const buffer = new Uint8Array(bytes);
  const starts = new Uint32Array(documents.length);
  let offset = 0;
  documents.forEach((document, i) => {
    starts[i] = offset;
    buffer.set(document, offset);
    offset += document.length;
  });
  return { buffer, starts, firstIndex };
}
