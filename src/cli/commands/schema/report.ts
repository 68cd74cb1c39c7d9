import { formatNamespace } from "../../../core/mod.ts";
import type { SchemaModel } from "../../../schema/model.ts";
import type { CliIo } from "../../_io.ts";
import { formatCount, formatDocuments } from "../../render/_units.ts";
import { oneLine } from "../../render/_printable.ts";
import { tableLines } from "../../render/_table.ts";
import { parseShowFlags, type RawFlags } from "../transfer/_flags.ts";
import { parseInferFlags, parseSourceFlags } from "./_flags.ts";
import { runFramed } from "./_frame.ts";
import { inferOptions, overridesNeeds, resultOf, tell } from "./_make.ts";
import { type ReportKind, type ReportRow, reportRows } from "./_rows.ts";
import { discoverSources, profilesOf, resolveSource, sourceNeeds } from "./_source.ts";

/** `datahood schema report <source>`: what stands at each path. */
export async function reportCommand(
  raw: RawFlags,
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  const show = parseShowFlags(raw);
  const flags = await parseSourceFlags(raw);
  const infer = parseInferFlags(raw);
  const end = { role: "source", text: words[0] ?? "", format: flags.from } as const;
  const source = await resolveSource(end, flags, io);
  return await runFramed(show, io, async (frame) => {
    const { reporter } = frame;
    const beside = overridesNeeds(infer.overrides);
    await frame.begin({
      needs: [...sourceNeeds(source, flags, reporter), ...beside],
      discover: async () => [...await discoverSources([{ source, flags }], reporter), ...beside],
      reads: source.path === undefined ? [] : [{ name: "the source", path: source.path }],
      writes: [],
    });
    const options = await inferOptions(infer, reporter, io);
    const collections = await profilesOf(source, flags, frame);
    for (const issue of flags.include?.unmatched() ?? []) reporter.issue(issue);
    tell(collections, source, reporter);
    const { inferSchemas } = await import("../../../schema/infer/infer.ts");
    const filled = collections.filter(({ profile }) => profile.documents > 0);
    const models = inferSchemas(filled, options);
    const reports = models.map((model, i) => ({
      model,
      rows: reportRows(model, filled[i]!.profile.root),
    }));
    if (!show.json) io.out(reports.map(({ model, rows }) => reportTable(model, rows)).join("\n"));
    const { files: _, ...result } = resultOf(source, collections);
    const paths = reports.flatMap(({ model, rows }) =>
      rows.map((row) => ({ collection: formatNamespace(model.namespace), ...row }))
    );
    return { result: { ...result, paths } };
  });
}

const HEAD = ["path", "present", "kinds", "what"];
/** Values of an enum that are shown. */
const VALUES = 6;

/** What stands at each path of a collection, as a table. */
export function reportTable(
  { namespace, documents, of }: SchemaModel,
  rows: readonly ReportRow[],
): string {
  const lines = tableLines([HEAD, ...rows.map(cellsOf)], (column) => column === 1);
  const count = of === undefined
    ? `${formatDocuments(documents)}`
    : `a sample of ${formatCount(documents)} of ${formatDocuments(of)}`;
  return `${oneLine(formatNamespace(namespace))}: ${count}\n\n${lines.join("\n")}\n`;
}

function cellsOf({ path, count, of, kinds, personal }: ReportRow): string[] {
  const notes = kinds.map((kind) => kindNotes(kind, kinds.length > 1)).filter((note) =>
    note !== ""
  );
  if (personal !== undefined) notes.push(personal === "key" ? "[personal]" : "[personal: values]");
  return [
    path,
    percent(count, of),
    kinds.map(({ kind, share }) => kinds.length === 1 ? kind : `${kind} ${shareText(share)}`).join(
      ", ",
    ),
    notes.join("; "),
  ];
}

function kindNotes(
  { kind, count, min, max, values, format, trues, notes }: ReportKind,
  named: boolean,
): string {
  const parts: string[] = [];
  if (trues !== undefined) parts.push(`${percent(trues, count)} true`);
  if (values !== undefined) {
    const shown = values.slice(0, VALUES).map(({ value }) => JSON.stringify(value));
    const more = values.length > VALUES ? `, … (${values.length})` : "";
    parts.push(shown.join(" | ") + more);
  }
  if (format !== undefined) parts.push(format);
  if (min !== undefined && values === undefined) {
    const unit = kind === "string" || kind === "symbol"
      ? " bytes"
      : kind === "array"
      ? " elements"
      : "";
    parts.push(min === max ? `${min}${unit}` : `${min} … ${max}${unit}`);
  }
  parts.push(...notes ?? []);
  if (parts.length === 0) return "";
  return named ? `${kind}: ${parts.join(", ")}` : parts.join(", ");
}

/** A share in percent; one that is not all or nothing never looks like it. */
function percent(count: number, of: number): string {
  return of === 0 ? "" : shareText(count / of);
}

function shareText(share: number): string {
  const percent = 100 * share;
  if (share === 0 || share === 1) return `${percent}%`;
  if (percent > 99.9) return ">99.9%";
  if (percent < 0.1) return "<0.1%";
  return `${percent >= 10 && percent <= 99 ? percent.toFixed(0) : percent.toFixed(1)}%`;
}
