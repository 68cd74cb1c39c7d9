import { type ConnectorDescriptor, UsageError } from "../../core/mod.ts";
import { fileLookNeeds, fileReadNeeds, fileWriteNeeds } from "../../io/needs.ts";
import { metadataNeeds } from "./_metadata.ts";

/** What is known of files of BSON documents without loading the code that reads them. */
export const bsonDescriptor: ConnectorDescriptor = {
  kind: "bson",
  summary: "a file of BSON documents, as mongodump writes them",
  roles: ["source", "target"],
  addresses: [
    {
      example: "orders.bson",
      meaning: "a file; what orders.metadata.json beside it says is read too",
    },
    { example: "orders.bson.gz", meaning: "compressed with gzip; told by content when read" },
    { example: "orders.bson.zst", meaning: "compressed with zstd; told by content when read" },
    { example: "-", meaning: "standard input or output" },
  ],
  schemes: [],
  extensions: [".bson.zst", ".bson.gz", ".bson"],
  options: [
    {
      name: "compress",
      flag: "--compress <name>",
      help: "How to compress a file that is written: none, gzip, gzip:1–9, zstd or zstd:1–22",
      default: "by the extension",
    },
  ],
  permissions: ({ path }, { role, metadata = false, lookOnly = false }) => {
    if (path === undefined) return [];
    if (role === "target") return lookOnly ? fileLookNeeds(path) : fileWriteNeeds(path);
    return [...fileReadNeeds(path), ...metadata ? metadataNeeds(path) : []];
  },
  create: async ({ path, display, database, collection }, { compress, metadata }) => {
    if (path === undefined) throw new UsageError(`Cannot use "${display}": it names no file`);
    const { BsonConnector } = await import("./mod.ts");
    return new BsonConnector({
      path,
      ...(compress === undefined ? {} : { compress }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(collection === undefined ? {} : { namespace: { db: database ?? "", collection } }),
    });
  },
};
