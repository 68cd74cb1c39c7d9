/** Commands that may be sent twice are tried again here: nobody above knows of them. */
import { throwIfInterrupted } from "../../core/mod.ts";
import { isRetryable } from "./translate_error.ts";

const TRIES = 5;
const FIRST_DELAY_MS = 100;

/**
 * Calls a function again while it fails in a way that may pass.
 *
 * @param call What to call; calling it twice must do what calling it once does.
 * @param signal Stops it between two tries.
 * @returns What it gives.
 */
export async function retrying<T>(
  call: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let tried = 1;; tried++) {
    try {
      return await call();
    } catch (error) {
      if (tried >= TRIES || !isRetryable(error)) throw error;
      // Half of it is chance, so that several that failed at once do not come back at once.
      const delayMs = FIRST_DELAY_MS * 2 ** (tried - 1) * (0.5 + Math.random());
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      throwIfInterrupted(signal);
    }
  }
}
