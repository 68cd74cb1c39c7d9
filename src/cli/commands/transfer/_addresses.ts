import { parseAddress } from "../../../connectors/address.ts";
import { type Address, NotFoundError, type PermissionNeed, UsageError } from "../../../core/mod.ts";
import type { CliIo } from "../../_io.ts";
import { parseMongoAddress } from "../../../connectors/_mongodb_address.ts";

/** An end of a run as the command line names it. */
export interface EndText {
  readonly role: "source" | "target";
  readonly text: string;
  readonly format?: string | undefined;
  /** Names given beside a connection string, by the presets. */
  readonly namespace?: { readonly database: string; readonly collection: string };
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

/** The addresses of the ends, read from where they are; both ends' permissions are checked at once. */
export async function resolveAddresses(
  ends: readonly EndText[],
  system: boolean,
  io: CliIo,
): Promise<Address[]> {
  await io.allow(ends.flatMap(needsOf), "some");
  return ends.map(({ role, text, format, namespace }) => {
    const options = {
      role,
      system,
      ...(format === undefined ? {} : { format }),
      env: io.env,
      isFolder: io.isFolder,
      readFile: (path: string) => readAddressFile(path, role, io),
    };
    if (namespace === undefined) return parseAddress(text, options);
    return parsePresetUri(text, options, namespace);
  });
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
