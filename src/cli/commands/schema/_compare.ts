import { DataError, EXIT_CODES, formatNamespace, UsageError } from "../../../core/mod.ts";
import type { ProfiledCollection } from "../../../profile/mod.ts";
import type { Drift, DriftClass } from "../../../schema/drift/mod.ts";
import { type CliIo, outIfRead } from "../../_io.ts";
import { parseChoice, parseShare } from "../../_values.ts";
import { list, parseShowFlags, type RawFlags, read, type ShowFlags } from "../transfer/_flags.ts";
import { parseFailOn, parseSourceFlags, type SourceFlags } from "./_flags.ts";
import { type Frame, runFramed } from "./_frame.ts";
import {
  discoverSources,
  profilesOf,
  resolveSource,
  type SchemaSource,
  sourceNeeds,
} from "./_source.ts";

/** How differences are looked for and shown. */
interface CompareFlags {
  readonly failOn: readonly DriftClass[] | undefined;
  readonly report: "text" | "json" | "github";
  readonly shareShift: number | undefined;
}

/** Two sides to be compared. */
interface Comparison {
  /** What was. */
  readonly before: string;
  /** What is. */
  readonly after: string;
  /** Whether documents are checked against a profile; else two sides are compared as equals. */
  readonly check: boolean;
}

/** Compares two sides, shows the differences and gives the exit code. */
export async function compare(
  { before, after, check }: Comparison,
  raw: RawFlags,
  io: CliIo,
): Promise<number> {
  const show = parseShowFlags(raw);
  const drift = await import("../../../schema/drift/mod.ts");
  const how = parseCompareFlags(raw, drift.DRIFT_CLASSES, show);
  const flags = await parseSourceFlags(raw);
  if (before === "-" && after === "-") {
    throw new UsageError("Cannot read both sides from standard input.", {
      hint: "write one of them into a file first",
    });
  }
  // What says how documents are read is about the side that is no profile.
  const none = await parseSourceFlags({ ...raw, ...NOT_FOR_PROFILES });
  // A check is against a profile, whatever it is called: what it holds else is told when it is read.
  const profiles = [isProfile(before) || (check && /\.json$/i.test(before)), isProfile(after)];
  const sides = [before, after].map((text, i) => ({
    text,
    profile: profiles[i]!,
    flags: profiles[i] && profiles[0] !== profiles[1] ? { ...none, include: flags.include } : flags,
  }));
  const sources: SchemaSource[] = [];
  for (const { text, profile, flags } of sides) {
    const end = { role: "source", text, format: profile ? undefined : flags.from } as const;
    sources.push(await resolveSource(end, flags, io, profile));
  }
  return await runFramed(show, io, async (frame) => {
    await frame.begin({
      needs: sources.flatMap((source, i) => sourceNeeds(source, sides[i]!.flags, frame.reporter)),
      discover: () =>
        discoverSources(
          sources.map((source, i) => ({ source, flags: sides[i]!.flags })),
          frame.reporter,
        ),
      reads: sources.flatMap(({ path }) => path === undefined ? [] : [{ name: "a source", path }]),
      writes: [],
    });
    const both = await profilesOfBoth(sources, sides.map(({ flags }) => flags), frame);
    for (const issue of flags.include?.unmatched() ?? []) frame.reporter.issue(issue);
    if (check && both[1]!.every(({ profile }) => profile.documents === 0)) {
      throw new DataError(`Cannot check "${sources[1]!.display}": it has no documents.`, {
        stage: "source",
        hint: "is it the right place? schema diff compares with nothing, too",
      });
    }
    const drifts = drift.compareProfiles(
      both[0]!,
      both[1]!,
      how.shareShift === undefined ? {} : { shareShift: how.shareShift },
    );
    const failing = how.failOn ??
      (check ? drift.DEFAULT_FAIL_ON : drift.DRIFT_CLASSES);
    if (!show.json) outIfRead(io, drift.reportDrift(drifts, how.report, { failOn: failing }));
    const fails = drifts.some((one) => failing.includes(one.class));
    return {
      code: fails ? EXIT_CODES.different : EXIT_CODES.done,
      result: {
        before: sources[0]!.display,
        after: sources[1]!.display,
        fails,
        drifts: drifts.map((one) => driftJson(one, failing)),
      },
    };
  });
}

/** Options that a saved profile refuses, not given. */
const NOT_FOR_PROFILES = {
  filter: undefined,
  sample: undefined,
  all: undefined,
  values: undefined,
  from: undefined,
};

function isProfile(text: string): boolean {
  return text.endsWith(".profile.json");
}

function driftJson(drift: Drift, failing: readonly DriftClass[]): Record<string, unknown> {
  return {
    ...drift,
    namespace: formatNamespace(drift.namespace),
    fails: failing.includes(drift.class),
  };
}

function parseCompareFlags(
  raw: RawFlags,
  classes: readonly DriftClass[],
  show: ShowFlags,
): CompareFlags {
  const report = read(
    raw,
    "report",
    (flag, value) => parseChoice(flag, value, ["text", "json", "github"]),
  );
  if (show.json && report !== undefined) {
    throw new UsageError("Cannot use --json with --report: standard output has one of them.", {
      hint: "--json has the differences too; --summary FILE writes the same into a file",
    });
  }
  return {
    failOn: list(raw, "failOn").length === 0 ? undefined : parseFailOn(raw, classes),
    report: report ?? "text",
    shareShift: read(raw, "shareShift", parseShare),
  };
}

/** Both sides keep the same values, else what one does not know would look like a difference. */
async function profilesOfBoth(
  sources: readonly SchemaSource[],
  flags: readonly SourceFlags[],
  frame: Frame,
): Promise<readonly (readonly ProfiledCollection[])[]> {
  const found: ProfiledCollection[][] = [];
  const saved = sources.findIndex(({ from }) => from === "profile");
  const order = saved === 1 ? [1, 0] : [0, 1];
  let values = undefined;
  for (const i of order) {
    const own = flags[i]!;
    const source = sources[i]!;
    const withValues = source.from === "documents" && own.values === undefined &&
        values !== undefined
      ? { ...own, values }
      : own;
    found[i] = await profilesOf(source, withValues, frame);
    if (source.from === "profile") values = found[i][0]?.profile.values;
  }
  return found;
}
