import {
  type Counts,
  formatNamespace,
  type Issue,
  type Namespace,
  type TransferSummary,
} from "../../core/mod.ts";
import { noCounts } from "../../core/_no_counts.ts";
import { tableLines } from "./_table.ts";
import { formatBytes, formatCount, formatSeconds } from "./_units.ts";

const HEAD = ["collection", "read", "written", "unchanged", "skipped", "rejected", "bytes", "time"];

function row(name: string, counts: Counts, seconds: number): string[] {
  return [
    name,
    formatCount(counts.read),
    formatCount(counts.written),
    formatCount(counts.unchanged),
    formatCount(counts.skipped),
    formatCount(counts.rejected),
    formatBytes(counts.bytesRead),
    formatSeconds(seconds),
    `${formatBytes(counts.bytesRead / Math.max(seconds, 0.001))}/s`,
  ];
}

function nameOf(namespace: Namespace, display: string): string {
  const name = formatNamespace(namespace);
  return name === "" ? display : name;
}

/** The row of a view, which has no documents of its own. */
function viewRow(name: string, seconds: number): string[] {
  const cells = HEAD.map(() => "");
  return [name, "view", ...cells.slice(2, -1), formatSeconds(seconds), ""];
}

/**
 * What a run did, as a table: one row a collection, and one for all where there are several.
 *
 * @param summary What was done.
 * @param target The target's address, for a collection without a name.
 * @param views Names at the source of views that were taken as what defines them.
 * @returns Lines, each with its end.
 */
export function summaryTable(
  summary: TransferSummary,
  target: string,
  views: ReadonlySet<string> = new Set(),
): string {
  const rows = summary.collections.map(({ from, to, counts, seconds }) =>
    views.has(formatNamespace(from))
      ? viewRow(nameOf(to, target), seconds)
      : row(nameOf(to, target), counts, seconds)
  );
  if (rows.length !== 1) rows.push(row("all", summary.counts, summary.seconds));
  const lines = tableLines([[...HEAD, "rate"], ...rows], (column) => column > 0);
  return lines.map((line) => `${line}\n`).join("");
}

/** What else is known of a run that is told as JSON. */
export interface SummaryContext {
  /** The source's address without secrets; `null` if it was not understood. */
  readonly source: string | null;
  /** The target's address without secrets; `null` if it was not understood. */
  readonly target: string | null;
  /** Whether nothing was written on purpose. */
  readonly dryRun: boolean;
  /** What became of what. */
  readonly plan: readonly { readonly from: string; readonly to: string }[];
  /** What was worth saying. */
  readonly issues: readonly Issue[];
  /** The exit code. */
  readonly exitCode: number;
}

/** A run that did not come to reading. */
const NOTHING: Pick<
  TransferSummary,
  "collections" | "counts" | "seconds" | "retries" | "rejections"
> = {
  collections: [],
  counts: noCounts(),
  seconds: 0,
  retries: 0,
  rejections: [],
};

/** What a run did, as the object that `--json` and `--summary` give: always with the same keys. */
export function summaryJson(
  context: SummaryContext,
  summary: TransferSummary | undefined,
): Record<string, unknown> {
  const { issues, plan, ...rest } = context;
  const source = context.source ?? "";
  const { collections, counts, seconds, retries, rejections } = summary ?? NOTHING;
  return {
    schemaVersion: 1,
    ...rest,
    plan,
    collections: collections.map(({ from, to, counts, seconds }) => ({
      from: nameOf(from, source),
      to: nameOf(to, context.target ?? ""),
      ...counts,
      seconds: rounded(seconds),
      bytesPerSecond: Math.round(counts.bytesRead / Math.max(seconds, 0.001)),
    })),
    counts,
    seconds: rounded(seconds),
    bytesPerSecond: Math.round(counts.bytesRead / Math.max(seconds, 0.001)),
    retries,
    rejections: rejections.map(({ from, ...rejection }) => ({
      from: nameOf(from, source),
      ...rejection,
    })),
    issues: issues.map(({ code, level, message, namespace }) => ({
      code,
      level,
      message,
      ...(namespace === undefined ? {} : { namespace: formatNamespace(namespace) }),
    })),
  };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
