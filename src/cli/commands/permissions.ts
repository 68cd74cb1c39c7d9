import { redactConnectionString } from "../../connectors/_mongodb_address.ts";
import { EXIT_CODES, type PermissionNeed, UsageError } from "../../core/mod.ts";
import { permissionWords, quoteWord } from "../../permissions/mod.ts";
import { type CliIo, NotRunHere } from "../_io.ts";
import { howStarted } from "../_started.ts";

/** What the command is told beside the command line that it is about. */
export interface PermissionsFlags {
  readonly json?: boolean | undefined;
  readonly discover?: boolean | undefined;
}

/** Prints what a command line needs to be allowed. Nothing of it is run, and nothing is opened. */
export async function permissionsCommand(
  flags: PermissionsFlags,
  words: readonly string[],
  io: CliIo,
  run: (args: readonly string[], io: CliIo) => Promise<number>,
): Promise<number> {
  if (words.length === 0) {
    throw new UsageError("Cannot tell what is needed: no command was given.", {
      hint: "datahood permissions transfer mongodb://localhost/shop.orders orders.bson.gz",
    });
  }
  if (words[0] === "permissions") {
    throw new UsageError("Cannot tell what is needed: permissions needs nothing itself.", {
      hint: "but for the variable or the file that an address is in; name another command",
    });
  }
  const needs: PermissionNeed[] = [];
  let complete = false;
  let refused: unknown;
  const code = await run(words, {
    ...io,
    out: () => {},
    async allow(found, known = "all", discover) {
      if (known === "some") {
        needs.push(...found);
        // Where the address is, its host is: what it takes to know it is taken here too; no more.
        if (refused !== undefined) throw refused;
        return await io.allow(found, known).catch((error) => {
          throw refused = error;
        });
      }
      needs.push(...flags.discover && discover !== undefined ? await discover() : found);
      complete = true;
      throw new NotRunHere(EXIT_CODES.done);
    },
  });
  // What is wrong with the command was told; one that opens nothing needs nothing.
  if (!complete && code !== EXIT_CODES.done) return code;
  print(unique(needs), words, flags.json ?? false, io);
  return EXIT_CODES.done;
}

function unique(needs: readonly PermissionNeed[]): PermissionNeed[] {
  const found = new Map<string, PermissionNeed>();
  for (const need of needs) found.set(`${need.kind}\0${need.target}`, need);
  return [...found.values()];
}

function print(
  needs: readonly PermissionNeed[],
  words: readonly string[],
  json: boolean,
  io: CliIo,
): void {
  const { entry, flags } = howStarted();
  const allowed = ["--no-prompt", ...permissionWords(needs)];
  const shown = words.map((word) =>
    word.replace(/mongodb(?:\+srv)?:\/\/.*$/i, (uri) => redactConnectionString(uri))
  );
  const command = ["deno", "run", ...allowed, ...flags, entry, ...shown];
  if (json) {
    const result = { schemaVersion: 1, flags: allowed, needs, command };
    return io.out(`${JSON.stringify(result)}\n`);
  }
  io.out(`${command.map(quoteWord).join(" ")}\n`);
  if (needs.length === 0) return io.err("It needs no permission.\n");
  const lines = needs.map(({ kind, target, reason }) => [`--allow-${kind}=${target}`, reason]);
  const width = Math.max(...lines.map(([flag]) => flag!.length));
  for (const [flag, reason] of lines) io.err(`  ${flag!.padEnd(width)}  to ${reason}\n`);
  // A wildcard stands for hosts that only a name server knows, which itself has to be reached.
  if (needs.some(({ kind, target }) => kind === "net" && target.startsWith("*."))) {
    io.err("hint: the name server is asked too; --discover names it, and the hosts one by one\n");
  }
  if (shown.some((word, at) => word !== words[at])) {
    io.err("hint: put an address with a password into a variable, and name it as env:NAME\n");
  }
}
