import { DatahoodError, IoError, type Stage } from "../../../core/mod.ts";

/** Does something at one end, so that an error of it belongs to that end. */
export async function atStage<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatahoodError) error.stage ??= stage;
    throw error;
  }
}

/** Whether a run ended because the program that read standard output left: no failure of ours. */
export function isClosedPipe(error: unknown, { target }: { target: { path?: string } }): boolean {
  if (target.path !== "-" || !(error instanceof IoError)) return false;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Deno.errors.BrokenPipe) return true;
  }
  return false;
}
