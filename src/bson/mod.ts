/**
 * Raw BSON: cutting a stream into documents, walking over one without decoding it, type bytes,
 * Extended JSON text.
 *
 * @module
 */
export * from "./frame.ts";
export * from "./normalize.ts";
export * from "./types.ts";
export * from "./walk.ts";
