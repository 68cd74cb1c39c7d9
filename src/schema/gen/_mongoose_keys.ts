/**
 * Members of Mongoose's documents and sub-documents that it needs itself: with a field of that name it
 * fails. A field of the name of any other member only hides it.
 */
const NEEDED: ReadonlySet<string> = new Set(
  ("_doc prototype save on emit toBSON init set get markModified modifiedPaths isModified " +
    "isDirectModified validate invalidate toObject toJSON ownerDocument schema __parentArray __index")
    .split(" "),
);

/** Names that Mongoose warns of, and takes. */
const WARNED: ReadonlySet<string> = new Set(
  "collection errors isNew listeners populated remove removeListener".split(" "),
);

/** Whether Mongoose can have a field of that name: it reads dots and brackets as a path. */
export function isUsableKey(key: string): boolean {
  return !NEEDED.has(key) && !(key in {}) && !/^\$|[.[]/.test(key);
}

/** Whether Mongoose warns of a field of that name. */
export function isWarnedKey(key: string): boolean {
  return WARNED.has(key);
}
