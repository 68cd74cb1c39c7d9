import { throwIfInterrupted } from "./errors.ts";

/**
 * A promise's value, unless the caller stops first; what it then comes to is not looked at.
 *
 * @param promise What is waited for.
 * @param signal The caller's signal, if any.
 * @returns The value.
 * @throws {InterruptedError} If the signal was aborted before the promise settled.
 */
export async function beforeAbort<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await promise;
  // Where nobody waits for it any more, a failure of it is no unhandled one.
  promise.catch(() => {});
  throwIfInterrupted(signal);
  const stopped = Promise.withResolvers<never>();
  const stop = () => {
    try {
      throwIfInterrupted(signal);
    } catch (error) {
      stopped.reject(error);
    }
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
