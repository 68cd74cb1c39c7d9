import { DataError } from "../core/mod.ts";
import { action } from "./translate_error.ts";

/** What is known when compressed bytes turn out to be wrong. */
export interface CompressedPlace {
  /** The file. */
  readonly path: string;
  /** `gzip` or `zstd`. */
  readonly format: string;
  /** Offset in the file, from 0. */
  readonly at: number;
  /** Bytes that came out before. */
  readonly out: number;
}

/** The file ends in the middle. */
export function cutShort(place: CompressedPlace, cause?: unknown): DataError {
  return error(
    place,
    `its ${place.format} data is cut short at byte ${place.at} of the file`,
    cause,
  );
}

/** The bytes are not what the format says. */
export function damaged(place: CompressedPlace, how: string, cause?: unknown): DataError {
  return error(
    place,
    `its ${place.format} data is corrupt near byte ${place.at} of the file: ${how}`,
    cause,
  );
}

/** Something else follows the compressed bytes. */
export function leftOver(place: CompressedPlace): DataError {
  const what = `other bytes follow its ${place.format} data at byte ${place.at} of the file`;
  return error(place, what);
}

function error(place: CompressedPlace, state: string, cause?: unknown): DataError {
  return new DataError(`${action({ stage: "source", path: place.path })}: ${state}`, {
    offset: place.out,
    stage: "source",
    // What became of them only their reader knows.
    ...(place.out === 0 ? {} : { hint: `${place.out} bytes came out of it before that place` }),
    cause,
  });
}
