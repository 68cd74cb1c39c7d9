/**
 * The version of datahood, as in its `deno.json`: what it says in the files that it makes.
 *
 * @example
 * ```ts
 * import { VERSION } from "@datahood/cli";
 * import { assertMatch } from "@std/assert";
 *
 * assertMatch(VERSION, /^\d+\.\d+\.\d+/);
 * ```
 */
export const VERSION = "0.1.0";
