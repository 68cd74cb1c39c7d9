import { CONNECTORS } from "../../connectors/all.ts";
import {
  type Address,
  type ConnectorDescriptor,
  type ConnectorSettings,
  EXIT_CODES,
  exitCodeOf,
  InterruptedError,
  IoError,
  type PermissionNeed,
} from "../../core/mod.ts";
import { atStage } from "../../transfer/_stage.ts";
import { type CliIo, outIfRead } from "../_io.ts";
import { jsonText } from "../render/_json.ts";
import { errorToText } from "../render/error.ts";
import type { Reporter } from "../render/reporter.ts";
import type { ShowFlags } from "./transfer/_flags.ts";

/** The connector of a kind. */
export function descriptorOf(kind: string): ConnectorDescriptor {
  const descriptors: readonly ConnectorDescriptor[] = CONNECTORS;
  return descriptors.find((descriptor) => descriptor.kind === kind)!;
}

/** Whether what is at the other end has options and indexes, too: a bare file has none. */
export function hasDefinitions({ kind }: Address): boolean {
  return kind !== "bson" && kind !== "null";
}

/** What the command line tells every connector. */
export interface ConnectorFlags {
  readonly compress?: string | undefined;
  readonly connectTimeoutMs: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly tlsCaFile: string | undefined;
  readonly metadata?: boolean;
  readonly usersAndRoles?: boolean;
  readonly ignoreOplog?: boolean;
  readonly lookOnly?: boolean;
}

/** The settings of one end. */
export function settingsOf(
  role: "source" | "target",
  flags: ConnectorFlags,
  reporter: Reporter,
): ConnectorSettings {
  const { compress, connectTimeoutMs, idleTimeoutMs, tlsCaFile } = flags;
  return {
    role,
    metadata: flags.metadata ?? false,
    usersAndRoles: flags.usersAndRoles ?? false,
    ignoreOplog: flags.ignoreOplog ?? false,
    // What is read is told by its content: a dump that is read may become a file of zstd.
    ...(compress === undefined || role === "source" ? {} : { compress }),
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    ...(tlsCaFile === undefined ? {} : { tlsCaFile }),
    ...(flags.lookOnly ? { lookOnly: true } : {}),
    verbose: (line) => reporter.line("debug", line, { end: role }),
  };
}

/** One end of a run, not opened. */
export interface EndToAsk {
  readonly address: Address;
  readonly settings: ConnectorSettings;
}

/** What the ends need, exactly, as their servers tell; what is not told stays as it was. */
export async function discoverNeeds(ends: readonly EndToAsk[]): Promise<PermissionNeed[]> {
  const needs: PermissionNeed[] = [];
  for (const { address, settings } of ends) {
    const descriptor = descriptorOf(address.kind);
    await atStage(settings.role, async () => {
      await using connector = await descriptor.create(address, settings);
      needs.push(
        ...await connector.discoverPermissions?.() ?? descriptor.permissions(address, settings),
      );
    });
  }
  return needs;
}

/** What the command itself writes beside the target. */
export function ownNeeds({ summary, logFile }: ShowFlags): PermissionNeed[] {
  return [
    ...(summary === undefined
      ? []
      : [{ kind: "write", target: summary, reason: "write the summary" } as const]),
    ...(logFile === undefined
      ? []
      : [{ kind: "write", target: logFile, reason: "write the log" } as const]),
  ];
}

/**
 * Milliseconds in which a signal is taken for the one before: one to all processes of a group comes
 * again from whoever passes it on, as `timeout` does, or the other process of a confined run.
 */
const SAME_SIGNAL = 200;

/** Stops a run when the process is told to: first in order, the second time at once. */
export function stopOnSignal(reporter: Reporter, io: CliIo): {
  readonly signal: AbortSignal;
  readonly release: () => void;
  readonly code: () => number | undefined;
} {
  const controller = new AbortController();
  let code: number | undefined;
  let first = 0;
  const release = io.onStop((signal) => {
    if (code !== undefined) return io.now() - first < SAME_SIGNAL ? undefined : io.exit(code);
    first = io.now();
    code = signal === "SIGTERM" ? EXIT_CODES.terminated : EXIT_CODES.interrupted;
    const again = signal === "SIGINT" ? " (Ctrl-C again stops at once)" : "";
    reporter.line("info", `Stopping after the batch in flight${again}`);
    controller.abort(new InterruptedError(`The run was stopped by ${signal}.`));
  });
  return { signal: controller.signal, release, code: () => code };
}

function why(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "the folder does not exist";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return error instanceof Error ? error.message.replace(/ \(os error \d+\).*/, "") : String(error);
}

/** The error for a summary that cannot be written. */
function summaryFailed(path: string, cause: unknown): IoError {
  return new IoError(`Cannot write the summary "${path}": ${why(cause)}.`, {
    hint: "--summary takes a file in a folder that is there",
    cause,
  });
}

/** Makes sure that the summary can be written before the run, which may take hours, has begun. */
export function touchSummary(path: string, io: CliIo): void {
  try {
    io.appendFile(path, "");
  } catch (cause) {
    throw summaryFailed(path, cause);
  }
}

/** Who gets the result of a run. */
export interface ResultTakers {
  readonly show: ShowFlags;
  /** Whether the file of `--summary` may be written. */
  readonly ownFiles: boolean;
  /** Whether standard output has room for the object of `--json`. */
  readonly output: boolean;
}

/**
 * Gives the result of a run to those who asked for it.
 *
 * @param result The result; the exit code is put into it.
 * @param code The exit code so far.
 * @returns The exit code: a summary that cannot be written is a failure too.
 */
export function giveResult(
  result: Readonly<Record<string, unknown>>,
  code: number,
  { show, ownFiles, output }: ResultTakers,
  reporter: Reporter,
  io: CliIo,
): number {
  let exitCode = code;
  if (show.summary !== undefined && ownFiles) {
    try {
      io.writeFile(show.summary, jsonText({ ...result, exitCode }, 2) + "\n");
    } catch (cause) {
      const failed = summaryFailed(show.summary, cause);
      reporter.line("error", errorToText(failed, show.verbose).trimEnd());
      if (code === EXIT_CODES.done) exitCode = exitCodeOf(failed);
    }
  }
  if (show.json && output) outIfRead(io, jsonText({ ...result, exitCode }) + "\n");
  return exitCode;
}
