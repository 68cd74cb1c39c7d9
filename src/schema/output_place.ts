import { UsageError } from "../core/mod.ts";
import { pathKind } from "../io/mod.ts";
import type { SchemaPlace, SchemaTarget } from "./schema_files.ts";

/**
 * What a place of output means, as far as its text tells: a folder ends in a slash; of several
 * targets it is the begin of the files' names.
 *
 * @param output The text; `-` is standard output.
 * @param targets What goes there.
 */
export function meantPlace(output: string, targets: readonly SchemaTarget[]): SchemaPlace {
  if (/[/\\]$/.test(output)) return { holds: "folder", path: output.replace(/[/\\]+$/, "") || "/" };
  return { holds: targets.length > 1 ? "base" : "file", path: output };
}

/**
 * Looks at what is there: a name without a slash may be that of a folder.
 *
 * @throws {UsageError} If several targets would go into one file.
 */
export async function foundPlace(
  place: SchemaPlace,
  targets: readonly SchemaTarget[],
): Promise<SchemaPlace> {
  if (place.path === "-" || place.holds === "folder") return place;
  if (await pathKind(place.path) === "folder") return { holds: "folder", path: place.path };
  if (place.holds === "file") return place;
  const ending = targets.map(({ generator }) => generator.extension)
    .find((extension) => place.path.endsWith(extension));
  if (ending === undefined) return place;
  throw new UsageError(
    `Cannot write ${targets.length} targets to "${place.path}": it is one file.`,
    { hint: `"${place.path.slice(0, -ending.length)}" gives one for each of that name` },
  );
}
