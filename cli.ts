/**
 * The command line of datahood.
 *
 * @module
 */
import { main } from "./src/cli/main.ts";

export type { CliIo } from "./src/cli/_io.ts";
export { main };

if (import.meta.main) Deno.exit(await main(Deno.args));
