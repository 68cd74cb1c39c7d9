import type {
  FieldModel,
  MapModel,
  NamedModel,
  ScalarModel,
  SchemaModel,
  ValueModel,
} from "../model.ts";
import type { GenerateContext } from "./generator.ts";
import { oneLine } from "./_javascript.ts";

/** How a generated file is known again: in its first lines. It may be replaced without asking. */
export const GENERATED_MARK = "Made by datahood";

/** What the first lines of every generated file say, without the signs of a comment. */
export function headerLines(
  models: readonly SchemaModel[],
  { source, version }: GenerateContext,
): string[] {
  const seen = models.reduce((sum, { documents }) => sum + documents, 0);
  const sampled = models.filter(({ of }) => of !== undefined);
  const lines = [
    `${GENERATED_MARK} ${version} from ${seen} ${seen === 1 ? "document" : "documents"} of ${
      oneLine(source)
    }.`,
    "Edits are lost when it is made again.",
  ];
  for (const { namespace, documents, of } of sampled) {
    lines.push(
      `A sample: ${documents} of ${of} documents of ${
        oneLine(namespace.collection)
      }. A field that ` +
        `none of them lacks may be missing in up to ${mostMissing(documents)} (95%).`,
    );
  }
  return lines;
}

/** Which share of all may lack what none of `n` lacks, at 95%: three in `n`. */
function mostMissing(n: number): string {
  const percent = 300 / n;
  return `${percent >= 100 ? "100" : percent >= 10 ? percent.toFixed(0) : percent.toPrecision(2)}%`;
}

/** A count of a whole as people say it: `312 of 966 (32%)`; some are never 0%, not all never 100%. */
function shareOf(count: number, of: number): string {
  return `${count} of ${of} (${percentOf(count, of)})`;
}

function percentOf(count: number, of: number): string {
  const percent = 100 * count / of;
  if (count === 0 || count === of || (percent >= 1 && percent <= 99)) {
    return `${percent.toFixed(0)}%`;
  }
  if (percent > 99) return percent >= 99.95 ? ">99.9%" : `${percent.toFixed(1)}%`;
  return percent < 0.001 ? "<0.001%" : `${Number(percent.toPrecision(1))}%`;
}

/** What a comment on a field says: how often it is there, and what its type cannot say. */
export function fieldNotes(field: FieldModel): string[] {
  const notes: string[] = [];
  if (field.optional) notes.push(`In ${shareOf(field.count, field.of)}.`);
  const { value } = field;
  // What an override says was not counted.
  if (!value.given && value.nulls > 0 && value.nulls < value.total) {
    notes.push(`Null in ${shareOf(value.nulls, value.total)}.`);
  }
  if (value.undefineds > 0 && !value.given) {
    notes.push(`Undefined in ${shareOf(value.undefineds, value.total)}.`);
  }
  notes.push(...valueNotes(value));
  if (field.personal) notes.push("Perhaps personal.");
  return notes;
}

/** What the types of a value cannot say, those of elements and of what a map holds too. */
function valueNotes(value: ValueModel): string[] {
  const notes: string[] = [];
  const several = value.types.length > 1;
  for (const type of value.types) {
    switch (type.type) {
      case "scalar":
        notes.push(...scalarNotes(type, several));
        break;
      case "array":
        if (type.element !== null) notes.push(...valueNotes(type.element));
        break;
      case "map":
        notes.push(...valueNotes(type.value));
        break;
      case "object":
      case "variants":
      case "tuple":
      case "ref":
        break;
      default:
        void (type satisfies never);
    }
  }
  for (const { kind, count, ids } of value.outliers) {
    const where = ids.length === 0 ? "" : `, as where _id is ${ids.map(shownId).join(", ")}`;
    notes.push(`Left out: ${kind} in ${shareOf(count, value.total)}${where}.`);
  }
  return [...new Set(notes)];
}

/** An `_id` out of canonical Extended JSON, as people write it. */
function shownId(id: string): string {
  return id.replace(/^\{"\$(?:oid|number\w+)":"([^"]*)"\}$/, "$1");
}

function scalarNotes(type: ScalarModel, several: boolean): string[] {
  const notes: string[] = [];
  const { count, kind, unsafe = 0 } = type;
  if (type.constant !== undefined) {
    const what = several ? `Each ${kind} is` : "Always";
    notes.push(`${what} ${JSON.stringify(type.constant)}.`);
  }
  if (type.format !== undefined) {
    notes.push(several ? `Format of each ${kind}: ${type.format}.` : `Format: ${type.format}.`);
  }
  if (unsafe > 0) {
    const some = unsafe === count ? "" : ` in ${shareOf(unsafe, count)}`;
    if (kind === "date") notes.push(`Beyond what a Date holds${some}.`);
    else if (kind === "long") notes.push(`Beyond 2^53${some}.`);
    else notes.push(`Integers beyond 2^53${some}: not exact.`);
  }
  if (type.notFinite) notes.push(`NaN or infinite in ${shareOf(type.notFinite, count)}.`);
  if (type.invalidUtf8) notes.push(`Not UTF-8 in ${shareOf(type.invalidUtf8, count)}.`);
  return notes;
}

/** Subtypes of binaries that say what they hold. */
export const SUBTYPES: ReadonlyMap<number, string> = new Map([
  [1, "function"],
  [3, "legacy UUID"],
  [4, "UUID"],
  [5, "MD5"],
  [6, "encrypted"],
  [7, "compressed column"],
  [8, "sensitive"],
  [9, "vector"],
]);

/** What a comment says of binaries whose class does not tell what they hold. */
export function binaryNotes({ types }: ValueModel): string[] {
  return types.flatMap((type) => {
    if (type.type === "array" && type.element !== null) return binaryNotes(type.element);
    if (type.type !== "scalar" || type.kind !== "binary" || type.subtypes === undefined) return [];
    const kinds = [...type.subtypes.keys()].sort((a, b) => a - b);
    if (kinds.every((kind) => kind === 0) || kinds.every((kind) => kind === 4)) return [];
    const names = kinds.map((kind) => SUBTYPES.get(kind) ?? `subtype ${kind}`);
    return [`Binary: ${names.map((name) => name === "subtype 0" ? "bytes" : name).join(", ")}.`];
  });
}

/** What the keys of a map are, as people say it. */
const KEYS: Readonly<Record<Exclude<MapModel["keys"], "word">, string>> = {
  hex24: "ids",
  uuid: "UUIDs",
  int: "integers",
  date: "dates",
  email: "e-mail addresses",
  locale: "locales",
  hash: "hashes",
};

/** What a comment says of the keys of maps. */
export function keyNotes({ types }: ValueModel): string[] {
  return types.flatMap((type) => {
    if (type.type === "array" && type.element !== null) return keyNotes(type.element);
    return type.type === "map" && type.keys !== "word" ? [`Keys are ${KEYS[type.keys]}.`] : [];
  });
}

/** Objects of fewer than this many are few: what was always there may yet be missing. */
const FEW = 30;

/** What a comment on a type of objects says: how far what was seen can be relied on. */
export function typeNotes(type: NamedModel): string[] {
  if (type.type !== "object") return [];
  const { count, fields, open } = type;
  const notes: string[] = [];
  if (open) notes.push("There are more fields: too many to keep.");
  if (count > 0 && count < FEW && fields.some(({ optional }) => !optional) && !isGeo(fields)) {
    const times = count === 1 ? "once" : `${count} times`;
    notes.push(
      count <= 3
        ? `Seen ${times}: which fields may be missing is not known.`
        : `Seen ${times}: each field may be missing in up to ${mostMissing(count)} (95%).`,
    );
  }
  return notes;
}

/** GeoJSON has its fields by definition. */
function isGeo(fields: readonly FieldModel[]): boolean {
  const keys = fields.map(({ key }) => key);
  return keys.length === 2 && keys.includes("type") && keys.includes("coordinates");
}
