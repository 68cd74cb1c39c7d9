import { DatahoodError, type Stage } from "../core/mod.ts";

/** Does something at one end, so that an error of it belongs to that end. */
export async function atStage<T>(stage: Stage, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatahoodError) error.stage ??= stage;
    throw error;
  }
}
