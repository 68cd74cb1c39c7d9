/**
 * mongodump's folders.
 *
 * @module
 */
export * from "./connector.ts";
export { dumpDescriptor } from "./descriptor.ts";
