/**
 * MongoDB as a source and a target.
 *
 * @module
 */
export * from "./connector.ts";
export * from "./descriptor.ts";
export type { MongoConnectorOptions } from "./options.ts";
