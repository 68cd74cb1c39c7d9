import { MongoConnector } from "@datahood/cli";
import { probePermissions } from "@datahood/cli/testing";

await probePermissions((uri, database, collection) =>
  new MongoConnector({ uri: uri!, database: database!, collection: collection! })
);
