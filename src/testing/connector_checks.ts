import { namespaceOf } from "./_bench.ts";
import { lifeChecks } from "./_life_checks.ts";
import { permissionChecks } from "./_permission_checks.ts";
import { sourceChecks } from "./_source_checks.ts";
import { targetChecks } from "./_target_checks.ts";
import type { CheckName, ConnectorSuite } from "./suite.ts";

/** One check of a connector. */
export interface ConnectorCheck {
  /** By which it can be left out. */
  readonly name: CheckName;
  /** What holds if it passes. */
  readonly title: string;
  /** Why it is not made, if so. */
  readonly skipped?: string;
  /** Makes it in a place of its own; throws if it does not hold, `SkippedCheck` if it cannot be. */
  run(): Promise<void>;
}

/**
 * Everything that a connector is held to, as checks that can be run one by one.
 *
 * @param suite The connector.
 * @returns The checks, in order; some may be skipped, with the reason.
 *
 * @example
 * ```ts
 * import { NullConnector } from "@datahood/cli";
 * import { connectorChecks } from "@datahood/cli/testing";
 *
 * const checks = connectorChecks({
 *   name: "null",
 *   roles: ["target"],
 *   place: () => ({
 *     connector: () => new NullConnector(),
 *     [Symbol.asyncDispose]: () => Promise.resolve(),
 *   }),
 * });
 * for (const check of checks) if (check.skipped === undefined) await check.run();
 * ```
 */
export function connectorChecks(suite: ConnectorSuite): readonly ConnectorCheck[] {
  const all = [...lifeChecks, ...sourceChecks, ...targetChecks, ...permissionChecks];
  return all.map(({ name, title, needs, run }) => {
    const skipped = suite.skip?.[name] ?? missingEnd(suite, needs) ??
      (name.startsWith("permissions-") && suite.permissions === undefined
        ? "the suite names no program to run"
        : undefined);
    return {
      name,
      title,
      ...(skipped === undefined ? {} : { skipped }),
      run: async () => {
        await using place = await suite.place();
        await run({ suite, place, namespace: namespaceOf(suite) });
      },
    };
  });
}

function missingEnd(
  { roles }: ConnectorSuite,
  needs: readonly ("source" | "target")[],
): string | undefined {
  const missing = needs.find((role) => !roles.includes(role));
  if (missing === undefined) return undefined;
  return missing === "source" ? "it cannot be read" : "it cannot be written";
}
