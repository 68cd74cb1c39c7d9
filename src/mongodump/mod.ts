/**
 * What mongodump's directories and archives have in common: metadata, names, the prelude, checksums.
 *
 * @module
 */
export * from "./accounts.ts";
export * from "./crc64.ts";
export * from "./metadata.ts";
export * from "./names.ts";
export * from "./prelude.ts";
export * from "./selection.ts";
export * from "./time_series.ts";
