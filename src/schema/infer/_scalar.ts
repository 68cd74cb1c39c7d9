import type { LongStats, NumberStats, ValueNode } from "../../profile/mod.ts";
import { KIND } from "../../profile/mod.ts";
import type { ScalarModel } from "../model.ts";
import { commonFormat, enumValues } from "./_enum.ts";
import type { Override } from "./options.ts";

/** The model of the scalars of one kind at a path. */
export function scalarModel(
  node: ValueNode,
  kind: ScalarModel["kind"],
  override: Override,
): ScalarModel {
  const count = node.counts[KIND[kind]]!;
  const base = { type: "scalar", kind, count } as const;
  switch (kind) {
    case "string":
    case "symbol": {
      const stats = kind === "string" ? node.string! : node.symbol!;
      const wanted = override.enum === "open" || override.enum === "closed";
      const values = override.enum === "none" ? undefined : enumValues(stats, count, wanted);
      const format = commonFormat(stats, count);
      return {
        ...base,
        range: { min: stats.minBytes, max: stats.maxBytes },
        ...(values === undefined ? {} : { values }),
        ...(override.enum === "closed" ? { closed: true } : {}),
        ...(format === undefined ? {} : { format }),
        ...(stats.invalidUtf8 > 0 ? { invalidUtf8: stats.invalidUtf8 } : {}),
      };
    }
    case "int":
      return { ...base, ...numbers(node.int!) };
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
