import { BsonConnector } from "@datahood/cli";
import { probePermissions } from "@datahood/cli/testing";

await probePermissions((path) => new BsonConnector({ path: path! }));
