import { DumpConnector } from "@datahood/cli";
import { probePermissions } from "@datahood/cli/testing";

await probePermissions((path) => new DumpConnector({ path: path! }));
