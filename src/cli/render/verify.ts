import { formatNamespace } from "../../core/mod.ts";
import type {
  DefinitionDifference,
  DifferentDocument,
  FirstDifference,
  ShownValue,
  VerifiedCollection,
  VerifyResult,
} from "../../verify/mod.ts";
import { oneLine } from "./_printable.ts";
import { tableLines } from "./_table.ts";
import { formatBytes, formatCount } from "./_units.ts";

const HEAD = ["collection", "status", "documents", "bytes", "options, indexes"];

/** What a comparison found, for people. */
export function verifyText(result: VerifyResult): string {
  const { collections, same } = result;
  const lines = [
    `a: ${result.a}`,
    `b: ${result.b}`,
    "",
    ...tableLines([HEAD, ...collections.map(cellsOf)]),
    ...collections.flatMap((one) => aboutOf(one)),
    "",
    summaryOf(result),
  ];
  const moved = collections.some(({ onlyIdPosition }) => onlyIdPosition);
  if (!same && moved) {
    lines.push(
      "hint: in some, nothing differs but where _id stands, which a server moves to the front: " +
        "--ignore-id-position",
    );
  }
  const lost = collections.filter((one) => one.lost !== undefined);
  if (lost.length > 0) lines.push(lostHint(lost));
  return lines.map((line) => `${oneLine(line)}\n`).join("");
}

/** How to go on where documents are missing. */
function lostHint(collections: readonly VerifiedCollection[]): string {
  const names = new Set(
    collections.flatMap(({ a, b, lost }) =>
      [a, b, lost?.a, lost?.b].flatMap((one) =>
        one === undefined ? [] : [
          formatNamespace(one.namespace),
        ]
      )
    ),
  );
  const rest = [...names].map((name) => `--exclude '${name}'`).join(" ");
  const paths = new Set(
    collections.flatMap(({ lost }) =>
      [lost?.a, lost?.b].flatMap((one) => one === undefined ? [] : [one.path])
    ),
  );
  const [first] = paths;
  const file = paths.size === 1
    ? `an empty file "${first}" says`
    : `empty files such as "${first}" say`;
  return `hint: if a collection was empty, ${file} so; ${rest} compares the rest`;
}

function summaryOf({ same, collections, a, b }: VerifyResult): string {
  const all = formatCount(collections.length);
  const word = collections.length === 1 ? "collection" : "collections";
  if (same) return `The same: ${all} ${word}.`;
  const count = (of: (status: VerifiedCollection["status"]) => boolean) =>
    collections.filter(({ status }) => of(status)).length;
  const lost = count((status) => status === "lost");
  const different = count((status) => status !== "same" && status !== "lost");
  const ofAll = (some: number) => `${formatCount(some)} of ${all} ${word} in ${a} and ${b}`;
  const why = lost === 1 ? "its documents are missing" : "their documents are missing";
  if (different === 0) return `Not compared: ${ofAll(lost)}: ${why}.`;
  const more = lost === 0 ? "" : `; not compared: ${formatCount(lost)} more: ${why}`;
  return `Different: ${ofAll(different)}${more}.`;
}

function nameOf({ a, b, lost }: VerifiedCollection): string {
  const [inA, inB] = [a ?? lost?.a, b ?? lost?.b].map((side) =>
    side && formatNamespace(side.namespace)
  );
  return inA === undefined || inB === undefined || inA === inB ? (inA ?? inB)! : `${inA} ↔ ${inB}`;
}

const STATUS = {
  same: "same",
  different: "different",
  missing: "only in a",
  extra: "only in b",
  lost: "in neither",
} as const;

const DEFINITIONS: Readonly<Record<VerifiedCollection["definitions"], string>> = {
  compared: "same",
  options: "options same",
  indexes: "indexes same",
  unknown: "not known",
  ignored: "not compared",
};

function cellsOf(collection: VerifiedCollection): string[] {
  const { a, b, status, differences, definitions } = collection;
  const both = (of: "documents" | "bytes", format: (value: number) => string) => {
    const [inA, inB] = [a?.[of], b?.[of]];
    if (inA === undefined && inB === undefined) return "";
    if (inA === undefined || inB === undefined || inA === inB) return format((inA ?? inB)!);
    // What differs by less than is shown is shown whole.
    const shown = format(inA) === format(inB)
      ? (bytes: number) => `${formatCount(bytes)} B`
      : format;
    return `${shown(inA)} ↔ ${shown(inB)}`;
  };
  const defined = differences.length > 0
    ? `${differences.length} different`
    : a === undefined || b === undefined
    ? ""
    : DEFINITIONS[definitions];
  return [
    nameOf(collection),
    STATUS[status],
    both("documents", formatCount),
    both("bytes", formatBytes),
    defined,
  ];
}

function aboutOf(collection: VerifiedCollection): string[] {
  const { documents, differences, sameDocuments, lost } = collection;
  if (sameDocuments !== false && differences.length === 0 && lost === undefined) return [];
  const lines = ["", `${nameOf(collection)}:`];
  for (const one of [lost?.a, lost?.b]) {
    if (one !== undefined) lines.push(`  "${one.path}" is missing`);
  }
  if (documents !== undefined) {
    const { missing, extra, different, shown } = documents;
    lines.push(
      `  ${formatCount(different)} different, ${formatCount(missing)} only in a, ` +
        `${formatCount(extra)} only in b`,
      ...shown.map((one) => `  ${documentLine(one)}`),
    );
    const hidden = missing + extra + different - shown.length;
    if (hidden > 0) lines.push(`  and ${formatCount(hidden)} more: --show COUNT`);
  } else if (sameDocuments === false) {
    lines.push("  the documents are not the same");
  }
  return [...lines, ...differences.map((one) => `  ${definitionLine(one)}`)];
}

function documentLine({ status, id, indexA, indexB, first }: DifferentDocument): string {
  const places = [
    ...(indexA === undefined ? [] : [`document ${indexA} of a`]),
    ...(indexB === undefined ? [] : [`document ${indexB} of b`]),
  ].join(", ");
  const which = id === undefined ? places || "a document" : `_id ${id}`;
  const where = id === undefined || places === "" ? "" : ` (${places})`;
  return `${STATUS[status]}: ${which}${where}${first === undefined ? "" : differenceText(first)}`;
}

function differenceText({ path, kind, a, b, offset }: FirstDifference): string {
  switch (kind) {
    case "value":
      return ` at ${path}: ${valueText(a!)} ↔ ${valueText(b!)}`;
    case "missing":
      return ` at ${path}: ${valueText(a!)} ↔ nothing`;
    case "extra":
      return ` at ${path}: nothing ↔ ${valueText(b!)}`;
    case "order":
      return ` at ${path}: another order of fields`;
    case "id-position":
      return ": only where _id stands";
    case "corrupt":
      return ` at byte ${offset}: not BSON inside`;
    default:
      return kind satisfies never;
  }
}

function valueText({ type, value }: ShownValue): string {
  return value === undefined ? type : `${type} ${value}`;
}

function definitionLine({ of, name, a, b }: DefinitionDifference): string {
  const what = of === "type" ? name : `${of} ${JSON.stringify(name)}`;
  return `${what}: ${a ?? "nothing"} ↔ ${b ?? "nothing"}`;
}
