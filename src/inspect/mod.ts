/**
 * Looking into a source: what is in there, and whether it is whole.
 *
 * @module
 */
export * from "./inspect.ts";
