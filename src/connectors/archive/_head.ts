import {
  type CollectionInfo,
  DataError,
  type Document,
  formatNamespace,
  type Issue,
  type Namespace,
} from "../../core/mod.ts";
import {
  databaseNameFault,
  NO_SERVER_VERSION,
  parseDumpMetadata,
  typeOfDumped,
} from "../../mongodump/mod.ts";
import type { ArchiveErrors } from "./_archive_error.ts";

/** What stands at the beginning of an archive. */
export interface ArchiveHead {
  /** How many collections its writer wrote at once. */
  readonly concurrentCollections: number;
  /** Version of the server that was dumped. */
  readonly serverVersion: string;
  /** Version of the program that wrote it. */
  readonly toolVersion: string;
  /** The collections, in the order of the list. */
  readonly collections: readonly CollectionInfo[];
  /** What of their metadata means nothing to datahood. */
  readonly issues: readonly Issue[];
}

/** Keys of an entry; what has others beside lacks one of these because it was changed. */
const KEYS: readonly string[] = ["db", "collection", "metadata", "size", "type"];

/** Reads the header of an archive: all but the collections. */
export function readHeader(header: Document): Omit<ArchiveHead, "collections" | "issues"> {
  const { concurrent_collections, server_version, tool_version } = header;
  return {
    concurrentCollections: Number(concurrent_collections ?? 1),
    serverVersion: server_version === NO_SERVER_VERSION ? "" : textOf(server_version),
    toolVersion: textOf(tool_version),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/**
 * Reads an entry of the list of collections.
 *
 * @param entry The entry, decoded.
 * @param offset Where it stands, for errors.
 * @param name What the archive is called, for errors.
 * @param errors How to say what is wrong with it.
 * @returns What it says, and what of it is not known.
 */
export function readEntry(
  entry: Document,
  offset: number,
  name: string,
  errors: ArchiveErrors,
): { readonly info: CollectionInfo; readonly issues: readonly Issue[] } {
  const { metadata, type } = entry;
  const namespace = namespaceOf(entry, "an entry of the list of collections", offset, errors);
  const strange = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (metadata === undefined ? strange !== undefined : typeof metadata !== "string") {
    throw errors.corrupt(`the entry of "${formatNamespace(namespace)}" has no metadata`, offset);
  }
  const text = typeof metadata === "string" ? metadata : "";
  const parsed = metadataOf(text, namespace, offset, name);
  return {
    info: {
      namespace,
      type: parsed.type === undefined && type === "view" ? "view" : typeOfDumped(parsed),
      ...(text === "" ? {} : { indexes: parsed.indexes }),
      ...(parsed.options === undefined ? {} : { options: parsed.options }),
      ...(parsed.uuid === undefined ? {} : { uuid: parsed.uuid }),
    },
    issues: (parsed.unknown ?? []).map((key) => ({
      code: "metadata-unknown",
      message: `The metadata of "${formatNamespace(namespace)}" has "${key}", which is not known ` +
        "and not carried",
      level: "warning",
      namespace,
    })),
  };
}

function metadataOf(text: string, namespace: Namespace, offset: number, name: string) {
  const what = `the metadata of ${formatNamespace(namespace)} in ${name}`;
  try {
    return parseDumpMetadata(text, what);
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw new DataError(`${cause.message} (the entry is at byte ${offset})`, {
      stage: "source",
      offset,
      hint: cause.hint ?? "the archive is corrupt there",
      cause,
    });
  }
}

/**
 * The namespace that an entry or the header of a segment names.
 *
 * @param document The entry or header.
 * @param what What it is, for errors.
 * @param offset Where it stands, for errors.
 * @param errors How to say what is wrong with it.
 * @returns The namespace; that of the oplog has no database.
 */
export function namespaceOf(
  { db, collection }: Document,
  what: string,
  offset: number,
  errors: ArchiveErrors,
): Namespace {
  if (typeof db !== "string" || typeof collection !== "string" || collection === "") {
    throw errors.corrupt(`${what} has no name`, offset);
  }
  if (db === "" && collection !== "oplog") {
    throw errors.corrupt(`${what} names "${collection}" and no database`, offset);
  }
  const fault = databaseNameFault(db);
  if (fault !== undefined) {
    throw errors.corrupt(`${what} names the database "${db}", and ${fault}`, offset);
  }
  return { db, collection };
}
