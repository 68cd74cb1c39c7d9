/**
 * datahood moves documents and tells what they look like.
 *
 * @module
 */
export * from "./src/core/mod.ts";
export * from "./src/bson/mod.ts";
export * from "./src/connectors/base.ts";
export * from "./src/connectors/null/mod.ts";
export * from "./src/transfer/mod.ts";
export * from "./src/io/mod.ts";
export * from "./src/connectors/bson/mod.ts";
export * from "./src/exporters/mod.ts";
