import { DatahoodError, type Stage } from "../../../core/mod.ts";
import { ClosedPipeError } from "../../../io/mod.ts";

/** Does something at one end, so that an error of it belongs to that end. */
export async function atStage<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatahoodError) error.stage ??= stage;
    throw error;
  }
}

/** Whether a run ended because the program that read its output left: no failure of ours. */
export function isClosedPipe(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ClosedPipeError) return true;
  }
  return false;
}
