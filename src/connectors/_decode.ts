import {
  batchDocument,
  DataError,
  type DecodeOptions,
  type Document,
  type ExtractOptions,
  type RawBatch,
  type Source,
} from "../core/mod.ts";

type Deserialize = typeof import("bson").deserialize;

/** Decodes all documents of a batch; they share no memory with it. */
export async function decodeBatch(
  batch: RawBatch,
  decode: DecodeOptions = {},
): Promise<Document[]> {
  const { deserialize } = await import("bson");
  const copy = { ...batch, buffer: new Uint8Array(batch.buffer) };
  return Array.from(batch.starts, (_, i) => decodeOne(deserialize, copy, i, decode));
}

/** Reads a source as documents. */
export async function* decodeDocuments(
  source: Source,
  { decode = {}, ...options }: ExtractOptions,
): AsyncGenerator<Document, void, void> {
  // Loaded on use: a connector whose documents never leave their bytes needs no BSON library.
  const { deserialize } = await import("bson");
  for await (const item of source.read({ views: "documents", ...options })) {
    if (item.type !== "batch") continue;
    const { batch } = item;
    // Binaries are decoded as views of the bytes, which the source may use again once released; and
    // `slice` of a Node.js buffer does not copy.
    const copy = { ...batch, buffer: new Uint8Array(batch.buffer) };
    batch.release?.();
    for (let i = 0; i < copy.starts.length; i++) yield decodeOne(deserialize, copy, i, decode);
  }
}

function decodeOne(
  deserialize: Deserialize,
  batch: RawBatch,
  i: number,
  decode: DecodeOptions,
): Document {
  const index = batch.firstIndex + i;
  try {
    return deserialize(batchDocument(batch, i), { ...decode });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "it is corrupt";
    throw new DataError(`Cannot decode document ${index}: ${reason}`, {
      index,
      cause,
      stage: "source",
    });
  }
}
