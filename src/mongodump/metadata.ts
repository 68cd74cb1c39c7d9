import { bsonToJson, elements, findElement, jsonToBson } from "../bson/mod.ts";
import {
  type CollectionInfo,
  type CollectionType,
  DataError,
  documentLength,
} from "../core/mod.ts";

/** What `metadata.json` says of a collection, beside its documents. */
export interface DumpMetadata {
  /** The options it was created with, raw; absent if there are none. */
  readonly options?: Uint8Array;
  /** Its indexes, raw, the one on `_id` included; none for a view. */
  readonly indexes: readonly Uint8Array[];
  /** Its UUID as 32 hex digits. */
  readonly uuid?: string;
  /** Its name; the only place that has it where the file's name was cut. */
  readonly collectionName?: string;
  /** What it is; old dumps do not say. */
  readonly type?: CollectionType;
  /** Keys that mean nothing to datahood, if there are any: what they say is not carried. */
  readonly unknown?: readonly string[];
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const TYPES: readonly string[] = ["collection", "view", "timeseries"];

/**
 * Reads the text of a `metadata.json`, of any version of mongodump: canonical or relaxed numbers, no
 * uuid, no name, nothing at all.
 *
 * @param text The text; an empty one says nothing.
 * @param name What it is, for messages: the file.
 * @returns What it says.
 * @throws {DataError} If it is not a document in Extended JSON, or a part of it has another type.
 *
 * @example
 * ```ts
 * import { parseDumpMetadata } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const text = '{"indexes":[],"collectionName":"recent","type":"view"}';
 * assertEquals(parseDumpMetadata(text, "recent.metadata.json").type, "view");
 * ```
 */
export function parseDumpMetadata(text: string, name: string): DumpMetadata {
  if (text.trim() === "") return { indexes: [] };
  const bytes = read(text, name);
  const refuse = (key: string, wanted: string): never => {
    throw new DataError(`Cannot read "${name}": its "${key}" is not ${wanted}`, {
      stage: "source",
    });
  };
  const found: {
    options?: Uint8Array;
    indexes: Uint8Array[];
    uuid?: string;
    collectionName?: string;
    type?: CollectionType;
    unknown?: string[];
  } = { indexes: [] };
  let listed = false;
  for (const { type, keyStart, keyEnd, valueStart, end } of elements(bytes, 0)) {
    const key = decoder.decode(bytes.subarray(keyStart, keyEnd));
    const text = () =>
      type === 2 ? decoder.decode(bytes.subarray(valueStart + 4, end - 1)) : refuse(key, "a text");
    switch (key) {
      case "options":
        if (type !== 3) refuse(key, "a document");
        if (end - valueStart > 5) found.options = bytes.slice(valueStart, end);
        break;
      case "indexes":
        listed = true;
        // Go writes a list that is not there as null.
        if (type === 10) break;
        if (type !== 4) refuse(key, "a list");
        for (const index of elements(bytes, valueStart)) {
          if (index.type !== 3) refuse(key, "a list of documents");
          found.indexes.push(bytes.slice(index.valueStart, index.end));
        }
        break;
      case "uuid":
        found.uuid = text();
        break;
      case "collectionName":
        found.collectionName = text();
        break;
      case "type": {
        const word = text();
        if (!TYPES.includes(word)) refuse(key, TYPES.join(" or "));
        found.type = word as CollectionType;
        break;
      }
      default:
        (found.unknown ??= []).push(key);
    }
  }
  // Every mongodump writes the list: what has other keys in its place was meant to be something else.
  if (!listed && found.unknown !== undefined) {
    throw new DataError(
      `Cannot read "${name}": it has no "indexes", and "${found.unknown[0]}" is not known`,
      { stage: "source", hint: "it is not the metadata of a dump, or it is corrupt" },
    );
  }
  return found;
}

function read(text: string, name: string): Uint8Array {
  try {
    return jsonToBson(text, `"${name}"`);
  } catch (cause) {
    throw new DataError((cause as Error).message, { stage: "source", cause });
  }
}

/**
 * Writes a `metadata.json` as mongodump does: one line, canonical Extended JSON, keys in its order.
 *
 * @param metadata What it says.
 * @returns The text, without a line end.
 *
 * @example
 * ```ts
 * import { formatDumpMetadata } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatDumpMetadata({ indexes: [], collectionName: "recent", type: "view" }),
 *   '{"indexes":[],"collectionName":"recent","type":"view"}',
 * );
 * ```
 */
export function formatDumpMetadata(metadata: DumpMetadata): string {
  const { options, indexes, uuid, collectionName, type } = metadata;
  const parts = [
    ...(options === undefined || documentLength(options, 0) === 5
      ? []
      : [`"options":${bsonToJson(options)}`]),
    `"indexes":[${indexes.map((index) => bsonToJson(index)).join(",")}]`,
    ...(uuid === undefined ? [] : [`"uuid":${JSON.stringify(uuid)}`]),
    ...(collectionName === undefined ? [] : [`"collectionName":${JSON.stringify(collectionName)}`]),
    ...(type === undefined ? [] : [`"type":"${type}"`]),
  ];
  return `{${parts.join(",")}}`;
}

/** What a collection is, from metadata that may not say it: a view has what it is a view on. */
export function typeOfDumped({ type, options }: DumpMetadata): CollectionType {
  if (type !== undefined) return type;
  if (options === undefined) return "collection";
  if (findElement(options, 0, "viewOn") !== undefined) return "view";
  return findElement(options, 0, "timeseries") === undefined ? "collection" : "timeseries";
}

/** The metadata of a collection as a source described it. */
export function metadataOf(
  { namespace, type, options, indexes, uuid }: CollectionInfo,
): DumpMetadata {
  return {
    ...(options === undefined ? {} : { options }),
    indexes: type === "view" ? [] : indexes ?? [],
    ...(uuid === undefined ? {} : { uuid }),
    collectionName: namespace.collection,
    type,
  };
}
