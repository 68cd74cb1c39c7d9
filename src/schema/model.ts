import type { Namespace } from "../core/mod.ts";
import type { FormatName, KeyClass, KindName } from "../profile/mod.ts";

/**
 * What a collection's documents are like: all that a generator reads. It is made from a profile
 * alone, so the same profile gives the same model.
 */
export interface SchemaModel {
  /** The document itself. */
  readonly root: NamedModel;
  /** The collection. */
  readonly namespace: Namespace;
  /** How many documents were seen. */
  readonly documents: number;
  /** How many there are, where only a sample was read. */
  readonly of?: number;
  /** Where types are recursive: how deep objects and arrays are in documents, the document itself 1. */
  readonly depth?: number;
}

/** What stands at a path: the kinds of values there, and whether null or undefined are among them. */
export interface ValueModel {
  /** Types that values have; more than one is a union; none if only null or undefined was seen. */
  readonly types: readonly TypeModel[];
  /** Whether an override says what stands here: then counts are not of what was seen. */
  readonly given?: true;
  /** Values that are null. */
  readonly nulls: number;
  /** Values that are undefined (BSON type 6, deprecated). */
  readonly undefineds: number;
  /** All values. */
  readonly total: number;
  /** Kinds too rare to count, by `minShare`. */
  readonly outliers: readonly Outlier[];
}

/** A kind of value that was left out of the type because it is rare. */
export interface Outlier {
  /** Which kind. */
  readonly kind: KindName;
  /** How often. */
  readonly count: number;
  /** `_id`s of some documents with it, as canonical Extended JSON. */
  readonly ids: readonly string[];
}

/** One type that values have. */
export type TypeModel =
  | ScalarModel
  | ObjectModel
  | VariantsModel
  | MapModel
  | ArrayModel
  | TupleModel
  | RefModel;

/** A type of objects: it has a name. */
export type NamedModel = ObjectModel | VariantsModel | MapModel;

/** A scalar of one BSON kind. */
export interface ScalarModel {
  /** Says which type this is. */
  readonly type: "scalar";
  /** The kind of BSON value. */
  readonly kind: Exclude<KindName, "object" | "array" | "null" | "undefined">;
  /** How many. */
  readonly count: number;
  /** The values, if they are few and repeat: most frequent first. Strings, or ints. */
  readonly values?: readonly ({ readonly value: string; readonly count: number } | {
    readonly value: number;
    readonly count: number;
  })[];
  /** Whether no other value is allowed. */
  readonly closed?: boolean;
  /** The one value that all of at least 30 had, where it is not taken as an enum. */
  readonly constant?: string;
  /** The format that each string has. */
  readonly format?: FormatName;
  /** Least and greatest number, milliseconds of a date, or length of a string in bytes. */
  readonly range?: { readonly min: number | bigint; readonly max: number | bigint };
  /** Numbers, dates: those that JavaScript cannot hold exactly, as a number or a `Date`. */
  readonly unsafe?: number;
  /** Doubles that are NaN or infinite. */
  readonly notFinite?: number;
  /** Doubles that have no fraction. */
  readonly integers?: number;
  /** Binaries of each subtype. */
  readonly subtypes?: ReadonlyMap<number, number>;
  /** Booleans that are true. */
  readonly trues?: number;
  /** Strings that are not UTF-8. */
  readonly invalidUtf8?: number;
}

/** A field of an object. */
export interface FieldModel {
  /** Its key, as it is. */
  readonly key: string;
  /** What stands under it. */
  readonly value: ValueModel;
  /** Whether it is missing from some objects. */
  readonly optional: boolean;
  /** Objects that have it. */
  readonly count: number;
  /** Objects in all. */
  readonly of: number;
  /** Whether the key or the values look like someone's own, such as `phone`, or e-mail addresses. */
  readonly personal?: boolean;
}

/**
 * An object with named fields. Objects of one structure at several paths are one model, which stands
 * at each of them: its counts are those of all, and its path is the first.
 */
export interface ObjectModel {
  /** Says which type this is. */
  readonly type: "object";
  /** Its name, made from the path alone. */
  readonly name: string;
  /** Path in documents, such as `items[].price`; the document itself is `""`. */
  readonly path: string;
  /** How many. */
  readonly count: number;
  /** By mean position, then key. */
  readonly fields: readonly FieldModel[];
  /** Whether some fields were too many to be kept: others may be there. */
  readonly open: boolean;
}

/** Objects of several shapes, told apart by the value of one field. */
export interface VariantsModel {
  /** Says which type this is. */
  readonly type: "variants";
  /** Its name. */
  readonly name: string;
  /** Path in documents. */
  readonly path: string;
  /** How many objects. */
  readonly count: number;
  /** Key of the field that tells. */
  readonly tag: string;
  /** The shapes, most frequent first. */
  readonly variants: readonly {
    /** The tag's value. */
    readonly value: string | number;
    /** The shape; its tag field holds just that value. */
    readonly object: ObjectModel;
  }[];
}

/** An object whose keys are data: ids, dates, languages. */
export interface MapModel {
  /** Says which type this is. */
  readonly type: "map";
  /** Its name. */
  readonly name: string;
  /** Path in documents. */
  readonly path: string;
  /** How many objects. */
  readonly count: number;
  /** What its keys are. */
  readonly keys: KeyClass;
  /** What stands under each key. */
  readonly value: ValueModel;
  /** Keys that are names all the same: in nearly every object. */
  readonly named: readonly FieldModel[];
}

/** An array of any length. */
export interface ArrayModel {
  /** Says which type this is. */
  readonly type: "array";
  /** How many arrays. */
  readonly count: number;
  /** What its elements are; `null` if no array had one. */
  readonly element: ValueModel | null;
  /** Length of the shortest. */
  readonly minLength: number;
  /** Length of the longest. */
  readonly maxLength: number;
}

/** An array of one length, whose positions mean different things. */
export interface TupleModel {
  /** Says which type this is. */
  readonly type: "tuple";
  /** How many arrays. */
  readonly count: number;
  /**
   * What stands at each position. Kinds are counted at each; the ranges, values and formats of scalars,
   * and what is in objects and arrays, are those of all positions together.
   */
  readonly elements: readonly ValueModel[];
}

/** The same type as an object further up: the structure is recursive. */
export interface RefModel {
  /** Says which type this is. */
  readonly type: "ref";
  /** Name of the object it stands for. */
  readonly name: string;
  /** How many. */
  readonly count: number;
}
