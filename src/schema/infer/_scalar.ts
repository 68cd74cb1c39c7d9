import type { LongStats, NumberStats, StringStats, ValueNode } from "../../profile/mod.ts";
import { KIND } from "../../profile/mod.ts";
import type { ScalarModel } from "../model.ts";
import { commonFormat, enumValues } from "./_enum.ts";
import type { EnumMode } from "./options.ts";

/** The model of the scalars of one kind at a path. */
export function scalarModel(
  node: ValueNode,
  kind: ScalarModel["kind"],
  enums: { readonly mode: EnumMode; readonly forced: boolean },
): ScalarModel {
  const count = node.counts[KIND[kind]]!;
  const base = { type: "scalar", kind, count } as const;
  switch (kind) {
    case "string":
    case "symbol": {
      const stats = kind === "string" ? node.string! : node.symbol!;
      const format = commonFormat(stats, count);
      return {
        ...base,
        range: { min: stats.minBytes, max: stats.maxBytes },
        ...strings(stats, count, enums),
        ...(format === undefined ? {} : { format }),
        ...(stats.invalidUtf8 > 0 ? { invalidUtf8: stats.invalidUtf8 } : {}),
      };
    }
    case "int":
      return { ...base, ...numbers(node.int!), ...ints(node, enums) };
    case "double":
      return { ...base, ...numbers(node.double!) };
    case "long":
      return { ...base, ...longs(node.long!, count) };
    case "date":
      return { ...base, ...longs(node.date!, count) };
    case "binary":
      return { ...base, subtypes: node.binary! };
    case "boolean":
      return { ...base, trues: node.trues };
    default:
      return base;
  }
}

/** How often a value has to be the only one to be worth a word. */
const CONSTANT = 30;

/** The values of an enum; of one value alone none is made that takes others too. */
function strings(
  stats: StringStats,
  count: number,
  { mode, forced }: { readonly mode: EnumMode; readonly forced: boolean },
): Partial<ScalarModel> {
  if (mode === "none") return {};
  const values = enumValues(stats, count, forced);
  if (values === undefined) return {};
  if (values.length > 1 || forced || mode === "closed") {
    return { values, ...(mode === "closed" ? { closed: true } : {}) };
  }
  return count >= CONSTANT ? { constant: values[0]!.value } : {};
}

/** Ints are an enum only where someone says so. */
function ints(
  { intValues }: ValueNode,
  { mode, forced }: { readonly mode: EnumMode; readonly forced: boolean },
): Partial<ScalarModel> {
  const entries = intValues?.entries;
  if (!forced || mode === "none" || !entries) return {};
  const values = entries.map(({ bytes, count }) => ({ value: readInt(bytes), count }))
    .sort((a, b) => b.count - a.count || a.value - b.value);
  return { values, ...(mode === "closed" ? { closed: true } : {}) };
}

/** A 32-bit integer out of its bytes. */
export function readInt(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
}

function numbers({ min, max, integers, safe, nan, infinite }: NumberStats): Partial<ScalarModel> {
  return {
    ...(min <= max ? { range: { min, max } } : {}),
    integers,
    ...(integers > safe ? { unsafe: integers - safe } : {}),
    ...(nan + infinite > 0 ? { notFinite: nan + infinite } : {}),
  };
}

function longs({ min, max, safe }: LongStats, count: number): Partial<ScalarModel> {
  return { range: { min, max }, ...(count > safe ? { unsafe: count - safe } : {}) };
}
