import { type CollectionInfo, NotFoundError, type PermissionNeed } from "../../core/mod.ts";

/** What a file of a dump is called: what its metadata's name begins with, and how it is compressed. */
const DUMPED_FILE = /^(.+)\.bson(\.gz|\.zst)?$/i;

/** What a collection was created with, as its metadata says. */
export type Definition = Pick<CollectionInfo, "type" | "options" | "indexes" | "uuid">;

/**
 * Where the metadata of a file of documents may lie: beside it, as mongodump puts it there; of a
 * compressed file compressed or not.
 *
 * @param path The file of documents.
 * @returns The places, the likelier first; none for standard input, or a file of another name.
 */
export function metadataPaths(path: string): string[] {
  const [, base, compression] = DUMPED_FILE.exec(path) ?? [];
  if (base === undefined) return [];
  const plain = `${base}.metadata.json`;
  return compression?.toLowerCase() === ".gz" ? [`${plain}.gz`, plain] : [plain];
}

/**
 * What reading the metadata of a file needs to be allowed.
 *
 * @param path The file of documents.
 * @returns The needs.
 */
export function metadataNeeds(path: string): PermissionNeed[] {
  return metadataPaths(path).map((target) => ({
    kind: "read",
    target,
    reason: "read the options and indexes beside it, if they are there",
  }));
}

/**
 * Reads the metadata of a file of documents.
 *
 * @param path The file of documents.
 * @returns What it says; `undefined` where there is none, or it is empty, or of a view: who dumps a
 * view's documents gets a collection.
 * @throws {DataError} If it cannot be read.
 */
export async function readDefinition(path: string): Promise<Definition | undefined> {
  for (const place of metadataPaths(path)) {
    const text = await textOf(place);
    if (text === undefined) continue;
    if (text.trim() === "") return undefined;
    const { parseDumpMetadata, typeOfDumped } = await import("../../mongodump/mod.ts");
    const metadata = parseDumpMetadata(text, place);
    const type = typeOfDumped(metadata);
    if (type === "view") return undefined;
    const { options, indexes, uuid } = metadata;
    return {
      type,
      indexes,
      ...(options === undefined ? {} : { options }),
      ...(uuid === undefined ? {} : { uuid }),
    };
  }
  return undefined;
}

async function textOf(path: string): Promise<string | undefined> {
  const { readSmallText } = await import("../../io/mod.ts");
  try {
    return await readSmallText(path);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
