import { formatNamespace } from "../../core/mod.ts";
import { DEFAULT_FAIL_ON, type Drift, DRIFT_CLASSES, type DriftClass } from "./drift.ts";

/** How differences are shown. */
export interface ReportOptions {
  /** The classes that make the check fail. Default {@linkcode DEFAULT_FAIL_ON}. */
  readonly failOn?: readonly DriftClass[];
}

/**
 * Writes differences for people, programs, or a GitHub workflow.
 *
 * @param drifts The differences.
 * @param as `text`: a line each, with its class, and a last line with the counts. `json`: an object
 * with the members of each {@linkcode Drift}, the namespace as text, and whether it makes the check
 * fail. `github`: a workflow command each, which becomes an annotation: `::error` for those that make
 * the check fail, else `::warning`.
 * @param options Which classes make the check fail.
 * @returns The text, with a line end at its end unless it is empty.
 *
 * @example
 * ```ts
 * import { reportDrift } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const message = "orders.total: missing in 1 of 401 (was always there)";
 * const namespace = { db: "shop", collection: "orders" };
 * const drift = { class: "widening", namespace, path: "total", message, ids: [] } as const;
 * assertEquals(
 *   reportDrift([drift], "github"),
 *   "::error title=Schema drift (widening)::orders.total: missing in 1 of 401 (was always there)\n",
 * );
 * assertEquals(reportDrift([], "text"), "No drift.\n");
 * ```
 */
export function reportDrift(
  drifts: readonly Drift[],
  as: "text" | "json" | "github",
  options: ReportOptions = {},
): string {
  const { failOn = DEFAULT_FAIL_ON } = options;
  const fails = (drift: Drift) => failOn.includes(drift.class);
  switch (as) {
    case "text":
      return asText(drifts, fails);
    case "json": {
      const items = drifts.map((drift) => ({
        ...drift,
        namespace: formatNamespace(drift.namespace),
        fails: fails(drift),
      }));
      return `${JSON.stringify({ fails: drifts.some(fails), drifts: items }, null, 2)}\n`;
    }
    case "github":
      return drifts.map((drift) => `${annotation(drift, fails(drift))}\n`).join("");
    default:
      return as satisfies never;
  }
}

function asText(drifts: readonly Drift[], fails: (drift: Drift) => boolean): string {
  if (drifts.length === 0) return "No drift.\n";
  const width = Math.max(...drifts.map((drift) => drift.class.length));
  const lines = drifts.map((drift) => `${drift.class.padEnd(width)}  ${drift.message}`);
  const counts = DRIFT_CLASSES.flatMap((name) => {
    const count = drifts.filter((drift) => drift.class === name).length;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  const failing = drifts.filter(fails).length;
  const end = failing === drifts.length
    ? ""
    : `; ${
      failing === 0
        ? "none of them fails"
        : `${failing} of them ${failing === 1 ? "fails" : "fail"}`
    }`;
  return [...lines, "", `${counts.join(", ")}${end}`, ""].join("\n");
}

/** {@link https://docs.github.com/actions/reference/workflow-commands-for-github-actions} */
function annotation({ class: kind, message }: Drift, fails: boolean): string {
  const data = message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return `::${fails ? "error" : "warning"} title=Schema drift (${kind})::${data}`;
}
