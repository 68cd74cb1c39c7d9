import { ArchiveConnector } from "@datahood/cli";
import { probePermissions } from "@datahood/cli/testing";

await probePermissions((path) => new ArchiveConnector({ path: path! }));
