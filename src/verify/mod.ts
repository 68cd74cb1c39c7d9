/**
 * Whether two places hold the same.
 *
 * @module
 */
export * from "./result.ts";
export * from "./verify.ts";
