import { type OptionSpec, UsageError } from "../../core/mod.ts";
import type { GenerateContext } from "./generator.ts";

/** The options of targets whose types depend on how the MongoDB driver decodes. */
export const DRIVER_OPTIONS: readonly OptionSpec[] = [
  {
    name: "shape",
    flag: "--shape <shape>",
    help: "bson: values as the driver gives them; json: as JSON has them (ids as strings)",
    default: "bson",
    words: ["bson", "json"],
  },
  {
    name: "promoteValues",
    flag: "--no-promote-values",
    help: "for a driver with promoteValues: false",
  },
  {
    name: "promoteLongs",
    flag: "--no-promote-longs",
    help: "for a driver with promoteLongs: false",
  },
  { name: "useBigInt64", flag: "--use-big-int64", help: "for a driver with useBigInt64: true" },
  { name: "bsonRegExp", flag: "--bson-reg-exp", help: "for a driver with bsonRegExp: true" },
];

/** How documents are decoded. */
export interface DriverDecoding {
  /** Whether values are what `JSON.stringify` makes of the driver's. */
  readonly json: boolean;
  /** Whether ints, doubles and symbols are JavaScript's own. */
  readonly promoteValues: boolean;
  /** Whether longs are numbers where a number holds them. */
  readonly promoteLongs: boolean;
  /** Whether longs are bigints. */
  readonly useBigInt64: boolean;
  /** Whether regular expressions are `BSONRegExp`. */
  readonly bsonRegExp: boolean;
}

/**
 * Reads {@linkcode DRIVER_OPTIONS}.
 *
 * @throws {UsageError} If they contradict each other, or the shape is none.
 */
export function driverDecoding({ options }: GenerateContext): DriverDecoding {
  const { shape = "bson" } = options;
  const promoteValues = options.promoteValues !== false;
  const promoteLongs = options.promoteLongs !== false;
  const useBigInt64 = options.useBigInt64 === true;
  if (shape !== "bson" && shape !== "json") {
    throw new UsageError(`Cannot use shape "${shape}": it is none`, { hint: "use bson or json" });
  }
  if (useBigInt64 && !promoteValues) {
    throw new UsageError(
      "Cannot use useBigInt64 with promoteValues: false: the driver decodes wrongly with both",
      { hint: "use one of them" },
    );
  }
  if (useBigInt64 && shape === "json") {
    throw new UsageError("Cannot use useBigInt64 with shape json: JSON.stringify takes no bigint", {
      hint: "use one of them",
    });
  }
  const bsonRegExp = options.bsonRegExp === true;
  return { json: shape === "json", promoteValues, promoteLongs, useBigInt64, bsonRegExp };
}
