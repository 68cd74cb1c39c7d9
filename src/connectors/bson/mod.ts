/**
 * Files of BSON documents.
 *
 * @module
 */
export * from "./connector.ts";
export * from "./namespace.ts";
