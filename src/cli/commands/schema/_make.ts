import { DataError, formatNamespace, type PermissionNeed, UsageError } from "../../../core/mod.ts";
import { fileWriteNeeds } from "../../../io/mod.ts";
import type { ProfiledCollection } from "../../../profile/mod.ts";
import type { InferOptions } from "../../../schema/infer/options.ts";
import { foundPlace, meantPlace } from "../../../schema/output_place.ts";
import type { SchemaFile, SchemaPlace, SchemaTarget } from "../../../schema/schema_files.ts";
import type { CliIo } from "../../_io.ts";
import { formatBytes, formatCount, formatDocuments } from "../../render/_units.ts";
import type { Reporter } from "../../render/reporter.ts";
import type { ShowFlags } from "../transfer/_flags.ts";
import type { InferFlags, OutputFlags, SourceFlags } from "./_flags.ts";
import type { NamedFile } from "../_same_files.ts";
import { runFramed } from "./_frame.ts";
import {
  discoverSources,
  profilesOf,
  readText,
  type SchemaSource,
  sourceNeeds,
} from "./_source.ts";
import { fileEnding } from "../../../schema/file_ending.ts";

/** Types to be made, as the generic command and the presets ask for them. */
export interface SchemaJob {
  readonly source: SchemaSource;
  readonly flags: SourceFlags;
  readonly infer: InferFlags;
  readonly output: OutputFlags;
  /** What to write; nothing if only the profile is to be saved. */
  readonly targets: readonly SchemaTarget[];
  readonly show: ShowFlags;
}

/** Makes types, and gives the exit code. */
export function makeSchema(job: SchemaJob, io: CliIo): Promise<number> {
  const { source, flags, output, targets, show } = job;
  return runFramed(show, io, async (frame) => {
    const { reporter, signal } = frame;
    const meant = placeOf(job);
    const files = filesOf(meant, targets, job);
    const beside = [...needsOf(meant, files), ...overridesNeeds(job.infer.overrides)];
    await frame.begin({
      needs: [...sourceNeeds(source, flags, reporter), ...beside],
      discover: async () => [...await discoverSources([{ source, flags }], reporter), ...beside],
      reads: [
        ...source.path === undefined ? [] : [{ name: "the source", path: source.path }],
        ...job.infer.overrides === undefined
          ? []
          : [{ name: "--overrides", path: job.infer.overrides }],
      ],
      writes: files,
    });
    const place = meant === undefined ? undefined : await foundPlace(meant, targets);
    const options = await inferOptions(job.infer, reporter, io);
    const { OutputFiles } = await import("../../../schema/output_files.ts");
    const folder = place?.holds === "folder" ? place.path : undefined;
    await using outputs = await OutputFiles.open({
      overwrite: output.overwrite,
      signal,
      // Which files a folder gets is known when the collections are.
      paths: (folder === undefined ? files : filesOf(undefined, targets, job))
        .map(({ path }) => path).filter((path) => path !== "-"),
      ...(folder === undefined ? {} : { folder }),
    });
    const collections = await profilesOf(source, flags, frame);
    for (const issue of flags.include?.unmatched() ?? []) reporter.issue(issue);
    tell(collections, source, reporter);
    const { schemaFiles } = await import("../../../schema/schema_files.ts");
    const made = place === undefined ? [] : schemaFiles(collections, targets, place, options);
    const saved = output.saveProfile === undefined ? [] : [{
      path: output.saveProfile,
      text: (await import("../../../profile/saved.ts")).saveProfiles(collections),
      target: "profile",
    }];
    const all: readonly SchemaFile[] = [...saved, ...made];
    await outputs.write(all);
    for (const { path, target, namespace } of all) {
      if (path === "-") continue;
      const name = namespace === undefined ? undefined : formatNamespace(namespace);
      reporter.line("info", name === undefined ? `Wrote ${path}` : `Wrote ${path} of ${name}`, {
        file: path,
        target,
        ...(name === undefined ? {} : { namespace: name }),
      });
    }
    return { result: resultOf(source, collections, all) };
  });
}

/** How the output is meant, as far as its name tells. */
function placeOf({ output: { output }, targets, show }: SchemaJob): SchemaPlace | undefined {
  if (targets.length === 0) return undefined;
  const kinds = targets.map(({ generator }) => generator.kind);
  if (output === undefined || output === "-") {
    if (kinds.length > 1) {
      throw new UsageError(
        `Cannot write ${kinds.join(" and ")} to standard output: it holds one text.`,
        { hint: "-o types/ writes a file for each" },
      );
    }
    if (show.json) {
      throw new UsageError("Cannot use --json: standard output has the types.", {
        hint: "-o FILE writes the types into a file; --summary FILE the object",
      });
    }
    return { holds: "file", path: "-" };
  }
  return meantPlace(output, targets);
}

function filesOf(
  place: SchemaPlace | undefined,
  targets: readonly SchemaTarget[],
  { output: { saveProfile } }: SchemaJob,
): NamedFile[] {
  const saved = saveProfile === undefined ? [] : [{ name: "--save-profile", path: saveProfile }];
  if (place === undefined || place.holds === "folder") return saved;
  if (place.holds === "file") return [...saved, { name: "-o", path: place.path }];
  return [
    ...saved,
    ...targets.map(({ generator }) => ({
      name: `-o (${generator.kind})`,
      path: place.path + fileEnding(generator),
    })),
  ];
}

function needsOf(
  place: SchemaPlace | undefined,
  files: readonly NamedFile[],
): readonly PermissionNeed[] {
  const needs: PermissionNeed[] = files.flatMap(({ path }) => fileWriteNeeds(path));
  if (place?.holds === "folder") {
    needs.push(
      { kind: "read", target: place.path, reason: "see what is in the folder" },
      { kind: "write", target: place.path, reason: "write the files in the folder" },
    );
  }
  if (place?.holds === "base") {
    needs.push({ kind: "read", target: place.path, reason: "see whether it is a folder" });
  }
  return needs;
}

/** What reading the overrides needs to be allowed. */
export function overridesNeeds(path: string | undefined): readonly PermissionNeed[] {
  return path === undefined ? [] : [{ kind: "read", target: path, reason: "read the overrides" }];
}

/** Options of inference, the overrides read. */
export async function inferOptions(
  flags: InferFlags,
  reporter: Reporter,
  io: CliIo,
): Promise<InferOptions> {
  const { rootName, minShare, enums, overrides } = flags;
  return {
    onIssue: (issue) => reporter.issue(issue),
    ...(rootName === undefined ? {} : { rootName }),
    ...(minShare === undefined ? {} : { minShare }),
    ...(enums === undefined ? {} : { enums }),
    ...(overrides === undefined ? {} : {
      overrides: (await import("../../../schema/infer/overrides.ts"))
        .parseOverrides(readText(overrides, "overrides", io), overrides),
    }),
  };
}

/** Says what was read; a source without documents has no types. */
export function tell(
  collections: readonly ProfiledCollection[],
  source: SchemaSource,
  reporter: Reporter,
): void {
  const seen = collections.reduce((sum, { profile }) => sum + profile.documents, 0);
  if (seen === 0) {
    throw new DataError(`Cannot make types of "${source.display}": it has no documents.`, {
      stage: "source",
      hint: "types come from documents; put some in first",
    });
  }
  for (const { namespace, profile, of } of collections) {
    const name = formatNamespace(namespace);
    const { documents, bytes } = profile;
    const fields = { namespace: name, documents, bytes, ...(of === undefined ? {} : { of }) };
    if (documents === 0) {
      reporter.issue({
        code: "empty-collection",
        level: "info",
        namespace,
        message: `${name} has no documents and is left out`,
      });
      continue;
    }
    const size = formatBytes(bytes);
    reporter.line(
      "info",
      of === undefined
        ? `${name}: ${formatDocuments(documents)}, ${size}`
        : `${name}: a sample of ${formatCount(documents)} of ${formatDocuments(of)}, ` +
          `${size}; --all reads all`,
      fields,
    );
  }
}

/** The result as programs get it. */
export function resultOf(
  source: SchemaSource,
  collections: readonly ProfiledCollection[],
  files: readonly SchemaFile[] = [],
): Record<string, unknown> {
  return {
    source: source.display,
    collections: collections.map(({ namespace, profile, of }) => ({
      name: formatNamespace(namespace),
      documents: profile.documents,
      bytes: profile.bytes,
      sampled: of !== undefined,
      ...(of === undefined ? {} : { of }),
    })),
    documents: collections.reduce((sum, { profile }) => sum + profile.documents, 0),
    sampled: collections.some(({ of }) => of !== undefined),
    files: files.map(({ path, text, target, namespace }) => ({
      path,
      target,
      ...(namespace === undefined ? {} : { collection: formatNamespace(namespace) }),
      bytes: new TextEncoder().encode(text).length,
    })),
  };
}
