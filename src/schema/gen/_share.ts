import type { FieldModel, SchemaModel, TypeModel, ValueModel } from "../model.ts";
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
    `${GENERATED_MARK} ${version} from ${seen} documents of ${oneLine(source)}.`,
    "Edits are lost when it is made again.",
  ];
  for (const { namespace, documents, of } of sampled) {
    lines.push(
      `A sample: ${documents} of ${of} documents of ${
        oneLine(namespace.collection)
      }. A field that ` +
        `none of them lacks may be missing in up to ${(300 / documents).toPrecision(2)}% (95%).`,
    );
  }
  return lines;
}

/** A count of a whole as people say it: `312 of 966 (32%)`. */
export function shareOf(count: number, of: number): string {
  const percent = 100 * count / of;
  const shown = percent >= 10 || percent === 0 ? percent.toFixed(0) : percent.toPrecision(1);
  return `${count} of ${of} (${shown}%)`;
}

/** What a comment on a field says: how often it is there, and what its type cannot say. */
export function fieldNotes(field: FieldModel): string[] {
  const notes: string[] = [];
  if (field.optional) notes.push(`In ${shareOf(field.count, field.of)}.`);
  const { value } = field;
  if (value.nulls > 0 && value.nulls < value.total) {
    notes.push(`Null in ${shareOf(value.nulls, value.total)}.`);
  }
  if (value.undefineds > 0) notes.push(`Undefined in ${shareOf(value.undefineds, value.total)}.`);
  for (const type of value.types) notes.push(...typeNotes(type));
  for (const { kind, count, ids } of value.outliers) {
    const where = ids.length === 0 ? "" : `, in documents such as ${ids.join(", ")}`;
    notes.push(`Left out: ${kind} in ${shareOf(count, value.total)}${where}.`);
  }
  return notes;
}

function typeNotes(type: TypeModel): string[] {
  if (type.type !== "scalar") return [];
  const notes: string[] = [];
  if (type.format !== undefined) notes.push(`Format: ${type.format}.`);
  if (type.unsafe) {
    notes.push(
      type.kind === "date"
        ? `${type.unsafe} beyond what a Date holds.`
        : `${type.unsafe} beyond what a number holds exactly.`,
    );
  }
  if (type.notFinite) notes.push(`${type.notFinite} NaN or infinite.`);
  if (type.invalidUtf8) notes.push(`${type.invalidUtf8} not valid UTF-8.`);
  return notes;
}

/** All object types of a model in the order they are met, each once. */
export function walkTypes(value: ValueModel, visit: (type: TypeModel) => void): void {
  for (const type of value.types) walkType(type, visit);
}

/** A type and all that it is made of. */
export function walkType(type: TypeModel, visit: (type: TypeModel) => void): void {
  visit(type);
  switch (type.type) {
    case "object":
      for (const field of type.fields) walkTypes(field.value, visit);
      break;
    case "variants":
      for (const { object } of type.variants) walkType(object, visit);
      break;
    case "map":
      for (const field of type.named) walkTypes(field.value, visit);
      walkTypes(type.value, visit);
      break;
    case "array":
      if (type.element !== null) walkTypes(type.element, visit);
      break;
    case "tuple":
      for (const element of type.elements) walkTypes(element, visit);
      break;
    case "scalar":
    case "ref":
      break;
    default:
      void (type satisfies never);
  }
}
