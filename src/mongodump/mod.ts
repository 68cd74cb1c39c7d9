/**
 * What mongodump's directories and archives have in common: metadata, names, the prelude, checksums.
 *
 * @module
 */
export * from "./crc64.ts";
export { type DumpMetadata, formatDumpMetadata, parseDumpMetadata } from "./metadata.ts";
export * from "./names.ts";
export { type Prelude } from "./prelude.ts";
