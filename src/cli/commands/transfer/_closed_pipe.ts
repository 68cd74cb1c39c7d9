import { ClosedPipeError } from "../../../io/mod.ts";

/** Whether a run ended because the program that read its output left: no failure of ours. */
export function isClosedPipe(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ClosedPipeError) return true;
  }
  return false;
}
