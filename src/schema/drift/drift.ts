import type { Namespace } from "../../core/mod.ts";
import type { KindName } from "../../profile/mod.ts";

/** The classes of differences between what documents were like and what they are like. */
export const DRIFT_CLASSES = [
  "widening",
  "new-field",
  "lost-field",
  "new-collection",
  "lost-collection",
  "narrowing",
  "new-value",
  "share-shift",
] as const;

/**
 * What a difference means for types made from the profile of before:
 * - `widening`: they refuse documents of now, as there is a kind of value, a null, or a field missing
 *   that was not before;
 * - `new-field`, `new-collection`: they do not know of it;
 * - `lost-field`, `lost-collection`: they tell of what is no longer there;
 * - `narrowing`: they allow more than there is: a kind, a null or a gap is gone;
 * - `new-value`: a text that the enum does not list;
 * - `share-shift`: a field or a kind is much more, or much less, frequent.
 */
export type DriftClass = typeof DRIFT_CLASSES[number];

/**
 * The classes that make a check fail if nothing else is said: those by which types have to be made
 * anew. The others are told.
 */
export const DEFAULT_FAIL_ON: readonly DriftClass[] = [
  "widening",
  "new-field",
  "lost-field",
  "new-collection",
  "lost-collection",
];

/** One difference. */
export interface Drift {
  /** Its class. */
  readonly class: DriftClass;
  /** The collection. */
  readonly namespace: Namespace;
  /** Where in documents, such as `items[].price`; `""` for the document or the collection itself. */
  readonly path: string;
  /** One sentence with the path, the counts and the `_id`s. */
  readonly message: string;
  /** The kind of value it is about, if it is about one. */
  readonly kind?: KindName;
  /** How many values, or objects, of now it is about. */
  readonly count?: number;
  /** Of how many. */
  readonly of?: number;
  /** `_id`s of some of the documents it is about, as canonical Extended JSON, where they are known. */
  readonly ids: readonly string[];
}
