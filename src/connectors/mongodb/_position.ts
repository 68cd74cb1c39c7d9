/** Positions in a MongoDB source. */
import { formatNamespace, type Namespace, type Position, UsageError } from "../../core/mod.ts";

/** The layout that this version writes and reads. */
const VERSION = 1;

/** Where a read goes on. */
export interface MongoPosition {
  /** In which collection; those before it are done. */
  readonly namespace: Namespace;
  /** Documents of that collection that lie before it. */
  readonly index: number;
  /** Number of the next batch in its lane. */
  readonly seq: number;
  /** The last document's `{_id}`, raw; absent where this collection has to be read from its start. */
  readonly id: Uint8Array | undefined;
  /** Whether nothing can go on from here, because the read was not a resumable one. */
  readonly restart: boolean;
}

/** Writes a position. */
export function toPosition({ namespace, index, seq, id, restart }: MongoPosition): Position {
  const { db, collection } = namespace;
  const place = { v: VERSION, kind: "mongodb", db, collection, index, seq };
  if (restart) return { ...place, restart: "all" };
  return id === undefined ? { ...place, restart: "collection" } : { ...place, id: toBase64(id) };
}

/**
 * Reads a position.
 *
 * @throws {UsageError} If it is not one that a read can go on from.
 */
export function fromPosition(position: Position, display: string): MongoPosition {
  const refuse = (state: string, hint = "read it again from the start"): never => {
    throw new UsageError(`Cannot go on reading "${display}": ${state}`, { hint });
  };
  const { v, kind, db, collection, index, seq, id, restart } = position;
  if (kind !== "mongodb") return refuse(`the position was made by "${String(kind)}"`);
  if (v !== VERSION) {
    return refuse(
      `the position has layout ${String(v)}, and this version knows ${VERSION}`,
      "use the version that made it, or read again from the start",
    );
  }
  if (
    typeof db !== "string" || typeof collection !== "string" || db === "" || collection === "" ||
    !isCount(index) || !isCount(seq)
  ) return refuse("the position is malformed");
  const namespace = { db, collection };
  if (restart === "all") {
    return refuse("the position is of a read that cannot be gone on with");
  }
  if (restart === "collection") return { namespace, index: 0, seq, id: undefined, restart: false };
  const bytes = typeof id === "string" ? fromBase64(id) : undefined;
  if (restart !== undefined || bytes === undefined || !isDocument(bytes)) {
    return refuse(`the position in ${formatNamespace(namespace)} is malformed`);
  }
  return { namespace, index, seq, id: bytes, restart: false };
}

/** Orders namespaces as a read gives them: by code units, so that it is the same everywhere. */
export function compareNamespaces(a: Namespace, b: Namespace): number {
  if (a.db !== b.db) return a.db < b.db ? -1 : 1;
  if (a.collection !== b.collection) return a.collection < b.collection ? -1 : 1;
  return 0;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isDocument(bytes: Uint8Array): boolean {
  return bytes.length >= 5 && bytes.at(-1) === 0 &&
    new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true) === bytes.length;
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(text);
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
