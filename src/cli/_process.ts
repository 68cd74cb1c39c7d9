import { main } from "./main.ts";

/**
 * Runs the command line that this process was started for, and ends the process.
 *
 * It is not waited for by the module that was started: Deno keeps the compiled code of modules, which
 * makes the next start faster by a half, once they have all run to their end, and looks after that when
 * nothing else is to be done.
 */
export function runProcess(): void {
  main(Deno.args).then((code) => {
    // As a timer of no time, for which Deno would first load those of Node.js.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => Deno.exit(code);
    port2.postMessage(code);
  });
}
