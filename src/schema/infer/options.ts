import type { Issue } from "../../core/mod.ts";
import type { KindName } from "../../profile/mod.ts";

/** How a model is made from a profile. */
export interface InferOptions {
  /**
   * Name of the type of documents. Made from the collection's name where not
   * given: `orders` gives `Order`.
   */
  readonly rootName?: string;
  /** Kinds rarer than this share of the values at a path become outliers. Default 0: none. */
  readonly minShare?: number;
  /**
   * What becomes of strings that have few values: a type that takes others too, one that takes no
   * other, or none. Default `open`.
   */
  readonly enums?: EnumMode;
  /** What to do differently at paths, by path: such as {@linkcode parseOverrides} gives. */
  readonly overrides?: Overrides;
  /** Told what changes nothing, though an override says it. */
  readonly onIssue?: (issue: Issue) => void;
}

/** What becomes of strings that have few values. */
export type EnumMode = "open" | "closed" | "none";

/**
 * What to do differently, by path. A path is the keys on the way, with a dot between them:
 * `customer.name`. The elements of an array are `[]` behind its key, those of a map `*`:
 * `items[].price`, `scores.*`. The document itself is `""`. A key that is empty or holds one of
 * `. [ ] * " { }` is written as a JSON string: `prices."a.b"`.
 */
export type Overrides = Readonly<Record<string, Override>>;

/** What to do differently at a path. */
export interface Override {
  /** Take the object as a map (its keys are data), or as a record (its keys are names). */
  readonly as?: "map" | "record";
  /** Take the values as an enum, closed or open, or not as one. */
  readonly enum?: EnumMode;
  /** Name of the type at this path. */
  readonly name?: string;
  /** The kinds that values have, in place of those that were seen. */
  readonly type?: readonly KindName[];
  /** Leave the field out. */
  readonly ignore?: boolean;
}
