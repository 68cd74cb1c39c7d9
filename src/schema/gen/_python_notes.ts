import type { FieldModel, TupleModel, TypeModel, ValueModel } from "../model.ts";
import { HARD_SPACE, pythonLiteral } from "./_python.ts";
import { fieldNotes, SUBTYPES } from "./_share.ts";

/** First and last millisecond that `datetime` holds. */
const DATETIME = { min: -62135596800000n, max: 253402300799999n };

/** Whether a date was seen that `datetime` does not hold. */
export function isBeyondDatetime(
  { range }: { range?: { min: number | bigint; max: number | bigint } },
): boolean {
  return range !== undefined && (range.min < DATETIME.min || range.max > DATETIME.max);
}

/** What a comment on a field says in Python. */
export function pythonNotes(field: FieldModel): string[] {
  // Integers are exact in Python, whatever a number of JavaScript holds.
  const types = field.value.types.map((type): TypeModel => {
    if (type.type !== "scalar" || type.unsafe === undefined) return type;
    const { unsafe: _, ...exact } = type;
    return exact;
  });
  return [
    ...fieldNotes({ ...field, value: { ...field.value, types } }),
    ...valueNotes(field.value),
  ];
}

/** What the type cannot say of a value, its elements, or what a map holds. */
export function valueNotes(value: ValueModel): string[] {
  const notes: string[] = [];
  for (const type of value.types) {
    switch (type.type) {
      case "scalar":
        if (type.values !== undefined && !type.closed) {
          const values = type.values.map(({ value }) =>
            pythonLiteral(value).replaceAll(" ", HARD_SPACE)
          );
          notes.push(`Seen: ${values.join(", ")}.`);
        }
        if (type.kind === "binary") notes.push(...subtypeNotes(type.subtypes));
        if (type.kind === "date" && isBeyondDatetime(type)) {
          notes.push(
            "Some are beyond what datetime holds: decode with datetime_conversion=DATETIME_AUTO.",
          );
        }
        break;
      case "array":
        if (type.element !== null) notes.push(...valueNotes(type.element));
        break;
      case "tuple":
        notes.push(`Always ${type.elements.length} elements${positions(type)}.`);
        break;
      case "map":
        notes.push(...valueNotes(type.value));
        break;
      case "object":
      case "variants":
      case "ref":
        break;
      default:
        void (type satisfies never);
    }
  }
  return notes;
}

/** What stands at each position, where that is not the same. */
function positions({ elements }: TupleModel): string {
  const names = elements.map(({ types, nulls }) =>
    [
      ...types.map((type) => type.type === "scalar" ? type.kind : type.type),
      ...nulls ? ["null"] : [],
    ]
      .join(" or ")
  );
  return new Set(names).size === 1 ? "" : `: ${names.join(", ")}`;
}

function subtypeNotes(subtypes: ReadonlyMap<number, number> | undefined): string[] {
  const kinds = [...subtypes?.keys() ?? []].sort((a, b) => a - b);
  if (kinds.every((kind) => kind === 0)) return [];
  const names = kinds.map((kind) => {
    const name = SUBTYPES.get(kind);
    return name === undefined ? `${kind}` : `${kind} (${name})`;
  });
  return [`Binary subtype ${names.join(", ")}.`];
}
