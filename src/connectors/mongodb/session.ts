import type { Document, MongoClient } from "mongodb";
import type { MongoConnectorOptions } from "./options.ts";

/** A connection that works, with what the server said about itself. */
export interface MongoSession {
  /** The driver's client, connected. */
  readonly client: MongoClient;
  /**
   * The server's answer to `hello`: `maxWriteBatchSize`, `maxMessageSizeBytes`,
   * `maxBsonObjectSize`, `setName`, `msg`, `isWritablePrimary`, `maxWireVersion`,
   * `logicalSessionTimeoutMinutes`, `compression`.
   */
  readonly hello: Document;
  /** The place as it may be shown, without its secrets. */
  readonly display: string;
  /** What the connector was made with. */
  readonly options: MongoConnectorOptions;
  /** Whether the address names a user. */
  readonly loggedIn: boolean;
}
