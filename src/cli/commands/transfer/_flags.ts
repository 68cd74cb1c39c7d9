import type { Namespace, OnConflict, Query } from "../../../core/mod.ts";
import { renaming, type Selection, selection } from "../../_globs.ts";
import {
  parseChoice,
  parseCompression,
  parseCount,
  parseDocument,
  parseDuration,
  parseSize,
  parseSort,
} from "../../_values.ts";

/** The options of a transfer, read and checked. */
export interface TransferFlags {
  readonly query: Query | undefined;
  /** What `--include` and `--exclude` leave; all where neither is given. */
  readonly include: Selection | undefined;
  /** What `--rename` makes of a name, if it is about that one. */
  readonly rename: ((from: Namespace) => Namespace | undefined) | undefined;
  /** The rules of `--rename` as they were typed. */
  readonly renames: readonly string[];
  readonly system: boolean;
  readonly indexes: "all" | "no-ttl" | "none" | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly compress: string | undefined;
  readonly onConflict: OnConflict | undefined;
  readonly stopOnError: boolean;
  readonly drop: boolean;
  readonly overwrite: boolean;
  readonly bypassDocumentValidation: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly plan: boolean;
  readonly batchBytes: number | undefined;
  readonly parallelWrites: number | undefined;
  readonly parallel: number | undefined;
  readonly bytesPerSecond: number | undefined;
  readonly retries: number | undefined;
  readonly connectTimeoutMs: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly tlsCaFile: string | undefined;
  readonly usersAndRoles: boolean;
  readonly ignoreOplog: boolean;
}

/** How a run is shown. */
export interface ShowFlags {
  readonly progress: "auto" | "always" | "never";
  readonly json: boolean;
  readonly summary: string | undefined;
  readonly logFormat: "text" | "json";
  readonly logFile: string | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** What the parser gives: text, lists of text, and `true`. */
export type RawFlags = Readonly<Record<string, unknown>>;

/** An option that is text, if it was given. */
export function text(flags: RawFlags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

/** An option that may be given more than once. */
export function list(flags: RawFlags, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** An option whose text means something, if it was given. */
export function read<T>(
  flags: RawFlags,
  name: string,
  parse: (flag: string, text: string) => T,
): T | undefined {
  const value = text(flags, name);
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === undefined ? undefined : parse(flag, value);
}

async function parseQuery(flags: RawFlags): Promise<Query | undefined> {
  const filter = await read(flags, "filter", parseDocument);
  const projection = await read(flags, "projection", parseDocument);
  const sort = await read(flags, "sort", parseSort);
  const skip = read(flags, "skip", (flag, value) => parseCount(flag, value));
  // For a server a limit of 0 is none; who types it means either, so it is asked for plainly.
  const limit = read(flags, "limit", (flag, value) => parseCount(flag, value, 1));
  const query: Query = {
    ...(filter === undefined ? {} : { filter }),
    ...(projection === undefined ? {} : { projection }),
    ...(sort === undefined ? {} : { sort }),
    ...(skip === undefined ? {} : { skip }),
    ...(limit === undefined ? {} : { limit }),
  };
  return Object.keys(query).length === 0 ? undefined : query;
}

/** Reads the options of a transfer. */
export async function parseTransferFlags(flags: RawFlags): Promise<TransferFlags> {
  return {
    include: selection(
      list(flags, "include"),
      list(flags, "exclude"),
      flags.usersAndRoles === true,
    ),
    rename: renaming(list(flags, "rename")),
    renames: list(flags, "rename"),
    system: flags.system === true,
    indexes: read(
      flags,
      "indexes",
      (flag, value) => parseChoice(flag, value, ["all", "no-ttl", "none"]),
    ),
    from: text(flags, "from"),
    to: text(flags, "to"),
    compress: read(flags, "compress", parseCompression),
    onConflict: read(
      flags,
      "onConflict",
      (flag, value) => parseChoice(flag, value, ["report", "skip", "stop", "replace"]),
    ),
    stopOnError: flags.stopOnError === true,
    drop: flags.drop === true,
    overwrite: flags.overwrite === true,
    bypassDocumentValidation: flags.bypassDocumentValidation === true,
    yes: flags.yes === true,
    dryRun: flags.dryRun === true,
    plan: flags.plan === true,
    batchBytes: read(flags, "batchSize", parseSize),
    parallelWrites: read(flags, "parallelWrites", (flag, value) => parseCount(flag, value, 1)),
    parallel: read(flags, "parallel", (flag, value) => parseCount(flag, value, 1)),
    bytesPerSecond: read(flags, "rateLimit", parseSize),
    retries: read(flags, "retries", (flag, value) => parseCount(flag, value)),
    connectTimeoutMs: read(flags, "connectTimeout", parseDuration),
    idleTimeoutMs: read(flags, "idleTimeout", parseDuration),
    tlsCaFile: text(flags, "tlsCaFile"),
    usersAndRoles: flags.usersAndRoles === true,
    ignoreOplog: flags.ignoreOplog === true,
    query: await parseQuery(flags),
  };
}

/** Reads the options that say how a run is shown. */
export function parseShowFlags(flags: RawFlags): ShowFlags {
  return {
    progress: read(
      flags,
      "progress",
      (flag, value) => parseChoice(flag, value, ["auto", "always", "never"]),
    ) ?? "auto",
    json: flags.json === true,
    summary: text(flags, "summary"),
    logFormat:
      read(flags, "logFormat", (flag, value) => parseChoice(flag, value, ["text", "json"])) ??
        "text",
    logFile: text(flags, "logFile"),
    quiet: flags.quiet === true,
    verbose: flags.verbose === true,
  };
}
