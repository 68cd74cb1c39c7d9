/**
 * What a run needs to be allowed: as flags to paste, and checked before anything is opened.
 *
 * @module
 */
export * from "./check.ts";
export { shieldEnvironment } from "./environment.ts";
export * from "./flags.ts";
export * from "./sandbox.ts";
