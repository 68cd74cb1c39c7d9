import { DocumentValidator } from "./_document_validator.ts";
import type { SchemaModel } from "./model.ts";

/** Where and how a document is not what its schema says. */
export interface Mismatch {
  /** Path in the document, such as `items[3].price`; `""` for the document itself. */
  path: string;
  /** What the schema allows there, such as `int | null`. */
  expected: string;
  /** What is there: a kind of BSON value, or `nothing`. */
  found: string;
}

/** How strictly documents are held to a schema. */
export interface ValidateOptions {
  /** Whether fields that the schema does not know are refused. Default `false`. */
  readonly closed?: boolean;
}

const validators = new WeakMap<SchemaModel, DocumentValidator>();

/**
 * Holds a raw document to a schema, without decoding it: are all fields there that never are
 * missing, is every value of a kind that was seen at its path, is a closed enum kept to, do the
 * fields fit the tag that tells variants apart, has a tuple its length.
 *
 * This is what a schema means. What only annotates a type is not held to: formats of strings, ranges
 * of numbers, lengths of arrays, classes of a map's keys. Kinds that were left out as outliers are
 * refused.
 *
 * @param model The schema.
 * @param buffer The bytes.
 * @param start Offset of the document's first byte. Default 0.
 * @param options How strictly.
 * @returns The first place where the document differs, in its own order, then what is missing; or
 * `undefined` if it fits.
 * @throws {DataError} If the document is corrupt, with the offset in `buffer`.
 *
 * @example
 * ```ts
 * import { inferSchemas, Profile, validateDocument } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const profile = new Profile();
 * profile.addDocument(serialize({ name: "Ada", age: 36 }));
 * profile.addDocument(serialize({ name: "Bob", age: null }));
 * const [model] = inferSchemas([{ namespace: { db: "shop", collection: "people" }, profile }]);
 *
 * assertEquals(validateDocument(model!, serialize({ name: "Eve", age: 7 })), undefined);
 * assertEquals(validateDocument(model!, serialize({ name: "Eve", age: "7" })), {
 *   path: "age",
 *   expected: "int | null",
 *   found: "string",
 * });
 * ```
 */
export function validateDocument(
  model: SchemaModel,
  buffer: Uint8Array,
  start = 0,
  { closed = false }: ValidateOptions = {},
): Mismatch | undefined {
  let validator = validators.get(model);
  if (validator === undefined) {
    validator = new DocumentValidator(model);
    validators.set(model, validator);
  }
  return validator.validate(buffer, start, closed);
}
