import { type ConnectorDescriptor, UsageError } from "../../core/mod.ts";
import { folderLookNeeds, folderReadNeeds, folderWriteNeeds } from "../../io/folder.ts";

/** What is known of mongodump's folders without loading the code that reads them. */
export const dumpDescriptor: ConnectorDescriptor = {
  kind: "dump",
  summary: "a folder of many collections, as mongodump writes it",
  holds: "many",
  roles: ["source", "target"],
  addresses: [
    { example: "dump/", meaning: "a folder with a folder for each database; the slash says it" },
    { example: "dump/shop/", meaning: "the folder of one database, to be read" },
  ],
  schemes: [],
  extensions: ["/"],
  options: [],
  permissions: ({ path }, { role, lookOnly = false }) => {
    if (path === undefined) return [];
    if (role === "source") return folderReadNeeds(path);
    return lookOnly ? folderLookNeeds(path) : folderWriteNeeds(path);
  },
  create: async ({ path, display }, settings) => {
    if (path === undefined) throw new UsageError(`Cannot use "${display}": it names no folder`);
    const { DumpConnector } = await import("./mod.ts");
    const { compress, usersAndRoles, ignoreOplog } = settings;
    return new DumpConnector({
      path,
      ...(compress === undefined ? {} : { compress }),
      ...(usersAndRoles === undefined ? {} : { usersAndRoles }),
      ...(ignoreOplog === undefined ? {} : { ignoreOplog }),
    });
  },
};
