import type { Address, PermissionNeed, TransferEvent } from "../../../core/mod.ts";
import { NotFoundError, UsageError } from "../../../core/mod.ts";
import { fileReadNeeds } from "../../../io/mod.ts";
import type { ProfiledCollection } from "../../../profile/mod.ts";
import { atStage } from "../../../transfer/_stage.ts";
import type { CliIo } from "../../_io.ts";
import type { Reporter } from "../../render/reporter.ts";
import { descriptorOf, discoverNeeds, settingsOf } from "../_run.ts";
import { type EndText, resolveAddresses } from "../transfer/_addresses.ts";
import { completePassword } from "../transfer/_refuse.ts";
import { refuseQuery } from "../transfer/_refuse.ts";
import { PROFILE_ENDING, type SourceFlags } from "./_flags.ts";

/** What profiles come from: a saved profile, or documents. */
export type SchemaSource =
  | { readonly from: "profile"; readonly path: string; readonly display: string }
  | {
    readonly from: "documents";
    readonly address: Address;
    readonly display: string;
    readonly path: string | undefined;
  };

/**
 * Reads where profiles come from.
 *
 * @param asProfile Whether it is a saved profile; its name says it by default.
 */
export async function resolveSource(
  end: EndText,
  flags: SourceFlags,
  io: CliIo,
  asProfile: boolean = end.text.endsWith(PROFILE_ENDING),
): Promise<SchemaSource> {
  const { text, format, namespace } = end;
  if (format === undefined && namespace === undefined && asProfile) {
    refuseForProfile(text, flags);
    return { from: "profile", path: text, display: text };
  }
  const [address] = await resolveAddresses([end], flags.system || namespace !== undefined, io);
  const { display, path } = address!;
  if (path === "-" && io.inputIsTerminal) {
    throw new UsageError('Cannot read "-": standard input is a terminal.', {
      hint: "datahood schema - < orders.bson",
    });
  }
  return { from: "documents", address: address!, display, path };
}

/** A profile is what it is: what says how documents are read has no meaning for it. */
function refuseForProfile(path: string, flags: SourceFlags): void {
  const given = flags.query !== undefined
    ? "--filter"
    : flags.sample !== undefined
    ? "--sample"
    : flags.all
    ? "--all"
    : flags.values !== undefined
    ? "--values"
    : undefined;
  if (given === undefined) return;
  throw new UsageError(`Cannot use ${given} with "${path}": the profile is made already.`, {
    hint: `leave ${given} out, or name what the profile was made from`,
  });
}

/** What reading it needs to be allowed. */
export function sourceNeeds(
  source: SchemaSource,
  flags: SourceFlags,
  reporter: Reporter,
): readonly PermissionNeed[] {
  if (source.from === "profile") return fileReadNeeds(source.path);
  const settings = settingsOf("source", flags, reporter);
  return descriptorOf(source.address.kind).permissions(source.address, settings);
}

/** What reading sources needs exactly, as their servers tell. */
export async function discoverSources(
  sources: readonly { readonly source: SchemaSource; readonly flags: SourceFlags }[],
  reporter: Reporter,
): Promise<readonly PermissionNeed[]> {
  const found: PermissionNeed[] = [];
  for (const { source, flags } of sources) {
    found.push(
      ...source.from === "profile" ? sourceNeeds(source, flags, reporter) : await discoverNeeds([
        { address: source.address, settings: settingsOf("source", flags, reporter) },
      ]),
    );
  }
  return found;
}

/** How a run goes on. */
export interface SourceRun {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly io: CliIo;
}

/** Profiles a source, or loads what was saved of one. */
export async function profilesOf(
  source: SchemaSource,
  flags: SourceFlags,
  { reporter, signal, io }: SourceRun,
): Promise<ProfiledCollection[]> {
  if (source.from === "profile") return await load(source.path, flags, io);
  const descriptor = descriptorOf(source.address.kind);
  const address = await completePassword(source.address, "source", io);
  await using connector = await descriptor.create(
    address,
    settingsOf("source", flags, reporter),
  );
  if (connector.source !== undefined) {
    refuseQuery({ source: source.address, flags: { query: flags.query } }, connector.source);
  }
  const { profileSource } = await import("../../../schema/profile_source.ts");
  return await profileSource(connector, {
    all: flags.all,
    ...(flags.include === undefined ? {} : { include: flags.include }),
    ...(flags.query === undefined ? {} : { query: flags.query }),
    ...(flags.sample === undefined ? {} : { sample: flags.sample }),
    ...(flags.values === undefined ? {} : { values: flags.values }),
    ...(flags.retries === undefined ? {} : { retries: flags.retries }),
    signal,
    onEvent: (event: TransferEvent) => reporter.event(event),
  });
}

async function load(
  path: string,
  { include }: SourceFlags,
  io: CliIo,
): Promise<ProfiledCollection[]> {
  const { loadProfiles } = await import("../../../profile/saved.ts");
  return await atStage("source", () => {
    const all = loadProfiles(readText(path, "profile", io), path);
    const taken = include === undefined ? all : all.filter(({ namespace }) => include(namespace));
    if (taken.length === 0 && all.length > 0) {
      throw new NotFoundError(
        `Cannot find a collection in "${path}" that --include and --exclude leave.`,
      );
    }
    return Promise.resolve(taken);
  });
}

/** The text of a small file. */
export function readText(path: string, what: string, io: CliIo): string {
  try {
    return io.readFile(path);
  } catch (error) {
    const state = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.IsADirectory
      ? "it is a folder"
      : "it cannot be read";
    throw new NotFoundError(`Cannot read the ${what} "${path}": ${state}.`, {
      stage: "source",
      hint: "look at the spelling and the folder you are in",
      cause: error,
    });
  }
}
