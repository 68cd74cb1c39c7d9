import { gzipSync, zstdCompressSync } from "node:zlib";
import { openByteSource } from "../../../src/io/mod.ts";
import { concat } from "../../fixtures/every_type.ts";

/** A folder of its own for a test, removed at the end of its scope. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "datahood-test-" });
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** Writes a file and gives its path. */
export async function fileOf(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const path = `${folder}/${name}`;
  await Deno.writeFile(path, bytes);
  return path;
}

/** What came of reading a file. */
export interface Outcome {
  /** The uncompressed bytes that were given. */
  readonly bytes: Uint8Array;
  /** The error, if there was one. */
  readonly error?: unknown;
}

/** Reads all of a file, copying each chunk when it is given, as whoever reads must. */
export async function readAll(
  path: string,
  options: Parameters<typeof openByteSource>[1] = {},
): Promise<Outcome> {
  const parts: Uint8Array[] = [];
  try {
    await using source = await openByteSource(path, options);
    for await (const chunk of source.chunks()) parts.push(chunk.slice());
    return { bytes: concat(...parts) };
  } catch (error) {
    return { bytes: concat(...parts), error };
  }
}

/** gzip with a member for each piece. */
export function gzipMembers(pieces: readonly Uint8Array[], level = 6): Uint8Array<ArrayBuffer> {
  return concat(...pieces.map((piece) => gzipSync(piece, { level })));
}

/** zstd with a frame for each piece. */
export function zstdFrames(
  pieces: readonly Uint8Array[],
  params: Record<number, number> = {},
): Uint8Array<ArrayBuffer> {
  return concat(...pieces.map((piece) => zstdCompressSync(piece, { params })));
}

/** Bytes that compress neither well nor badly, the same every time. */
export function someBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = (state >>> 16) % 23 + (i % 3);
  }
  return bytes;
}
