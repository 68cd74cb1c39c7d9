import { isIdentifier, isKeyword } from "./_python.ts";
import { RESERVED } from "./_python_names.ts";

/** Attributes of `BaseModel`: no field gets one. */
const TAKEN: ReadonlySet<string> = new Set(
  ("construct copy dict from_orm json model_computed_fields model_config model_construct " +
    "model_copy model_dump model_dump_json model_extra model_fields model_fields_set " +
    "model_json_schema model_parametrized_name model_post_init model_rebuild model_validate " +
    "model_validate_json model_validate_strings parse_file parse_obj parse_raw schema " +
    "schema_json update_forward_refs validate").split(" "),
);

/**
 * The attribute of each key: the key itself where it can be one, else what is left of it, and no two
 * the same. What a key is called does not depend on the order of fields.
 *
 * @param keys The keys of a class, or of several that are told apart by one.
 * @param types Names of types, which are none for attributes.
 */
export function attributeNames(
  keys: Iterable<string>,
  types: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const used = new Set<string>();
  const isFree = (name: string) =>
    isIdentifier(name) && !name.startsWith("_") && !isKeyword(name) && !TAKEN.has(name) &&
    !RESERVED.has(name) &&
    !types.has(name) && !used.has(name);
  const take = (key: string, name: string) => {
    names.set(key, name);
    used.add(name);
  };
  const sorted = [...new Set(keys)].sort();
  for (const key of sorted) if (isFree(key)) take(key, key);
  for (const key of sorted) {
    if (names.has(key)) continue;
    const clean = cleaned(key);
    let name = [clean, `${clean}_`, exact(key)].find(isFree);
    for (let other = `${exact(key)}_`; name === undefined; other += "_") {
      if (isFree(other)) name = other;
    }
    take(key, name);
  }
  return names;
}

/** What is left of a key without the signs that no attribute has: `first name` is `first_name`. */
function cleaned(key: string): string {
  const words = [...key].map((c) => isIdentifier(`a${c}`) ? c : "_").join("")
    .replace(/_+/g, "_").replace(/^_|_$/g, "");
  if (words !== "") return /^\d/.test(words) ? `field_${words}` : words;
  return key === "" ? "empty" : exact(key);
}

/** A key with its signs as their codes, which is no other key's. */
function exact(key: string): string {
  const shown = [...key].map((c) =>
    /[A-Za-z0-9]/.test(c) ? c : `_${c.codePointAt(0)!.toString(16)}`
  ).join("");
  return `field${shown.startsWith("_") ? "" : "_"}${shown}`;
}
