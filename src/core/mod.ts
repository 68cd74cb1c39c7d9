/**
 * The contract: batches, connectors, permission needs, errors, events. No I/O, no Deno types.
 *
 * @module
 */
export * from "./batch.ts";
export * from "./collection.ts";
export * from "./connector.ts";
export * from "./descriptor.ts";
export * from "./document.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./exit_code.ts";
export * from "./namespace.ts";
export * from "./permission.ts";
export * from "./position.ts";
export * from "./summary.ts";
export * from "./transform.ts";
export { VERSION } from "./version.ts";
