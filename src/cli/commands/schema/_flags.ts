import type { DriftClass } from "../../../schema/drift/mod.ts";
import type { Query } from "../../../core/mod.ts";
import { UsageError } from "../../../core/mod.ts";
import type { ValuesMode } from "../../../profile/mod.ts";
import { checkTypeName } from "../../../schema/infer/type_name.ts";
import { type Selection, selection } from "../../_globs.ts";
import {
  parseChoice,
  parseCount,
  parseDocument,
  parseDuration,
  parseShare,
} from "../../_values.ts";
import { list, type RawFlags, read, text } from "../transfer/_flags.ts";

/** What is read, and how: the options of every command that profiles a source. */
export interface SourceFlags {
  readonly from: string | undefined;
  readonly query: Query | undefined;
  /** What `--include` and `--exclude` leave; all where neither is given. */
  readonly include: Selection | undefined;
  readonly system: boolean;
  readonly sample: number | undefined;
  readonly all: boolean;
  readonly values: ValuesMode | undefined;
  readonly retries: number | undefined;
  readonly connectTimeoutMs: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly tlsCaFile: string | undefined;
}

/** How types are inferred. */
export interface InferFlags {
  readonly rootName: string | undefined;
  readonly minShare: number | undefined;
  readonly enums: "open" | "closed" | "none" | undefined;
  readonly overrides: string | undefined;
}

/** What is written where. */
export interface OutputFlags {
  readonly output: string | undefined;
  readonly saveProfile: string | undefined;
  readonly overwrite: boolean;
}

/** Reads the options that say what is read. */
export async function parseSourceFlags(raw: RawFlags): Promise<SourceFlags> {
  const filter = await read(raw, "filter", parseDocument);
  const sample = read(raw, "sample", (flag, value) => parseCount(flag, value, 1));
  if (sample !== undefined && raw.all === true) {
    throw new UsageError("Cannot use --sample with --all: one reads a part, the other everything.");
  }
  return {
    from: text(raw, "from"),
    query: filter === undefined ? undefined : { filter },
    include: selection(list(raw, "include"), list(raw, "exclude")),
    system: raw.system === true,
    sample,
    all: raw.all === true,
    values: read(
      raw,
      "values",
      (flag, value) => parseChoice(flag, value, ["none", "enums", "all"]),
    ),
    retries: read(raw, "retries", (flag, value) => parseCount(flag, value)),
    connectTimeoutMs: read(raw, "connectTimeout", parseDuration),
    idleTimeoutMs: read(raw, "idleTimeout", parseDuration),
    tlsCaFile: text(raw, "tlsCaFile"),
  };
}

/** Reads the options that say how types are inferred. */
export function parseInferFlags(raw: RawFlags): InferFlags {
  const rootName = text(raw, "rootName");
  // What a run would only say once everything is read.
  if (rootName !== undefined) checkTypeName(rootName, "the type of documents");
  return {
    rootName,
    minShare: read(raw, "minShare", parseShare),
    enums: read(
      raw,
      "enums",
      (flag, value) => parseChoice(flag, value, ["open", "closed", "none"]),
    ),
    overrides: text(raw, "overrides"),
  };
}

/** The ending that tells a saved profile from all else. */
export const PROFILE_ENDING = ".profile.json";

/** Reads the options that say what is written. */
export function parseOutputFlags(raw: RawFlags): OutputFlags {
  const saveProfile = text(raw, "saveProfile");
  if (saveProfile !== undefined) refuseProfileName("--save-profile", saveProfile);
  return { output: text(raw, "output"), saveProfile, overwrite: raw.overwrite === true };
}

/** Refuses a name under which a profile would not be known again. */
export function refuseProfileName(flag: string, path: string): void {
  if (path.endsWith(PROFILE_ENDING)) return;
  throw new UsageError(
    `Cannot use ${flag} "${path}": the name of a profile ends in ${PROFILE_ENDING}.`,
    { hint: `${flag} ${path.replace(/(?:\.profile)?(?:\.json)?$/, "")}${PROFILE_ENDING}` },
  );
}

/** Reads `--fail-on`: classes of differences, apart by commas. */
export function parseFailOn(
  raw: RawFlags,
  classes: readonly DriftClass[],
): readonly DriftClass[] | undefined {
  const given = list(raw, "failOn").flatMap((value) => value.split(","));
  if (given.length === 0) return undefined;
  const words = [...classes, "any", "none"] as const;
  const found = given.map((word) => parseChoice("--fail-on", word.trim(), words));
  if (found.includes("none") && found.length > 1) {
    throw new UsageError('Cannot use --fail-on "none" with others: it is all or nothing.');
  }
  if (found.includes("any")) return classes;
  return found.filter((word): word is DriftClass => word !== "any" && word !== "none");
}
