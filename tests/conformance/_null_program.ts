import { NullConnector } from "@datahood/cli";
import { probePermissions } from "@datahood/cli/testing";

await probePermissions(() => new NullConnector());
