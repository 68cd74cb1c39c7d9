import type { BsonConnectorOptions } from "../connectors/bson/mod.ts";
import type { MongoConnectorOptions } from "../connectors/mongodb/mod.ts";
import { type Connector, UsageError } from "../core/mod.ts";

/**
 * One end of a transfer: a connector, which stays the caller's to let go of; or what to make one
 * from for the time of a run: `{path}` for a BSON file, `{uri, database, collection}` for MongoDB.
 */
export type ConnectorOrOptions = Connector | BsonConnectorOptions | MongoConnectorOptions;

function isConnector(end: ConnectorOrOptions): end is Connector {
  return "permissions" in end && typeof end.permissions === "function";
}

/** Refuses, before any I/O, what no connector can be made from. */
export function checkEnd(end: ConnectorOrOptions, role: "source" | "target"): void {
  if (isConnector(end) || "path" in end || "uri" in end) return;
  throw new UsageError(`Cannot use the ${role}: it is neither a connector nor options of one`, {
    hint: "give a connector, {path} for a BSON file, or {uri, database, collection} for MongoDB",
  });
}

/** Does something with an end; one that was made for it is let go of afterwards. */
export async function withEnd<T>(
  end: ConnectorOrOptions,
  work: (connector: Connector) => Promise<T>,
): Promise<T> {
  if (isConnector(end)) return await work(end);
  await using connector = await connectorOf(end);
  return await work(connector);
}

/** Makes a connector from options; the driver is loaded only where it is used. */
async function connectorOf(
  options: BsonConnectorOptions | MongoConnectorOptions,
): Promise<Connector> {
  if ("path" in options) {
    const { BsonConnector } = await import("../connectors/bson/mod.ts");
    return new BsonConnector(options);
  }
  const { MongoConnector } = await import("../connectors/mongodb/mod.ts");
  return new MongoConnector(options);
}
