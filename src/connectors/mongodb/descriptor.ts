import type { ConnectorDescriptor } from "../../core/mod.ts";
import { UsageError } from "../../core/mod.ts";
import { mongoPermissions } from "./permissions.ts";

/** What is known of the MongoDB connector without loading the driver. */
export const mongodbDescriptor: ConnectorDescriptor = {
  kind: "mongodb",
  summary: "a MongoDB server: one collection, a database, or all of it",
  roles: ["source", "target"],
  addresses: [
    { example: "mongodb://host:27017/shop.orders", meaning: "one collection" },
    { example: "mongodb://host/shop", meaning: "every collection of a database" },
    { example: "mongodb+srv://user@cluster.example.net/shop", meaning: "found by DNS, with TLS" },
    { example: "mongodb://host", meaning: "every database but admin, config and local" },
  ],
  schemes: ["mongodb", "mongodb+srv"],
  extensions: [],
  options: [
    {
      name: "connectTimeoutMs",
      flag: "--connect-timeout <duration>",
      help: "How long to wait for a server to answer at first",
      default: "10s",
    },
    {
      name: "idleTimeoutMs",
      flag: "--idle-timeout <duration>",
      help: "How long a connection may be silent while an answer is due",
      default: "no limit",
    },
    {
      name: "tlsCaFile",
      flag: "--tls-ca-file <path>",
      help: "A file with the certificate authorities to trust",
    },
  ],
  permissions: ({ uri }, { tlsCaFile, role }) =>
    uri === undefined ? [] : mongoPermissions(uri, tlsCaFile, role),
  create: async ({ uri, display, database, collection }, settings) => {
    if (uri === undefined) throw new UsageError(`Cannot use "${display}": it names no server`);
    const { role, connectTimeoutMs, idleTimeoutMs, tlsCaFile, verbose } = settings;
    // A target is looked at for what is in it as well: its own users are not asked for.
    const usersAndRoles = settings.usersAndRoles === true && role === "source";
    const { MongoConnector } = await import("./mod.ts");
    return new MongoConnector({
      uri,
      ...(database === undefined ? {} : { database }),
      ...(collection === undefined ? {} : { collection }),
      ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      ...(tlsCaFile === undefined ? {} : { tlsCaFile }),
      ...(usersAndRoles ? { usersAndRoles } : {}),
      ...(verbose === undefined ? {} : { verbose }),
    });
  },
};
