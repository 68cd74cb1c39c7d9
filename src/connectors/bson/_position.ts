import { type Position, UsageError } from "../../core/mod.ts";

/** Where a document starts in a file. */
export interface BsonPlace {
  /** Byte offset in the uncompressed documents. */
  readonly offset: number;
  /** Index of the document, from 0. */
  readonly index: number;
}

/** Writes a place as a position. */
export function positionAt({ offset, index }: BsonPlace): Position {
  return { v: 1, kind: "bson", offset, index };
}

/** Reads a position that {@linkcode positionAt} made. */
export function placeOf(position: Position, path: string): BsonPlace {
  const { v, kind, offset, index } = position;
  const isCount = (value: unknown): value is number =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  if (kind !== "bson" || v !== 1 || !isCount(offset) || !isCount(index)) {
    throw new UsageError(`Cannot go on in "${path}": the position is not of a BSON file`, {
      hint: "start from the beginning, or use the source that the position was made by",
    });
  }
  return { offset, index };
}
