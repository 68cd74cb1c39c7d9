import { UsageError, VERSION } from "../core/mod.ts";

/** How this command line was started, so that it can be started again. */
export interface Started {
  /** The module that `deno run` takes; the published one where this is no module, as in a binary. */
  readonly entry: string;
  /** Flags for Deno that are not permissions: those of a checkout, or `--cert`. */
  readonly flags: readonly string[];
  /** Whether it is a compiled binary, which cannot be started with other permissions. */
  readonly standalone: boolean;
}

/** A variable with more flags for Deno, apart by blanks, such as `--cert corporate.pem`. */
const FLAGS_VARIABLE = "DATAHOOD_DENO_FLAGS";

/** Flags of `deno run` that grant something. */
const GRANTS = /^(?:--allow-|--permission-set|-[A-Za-z]*[ARWNESIP])/;

/**
 * Looks at how this command line was started.
 *
 * @throws {UsageError} If the variable with more flags grants something.
 */
export function howStarted(): Started {
  const published = `jsr:@datahood/cli@${VERSION}`;
  const { standalone } = Deno.build;
  let entry = published;
  try {
    // A published module is named without its version, which may be another one tomorrow; what runs
    // on Node.js is no module for Deno.
    if ("Deno" in globalThis && !standalone && !Deno.mainModule.startsWith("jsr:")) {
      entry = Deno.mainModule;
    }
  } catch {
    // Where the path of the main module may not be read, the published one is as good.
  }
  return { entry, flags: moreFlags(), standalone };
}

function moreFlags(): string[] {
  const { state } = Deno.permissions.querySync({ name: "env", variable: FLAGS_VARIABLE });
  if (state !== "granted") return [];
  const flags = Deno.env.get(FLAGS_VARIABLE)?.split(/\s+/).filter((word) => word !== "") ?? [];
  const grant = flags.find((flag) => GRANTS.test(flag));
  if (grant === undefined) return flags;
  throw new UsageError(`Cannot use "${grant}" of ${FLAGS_VARIABLE}: it grants a permission`, {
    hint: "what is needed is worked out from the command line; leave the flag out",
  });
}
