/** A value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * Where in a source a batch ends: versioned JSON that only the source that made it understands.
 *
 * A source given a position as `after` goes on with the document that follows it. `v` changes when
 * the meaning of the rest does, so that an old checkpoint is refused and not misread.
 */
export interface Position {
  /** Version of the layout of this position; starts at 1. */
  readonly v: number;
  /** The connector kind that made it, such as `bson`. */
  readonly kind: string;
  /** Whatever that connector needs to find the place again. */
  readonly [key: string]: JsonValue;
}
