/** Where a sink's stored bytes go: a part file, or a stream. */
export interface Destination {
  /** Writes all of the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes durable what was written. */
  sync(): Promise<void>;
  /** Puts what was written in its place and closes. */
  commit(): Promise<void>;
  /** Gives up and closes. */
  abort(keepPartial: boolean): Promise<void>;
}

/** The part of an open file that is written to; a test can stand in for it. */
export interface Writable {
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes all of the bytes, however few the system takes at a time. */
export async function writeAll(file: Writable, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await file.write(rest));
}
