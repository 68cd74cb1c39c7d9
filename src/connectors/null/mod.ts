/**
 * The target `null:`: counts documents and drops them.
 *
 * @module
 */
export * from "./connector.ts";
export * from "./descriptor.ts";
