import { type PermissionNeed, UnsupportedError } from "../core/mod.ts";
import { revokeUnneeded, runSandboxed } from "../permissions/mod.ts";
import { type CliIo, NotRunHere } from "./_io.ts";
import { howStarted } from "./_started.ts";

/** The option that confines a run; every command that moves or reads data takes it. */
const SANDBOX = "--sandbox";
/** Where a confined run finds an address that holds a secret: arguments are shown by the system. */
const ADDRESS_VARIABLE = "DATAHOOD_ADDRESS_";
const ADDRESS = /^((?:--[\w-]+=)?)([a-z][a-z0-9+.-]*:\/\/.*)$/is;

/**
 * The words without the option; one behind `--` is data.
 *
 * @param args The command line.
 */
export function withoutSandbox(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.filter((word, at) => word !== SANDBOX || (end >= 0 && at > end));
}

/**
 * A process whose runs are done by another one that may do just what they need; where none can be
 * started, this one gives up the kinds of permissions that are not needed.
 *
 * @param args The command line, without {@linkcode SANDBOX}.
 * @param io The process.
 */
export function sandboxed(args: readonly string[], io: CliIo): CliIo {
  const needed: PermissionNeed[] = [];
  let elsewhere = false;
  return {
    ...io,
    // Once another process does the work, that one is told to stop, and says so.
    onStop: (listener) => io.onStop((signal) => elsewhere ? undefined : listener(signal)),
    async allow(needs, known = "all") {
      needed.push(...needs);
      if (known === "some") return await io.allow(needs, known);
      if ((globalThis as { Deno?: { build?: object } }).Deno?.build === undefined) {
        throw new UnsupportedError(`Cannot use ${SANDBOX}: this runtime has no permissions.`, {
          hint: "run datahood with Deno",
        });
      }
      const { entry, flags, standalone } = howStarted();
      if (standalone || !await maySpawn()) return await confineThis(needed, io);
      const { words, env } = await withoutSecrets(args);
      elsewhere = true;
      throw new NotRunHere(
        await runSandboxed({ needs: needed, entry, args: words, env, flags }),
      );
    },
  };
}

async function maySpawn(): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "run", command: Deno.execPath() });
  return state === "granted";
}

async function confineThis(needs: readonly PermissionNeed[], io: CliIo): Promise<void> {
  await io.allow(needs);
  const given = await revokeUnneeded(needs);
  const what = given.length === 0 ? "nothing" : given.join(", ");
  io.err(
    `${SANDBOX}: gave up ${what}; what is needed of another kind is allowed as a whole, which is ` +
      "coarser than a run by deno with exact flags\n",
  );
}

/** The words with each address that holds a secret in a variable instead. */
async function withoutSecrets(
  args: readonly string[],
): Promise<{ words: string[]; env: Record<string, string> }> {
  const { redactConnectionString } = await import("../connectors/_mongodb_address.ts");
  const env: Record<string, string> = {};
  const words = args.map((word) => {
    const [, option = "", address] = ADDRESS.exec(word) ?? [];
    if (address === undefined || redactConnectionString(address) === address) return word;
    const name = `${ADDRESS_VARIABLE}${Object.keys(env).length + 1}`;
    env[name] = address;
    return `${option}env:${name}`;
  });
  return { words, env };
}
