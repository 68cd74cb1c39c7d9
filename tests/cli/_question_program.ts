// Asks as a run does before it writes over something, and says how that ended.
import { processIo } from "../../src/cli/_io.ts";
import { InterruptedError } from "../../src/core/mod.ts";

const io = processIo();
const controller = new AbortController();
io.onStop((signal) => controller.abort(new InterruptedError(`stopped by ${signal}`)));
try {
  io.out(`answer: ${await io.ask("Go on?", controller.signal)}\n`);
} catch (error) {
  io.out(`${(error as Error).message}\n`);
}
io.exit(0);
