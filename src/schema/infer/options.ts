/** How a model is made from a profile. */
export interface InferOptions {
  /**
   * Name of the type of documents. Made from the collection's name where not
   * given: `orders` gives `Order`.
   */
  readonly rootName?: string;
  /** Kinds rarer than this share of the values at a path become outliers. Default 0: none. */
  readonly minShare?: number;
  /** What to do differently at paths, by path. */
  readonly overrides?: Readonly<Record<string, Override>>;
}

/** What to do differently at a path. */
export interface Override {
  /** Take the object as a map (its keys are data), or as a record (its keys are names). */
  readonly as?: "map" | "record";
  /** Take the values as an enum, closed or open, or not as one. */
  readonly enum?: "closed" | "open" | "none";
  /** Name of the type at this path. */
  readonly name?: string;
  /** A type of the target language, as text, in place of what was inferred. */
  readonly type?: string;
  /** Leave the field out. */
  readonly ignore?: boolean;
}
