/**
 * mongodump's archives.
 *
 * @module
 */
export * from "./connector.ts";
export { archiveDescriptor } from "./descriptor.ts";
