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
  const { shown, secrets } = withoutSecrets(words);
  const needs: PermissionNeed[] = [];
  let complete = false;
  let refused: unknown;
  const code = await run(shown, {
    ...io,
    out: () => {},
    env: (name) => secrets.get(name) ?? io.env(name),
    async allow(needed, known = "all", discover) {
      if (known === "some") {
        needs.push(...needed);
        // What is not set yet is not read here either.
        const found = needed.filter(({ kind, target }) => kind !== "env" || !secrets.has(target));
        // Where the address is, its host is: what it takes to know it is taken here too; no more.
        if (refused !== undefined) throw refused;
        return await io.allow(found, known).catch((error) => {
          throw refused = error;
        });
      }
      needs.push(...flags.discover && discover !== undefined ? await discover() : needed);
      complete = true;
      throw new NotRunHere(EXIT_CODES.done);
    },
  });
  // What is wrong with the command was told; one that opens nothing needs nothing.
  if (!complete && code !== EXIT_CODES.done) return code;
  print(unique(needs), shown, secrets, flags.json ?? false, io);
  return EXIT_CODES.done;
}

function unique(needs: readonly PermissionNeed[]): PermissionNeed[] {
  const found = new Map<string, PermissionNeed>();
  for (const need of needs) found.set(`${need.kind}\0${need.target}`, need);
  return [...found.values()];
}

/** A variable for an address that is typed with a secret; a line that is pasted names it. */
const VARIABLE = "DATAHOOD_ADDRESS";

/** The words, with variables in place of addresses that hold secrets, and what is in these. */
function withoutSecrets(words: readonly string[]): {
  shown: readonly string[];
  secrets: ReadonlyMap<string, string>;
} {
  const secrets = new Map<string, string>();
  const shown = words.map((word) => {
    const [, option = "", uri = ""] = /^(--[\w-]+=)?(mongodb(?:\+srv)?:\/\/.*)$/is.exec(word) ?? [];
    if (uri === "" || redactConnectionString(uri) === uri) return word;
    const known = [...secrets].find(([, address]) => address === uri)?.[0];
    const name = known ?? (secrets.size === 0 ? VARIABLE : `${VARIABLE}_${secrets.size + 1}`);
    secrets.set(name, uri);
    return `${option}env:${name}`;
  });
  return { shown, secrets };
}

function print(
  needs: readonly PermissionNeed[],
  shown: readonly string[],
  secrets: ReadonlyMap<string, string>,
  json: boolean,
  io: CliIo,
): void {
  const { entry, flags } = howStarted();
  const allowed = ["--no-prompt", ...permissionWords(needs)];
  const command = ["deno", "run", ...allowed, ...flags, entry, ...shown];
  if (json) {
    const variables = [...secrets].map(([name, uri]) => [name, redactConnectionString(uri)]);
    const result = {
      schemaVersion: 1,
      flags: allowed,
      needs,
      command,
      variables: Object.fromEntries(variables),
    };
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
  for (const [name, uri] of secrets) {
    io.err(
      `hint: the address has a secret; first set ${name}, with the secret in place of ***: ` +
        `export ${name}=${quoteWord(redactConnectionString(uri))}\n`,
    );
  }
}
