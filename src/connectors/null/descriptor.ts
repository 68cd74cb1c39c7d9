import type { ConnectorDescriptor } from "../../core/mod.ts";

/** What is known of `null:` without loading its code. */
export const nullDescriptor: ConnectorDescriptor = {
  kind: "null",
  summary: "counts documents and drops them",
  roles: ["target"],
  addresses: [{ example: "null:", meaning: "counts and drops" }],
  schemes: ["null"],
  extensions: [],
  options: [],
  permissions: () => [],
  create: async () => new (await import("./connector.ts")).NullConnector(),
};
