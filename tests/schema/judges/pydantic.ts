import { PythonJudge } from "./_python.ts";

/** Judges Pydantic models: `mypy --strict` compiles them, Pydantic says which documents they take. */
export function judge(): Promise<PythonJudge> {
  return PythonJudge.create("pydantic");
}
