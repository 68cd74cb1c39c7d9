/** Cuts a reply that came out larger than asked for into batches, without copying. */
import { documentLength } from "../../core/mod.ts";
import type { Reply } from "./_reply.ts";

const DEFAULT_BYTES = 1024 * 1024;

/** A run of a reply's documents. */
export interface Part {
  /** The reply's bytes. */
  readonly buffer: Uint8Array;
  /** Where the documents of this part start. */
  readonly starts: Uint32Array;
}

/** Gives parts of about the bytes, and at most the documents, that are wanted. */
export function* splitReply(
  { buffer, starts, bytes }: Reply,
  limits: { batchBytes?: number; batchDocuments?: number },
): Generator<Part, void, void> {
  const most = limits.batchDocuments ?? Infinity;
  const wanted = limits.batchBytes ?? DEFAULT_BYTES;
  if (starts.length <= most && (bytes <= wanted || starts.length === 1)) {
    if (starts.length > 0) yield { buffer, starts };
    return;
  }
  let from = 0;
  let sum = 0;
  for (let i = 0; i < starts.length; i++) {
    const length = documentLength(buffer, starts[i]!);
    if (i > from && (sum + length > wanted || i - from >= most)) {
      yield { buffer, starts: starts.subarray(from, i) };
      from = i;
      sum = 0;
    }
    sum += length;
  }
  yield { buffer, starts: starts.subarray(from) };
}
