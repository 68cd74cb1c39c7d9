import { type ConnectorDescriptor, UsageError } from "../../core/mod.ts";
import { fileLookNeeds, fileReadNeeds, fileWriteNeeds } from "../../io/needs.ts";

/** What is known of archives without loading the code that reads them. */
export const archiveDescriptor: ConnectorDescriptor = {
  kind: "archive",
  summary: "an archive of many collections, as mongodump --archive writes it",
  holds: "many",
  roles: ["source", "target"],
  addresses: [
    { example: "shop.archive", meaning: "a file" },
    { example: "shop.archive.gz", meaning: "compressed as with --gzip; told by content when read" },
    { example: "-", meaning: "standard input or output, with --from archive or --to archive" },
  ],
  schemes: [],
  extensions: [".archive.zst", ".archive.gz", ".archive"],
  options: [],
  permissions: ({ path }, { role, lookOnly = false }) => {
    if (path === undefined) return [];
    if (role === "source") return fileReadNeeds(path);
    return lookOnly ? fileLookNeeds(path) : fileWriteNeeds(path);
  },
  create: async ({ path, display }, settings) => {
    if (path === undefined) throw new UsageError(`Cannot use "${display}": it names no file`);
    const { ArchiveConnector } = await import("./mod.ts");
    const { compress, usersAndRoles, ignoreOplog } = settings;
    return new ArchiveConnector({
      path,
      ...(compress === undefined ? {} : { compress }),
      ...(usersAndRoles === undefined ? {} : { usersAndRoles }),
      ...(ignoreOplog === undefined ? {} : { ignoreOplog }),
    });
  },
};
