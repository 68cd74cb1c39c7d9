import { constants, inflateRawSync } from "node:zlib";
import type { CompressionName } from "./compression.ts";

/** Bytes that are enough to tell, but for one case. */
export const HEAD_BYTES = 16;

/** A first document of this length begins as gzip does: `1f 8b 08 00`. */
const LOOKALIKE_BYTES = 0x00088b1f;

/** Bytes that are enough to tell in that one case. */
export const LONG_HEAD_BYTES = LOOKALIKE_BYTES;

/** Whether more of the file is needed to tell. */
export function isAmbiguous(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8 && head[3] === 0;
}

/** How a file's bytes are compressed, as its first bytes tell. */
export function compressionOf(head: Uint8Array): CompressionName {
  if (head.length < 2) return "none";
  if (head[0] === 0x1f && head[1] === 0x8b) {
    return isAmbiguous(head) && isDocument(head) ? "none" : "gzip";
  }
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return "zstd";
  const skippable = (head[0]! & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d &&
    head[3] === 0x18;
  return skippable ? "zstd" : "none";
}

/** Whether what begins like gzip is a document of just that length: it ends in 0, and is no gzip. */
function isDocument(head: Uint8Array): boolean {
  if (head.length < LOOKALIKE_BYTES || head[LOOKALIKE_BYTES - 1] !== 0) return false;
  try {
    inflateRawSync(head.subarray(10), { finishFlush: constants.Z_SYNC_FLUSH });
    return false;
  } catch {
    return true;
  }
}
