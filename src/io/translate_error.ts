import {
  DatahoodError,
  IoError,
  NotFoundError,
  PermissionError,
  type PermissionNeed,
  type Stage,
} from "../core/mod.ts";
import { ClosedPipeError } from "./closed_pipe.ts";

/** What was being done when the runtime or system refused. */
export interface IoContext {
  /** Which end of the run, which also says whether it was read or written. */
  readonly stage: Stage;
  /** The path, as the user wrote it. */
  readonly path: string;
  /** What the action needs to be allowed. */
  readonly needs: readonly PermissionNeed[];
}

/** What the system's codes mean for the one who waits, and what to do. */
const STATES: Record<string, readonly [state: string, hint: string | undefined]> = {
  ENOSPC: ["the disk is full", "make room there, or write to another disk"],
  EDQUOT: ["the disk quota is used up", "make room there, or write to another disk"],
  EFBIG: ["the file would be larger than the system allows", undefined],
  EROFS: ["the disk is read-only", "write to another folder"],
  EACCES: ["the system does not permit it", "look at who owns it and at its mode"],
  EPERM: ["the system does not permit it", "look at who owns it and at its mode"],
  EISDIR: ["it is a folder", "name a file in it"],
  ENOTDIR: ["a part of its path is a file, not a folder", undefined],
  ENAMETOOLONG: ["its name is too long for the file system", "choose a shorter name"],
  ELOOP: ["its links lead in a circle", undefined],
  EMFILE: ["too many files are open", "raise the limit (ulimit -n)"],
  ENFILE: ["too many files are open", undefined],
  EBUSY: ["it is in use", undefined],
  ETXTBSY: ["it is in use", undefined],
  EIO: ["the device reports an error", "look at the system's log; the disk may be failing"],
  ENXIO: ["nothing is at the other end of it", undefined],
};

/**
 * Translates what the runtime throws for a file into datahood's errors; the one place that does.
 *
 * @param error What was thrown.
 * @param context What was being done.
 * @returns An error to throw; a {@linkcode DatahoodError} comes back as it is.
 */
export function translateIoError(error: unknown, context: IoContext): Error {
  if (error instanceof DatahoodError) return error;
  if (!(error instanceof Error)) return new IoError(`${action(context)}: ${error}`);
  const { stage, path, needs } = context;
  const options = { stage, cause: error };
  if (error instanceof Deno.errors.NotCapable) {
    const kinds = stage === "source" ? "read" : "read and write";
    return new PermissionError(`${action(context)}: Deno was not allowed to ${kinds} it`, needs, {
      ...options,
      hint: `allow it with ${
        needs.map(({ kind, target }) => `--allow-${kind}=${target}`).join(" ")
      }`,
    });
  }
  const code = (error as { code?: unknown }).code;
  if (code === "EPIPE" || error instanceof Deno.errors.BrokenPipe) {
    return new ClosedPipeError(`${action(context)}: its reader closed it`, options);
  }
  if (code === "ENOENT" || error instanceof Deno.errors.NotFound) {
    if (stage === "source") {
      return new NotFoundError(`${action(context)}: there is no such file`, {
        ...options,
        hint: "look at the spelling and the folder you are in",
      });
    }
    const folder = path.replace(/[^/\\]*$/, "").replace(/(?<=.)[/\\]+$/, "") || ".";
    if (isFolder(folder)) {
      return new IoError(`${action(context)}: no file can be made in "${folder}"`, options);
    }
    return new IoError(`${action(context)}: the folder "${folder}" does not exist`, {
      ...options,
      hint: `make it first: mkdir -p '${folder}'`,
    });
  }
  const [state, hint] = STATES[typeof code === "string" ? code : ""] ??
    [error.message.replace(/ \(os error \d+\).*$/s, "").toLowerCase(), undefined];
  return new IoError(
    `${action(context)}: ${state}`,
    hint === undefined ? options : {
      ...options,
      hint,
    },
  );
}

/** `Cannot read "x"`, with the standard streams by their names. */
export function action({ stage, path }: Pick<IoContext, "stage" | "path">): string {
  if (path === "-") {
    return stage === "source" ? "Cannot read standard input" : "Cannot write standard output";
  }
  return `Cannot ${stage === "source" ? "read" : "write"} "${path}"`;
}

function isFolder(path: string): boolean {
  try {
    // Nobody is asked for a permission, only to tell an error better.
    const { state } = Deno.permissions.querySync({ name: "read", path });
    return state === "granted" && Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
