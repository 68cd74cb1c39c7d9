import { GENERATORS } from "./gen/all.ts";
import type { Generator } from "./gen/generator.ts";

/**
 * What the name of a target's file ends in. Of generators with the same extension, the first one has
 * it alone; the others put their kind before it.
 *
 * @param generator The generator.
 * @returns The end, such as `.ts`, `.zod.ts` or `_pydantic.py`.
 *
 * @example
 * ```ts
 * import { fileEnding, GENERATORS } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(GENERATORS.slice(0, 1).map(fileEnding), [".ts"]);
 * ```
 */
export function fileEnding({ kind, extension }: Generator): string {
  const first = GENERATORS.find((other) => other.extension === extension);
  if (first === undefined || first.kind === kind) return extension;
  // A dot in its name, and Python could not import it.
  return extension === ".py" ? `_${kind.replaceAll("-", "_")}.py` : `.${kind}${extension}`;
}
