import { parseAddress } from "../../../connectors/address.ts";
import {
  type Address,
  NotFoundError,
  PermissionError,
  type PermissionNeed,
  UsageError,
} from "../../../core/mod.ts";
import type { CliIo } from "../../_io.ts";
import { parseMongoAddress } from "../../../connectors/_mongodb_address.ts";
import { descriptorOf } from "../_run.ts";

/** An end of a run as the command line names it. */
export interface EndText {
  readonly role: "source" | "target";
  readonly text: string;
  readonly format?: string | undefined;
  /** Names given beside a connection string, by the presets. */
  readonly namespace?: { readonly database: string; readonly collection: string };
  /** Where it is not read or written as its role says: it is only looked at, or left alone. */
  readonly only?: "look" | "name" | undefined;
}

/** What must be allowed to learn the address itself. */
function needsOf({ role, text }: EndText): readonly PermissionNeed[] {
  const reason = `read the address of the ${role}`;
  if (/^env:./.test(text)) return [{ kind: "env", target: text.slice(4), reason }];
  if (/^@./.test(text)) return [{ kind: "read", target: text.slice(1), reason }];
  return [];
}

function readAddressFile(path: string, role: "source" | "target", io: CliIo): string {
  try {
    return io.readFile(path);
  } catch (error) {
    const state = error instanceof Deno.errors.NotFound
      ? "no such file"
      : error instanceof Deno.errors.IsADirectory
      ? "it is a folder"
      : "it cannot be read";
    throw new NotFoundError(`Cannot read the ${role}'s address from "@${path}": ${state}.`, {
      stage: role,
      hint: "put the address alone on the first line of that file",
      cause: error,
    });
  }
}

/**
 * The addresses of the ends, read from where they are; both ends' permissions are checked at once.
 *
 * @throws {PermissionError} Where one may not be read, with all that is known to be missing by then.
 */
export async function resolveAddresses(
  ends: readonly EndText[],
  system: boolean,
  io: CliIo,
): Promise<Address[]> {
  const first = ends.flatMap(needsOf);
  try {
    await io.allow(first, "some");
  } catch (error) {
    if (!(error instanceof PermissionError)) throw error;
    // Who has to add a flag adds all of them: those of the other end are known already.
    await io.allow([...first, ...knownNeeds(ends, system, io)], "some");
    throw error;
  }
  const found: Address[] = [];
  for (const end of ends) found.push(await resolveAddress(end, system, io));
  return found;
}

/** What the ends need whose addresses are in plain sight. */
function knownNeeds(ends: readonly EndText[], system: boolean, io: CliIo): PermissionNeed[] {
  return ends.filter((end) => needsOf(end).length === 0).flatMap((end) => {
    const { role, only } = end;
    if (only === "name") return [];
    try {
      const address = parseEnd(end, system, io, (path) => io.isFolder(path) ?? false);
      return descriptorOf(address.kind).permissions(address, { role, lookOnly: only === "look" });
    } catch {
      // What is wrong with it is told once it is its turn.
      return [];
    }
  });
}

async function resolveAddress(end: EndText, system: boolean, io: CliIo): Promise<Address> {
  let hidden: string | undefined;
  const isFolder = (path: string) => {
    const is = io.isFolder(path);
    if (is === undefined) hidden = path;
    return is ?? false;
  };
  try {
    return parseEnd(end, system, io, isFolder);
  } catch (error) {
    // A name that tells nothing may be that of a folder, if only it could be looked at.
    if (hidden === undefined) throw error;
    const reason = `see whether the ${end.role} is a folder`;
    await io.allow([{ kind: "read", target: hidden, reason }], "some");
    throw error;
  }
}

function parseEnd(
  { role, text, format, namespace }: EndText,
  system: boolean,
  io: CliIo,
  isFolder: (path: string) => boolean,
): Address {
  const options = {
    role,
    system,
    ...(format === undefined ? {} : { format }),
    env: io.env,
    isFolder,
    readFile: (path: string) => readAddressFile(path, role, io),
  };
  if (namespace === undefined) return parseAddress(text, options);
  return parsePresetUri(text, options, namespace);
}

/** In a preset's connection string the path is what a driver means by it: the login database. */
function parsePresetUri(
  text: string,
  options: Parameters<typeof parseAddress>[1],
  namespace: { readonly database: string; readonly collection: string },
): Address {
  let uri = text;
  if (text.startsWith("env:")) uri = options.env?.(text.slice(4))?.trim() ?? "";
  if (text.startsWith("@")) uri = options.readFile?.(text.slice(1)).split(/\r?\n/)[0]?.trim() ?? "";
  const flag = options.role === "source" ? "--source-uri" : "--dest-uri";
  if (!/^mongodb(?:\+srv)?:/i.test(uri)) {
    throw new UsageError(
      `Cannot use ${flag}${uri === text ? ` "${text}"` : ` from "${text}"`}: ` +
        "it is not a MongoDB connection string.",
      { hint: `such as ${flag} mongodb://localhost:27017` },
    );
  }
  return parseMongoAddress(uri, { system: true, namespace });
}
