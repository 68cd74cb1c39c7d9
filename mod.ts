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
export * from "./src/connectors/archive/mod.ts";
export * from "./src/connectors/bson/mod.ts";
export * from "./src/connectors/dump/mod.ts";
export * from "./src/connectors/mongodb/mod.ts";
export * from "./src/exporters/mod.ts";
export * from "./src/connectors/address.ts";
export * from "./src/connectors/all.ts";
export * from "./src/inspect/mod.ts";
export * from "./src/mongodump/mod.ts";
export * from "./src/permissions/mod.ts";
export * from "./src/profile/mod.ts";
export * from "./src/schema/mod.ts";
export * from "./src/verify/mod.ts";

// `deno run jsr:@datahood/cli …` runs this module: then it is the command line.
if (import.meta.main) (await import("./src/cli/_process.ts")).runProcess();
