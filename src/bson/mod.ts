/**
 * Raw BSON: cutting a stream into documents, walking over one without decoding it, type bytes,
 * Extended JSON text.
 *
 * @module
 */
export * from "./extended_json.ts";
export * from "./frame.ts";
export * from "./normalize.ts";
export * from "./ordered_json.ts";
export * from "./types.ts";
export * from "./walk.ts";
