import { UsageError } from "../core/mod.ts";
import { pathKind } from "../io/mod.ts";
import { GENERATORS } from "./gen/all.ts";
import type { Generator } from "./gen/generator.ts";
import type { SchemaPlace, SchemaTarget } from "./schema_files.ts";

/** Other endings that files of a language have, by the one that generators give. */
const SAME_LANGUAGE: Readonly<Record<string, readonly string[]>> = {
  ".ts": [".mts", ".cts", ".tsx"],
  ".py": [".pyi"],
};

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
 * @throws {UsageError} If several targets would go into one file, or the file's name says that it
 * holds something else.
 */
export async function foundPlace(
  place: SchemaPlace,
  targets: readonly SchemaTarget[],
): Promise<SchemaPlace> {
  if (place.path === "-" || place.holds === "folder") return place;
  if (await pathKind(place.path) === "folder") return { holds: "folder", path: place.path };
  if (place.holds === "file") {
    refuseOtherEnding(targets[0]!.generator, place.path);
    return place;
  }
  const ending = targets.map(({ generator }) => generator.extension)
    .find((extension) => place.path.endsWith(extension));
  if (ending === undefined) return place;
  throw new UsageError(
    `Cannot write ${targets.length} targets to "${place.path}": it is one file.`,
    { hint: `"${place.path.slice(0, -ending.length)}" gives one for each of that name` },
  );
}

/**
 * The last part of an ending: what says the language, as `.ts` of `.zod.ts`. A name that begins with
 * a dot has none by that, and digits after a dot are no ending.
 */
function lastEnding(name: string): string {
  return /(?<=[^/\\])\.[a-z][^./\\]*$/i.exec(name)?.[0].toLowerCase() ?? "";
}

function holds({ extension }: Generator, ending: string): boolean {
  const own = lastEnding(`x${extension}`);
  return own === ending || SAME_LANGUAGE[own]?.includes(ending) === true;
}

/** Refuses a file whose name says that it holds another language, or none that types are written in. */
function refuseOtherEnding(target: Generator, path: string): void {
  const ending = lastEnding(path);
  if (ending === "" || holds(target, ending)) return;
  const others = GENERATORS.filter((generator) => holds(generator, ending))
    .map(({ kind }) => kind);
  const fits = `name it ${path.slice(0, -ending.length)}${target.extension}`;
  throw new UsageError(
    `Cannot write ${target.kind} to "${path}": a file of that name holds ${
      others.length === 0 ? `no ${target.kind}` : others.join(" or ")
    }.`,
    {
      hint: others.length === 0
        ? fits
        : `${fits}, or use ${others.map((kind) => `--to ${kind}`).join(" or ")}`,
    },
  );
}
