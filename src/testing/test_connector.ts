import { connectorChecks } from "./connector_checks.ts";
import { type ConnectorSuite, SkippedCheck } from "./suite.ts";

/**
 * Registers the tests that every connector passes. What is skipped is printed with its reason.
 *
 * They check that: permissions are stated without I/O and are exactly what a run needs; connecting
 * and letting go can be repeated; reading is lazy, in well-formed batches of the size asked for,
 * goes on after any position it gave, stops by signal, and lets go when left early; every BSON type
 * survives a round trip byte for byte (for sources with that fidelity); a batch that is written
 * again is not doubled; giving up leaves nothing; what exists is not replaced unasked; and that the
 * documents' side agrees with the raw one.
 *
 * @param suite The connector, and how to make empty places for it.
 *
 * @example
 * ```ts ignore
 * import { testConnector } from "@datahood/cli/testing";
 * import { NullConnector } from "@datahood/cli";
 *
 * testConnector({
 *   name: "null",
 *   roles: ["target"],
 *   place: () => ({
 *     connector: () => new NullConnector(),
 *     [Symbol.asyncDispose]: () => Promise.resolve(),
 *   }),
 * });
 * ```
 */
export function testConnector(suite: ConnectorSuite): void {
  const register = suite.test ?? registerTest;
  for (const [name, reason] of Object.entries(suite.without ?? {})) {
    say(`${suite.name}: the sample "${name}" is left out: ${reason}`);
  }
  for (const check of connectorChecks(suite)) {
    const name = `${suite.name} conforms: ${check.title}`;
    if (check.skipped !== undefined) {
      say(`skipped "${name}": ${check.skipped}`);
      Deno.test({ name, ignore: true, fn: () => {} });
      continue;
    }
    register(name, async () => {
      try {
        await check.run();
      } catch (error) {
        if (!(error instanceof SkippedCheck)) throw error;
        say(`skipped "${name}": ${error.message}`);
      }
    });
  }
}

function registerTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: true, sanitizeResources: true });
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
