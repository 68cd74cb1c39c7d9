/**
 * The command line of datahood.
 *
 * @module
 */
import { runProcess } from "./src/cli/_process.ts";
import { main } from "./src/cli/main.ts";

export type { CliIo } from "./src/cli/_io.ts";
export { main };

if (import.meta.main) runProcess();
